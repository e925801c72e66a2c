"""Forms of shapes read back by readers that share no code with their writers: shapes, attributes, system."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import LineString

from geo.errors import BadInput
from layers.catalogue import known_by_territory
from layers.catalogue.model import Layer
from snapshot.inspect.verify import verify_file
from snapshot.selection.selection import Filter, Selection, selected
from snapshot.vector.forms import write
from tests.snapshot.nasty import (
    IDS,
    KIND_ROWS,
    KML,
    NASTY,
    SHAPES,
    TIMES,
    VALUES,
    expected_shapes,
    layer_rows,
    plain_values,
    read_tables,
    same_shapes,
    write_form,
)


@pytest.mark.parametrize("form", ["gpkg", "geojson", "fgb", "parquet"])
def test_nasty_values_come_back_as_they_went(form: str, nasty: Layer, tmp_path: Path) -> None:
    path = write_form(form, tmp_path, nasty)
    found = read_tables(path, form, tmp_path / "out")
    for kind, rows in KIND_ROWS.items():
        back = found[f"things_{kind}"]
        order = [list(back["feature_id"]).index(f"n{row}") for row in rows]
        back = back.iloc[order].reset_index(drop=True)
        assert back.crs.to_epsg() == (4326 if form == "geojson" else 4490)
        assert same_shapes(back.geometry, expected_shapes(rows, kind))
        assert plain_values(back["项目名称很长很长"]) == [NASTY[row] for row in rows]
        ids = [IDS[row] for row in rows]
        wide = form == "geojson" and kind == "polygon"
        assert back["id64"].tolist() == ([str(one) for one in ids] if wide else ids)
        assert plain_values(back["value"]) == [VALUES[row] for row in rows]
        assert plain_values(back["prefecture_adcode"]) == plain_values(nasty.frame["prefecture_adcode"].iloc[rows])
        assert plain_values(pd.to_datetime(back["surveyed_at"])) == plain_values(TIMES[rows])
        assert [bool(value) for value in back["confirmed"]] == [row % 2 == 0 for row in rows]


def test_shapefile_keeps_all_that_it_can_and_says_the_rest(nasty: Layer, tmp_path: Path) -> None:
    path = write_form("shp", tmp_path, nasty)
    found = read_tables(path, "shp", tmp_path / "out")
    folder = tmp_path / "out"
    with (folder / "fields.csv").open(encoding="utf-8-sig", newline="") as text:
        names = {row["column"]: row["field"] for row in csv.DictReader(text) if row["table"] == "things_polygon"}
    assert all(len(name.encode()) <= 10 for name in names.values())
    assert len({name.lower() for name in names.values()}) == len(names)
    with (folder / "long_text.csv").open(encoding="utf-8-sig", newline="") as text:
        long_texts = {(row["table"], int(row["row"]), row["column"]): row["text"] for row in csv.DictReader(text)}
    assert long_texts == {("things_point", 0, "项目名称很长很长"): "长" * 2000}
    for kind, rows in KIND_ROWS.items():
        assert (folder / f"things_{kind}.cpg").read_text() == "UTF-8"
        prj = (folder / f"things_{kind}.prj").read_text()
        assert CRS.from_wkt(prj).to_epsg(20) == 4490
        assert prj.startswith('GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"')
        back = found[f"things_{kind}"]
        assert same_shapes(back.geometry, expected_shapes(rows, kind))
        texts = [("长" * 84 if text and len(text) == 2000 else text or None) for text in (NASTY[row] for row in rows)]
        assert plain_values(back[names["项目名称很长很长"]]) == texts
        assert plain_values(back[names["value"]]) == [
            None if VALUES[row] is None else pytest.approx(VALUES[row], abs=1e-14) for row in rows
        ]
        ids = [str(IDS[row]) for row in rows] if kind == "polygon" else [IDS[row] for row in rows]
        assert back[names["id64"]].tolist() == ids
        assert [int(value) for value in back[names["confirmed"]]] == [int(row % 2 == 0) for row in rows]
        assert plain_values(pd.to_datetime(back[names["surveyed_at"]])) == plain_values(TIMES[rows])
    readme = zipfile.ZipFile(path).read("README.txt").decode("utf-8-sig")
    assert "long_text.csv" in readme
    assert f"{names['prefecture_adcode']} = prefecture_adcode" in readme


@pytest.mark.parametrize("form", ["kml", "kmz"])
def test_kml_is_well_formed_styled_and_complete(form: str, nasty: Layer, tmp_path: Path) -> None:
    path = write_form(form, tmp_path, nasty)
    if form == "kmz":
        archive = zipfile.ZipFile(path)
        assert archive.namelist()[0] == "doc.kml"
        content = archive.read("doc.kml")
        icons = [href.text for href in ET.fromstring(content).iter(f"{KML}href")]
        assert icons
        assert set(icons) <= set(archive.namelist())
        assert archive.read(icons[0]).startswith(b"\x89PNG")
    else:
        content = path.read_bytes()
        assert b"http" not in content.replace(b"http://www.opengis.net", b"").replace(b"https://creativecommons", b"")
    root = ET.fromstring(content)
    styles = {style.get("id"): style for style in root.iter(f"{KML}Style")}
    assert styles["things_polygon"].find(f"{KML}PolyStyle/{KML}color").text == "80605040"
    assert styles["things_polygon"].find(f"{KML}LineStyle/{KML}color").text == "ff302010"
    marks = {}
    for mark in root.iter(f"{KML}Placemark"):
        assert mark.find(f"{KML}styleUrl").text.removeprefix("#") in styles
        own = {data.get("name"): data.text or "" for data in mark.iter(f"{KML}SimpleData")}
        marks[own["feature_id"], mark.find(f"{KML}styleUrl").text] = (own, mark)
    assert len(marks) == 8
    for row in range(6):
        own, mark = next(found for (name, _), found in marks.items() if name == f"n{row}")
        assert own.get("项目名称很长很长") == NASTY[row]
        assert int(own["id64"]) == IDS[row]
        assert (float(own["value"]) if "value" in own else None) == VALUES[row]
        points = [
            tuple(float(x) for x in pair.split(","))
            for node in mark.iter(f"{KML}coordinates")
            for pair in node.text.split()
        ]
        assert set(points) == set(map(tuple, shapely.get_coordinates(SHAPES[row]).tolist()))
    back = pyogrio.read_dataframe(path, layer=pyogrio.list_layers(path)[0][0]) if form == "kml" else None
    assert back is None or back.crs.to_epsg() == 4326


def test_geojson_follows_rfc_7946_in_wgs84_and_names_any_other_system(nasty: Layer, tmp_path: Path) -> None:
    only = layer_rows(nasty, [0])
    path = write_form("geojson", tmp_path, only)
    assert path.suffix == ".geojson"
    held = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in held
    rings = held["features"][0]["geometry"]["coordinates"]
    assert shapely.LinearRing(rings[0]).is_ccw
    assert not shapely.LinearRing(rings[1]).is_ccw
    projected = write_form("geojson", tmp_path, only, epsg=4527)
    held = json.loads(projected.read_text(encoding="utf-8"))
    assert held["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4527"
    back = gpd.read_file(projected)
    assert back.crs.to_epsg() == 4527
    assert back.total_bounds[0] > 39_000_000


@pytest.mark.parametrize("epsg", [4527, 4548, 4526, 4326, 32650])
@pytest.mark.parametrize("form", ["gpkg", "shp", "fgb", "parquet"])
def test_target_system_is_declared_and_coordinates_are_in_it(
    form: str, epsg: int, nasty: Layer, tmp_path: Path
) -> None:
    points = layer_rows(nasty, [3, 4])
    path = write_form(form, tmp_path, points, epsg=epsg)
    if path.suffix == ".parquet":
        back = gpd.read_parquet(path)
    else:
        back = next(iter(read_tables(path, form, tmp_path / "out").values()))
    assert back.crs.to_epsg(20) == epsg
    datum = "EPSG:4326" if epsg in {4326, 32650} else "EPSG:4490"
    x, y = Transformer.from_crs(datum, f"EPSG:{epsg}", always_xy=True).transform(
        [116.5, 116.123456789012], [27.5, 27.987654321098]
    )
    found = shapely.get_coordinates(back.sort_values("feature_id").geometry.to_numpy())
    assert np.allclose(found, np.column_stack([x, y]), rtol=0, atol=1e-6 if epsg != 4326 else 1e-12)


def test_long_edges_stay_where_they_are_in_a_plane(nasty: Layer, tmp_path: Path) -> None:
    edge = layer_rows(nasty, [2])
    frame = selected(Selection({edge.id: edge}), 4527)[0].frame
    back = frame.to_crs(4490).geometry.iloc[0]
    line = LineString([(116, 27), (116.4, 27.3)])
    middle = back.interpolate(0.5, normalized=True)
    assert middle.distance(line) * 111_000 < 0.02
    assert len(back.coords) > 100


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_every_default_layer_comes_back_whole(form: str, default_layers: dict[str, Layer], tmp_path: Path) -> None:
    path = write(Selection(default_layers), form, tmp_path / "all")
    assert verify_file(path, default_layers).problems == ()
    found = read_tables(path, form, tmp_path / "out")
    for name, one in default_layers.items():
        if one.frame is None:
            continue
        apart = known_by_territory(one.frame)
        placed = one.frame[~apart]
        if apart.any():
            listed = unplaced_table(path, form, tmp_path / "out", name)
            assert listed["feature_id"].tolist() == one.frame.loc[apart, "feature_id"].tolist()
            assert listed["known_in"].astype(str).tolist() == one.frame.loc[apart, "known_in"].tolist()
            assert listed["name_zh"].tolist() == one.frame.loc[apart, "name_zh"].tolist()
        parts = [frame for table, frame in found.items() if table in {name, *(f"{name}_{kind}" for kind in KIND_ROWS)}]
        assert sum(len(part) for part in parts) == len(placed), name
        if placed.empty:
            continue
        back = pd.concat([part.set_index("feature_id") for part in parts]).loc[placed["feature_id"]]
        assert same_shapes(gpd.GeoSeries(back.geometry), placed.geometry), name
        for column in ("name_zh", "source", "basis", "as_of"):
            ours = [text or None for text in plain_values(placed[column])]
            assert [text or None for text in plain_values(back[column])] == ours, (name, column)
        assert plain_values(back["accuracy_m"]) == plain_values(placed["accuracy_m"])
        if one.spec.notice is not None:
            assert set(back["notice"]) == {one.spec.notice("zh")}


def unplaced_table(path: Path, form: str, folder: Path, name: str) -> pd.DataFrame:
    """Return the table of what is known by a territory alone, as GDAL or pandas reads it."""
    if form == "gpkg":
        return pyogrio.read_dataframe(path, layer=f"{name}_unplaced", read_geometry=False)
    return pd.read_csv(folder / f"{name}_unplaced.csv", dtype=str, encoding="utf-8-sig")


@pytest.mark.parametrize("form", ["gpkg", "shp"])
def test_by_choice_what_has_no_place_stands_at_its_territory_and_says_so(
    form: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    whole = default_layers["projects"].frame
    assert whole is not None
    path = write(Selection(default_layers, chosen=("projects",), unplaced="county"), form, tmp_path / "all")
    assert verify_file(path, default_layers).problems == ()
    found = read_tables(path, form, tmp_path / "out")
    assert not any(name.endswith("_unplaced") for name in found)
    field = "known_in"
    points = found["projects_point"]
    marked = points[points[field].fillna("") != ""]
    assert len(marked) == known_by_territory(whole).sum() > 200
    assert len(marked.groupby(marked.geometry.to_wkb())) < 150  # one point a territory, not one a project


@pytest.mark.parametrize("form", ["kml", "dxf"])
def test_a_route_has_its_own_name_where_the_map_names_where_it_leads(
    form: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    frame = default_layers["projects"].frame
    assert frame is not None
    led = frame[frame["leads_to"] != ""]
    assert len(led) > 2
    path = write(Selection(default_layers, chosen=("projects",)), form, tmp_path / "all")
    if form == "kml":
        names = {str(one.text) for one in ET.parse(path).iter(f"{KML}name")}
    else:
        with zipfile.ZipFile(path) as archive:
            archive.extract("redline.dxf", tmp_path)
        texts = pyogrio.read_dataframe(tmp_path / "redline.dxf")["Text"].dropna()
        names = set(texts.str.removeprefix("示意 "))
    assert [name for name in led["name_zh"] if not any(name in text for text in names)] == []
    assert not names & set(led["leads_to"])


def test_kml_lists_what_has_no_place_without_one(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    whole = default_layers["projects"].frame
    assert whole is not None
    path = write(Selection(default_layers, chosen=("projects",)), "kml", tmp_path / "all")
    folders = {
        str(folder.findtext(f"{KML}name")): folder.findall(f"{KML}Placemark")
        for folder in ET.parse(path).iter(f"{KML}Folder")
    }
    [listed] = [marks for name, marks in folders.items() if "仅知所在市县" in name]
    assert len(listed) == known_by_territory(whole).sum()
    assert not any(mark.find(f".//{KML}coordinates") is not None for mark in listed)


def test_a_drawing_is_not_made_of_what_has_no_place(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    alone = Selection(
        default_layers, chosen=("projects",), filters=(Filter("projects", "id", ("000-6-2-1-01",)),), epsg=4527
    )
    with pytest.raises(BadInput):
        write(alone, "dxf", tmp_path / "x")
    path = write(alone, "geojson", tmp_path / "x")
    with zipfile.ZipFile(path) as archive:
        assert "projects_unplaced.csv" in archive.namelist()
