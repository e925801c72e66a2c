"""What an imported layer becomes is proposed once: the web page, the command line and whole databases agree."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from cli import main
from geo.errors import BadInput
from geo.read.formats import read_sites
from layers.catalogue.config import read_catalogue
from layers.catalogue.counties import counties_of
from layers.catalogue.in_use import current_catalogue, merge_user_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from layers.catalogue.user_layers import read_user_catalogue
from layers.own.intake import read_and_validate
from layers.own.proposal import Placement, propose
from layers.own.versions import LayerDeclaration, store_layer
from siting.check.run import run_check
from siting.check.settings import Settings
from tests.helpers import ROOT, geojson

CONFIG = ROOT / "config.toml"
TOWN = box(116.35, 27.95, 116.37, 27.97)
OUTSIDE = box(116.40, 27.95, 116.41, 27.96)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def counties(shipped: dict[str, Layer]) -> gpd.GeoDataFrame:
    return counties_of(shipped)


def town_file() -> bytes:
    """A town boundary without any field of the official specification."""
    frame = gpd.GeoDataFrame({"名称": ["中心城区"]}, geometry=[TOWN], crs=4490)
    return frame.to_json(drop_id=True).encode()


def by_page(content: bytes, word: str, monkeypatch: pytest.MonkeyPatch, **session: Any) -> LayerDeclaration:
    """What the Data page would store once its button is pressed, everything as proposed."""

    def body() -> None:
        import streamlit as st  # noqa: PLC0415

        from layers.own.intake import read_and_validate  # noqa: PLC0415
        from views.screens.data.describe import ask_declaration  # noqa: PLC0415

        intake = read_and_validate(st.session_state["_content"], "town.geojson", crs="EPSG:4490")
        given = ask_declaration(intake, "t")
        if given is not None:
            st.session_state["_given"] = given

    app = AppTest.from_function(body, default_timeout=120)
    app.session_state["_content"] = content
    app.session_state["data-target"] = word
    for key, value in session.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    for box_ in app.text_input:
        if box_.label in {"来源单位", "使用范围"} and not box_.value:
            box_.set_value("市局")
    app.button(key="data-keep").click().run()
    assert not app.exception
    return app.session_state["_given"]


def by_command(tmp_path: Path, content: bytes, *options: str) -> dict[str, Any]:
    path = tmp_path / "town.geojson"
    path.write_bytes(content)
    told = ["import", str(path), "--crs", "EPSG:4490", "--publisher", "市局", *options]
    answer = CliRunner().invoke(main, ["--lang", "zh", *told])
    assert answer.exit_code == 0, answer.output
    layer = json.loads(answer.stdout)["id"]
    return current_catalogue(CONFIG).catalogue.spec(layer).model_dump()


def test_a_town_boundary_without_official_fields_is_one_to_stay_inside_by_every_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = by_page(town_file(), "town_boundary", monkeypatch)
    spec = by_command(tmp_path, town_file(), "--replace", "--stands-for", "town_boundary", "--extent", "361002")
    assert given.must_be_inside
    assert spec["must_be_inside"]
    both = ("role", "group", "stands_for", "basis", "export", "secrecy", "must_be_inside")
    assert {key: asdict(given)[key] for key in both} == {key: spec[key] for key in both}
    assert (spec["basis"], spec["export"]) == ("statutory", "none")  # as the entry that it stands in for


def test_a_site_outside_the_town_is_not_clear(tmp_path: Path) -> None:
    by_command(tmp_path, town_file(), "--replace", "--stands-for", "town_boundary", "--extent", "361002")
    layers = load_layers(current_catalogue(CONFIG).catalogue)
    run = run_check(
        read_sites(geojson(OUTSIDE), "a.geojson"), layers, Settings(activity="industrial_park", as_of="2026-11-28")
    )
    row = next(
        one for one in run.result.findings.to_dict("records") if one["must_be_inside"] and one["state"] != "not_checked"
    )
    assert row["outside_m2"] == pytest.approx(run.result.sites["area_m2"].iloc[0])
    assert row["rules"], "what must be inside and is not meets the rules of outside"


def test_a_boundary_that_lost_its_word_is_mended_when_read(counties: gpd.GeoDataFrame) -> None:
    # as an earlier version of the Data page stored it
    intake = read_and_validate(town_file(), "town.geojson", crs="EPSG:4490")
    catalogue = current_catalogue(CONFIG).catalogue
    given = LayerDeclaration(id="town_boundary", title_zh="城镇", role="other", stands_for="town_boundary",
                             group="control", publisher="市局", licence="内部", extent=("361002",))  # fmt: skip
    store_layer(intake, given, town_file(), catalogue=catalogue, counties=counties)
    assert merge_user_catalogue(read_catalogue(CONFIG), read_user_catalogue()).spec("town_boundary").must_be_inside


def proposal(content: bytes, word: str, place: Placement, extent: tuple[str, ...] = ("361002",)) -> LayerDeclaration:
    intake = read_and_validate(content, "town.geojson", crs="EPSG:4490")
    catalogue = current_catalogue(CONFIG).catalogue
    return propose(
        intake,
        stands_for=word,
        extent=extent,
        placement=place,
        catalogue=catalogue,
        format_territories=lambda codes, _: "、".join(codes),
    )


def test_a_layer_of_nothing_known_is_published_and_closed_until_opened() -> None:
    given = proposal(town_file(), "own", Placement("new"))
    assert (given.basis, given.export, given.must_be_inside, given.role) == ("published", "none", False, "other")
    assert given.secrecy == "internal"


def test_a_new_version_keeps_what_was_said_of_the_one_before(counties: gpd.GeoDataFrame) -> None:
    catalogue = current_catalogue(CONFIG).catalogue
    first = replace(
        proposal(town_file(), "own", Placement("new")),
        title_zh="甲", publisher="市局", licence="内部", export="none", secrecy="secret", accuracy_m=2.0,
        name_field="名称",
    )  # fmt: skip
    intake = read_and_validate(town_file(), "town.geojson", crs="EPSG:4490")
    store_layer(intake, first, town_file(), catalogue=catalogue, counties=counties)
    prior = current_catalogue(CONFIG).catalogue.spec(first.id)
    again = proposal(town_file(), "own", Placement("replace", prior))
    kept = ("id", "title_zh", "publisher", "licence", "export", "secrecy", "accuracy_m", "name_field", "basis")
    assert {key: getattr(again, key) for key in kept} == {key: getattr(first, key) for key in kept}


def test_what_a_model_picked_has_no_accuracy(counties: gpd.GeoDataFrame) -> None:
    given = replace(
        proposal(town_file(), "own", Placement("new")),
        publisher="市局",
        licence="内部",
        basis="modelled",
        accuracy_m=5.0,
    )
    intake = read_and_validate(town_file(), "town.geojson", crs="EPSG:4490")
    catalogue = current_catalogue(CONFIG).catalogue
    with pytest.raises(BadInput, match="精度"):
        store_layer(intake, given, town_file(), catalogue=catalogue, counties=counties)
    assert shapely.is_valid(TOWN)
