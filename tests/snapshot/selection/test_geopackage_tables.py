"""The GeoPackage read back by GDAL and by plain SQL: content, colours, and nothing left behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import multilinestrings, multipoints, multipolygons
from shapely.geometry import LineString, MultiPolygon, Point, box

from carto.style.symbols import Symbol, symbol_of
from layers.catalogue.model import Style
from snapshot.selection.geopackage_tables import Sheet, write_geopackage
from snapshot.selection.qml import Category, qml

BLACK: Symbol = symbol_of(Style(stroke="#000000", radius_px=5))
NASTY = ["逗号,引号\"'", "两\n行", "😀 emoji", "长" * 2000, "", None]


@pytest.fixture
def mixed() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": NASTY,
            "id64": [2**62 + 1, 1, 2, 3, 4, 5],
            "value": [1.5, None, -0.0, 1e-300, 3.0, 4.0],
        },
        geometry=[
            box(116, 27, 116.1, 27.1),
            MultiPolygon([box(115, 27, 115.1, 27.1), box(115.2, 27, 115.3, 27.1)]),
            LineString([(116, 27), (117, 28)]),
            Point(116.5, 27.5),
            Point(116.6, 27.6),
            LineString([(116, 27), (117, 28), (117.5, 28)]),
        ],
        crs=4490,
    )


def written(folder: Path, *sheets: Sheet) -> Path:
    target = folder / "快照 snapshot.gpkg"
    write_geopackage(target, sheets, written="2026-11-20T00:00:00Z")
    return target


def test_each_kind_of_geometry_is_a_table_that_reads_back_equal(mixed: gpd.GeoDataFrame, tmp_path: Path) -> None:
    target = written(tmp_path, Sheet("things", "东西", "说明", mixed, symbol_of(Style(stroke="#102030"))))
    for kind, rows in {"polygon": [0, 1], "line": [2, 5], "point": [3, 4]}.items():
        back = gpd.read_file(target, layer=f"things_{kind}")
        assert back.crs.to_epsg() == 4490
        assert back.geometry.normalize().geom_equals_exact(_multi(mixed.geometry.iloc[rows]), 0).all()
        expected = mixed.iloc[rows]
        assert [None if pd.isna(x) else x for x in back["name"]] == [
            None if pd.isna(x) else x for x in expected["name"]
        ]
        assert back["id64"].tolist() == expected["id64"].tolist()
        pd.testing.assert_series_equal(back["value"], expected["value"], check_index=False, check_exact=True)


def _multi(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    build = {"Polygon": multipolygons, "LineString": multilinestrings, "Point": multipoints}
    many = [s if s.geom_type.startswith("Multi") else build[s.geom_type]([s]) for s in shapes]
    return gpd.GeoSeries(many, crs=shapes.crs).normalize()


def test_titles_and_descriptions_are_in_the_table_of_contents(mixed: gpd.GeoDataFrame, tmp_path: Path) -> None:
    plain = pd.DataFrame({"图层": ["红线"], "面积": [1.25]})
    target = written(
        tmp_path, Sheet("sites", "地块", "来源:规划", mixed.iloc[:2]), Sheet("findings", "结果", "表", plain)
    )
    with sqlite3.connect(target) as database:
        rows = database.execute("SELECT table_name, data_type, identifier, description FROM gpkg_contents")
        contents = {name: (kind, title, text) for name, kind, title, text in rows}
    assert contents["sites"] == ("features", "地块", "来源:规划")
    assert contents["findings"][0] == "attributes"
    assert pyogrio.read_dataframe(target, layer="findings")["面积"].tolist() == [1.25]


def test_styles_stand_where_qgis_looks_for_them(mixed: gpd.GeoDataFrame, tmp_path: Path) -> None:
    style = Style(stroke="#102030", stroke_px=2, dash=[4, 3], fill="#405060", fill_opacity=0.5, hatch=True)
    target = written(tmp_path, Sheet("sites", "地块", "", mixed.iloc[:2], symbol_of(style), label="name"))
    with sqlite3.connect(target) as database:
        rows = database.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        ).fetchall()
        geometry = database.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()[0]
        kind = database.execute("SELECT data_type FROM gpkg_contents WHERE table_name='layer_styles'").fetchone()[0]
    assert [row[:3] for row in rows] == [("sites", geometry, 1)]
    assert kind == "attributes"
    document = ET.fromstring(rows[0][3].split("\n", 1)[1])
    layers = document.findall("renderer-v2/symbols/symbol/layer")
    assert [layer.get("class") for layer in layers] == ["SimpleFill", "LinePatternFill", "SimpleLine"]
    options = {o.get("name"): o.get("value") for o in layers[0].findall("Option/Option")}
    assert options["color"] == "64,80,96,128"
    options = {o.get("name"): o.get("value") for o in layers[2].findall("Option/Option")}
    assert (options["line_color"], options["line_width"], options["customdash"]) == ("16,32,48,255", "2.0", "4;3")
    assert document.get("labelsEnabled") == "1"
    assert document.find("labeling/settings/text-style").get("fieldName") == "name"


def test_categories_carry_value_label_and_colour() -> None:
    document = ET.fromstring(
        qml(
            BLACK,
            "point",
            column="category",
            categories=[
                Category("waste", "固废 <危>", {**BLACK, "fill": "#ff0000"}),
                Category("rail", "铁路", {**BLACK, "fill": "#00ff00", "shape": "inverted"}),
            ],
        ).split("\n", 1)[1]
    )
    found = [
        (c.get("value"), c.get("label"), c.get("symbol")) for c in document.findall("renderer-v2/categories/category")
    ]
    assert found == [("waste", "固废 <危>", "0"), ("rail", "铁路", "1")]
    colours = [
        next(o.get("value") for o in symbol.findall("layer/Option/Option") if o.get("name") == "color")
        for symbol in document.findall("renderer-v2/symbols/symbol")
    ]
    assert colours == ["255,0,0,255", "0,255,0,255"]
