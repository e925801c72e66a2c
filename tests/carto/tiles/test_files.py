from __future__ import annotations

import json
import threading

import pytest
import shapely

from carto.tiles import files as tiles_layer
from carto.tiles.files import ensure_file, file_name, make_missing, tile_kinds
from layers.catalogue.model import Style


def test_a_file_is_named_by_what_it_is_made_of(make_layer, squares):
    names = {
        file_name(make_layer(squares), "shapes"),
        file_name(make_layer(squares), "marks"),
        file_name(make_layer(squares), "regions"),
        file_name(make_layer(squares, digest="d2"), "shapes"),
        file_name(make_layer(squares, style=Style(by="name_zh")), "shapes"),
        file_name(make_layer(squares, role="boundary"), "shapes"),
    }
    assert len(names) == 6
    colour = make_layer(squares, style=Style(stroke="#ff0000"))
    assert file_name(colour, "shapes") in names, "a colour is no matter of the tiles"


def test_kinds_follow_the_shapes(make_layer, squares):
    dots = [shapely.Point(116, 28)]
    assert tile_kinds(make_layer(squares)) == ["shapes"]
    assert tile_kinds(make_layer(dots)) == ["marks"]
    assert tile_kinds(make_layer(squares, style=Style(label="name_zh"))) == ["shapes", "marks"]
    assert tile_kinds(make_layer(None)) == []


def test_marks_hold_every_point_and_a_name_inside_each_area(make_layer, squares, tmp_path):
    moon = shapely.Point(117, 29).buffer(0.5) - shapely.Point(117.2, 29).buffer(0.5)
    shapes = [*squares, moon, shapely.MultiPoint([(115, 27), (115.5, 27)]), shapely.LineString([(113, 26), (115, 26)])]
    layer = make_layer(shapes, style=Style(label="name_zh"), located=[True] * 4 + [False, True])
    marks = json.loads(ensure_file(layer, "marks", tmp_path).read_text(encoding="utf-8"))
    assert marks["points"] == [[115, 27, "名4", "Name 4", 0, 0], [115.5, 27, "名4", "Name 4", 0, 0]]
    assert [row[2] for row in marks["labels"]] == ["名0", "名1", "名2", "名3", "名5"]
    for (lon, lat, *_, width), shape in zip(marks["labels"][:4], shapes[:4], strict=True):
        assert shape.contains(shapely.Point(lon, lat))
        assert width == pytest.approx((shape.bounds[2] - shape.bounds[0]) / 360, rel=1e-3)
    assert marks["labels"][4][:2] == [114, 26]


def test_a_route_is_named_at_its_end_by_where_it_goes_on_to(make_layer, tmp_path):
    forked = shapely.MultiLineString([[(116, 28), (117, 28)], [(116, 28), (116, 27)], [(116, 28), (115, 29)]])
    within = shapely.LineString([(114, 28), (114, 29)])
    columns = {"leads_to": ["温州;;福州（福建）", "", ""], "leads_to_en": ["Wenzhou;;Fuzhou (Fujian)", "", ""]}
    shapes = [forked, within, shapely.Point(115, 27)]
    layer = make_layer(shapes, style=Style(label_ends="leads_to"), columns=columns)
    marks = json.loads(ensure_file(layer, "marks", tmp_path).read_text(encoding="utf-8"))
    assert marks["labels"] == [
        [117, 28, "→ 温州", "→ Wenzhou", 1.0],
        [115, 29, "→ 福州（福建）", "→ Fuzhou (Fujian)", 1.0],
    ]
    assert [row[:4] for row in marks["points"]] == [[115, 27, "", ""]], "a symbol beside them has no name"


def test_parts_of_a_line_without_a_text_of_their_own_end_without_one(make_layer, tmp_path):
    """A user's column need not have as many texts as the line has parts."""
    forked = shapely.MultiLineString([[(116, 28), (117, 28)], [(116, 28), (116, 27)]])
    layer = make_layer([forked], style=Style(label_ends="to"), columns={"to": ["南昌"]})
    assert json.loads(ensure_file(layer, "marks", tmp_path).read_text(encoding="utf-8"))["labels"] == [
        [117, 28, "→ 南昌", "", 1.0]
    ]


def test_a_file_is_made_once_even_for_many_at_a_time(make_layer, squares, tmp_path, monkeypatch):
    made = []
    real = tiles_layer.build_tiles
    monkeypatch.setattr(tiles_layer, "build_tiles", lambda *a, **k: (made.append(1), real(*a, **k)))
    layer = make_layer(squares)
    threads = [threading.Thread(target=ensure_file, args=(layer, "shapes", tmp_path)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert [path.name for path in (tmp_path / layer.id).glob("[!.]*")] == [file_name(layer, "shapes")]


def test_progress_is_called_only_for_what_takes_time(make_layer, squares, tmp_path):
    shares = []
    make_missing(make_layer(None, layer_id="absent"), tmp_path, lambda share, doing="": shares.append(share))
    assert shares == []
    make_missing(make_layer(squares), tmp_path, lambda share, doing="": shares.append(share))
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1
    shares.clear()
    make_missing(make_layer(squares), tmp_path, lambda share, doing="": shares.append(share))
    assert shares == []
