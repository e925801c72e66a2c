"""Years on the map: tiles hold what the browser keeps a layer to some years by, at every zoom."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
import shapely

from carto.map.panel import panel_json
from carto.scene import LayerDisplay
from carto.style.years import MOST_JOINED, year_kinds
from carto.tiles import files as tiles_layer
from carto.tiles.files import ensure_file, file_name, marks_json
from layers.catalogue.model import Style
from tests.carto.tiles.test_mark_tiles import many, read
from tests.geo.tiles.test_build import area_m2, decoded, lonlat

STEP = 0.01


@pytest.fixture
def lots(make_layer):
    """A chessboard of 20 × 20 squares, every other column of another year, every fifth square without."""
    shapes = [
        shapely.box(116 + i * STEP, 27 + j * STEP, 116 + (i + 1) * STEP, 27 + (j + 1) * STEP)
        for i in range(20)
        for j in range(20)
    ]
    years = ["" if at % 5 == 0 else str(2020 + at // 20 % 2) for at in range(400)]
    return make_layer(shapes, columns={"at": years}, time_field="at")


def test_kinds_count_every_feature_once(lots):
    kinds = year_kinds(lots)
    assert kinds.rows.tolist() == [[0, -1, -1, 80], [0, 2020, 2020, 160], [0, 2021, 2021, 160]]
    assert (kinds.range, kinds.undated) == ((2020, 2021), 80)
    assert kinds.of_row[:3].tolist() == [0, 1, 1]


def test_each_year_has_its_own_area_at_every_zoom(lots, tmp_path):
    tiles = decoded(ensure_file(lots, "shapes", tmp_path))
    shapes = lots.frame.geometry.to_numpy()
    of_row = year_kinds(lots).of_row
    assert min(tiles) < 5 < max(tiles)
    for zoom in (5, 7, max(tiles)):
        drawn = defaultdict(list)
        for x, y, layer in tiles[zoom]:
            square = shapely.box(0, 0, layer["extent"], layer["extent"])
            for feature in layer["features"]:
                shape = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
                drawn[feature.get("id", 0)].append(lonlat(shape & square, zoom, x, y, layer["extent"]))
        whole = area_m2(shapely.union_all(shapes))
        everything = shapely.union_all([shape for part in drawn.values() for shape in part])
        assert area_m2(everything) == pytest.approx(whole, rel=0.01), zoom
        for kind in range(3):  # squares of a pixel and less: the bound holds for the whole layer, not for each part
            wanted = area_m2(shapely.union_all(shapes[of_row == kind]))
            assert area_m2(shapely.union_all(drawn[kind])) == pytest.approx(wanted, rel=0.03), (zoom, kind)


def test_so_many_kinds_that_joining_would_fill_memory_are_not_joined(make_layer, squares, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(tiles_layer, "_DISSOLVE_ABOVE", 2)
    monkeypatch.setattr(tiles_layer, "build_tiles", lambda *_, dissolve, **__: asked.append(dissolve))
    for count in (3, MOST_JOINED + 1):
        shapes = [squares[i % 3] for i in range(count)]
        layer = make_layer(shapes, columns={"at": range(1990, 1990 + count)}, time_field="at")
        tiles_layer._write_file(layer, "shapes", tmp_path / "x.pmtiles", lambda _: None)
    assert asked == [True, False]


def test_the_file_is_another_only_for_a_layer_with_years(make_layer, squares):
    plain = make_layer(squares, columns={"at": [1, 2, 3]})
    dated = make_layer(squares, columns={"at": [1, 2, 3]}, time_field="at")
    assert file_name(plain, "shapes") != file_name(dated, "shapes")
    assert file_name(plain, "regions") == file_name(dated, "regions")


def test_symbols_and_names_end_with_their_kind(make_layer, squares, tmp_path):
    layer = make_layer(
        [*squares[:2], shapely.Point(115, 27)],
        style=Style(label="name_zh"),
        columns={"at": ["2021", "", "2019"]},
        time_field="at",
    )
    marks = json.loads(ensure_file(layer, "marks", tmp_path).read_text(encoding="utf-8"))
    kinds = year_kinds(layer).rows.tolist()
    assert marks["points"] == [[115, 27, "名2", "Name 2", 0, 1, -1, 0, kinds.index([0, 2019, 2019, 1])]]
    assert [label[5] for label in marks["labels"]] == [kinds.index([0, 2021, 2021, 1]), kinds.index([0, -1, -1, 1])]
    assert len(marks_json(layer, layer.frame)["points"][0]) == 6, "files that are taken away hold no kinds"


def test_a_symbol_for_many_knows_how_many_are_of_each_kind(make_layer, tmp_path, monkeypatch):
    monkeypatch.setattr(tiles_layer, "_MAX_MARKS_IN_JSON", 100)
    points = [shapely.Point(116 + i % 40 / 100, 27 + i // 40 / 100) for i in range(1200)]
    layer = make_layer(points, columns={"at": [2000 + i % 7 for i in range(1200)]}, time_field="at")
    wanted = {kind: row[3] for kind, row in enumerate(year_kinds(layer).rows.tolist())}
    tiles, _ = read(ensure_file(layer, "marks", tmp_path))
    for zoom, found in tiles.items():
        counted: dict[int, int] = defaultdict(int)
        for point in (point for tile in found.values() for point in tile["points"]):
            pairs = point[8] if point[7] else [[point[8], 1]]
            assert sum(count for _, count in pairs) == max(1, many(point))
            for kind, count in pairs:
                counted[kind] += count
        assert counted == wanted, zoom


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        (None, (2020, 2021)),
        ((2021, 2021), (2021, 2021)),
        ((1900, 2100), (2020, 2021)),
        ((1900, 1950), (2020, 2020)),
    ],
)
def test_a_link_asks_for_years_that_there_are(lots, asked, drawn):
    panel = (LayerDisplay(lots.id, on=True, years=asked, undated=False),)
    row = panel_json([lots], "zh", lambda *_: "../t", panel, None)[0]["layers"][0]
    assert (row["years"]["from"], row["years"]["to"], row["years"]["showUndated"]) == (*drawn, False)


def test_a_layer_without_years_says_nothing_of_them(make_layer, squares):
    row = panel_json([make_layer(squares)], "zh", lambda *_: "../t", (), None)[0]["layers"][0]
    assert (row["years"], row["yearless"]) == (None, "")


def test_dates_that_cannot_be_read_are_said(make_layer, squares):
    layer = make_layer(squares, columns={"at": ["十四五", "", None]}, time_field="at")
    row = panel_json([layer], "zh", lambda *_: "../t", (), None)[0]["layers"][0]
    assert row["years"] is None
    assert "没有读出年份" in row["yearless"]
