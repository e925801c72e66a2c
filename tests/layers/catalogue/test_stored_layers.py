"""Layers that an earlier process loaded: the same as loaded anew, and never those of files that have changed since."""

from __future__ import annotations

import os
import shutil

import geopandas as gpd
import pytest
import shapely

from layers.catalogue import load, load_layers, read_catalogue
from layers.paths import PRODUCT
from layers.sources import FileSource
from layers.stored import store as stored_files
from tests.helpers import assert_same_frame

ENTRY = """
[[layer]]
id = "{id}"
title = {{ zh = "层", en = "Layer" }}
group = "control"
role = "redline"
stands_for = "redline"
publisher = {{ zh = "局", en = "Office" }}
licence = "CC0"
as_of = "2026"
basis = "published"
accuracy_m = 5
name_field = "name"
[layer.source]
kind = "{kind}"
{source}
"""


@pytest.fixture
def place(tmp_path):
    """Return a folder with a configuration of a layer and one that is derived from it."""
    shipped = (PRODUCT / "config.toml").read_text(encoding="utf-8")
    head = shipped[: shipped.index("\n[[layer]]")]
    water = ENTRY.format(id="water", kind="file", source='files = ["water.geojson"]')
    bank = ENTRY.format(id="bank", kind="corridor", source='of = ["water"]\nwidth_m = 100').replace(
        'name_field = "name"\n', ""
    )
    (tmp_path / "config.toml").write_text(head + water + bank, encoding="utf-8")
    write_water(tmp_path, 116.0)
    return tmp_path


def write_water(folder, west):
    water = gpd.GeoDataFrame({"name": ["河"]}, geometry=[shapely.box(west, 27, west + 0.1, 27.1)], crs="EPSG:4490")
    water.to_file(folder / "water.geojson", driver="GeoJSON")


def loaded(folder, earlier=None):
    return load_layers(read_catalogue(folder / "config.toml"), earlier, store=folder / "stored")


def refuse(*_args, **_more):
    raise AssertionError("the source was read")


def test_shipped_layers_come_back_as_they_were_loaded(tmp_path, monkeypatch):
    catalogue = read_catalogue(PRODUCT / "config.toml")
    fresh = load_layers(catalogue)
    load_layers(catalogue, store=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(load, "frame_digest", refuse)
        again = load_layers(catalogue, store=tmp_path)
    frames = {name: layer.frame for name, layer in fresh.items() if layer.frame is not None}
    assert len(frames) > 10
    assert {path.name for path in tmp_path.iterdir()} == set(frames)
    for name, frame in frames.items():
        assert_same_frame(frame, again[name].frame)
        assert again[name].digest == fresh[name].digest
    assert {name: layer.state for name, layer in again.items()} == {name: layer.state for name, layer in fresh.items()}


def test_a_layer_is_read_anew_when_its_file_or_entry_changed(place):
    before = loaded(place)
    kept = (place / "water.geojson").stat()
    write_water(place, 116.5)
    os.utime(place / "water.geojson", ns=(kept.st_atime_ns, kept.st_mtime_ns))  # as a copy that keeps times does
    after = loaded(place)
    assert before["water"].frame.total_bounds[0] == pytest.approx(116.0)
    assert after["water"].frame.total_bounds[0] == pytest.approx(116.5)
    assert after["bank"].frame.total_bounds[0] == pytest.approx(116.5, abs=0.002), "what is derived from it too"
    config = place / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("accuracy_m = 5", "accuracy_m = 7"), encoding="utf-8")
    assert loaded(place)["water"].frame["accuracy_m"].tolist() == [7.0]


def test_a_file_that_is_gone_or_damaged_is_said_though_the_layer_was_stored(place):
    loaded(place)
    (place / "water.geojson").write_text("{", encoding="utf-8")
    assert [layer.state for layer in loaded(place).values()] == ["failed", "failed"]
    (place / "water.geojson").unlink()
    assert [layer.state for layer in loaded(place).values()] == ["failed", "failed"]


def test_what_is_reused_of_this_process_is_not_stored_as_the_file_that_is_there_now(place):
    before = loaded(place)
    write_water(place, 116.5)
    shutil.rmtree(place / "stored")
    reused = loaded(place, earlier={"water": before["water"]})
    assert reused["water"] is before["water"]
    anew = loaded(place)
    assert anew["water"].frame.total_bounds[0] == pytest.approx(116.5)
    assert anew["bank"].frame.total_bounds[0] == pytest.approx(116.5, abs=0.002)


def test_a_damaged_stored_file_is_made_again(place):
    first = loaded(place)
    for path in (place / "stored").rglob("*.arrow"):
        path.write_bytes(path.read_bytes()[:-5])
    again = loaded(place)
    assert_same_frame(first["bank"].frame, again["bank"].frame)


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(place):
    (place / "stored").write_text("no folder")
    assert loaded(place)["water"].state == "loaded"


def test_every_part_of_a_shapefile_counts_whatever_its_name(tmp_path):
    parts = {tmp_path / f"红线[1]{suffix}" for suffix in (".shp", ".dbf", ".prj")}
    for part in parts:
        part.write_bytes(b"")
    (tmp_path / "红线1.dbf").write_bytes(b"")
    source = FileSource(kind="file", files=["红线[1].shp"])
    assert set(source.files_read(tmp_path)) == parts


def test_a_format_that_refers_to_other_files_is_read_each_time(tmp_path):
    assert FileSource(kind="file", files=["a.geojson", "b.vrt"]).files_read(tmp_path) is None


def test_a_few_files_of_a_layer_are_kept(place):
    for turn in range(5):
        write_water(place, 116 + turn / 10)
        loaded(place)
    assert len(list((place / "stored" / "water").glob("*.arrow"))) == stored_files._KEPT
