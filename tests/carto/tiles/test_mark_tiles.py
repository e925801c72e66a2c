"""Marks by tile, read back: none is lost, none doubled, and a first view is light."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict

import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from benchmarks.parcels import named_points
from carto.tiles import files as tiles_layer
from carto.tiles.files import ensure_file, file_name
from carto.tiles.mark_rows import drawing_counts
from layers.catalogue.model import Style


def read(path):
    """Content and size of every tile, by zoom and place."""
    tiles, sizes = defaultdict(dict), defaultdict(dict)
    with path.open("rb") as file:
        for (zoom, x, y), content in all_tiles(MmapSource(file)):
            tiles[zoom][x, y] = json.loads(gzip.decompress(content))
            sizes[zoom][x, y] = len(content)
    return tiles, sizes


def many(point):
    return point[7] if len(point) > 7 else 1


@pytest.fixture
def crowd(make_layer, tmp_path):
    held = named_points(5_000)
    layer = make_layer(
        list(held.geometry),
        style=Style(by="kind", label="name_zh"),
        columns={"kind": list(held["kind"])},
        located=[i % 50 > 0 for i in range(5_000)],
    )
    return layer, ensure_file(layer, "marks", tmp_path)


def test_every_point_is_counted_once_at_every_zoom(crowd):
    layer, path = crowd
    assert path.suffix == ".pmtiles"
    tiles, _ = read(path)
    for zoom in tiles:
        points = [point for tile in tiles[zoom].values() for point in tile["points"]]
        assert sum(many(point) for point in points) == 5_000, f"zoom {zoom}"
        assert sum(many(point) for point in points if not point[5]) == 100, "a place and no place are never one symbol"
    top = max(tiles)
    found = {(p[2], p[0], p[1]) for tile in tiles[top].values() for p in tile["points"]}
    shapes = layer.frame.geometry.array
    wanted = zip(layer.frame["name_zh"], shapely.get_x(shapes).round(6), shapely.get_y(shapes).round(6), strict=True)
    assert found == set(wanted)


def test_a_point_is_in_the_tile_that_it_lies_in(crowd):
    tiles, _ = read(crowd[1])
    for zoom in tiles:
        for (x, y), tile in tiles[zoom].items():
            for lon, lat, *_ in tile["points"]:
                assert (lon + 180) / 360 * 2**zoom == pytest.approx(x + 0.5, abs=0.5001)
                mercator = np.arctanh(np.sin(np.radians(lat)))  # the formula of the slippy map (OSM wiki)
                assert (1 - mercator / np.pi) / 2 * 2**zoom == pytest.approx(y + 0.5, abs=0.5001)


def test_a_symbol_for_many_has_their_class_only_if_it_is_one(crowd):
    tiles, _ = read(crowd[1])
    for tile in tiles[5].values():
        for point in tile["points"]:
            if many(point) > 20:
                assert point[4] == -1, "twenty of three kinds at random are never of one"
                assert point[2:4] == ["", ""]
            elif many(point) == 1:
                assert point[2].startswith("名")


def test_a_view_is_light_however_many_points(crowd):
    _, sizes = read(crowd[1])
    assert max(max(found.values()) for found in sizes.values()) < 20_000
    assert sum(sizes[5].values()) < 5_000


def test_names_come_with_the_zoom_at_which_they_can_be_written(make_layer, tmp_path, monkeypatch):
    monkeypatch.setattr(tiles_layer, "_MAX_MARKS_IN_JSON", 100)
    chance = np.random.default_rng(1)
    at = chance.uniform((114, 25), (118, 29), (2_000, 2))
    shapes = [shapely.box(x, y, x + s, y + s) for (x, y), s in zip(at, chance.uniform(0.001, 0.08, 2_000), strict=True)]
    layer = make_layer(shapes, style=Style(label="name_zh"))
    path = ensure_file(layer, "marks", tmp_path)
    tiles, sizes = read(path)
    kept = {
        zoom: {label[2]: label for tile in found.values() for label in tile["labels"]} for zoom, found in tiles.items()
    }
    top = max(kept)
    assert len(kept[top]) == 2_000
    for number, shape in enumerate(shapes[:200]):
        lon, lat, _, english, share = kept[top][f"名{number}"]
        assert shape.contains(shapely.Point(lon, lat))
        assert english == f"Name {number}"
        assert share == pytest.approx((shape.bounds[2] - shape.bounds[0]) / 360, abs=1e-7)
    with path.open("rb") as file:
        assert Reader(MmapSource(file)).header()["min_zoom"] == min(kept) == 7
    assert not kept.get(6), "names of this layer begin at zoom 9 of the screen, zoom 7 of the tiles"
    assert 0 < len(kept[7]) < 2_000
    narrowest = min(label[4] for label in kept[7].values())
    assert narrowest * 256 * 2**9 * 2 > 9, "nothing of which not even two narrow letters could be written"
    assert max(max(found.values()) for zoom, found in sizes.items() if zoom < top) < 20_000


def test_few_marks_stay_one_file_and_how_names_are_written_is_part_of_the_key_of_many(make_layer, squares, monkeypatch):
    few = make_layer(squares, style=Style(label="name_zh"))
    assert file_name(few, "marks").endswith(".json")
    assert drawing_counts(few) == (3, 0, 15)
    monkeypatch.setattr(tiles_layer, "_MAX_MARKS_IN_JSON", 2)
    many_names = file_name(few, "marks")
    assert many_names.endswith(".pmtiles")
    assert file_name(make_layer(squares, style=Style(label="name_zh"), group="water"), "marks") != many_names


def test_a_file_of_marks_tells_its_zooms(crowd):
    with crowd[1].open("rb") as file:
        header = Reader(MmapSource(file)).header()
    assert header["min_zoom"] == 3
    assert header["min_lon_e7"] / 1e7 == pytest.approx(crowd[0].frame.total_bounds[0], abs=1e-6)
