"""Tiles, decoded by a second library and measured on the ellipsoid: what is drawn is what the layer holds."""

from __future__ import annotations

import gzip
import json
import math
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.writer import Writer
from pyproj import Geod

from geo.tiles import mvt as _mvt
from geo.tiles.build import LEVEL_DIFF, MIN_ZOOM, build_tiles, shared_edges

GEOD = Geod(a=6378137.0, rf=298.257222101)


def decoded(path: Path, zooms=range(30)) -> dict[int, list[tuple[int, int, dict]]]:
    """Tiles by zoom: column, row, the vector layer."""
    tiles = defaultdict(list)
    with path.open("rb") as file:
        for (zoom, x, y), content in all_tiles(MmapSource(file)):
            if zoom not in zooms:
                continue
            layers = mapbox_vector_tile.decode(gzip.decompress(content), default_options={"y_coord_down": True})
            assert set(layers) <= {_mvt.LAYER, _mvt.CELLS}
            features = [feature for layer in layers.values() for feature in layer["features"]]
            (extent,) = {layer["extent"] for layer in layers.values()}
            tiles[zoom].append((x, y, {"extent": extent, "features": features, "names": set(layers)}))
    return tiles


def lonlat(shape, zoom, x, y, extent):
    """A shape of a tile in degrees, by the formulas of the slippy map (OSM wiki), not by ours."""

    def turn(points):
        wide = 2.0**zoom
        lon = (x + points[:, 0] / extent) / wide * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * (y + points[:, 1] / extent) / wide))))
        return np.column_stack([lon, lat])

    return shapely.transform(shape, turn)


def drawn(tiles, zoom):
    """Everything of one zoom as one shape in degrees, each tile cut to its own square (tiles overlap)."""
    shapes = []
    for x, y, layer in tiles[zoom]:
        extent = layer["extent"]
        held = [shapely.make_valid(shapely.from_geojson(json.dumps(f["geometry"]))) for f in layer["features"]]
        whole = shapely.intersection(shapely.union_all(held), shapely.box(0, 0, extent, extent))
        shapes.append(lonlat(whole, zoom, x, y, extent))
    return shapely.union_all(shapes)


def area_m2(shape):
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0])


def stars(count, low, high, seed):
    """Many-cornered polygons of some `low` to `high` degrees, a third of them with a hole."""
    chance = np.random.default_rng(seed)
    centre = np.column_stack([chance.uniform(115.5, 116.5, count), chance.uniform(27.2, 28.2, count)])
    angle = np.linspace(0, 2 * np.pi, 41)[:-1]
    reach = chance.uniform(low, high, count)[:, None] * chance.uniform(0.6, 1.0, (count, 40))
    ring = np.stack([centre[:, :1] + reach * np.cos(angle), centre[:, 1:] + reach * np.sin(angle)], axis=-1)
    hole = centre[:, None, :] + (ring - centre[:, None, :]) * 0.4
    return [shapely.Polygon(r, [h] if i % 3 == 0 else []) for i, (r, h) in enumerate(zip(ring, hole, strict=True))]


def frame(shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4490")


@pytest.mark.parametrize(
    ("shapes", "dissolve"),
    [
        pytest.param(stars(150, 0.01, 0.05, 1), True, id="large, overlapping, dissolved"),
        pytest.param(stars(60, 0.004, 0.01, 2), False, id="middling"),
        pytest.param(stars(300, 0.0004, 0.0009, 3), True, id="tens of metres"),
        pytest.param(
            [shapely.box(116 + i / 120, 27.5, 116 + (i + 1) / 120, 27.5 + 1 / 120) for i in range(0, 60, 2)],
            True,
            id="single cells of a grid",
        ),
    ],
)  # fmt: skip
def test_drawn_area_is_the_layers_at_every_zoom(tmp_path, shapes, dissolve):
    build_tiles(frame(shapes), tmp_path / "a.pmtiles", dissolve=dissolve)
    tiles = decoded(tmp_path / "a.pmtiles")
    wanted = area_m2(shapely.union_all(shapes))
    assert min(tiles) == MIN_ZOOM
    assert len(tiles) == max(tiles) - MIN_ZOOM + 1
    for zoom in tiles:
        assert area_m2(drawn(tiles, zoom)) == pytest.approx(wanted, rel=0.01), f"zoom {zoom}"


def test_highest_zoom_keeps_every_feature_its_id_and_its_corners(tmp_path):
    shapes = stars(40, 0.004, 0.01, 4)
    build_tiles(frame(shapes), tmp_path / "a.pmtiles", ids=np.arange(100, 140), dissolve=True)
    tiles = decoded(tmp_path / "a.pmtiles")
    top = max(tiles)
    found = defaultdict(list)
    for x, y, layer in tiles[top]:
        assert all(not feature["properties"] for feature in layer["features"])
        for feature in layer["features"]:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            found[feature["id"]].append(lonlat(shape, top, x, y, layer["extent"]))
    assert set(found) == set(range(100, 140))
    for number, shape in enumerate(shapes):
        corners = shapely.points(shapely.get_coordinates(shape))
        shown = shapely.multipoints(shapely.get_coordinates(shapely.union_all(found[100 + number])))
        assert shapely.distance(corners, shown).max() < 1e-5  # a metre


def test_low_zooms_join_what_touches_and_the_highest_does_not(tmp_path):
    cells = [shapely.box(116 + i / 50, 28, 116 + (i + 1) / 50, 28.02) for i in range(10)]
    build_tiles(frame(cells), tmp_path / "joined.pmtiles", dissolve=True)
    build_tiles(frame(cells), tmp_path / "apart.pmtiles", ids=np.arange(10), dissolve=True)
    joined, apart = decoded(tmp_path / "joined.pmtiles"), decoded(tmp_path / "apart.pmtiles")
    assert sum(len(layer["features"]) for _, _, layer in joined[6]) == 1
    assert sum(len(layer["features"]) for _, _, layer in apart[6]) == 10, "features of different ids stay apart"
    assert {f["id"] for *_, layer in apart[6] for f in layer["features"]} == set(range(10))
    top = [
        shapely.from_geojson(json.dumps(f["geometry"])) for *_, layer in joined[max(joined)] for f in layer["features"]
    ]
    assert len(top) >= 10


def test_lines_stay_where_they_are_and_points_are_left_out(tmp_path):
    line = shapely.LineString([(115 + t / 100, 27 + math.sin(t / 8) / 5) for t in range(200)])
    build_tiles(frame([line, shapely.Point(116, 27)]), tmp_path / "a.pmtiles", ids=np.array([7, 8]))
    tiles = decoded(tmp_path / "a.pmtiles")
    assert {f["id"] for zoom in tiles for *_, layer in tiles[zoom] for f in layer["features"]} == {7}
    for zoom in tiles:
        shown = shapely.union_all(
            [
                lonlat(shapely.from_geojson(json.dumps(f["geometry"])), zoom, x, y, layer["extent"])
                for x, y, layer in tiles[zoom]
                for f in layer["features"]
            ]
        )
        pixel = 360 / 256 / 2 ** (zoom + LEVEL_DIFF)
        assert shapely.hausdorff_distance(shown, line, densify=0.1) < 2 * pixel, f"zoom {zoom}"


def test_file_tells_its_zooms_and_bounds(tmp_path):
    build_tiles(frame([shapely.box(115, 27, 116, 28)]), tmp_path / "a.pmtiles")
    with (tmp_path / "a.pmtiles").open("rb") as file:
        header = Reader(MmapSource(file)).header()
    assert header["min_zoom"] == MIN_ZOOM
    assert header["max_zoom"] + LEVEL_DIFF >= 12
    bounds = [
        header[f"{end}_{axis}_e7"] / 1e7
        for end, axis in [("min", "lon"), ("min", "lat"), ("max", "lon"), ("max", "lat")]
    ]
    assert bounds == pytest.approx([115, 27, 116, 28], abs=1e-6)


def test_dense_layers_get_a_higher_last_zoom(tmp_path):
    ring = [(116 + 0.05 * math.cos(a), 27.5 + 0.05 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 3000)]
    sparse, dense = [shapely.Polygon(ring[::30])], [shapely.Polygon(ring)] * 2
    dense = [shapely.affinity.translate(dense[0], i * 0.02, j * 0.02) for i in range(4) for j in range(4)]
    build_tiles(frame(sparse), tmp_path / "a.pmtiles")
    build_tiles(frame(dense), tmp_path / "b.pmtiles")
    assert max(decoded(tmp_path / "b.pmtiles")) > max(decoded(tmp_path / "a.pmtiles"))


def test_same_layer_gives_the_same_bytes(tmp_path):
    shapes = frame(stars(20, 0.01, 0.05, 5))
    for name in "ab":
        build_tiles(shapes, tmp_path / name, dissolve=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_build_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(Writer, "finalize", full)
    with pytest.raises(OSError, match="no space"):
        build_tiles(frame([shapely.box(115, 27, 116, 28)]), tmp_path / "a.pmtiles")
    assert list(tmp_path.iterdir()) == []


def test_other_systems_are_refused(tmp_path):
    with pytest.raises(ValueError, match="4490"):
        build_tiles(frame([shapely.box(115, 27, 116, 28)]).to_crs(4547), tmp_path / "a")
    with pytest.raises(ValueError, match="4490"):
        build_tiles(gpd.GeoDataFrame(geometry=[shapely.box(115, 27, 116, 28)]), tmp_path / "a")


def test_an_empty_layer_is_an_empty_file(tmp_path):
    build_tiles(frame([]), tmp_path / "a.pmtiles")
    with (tmp_path / "a.pmtiles").open("rb") as file:
        assert [gzip.decompress(content) for _, content in all_tiles(MmapSource(file))] == [b""]


def test_a_border_between_two_areas_is_drawn_once():
    pair = frame([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    edges = shared_edges(pair)
    assert shapely.length(edges.geometry.array).sum() == pytest.approx(7)  # eight sides, one of them shared
    assert shapely.union_all(edges.geometry).equals(shapely.union_all(pair.geometry.boundary))
    assert edges.crs == pair.crs


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 4000), st.integers(2, 90), st.integers(0, 2**40)),
        min_size=1,
        max_size=30,
    )
)
def test_encoding_is_read_back_by_another_library(rows):
    shapes = np.array(
        [shapely.box(x, y, x + s, y + s) if s % 2 else shapely.LineString([(x, y), (x + s, y), (x, y + s)])
         for x, y, s, _ in rows]
    )  # fmt: skip
    ids = np.array([number for *_, number in rows])
    content = _mvt.encode(shapely.transform(shapes, lambda xy: xy / 4096), ids, 4096)
    layer = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})[_mvt.LAYER]
    got = sorted(
        (f["id"], shapely.normalize(shapely.from_geojson(json.dumps(f["geometry"]))).wkt) for f in layer["features"]
    )
    assert got == sorted((int(i), shapely.normalize(g).wkt) for i, g in zip(ids, shapes, strict=True))
    assert layer["extent"] == 4096


def test_a_hole_stays_a_hole_and_what_is_too_small_goes():
    holed = shapely.box(0.1, 0.1, 0.9, 0.9) - shapely.box(0.4, 0.4, 0.6, 0.6)
    speck = shapely.box(0.95, 0.95, 0.95001, 0.95001)
    content = _mvt.encode(np.array([holed, speck]), np.array([1, 2]), 1000)
    features = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})[_mvt.LAYER]["features"]
    assert [f["id"] for f in features] == [1]
    assert shapely.from_geojson(json.dumps(features[0]["geometry"])).area == 800**2 - 200**2
    assert _mvt.encode(np.array([speck]), np.array([2]), 1000) == b""
