from __future__ import annotations

import re
import tomllib

import pytest
from pydantic import ValidationError

from carto.map.bases import ShadedRelief, allowed_hosts, base_maps
from carto.map.folium_map import build_map, refuse_remote
from carto.scene import Compare, Scene
from geo.errors import RedlineError
from layers.catalogue.config import OnlineMap
from layers.catalogue.model import Bilingual
from tests.carto.helpers import config_of
from tests.helpers import ROOT

RELIEF = ShadedRelief("../../redline/base/h.webp?v=1", ((24, 113), (30, 118)))
SERVICE = {
    "id": "image",
    "title": Bilingual(zh="影像", en="Imagery"),
    "kind": "wmts",
    "url": "https://t{s}.tiles.example/img_w/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}&tk={key}",
    "key_env": "REDLINE_TEST_KEY",
    "subdomains": ["0", "1"],
    "attribution": "Example <b>",
}


@pytest.fixture
def draw(settings):
    def draw(layers, online=(), **options):
        return build_map(
            layers, settings.model_copy(update={"online": list(online)}), "zh",
            tile_url=lambda layer, kind: f"../t/{layer.id}", assets="../a", token="k", base=RELIEF, **options,
        )  # fmt: skip

    return draw


def test_by_default_nothing_comes_from_outside(draw, make_layer, squares):
    bases = config_of(draw([make_layer(squares)]))["bases"]
    assert [base["id"] for base in bases] == ["relief", "plain"]
    assert not any("://" in str(value) for base in bases for value in base.values())


def test_a_service_needs_its_key(monkeypatch):
    service = OnlineMap.model_validate(SERVICE)
    monkeypatch.delenv("REDLINE_TEST_KEY", raising=False)
    absent = base_maps(None, [service], "en")[-1]
    assert "REDLINE_TEST_KEY" in absent["absent"]
    assert "url" not in absent
    monkeypatch.setenv("REDLINE_TEST_KEY", "a&b")
    there = base_maps(None, [service], "en")[-1]
    assert there["url"] == "https://t{s}.tiles.example/img_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=a%26b"


def test_only_the_host_that_the_configuration_names_is_allowed(draw, make_layer, squares, monkeypatch):
    monkeypatch.setenv("REDLINE_TEST_KEY", "k")
    service = OnlineMap.model_validate(SERVICE)
    drawn = draw([make_layer(squares)], [service])
    assert allowed_hosts([service]) == {"t{s}.tiles.example"}
    with pytest.raises(RedlineError):
        refuse_remote(drawn)
    config_of(drawn)["bases"][-1]["url"] = "https://t{s}.tiles.example.evil/{z}/{x}/{y}"
    with pytest.raises(RedlineError):
        refuse_remote(drawn, allowed_hosts([service]))
    config_of(drawn)["bases"][-1]["url"] = "https://t{s}.tiles.example@evil.example/{z}/{x}/{y}"
    with pytest.raises(RedlineError):
        refuse_remote(drawn, allowed_hosts([service]))


def test_scripts_never_come_from_an_allowed_host(draw, make_layer, squares):
    service = OnlineMap.model_validate({**SERVICE, "url": "https://cdn.example/{z}/{x}/{y}", "key_env": None,
                                        "subdomains": []})  # fmt: skip
    drawn = draw([make_layer(squares)], [service])
    drawn.default_js = [("x", "https://cdn.example/x.js")]
    with pytest.raises(RedlineError):
        refuse_remote(drawn, allowed_hosts([service]))


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://tiles.example/{z}/{x}"},
        {"url": "javascript:alert(1)//{z}{x}{y}"},
        {"url": "//tiles.example/{z}/{x}/{y}"},
        {"url": "https://tiles.example/{z}/{x}/{y}"},
        {"key_env": None},
        {"subdomains": []},
        {"id": "No Id"},
        {"kind": "wms"},
    ],
)
def test_a_wrong_entry_is_refused(change):
    with pytest.raises(ValidationError):
        OnlineMap.model_validate({**SERVICE, **change})


def test_a_comparison_has_only_sides_that_are_here(draw, make_layer, squares):
    layers = [make_layer(squares, layer_id="one"), make_layer(None, layer_id="absent")]

    def asked(left, right):
        return config_of(draw(layers, scene=Scene(compare=Compare(left, right, 0.3))))["compare"]

    assert asked("one", "absent") == {"left": "one", "right": "", "share": 0.3}
    assert asked("absent", "no_such") is None


def test_the_entry_that_the_documentation_gives_holds():
    text = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    (entry,) = [one for one in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[[map.online]]" in one]
    assert "{z}" in OnlineMap.model_validate(tomllib.loads(entry)["map"]["online"][0]).template
