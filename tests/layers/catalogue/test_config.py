"""``config.toml``: the shipped one is sound, and a wrong entry is one sentence that names its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ConfigError
from layers.catalogue.config import config_faults, read_catalogue
from tests.helpers import ROOT

SOUND = (ROOT / "config.toml").read_text(encoding="utf-8")


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_catalogue_declares_the_lines_that_we_do_not_have() -> None:
    specs = {spec.stands_for: spec for spec in read_catalogue(ROOT / "config.toml").layer if spec.source.kind == "none"}
    assert {
        "permanent_farmland",
        "town_boundary",
        "water_source_zone",
        "river_management",
        "environmental_unit",
        "public_welfare_forest",
        "mining_rights",
        "heritage",
    } <= set(specs)
    assert specs["town_boundary"].must_be_inside
    assert all(spec.basis == "statutory" and spec.export == "none" for spec in specs.values())


def test_yangzhou_layer_is_no_red_line() -> None:
    spec = read_catalogue(ROOT / "config.toml").spec("ecospace_yangzhou")
    assert spec.role != "redline"
    assert spec.indicative
    assert spec.watermark


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('basis = "modelled"', 'basis = "guessed"', 'layer "redline_jiangxi".basis'),
        ("accuracy_m = 410", 'accuracy_m = "far"', 'layer "province".accuracy_m'),
        ("zoom = 7\n", "zoom = 7\nzom = 8\n", "map.zom"),
        ('role = "redline"', 'role = "red line"', 'layer "redline_jiangxi".role'),
        ("width_m = 1000", "width_m = -5", 'layer "river_corridors".source.width_m'),
        ('files = ["data/redline/jiangxi.fgb"]', "files = []", 'layer "redline_jiangxi".source.files'),
        ('stroke = "#2e7d32"', 'stroke = "green"', 'layer "redline_jiangxi".style.stroke'),
        ("version = 1", "version = 9", "version"),
    ],
)
def test_wrong_entry_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in SOUND
    with pytest.raises(ConfigError) as caught:
        read_catalogue(write(tmp_path, SOUND.replace(old, new, 1)))
    for text in (caught.value.text("zh"), caught.value.text("en")):
        assert named in text
        assert "\n" not in text


def test_doubled_id_and_missing_corridor_source_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="prefecture"):
        read_catalogue(write(tmp_path, SOUND.replace('id = "county"', 'id = "prefecture"', 1)))
    with pytest.raises(ConfigError, match="brooks"):
        read_catalogue(write(tmp_path, SOUND.replace('of = ["waters", "rivers"]', 'of = ["waters", "brooks"]')))


def test_broken_and_missing_files_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as broken:
        read_catalogue(write(tmp_path, "version = = 1"))
    assert "TOML" in broken.value.text("en")
    with pytest.raises(ConfigError) as missing:
        read_catalogue(tmp_path / "nowhere.toml")
    assert "nowhere.toml" in missing.value.text("zh")


def test_the_next_city_is_data_not_code(tmp_path: Path) -> None:
    own = (
        SOUND
        + """
[[layer]]
id = "bureau_redline"
title = { zh = "生态保护红线", en = "Ecological red line" }
group = "control"
role = "redline"
stands_for = "redline"
source = { kind = "file", files = ["own/STBHHX.gpkg"] }
crs = "EPSG:4526"
publisher = { zh = "自然资源局", en = "Bureau" }
licence = "internal"
as_of = "2024-06"
accuracy_m = 1
basis = "statutory"
secrecy = "internal"
extent = ["360000"]
"""
    )
    spec = read_catalogue(write(tmp_path, own)).spec("bureau_redline")
    assert spec.export == "none", "a statutory layer does not leave unless its entry says so"
    assert not spec.indicative


def test_all_that_is_wrong_is_said_at_once_each_in_its_language(tmp_path: Path) -> None:
    changed = {
        "zoom = 7\n": 'zoom = "7"\n', "upload_mb = 200": "upload_mb = 200\nuplaod = 3",
        "centre_lat = 27.3": "centre_lat = 127.3",
        'role = "redline"': 'role = "red line"', "accuracy_m = 410": "accuracy_m = -1",
        'licence = "MIT (packager)"\n': "", 'source = { kind = "none" }': 'source = { file = "x" }',
        'id = "jiangxi"\ntitle': 'id = "Jiang xi"\ntitle', 'timezone = "Asia/Shanghai"': 'timezone = "Asia/Nowhere"',
    }  # fmt: skip
    text = SOUND
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new, 1)
    found = {fault.values["key"]: fault for fault in config_faults(write(tmp_path, text))}
    assert {key: fault.key.removeprefix("layers.config_") for key, fault in found.items()} == {
        "timezone": "key", 'region "Jiang xi".id': "is_pattern", "map.centre_lat": "is_high", "map.zoom": "is_integer",
        "limits.uplaod": "is_unknown", 'layer "province".licence': "is_missing",
        'layer "province".accuracy_m': "is_low",
        'layer "redline_jiangxi".role': "is_words", 'layer "redline_yangzhou".source': "is_no_kind",
    }  # fmt: skip
    assert "85" in found["map.centre_lat"].text("zh")
    assert "'protected', 'river'" in found['layer "redline_jiangxi".role'].text("en")
    for fault in found.values():
        assert len(fault.text("zh").splitlines()) == 1
        assert "config.toml" in fault.text("en")


def test_what_is_wrong_between_entries_is_said_at_once(tmp_path: Path) -> None:
    access = '[access]\nmode = "proxy"\nroles.viewer = ["*"]\nlayers.county = ["*"]\nlayers.projects = ["*"]\n'
    text = SOUND.replace('of = ["waters", "rivers"]', 'of = ["waters", "brooks"]')
    found = config_faults(write(tmp_path, f"{text}\n{access}"))
    assert {fault.key.removeprefix("layers.config_"): fault.values["id"] for fault in found} == {
        "closed_boundary": "county", "closed_table": "projects", "corridor": "river_corridors",
    }  # fmt: skip
    assert config_faults(ROOT / "config.toml") == []


@pytest.mark.parametrize("kind", ["folder", "none", "bytes"])
def test_what_is_no_file_of_text_is_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "config.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe\x00")
    (fault,) = config_faults(path)
    assert "config.toml" in fault.text("zh")
