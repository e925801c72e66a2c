"""``config.toml``: the shipped one is sound, and a wrong entry is one sentence that names its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ConfigError
from layers.catalogue.config import read_catalogue
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
