"""Layers too large for one go: parts, merged; shapes too small and too many, as cells. Decoded and measured."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, all_tiles

from benchmarks.parcels import parcels
from geo.tiles import tree as tiles_tree
from geo.tiles.build import MIN_ZOOM, build_tiles
from tests.geo.tiles.test_build import area_m2, decoded, drawn, frame, lonlat, stars


def sizes(path):
    """Bytes of the largest tile of each zoom."""
    largest = {}
    with path.open("rb") as file:
        for (zoom, *_), content in all_tiles(MmapSource(file)):
            largest[zoom] = max(largest.get(zoom, 0), len(content))
    return largest


@pytest.fixture
def in_parts(monkeypatch):
    monkeypatch.setattr(tiles_tree, "_LEAF_POINTS", 2_000)
    monkeypatch.setattr(tiles_tree, "_LARGE_SHAPE", 200)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(stars(150, 0.01, 0.05, 1), id="large, overlapping"),
        pytest.param(stars(120, 0.0004, 0.0009, 3), id="tens of metres"),
        pytest.param([shapely.Point(116, 28).buffer(0.7, 1000) - shapely.Point(116, 28).buffer(0.3, 1000)], id="one"),
        pytest.param([shapely.MultiPolygon(stars(150, 0.002, 0.005, 4)[:90]), *stars(60, 0.02, 0.04, 5)], id="parts"),
    ],
)  # fmt: skip
def test_area_is_kept_where_a_layer_is_made_in_parts(tmp_path, in_parts, shapes):
    shapes = [shapely.union_all(shape) for shape in shapes]
    build_tiles(frame(shapes), tmp_path / "a.pmtiles", dissolve=True)
    tiles = decoded(tmp_path / "a.pmtiles")
    wanted = area_m2(shapely.union_all(shapes))
    assert min(tiles) == MIN_ZOOM
    for zoom in tiles:
        assert area_m2(drawn(tiles, zoom)) == pytest.approx(wanted, rel=0.01), f"zoom {zoom}"


def test_where_parts_meet_no_edge_is_left(tmp_path, in_parts):
    ring = shapely.Point(116, 28).buffer(1.0, 2000)
    build_tiles(frame([ring]), tmp_path / "a.pmtiles", dissolve=True)
    tiles = decoded(tmp_path / "a.pmtiles")
    assert sum(len(layer["features"]) for *_, layer in tiles[5]) == len(tiles[5])  # a circle has one piece a tile
    assert shapely.get_num_interior_rings(drawn(tiles, 5)) == 0


def test_many_small_shapes_are_drawn_as_cells_of_their_area(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles_tree, "_MAX_BYTES", ((99, 4_000),))
    monkeypatch.setattr(tiles_tree, "_LEAF_POINTS", 20_000)
    fields = parcels(800)
    kinds = np.unique(fields["kind"], return_inverse=True)[1].astype(np.int64)
    build_tiles(fields, tmp_path / "a.pmtiles", ids=kinds, dissolve=True)
    tiles = decoded(tmp_path / "a.pmtiles", range(7))
    wanted = area_m2(shapely.multipolygons(fields.geometry.array))
    for zoom in range(MIN_ZOOM, 7):
        assert area_m2(drawn(tiles, zoom)) == pytest.approx(wanted, rel=0.01), f"zoom {zoom}"
    largest = sizes(tmp_path / "a.pmtiles")
    assert max(size for zoom, size in largest.items() if zoom < max(largest)) <= 4_000
    assert {f["id"] for *_, layer in tiles[5] for f in layer["features"]} == {0, 1, 2}
    assert all(layer["names"] == {"c"} for *_, layer in tiles[5]), "as cells, which have no outlines"


def test_cells_lie_where_the_shapes_are(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles_tree, "_MAX_BYTES", ((99, 500),))
    west, east = stars(90, 0.001, 0.004, 7), [shapely.affinity.translate(s, 3, -2) for s in stars(40, 0.002, 0.004, 8)]
    build_tiles(frame([*west, *east]), tmp_path / "a.pmtiles", dissolve=True)
    whole = drawn(decoded(tmp_path / "a.pmtiles", [6]), 6)
    cell = 360 / 1024 / 2**6
    assert shapely.union_all([*west, *east]).buffer(16 * 1.5 * 8 * cell).contains(whole), "no further than a block"
    for side, shapes in ((shapely.box(110, 20, 117.5, 30), west), (shapely.box(117.5, 20, 125, 30), east)):
        held = area_m2(shapely.union_all(shapes))
        one = area_m2(shapely.box(116, 28, 116 + 8 * cell, 28 + 8 * cell))
        assert area_m2(shapely.intersection(whole, side)) == pytest.approx(held, abs=one + 0.01 * held)


def test_the_share_that_is_done_grows_to_one(tmp_path, in_parts):
    told = []
    build_tiles(frame(stars(150, 0.01, 0.05, 1)), tmp_path / "a.pmtiles", dissolve=True, progress=told.append)
    assert len(told) > 5
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_lines_and_shapes_of_a_layer_in_parts_keep_their_ids(tmp_path, in_parts):
    line = shapely.LineString([(115 + t / 3000, 27 + np.sin(t / 300) / 5) for t in range(9000)])
    shapes = [line, *stars(90, 0.01, 0.05, 9)]
    build_tiles(frame(shapes), tmp_path / "a.pmtiles", ids=np.r_[5, np.full(90, 6)].astype(np.int64), dissolve=True)
    with (tmp_path / "a.pmtiles").open("rb") as file:
        assert all(gzip.decompress(content) for _, content in all_tiles(MmapSource(file)))
    tiles = decoded(tmp_path / "a.pmtiles")
    for zoom in tiles:
        kinds = {(f["id"], f["geometry"]["type"].removeprefix("Multi")) for *_, t in tiles[zoom] for f in t["features"]}
        assert kinds == {(5, "LineString"), (6, "Polygon")}, f"zoom {zoom}"


def test_a_heavy_tile_keeps_its_longest_lines_and_its_areas(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles_tree, "_MAX_BYTES", ((99, 3_000),))
    monkeypatch.setattr(tiles_tree, "_LINE_POINTS", 600)
    monkeypatch.setattr(tiles_tree, "_LEAF_POINTS", 1_500)
    chance = np.random.default_rng(3)
    starts, turn = chance.uniform((115, 27), (117, 29), (900, 2)), chance.uniform(0, 2 * np.pi, 900)
    length = np.r_[np.full(20, 0.5), np.full(880, 0.01)]
    ends = starts + np.column_stack([np.cos(turn), np.sin(turn)]) * length[:, None]
    fields = stars(300, 0.001, 0.004, 4)
    shapes = [*shapely.linestrings(np.stack([starts, ends], axis=1)), *fields]
    build_tiles(
        frame(shapes), tmp_path / "a.pmtiles", ids=np.r_[np.zeros(900), np.ones(300)].astype(np.int64), dissolve=True
    )
    tiles, largest = decoded(tmp_path / "a.pmtiles"), sizes(tmp_path / "a.pmtiles")
    top = max(tiles)
    assert max(size for zoom, size in largest.items() if zoom < 7) < 9_000
    for zoom in (3, 5):
        held = [f for *_, layer in tiles[zoom] for f in layer["features"]]
        lines = [shapely.from_geojson(json.dumps(f["geometry"])) for f in held if f["id"] == 0]
        extent = tiles[zoom][0][2]["extent"]
        long = sum(line.length > 0.2 / 360 * 2**zoom * extent for line in lines)
        assert long >= 20, f"zoom {zoom}: the long ones are there"
        areas = [shapely.from_geojson(json.dumps(f["geometry"])) for f in held if f["id"] == 1]
        shown = sum(area_m2(lonlat(area, zoom, *tiles[zoom][0][:2], extent)) for area in areas)
        assert shown == pytest.approx(area_m2(shapely.union_all(fields)), rel=0.01)
    assert sum(f["id"] == 0 for *_, layer in tiles[top] for f in layer["features"]) >= 900


def test_lines_alone_too_many_for_a_tile(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles_tree, "_MAX_BYTES", ((99, 500),))
    at = np.random.default_rng(5).uniform((115, 27), (117, 29), (500, 2))
    shapes = shapely.linestrings(np.stack([at, at + 0.02], axis=1))
    build_tiles(frame(shapes), tmp_path / "a.pmtiles", dissolve=True)
    tiles = decoded(tmp_path / "a.pmtiles")
    assert min(tiles) == MIN_ZOOM
    assert sum(len(layer["features"]) for *_, layer in tiles[max(tiles)]) >= 500
