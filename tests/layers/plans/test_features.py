"""Plan rows on the map: a cited point, a schematic line, or a symbol that never poses as a site."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from layers.plans.features import plan_features, project_features, protected_features, with_documents
from layers.plans.reaches import reaches_in_counties, water_shapes
from layers.plans.tables import read_table
from tests.helpers import ROOT

_DATA = ROOT / "data"
_PLANS = _DATA / "plans"
_METRES = "EPSG:4547"


@pytest.fixture
def counties() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"adcode": ["361028"], "prefecture_adcode": ["361000"], "province_adcode": ["360000"]},
        geometry=[box(117.0, 27.5, 117.4, 28.0)],
        crs=4490,
    )


def projects() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "name": ["甲", "乙", "丙", "丁"],
            "document": ["000"] * 4,
            "adcodes": ["361028", "361028", "361028", "110000"],
            "lon": [117.2, None, None, None],
            "lat": [27.7, None, None, None],
            "accuracy_m": [4000.0, None, None, None],
            "location_basis": ["town", "route", "county", "county"],
            "water": ["", "", "river", ""],
        }
    )


def river(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    told = {"accuracy_m": [1500.0] * len(shapes), "licence": ["L"] * len(shapes), "drawn_by": ["S"] * len(shapes)}
    index = pd.Index(["river", "other"][: len(shapes)], name="id")
    return gpd.GeoDataFrame(told, geometry=list(shapes), index=index, crs=4490)


@pytest.fixture(scope="module")
def real_counties() -> gpd.GeoDataFrame:
    return gpd.read_file(_DATA / "boundaries" / "county.fgb")


@pytest.fixture(scope="module")
def real_projects(real_counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return plan_features("projects", _DATA, real_counties)


def test_located_says_which_places_are_real(counties: gpd.GeoDataFrame) -> None:
    waypoints = pd.DataFrame(
        {
            "project_id": ["b", "b", "b", "b"],
            "part": [1, 1, 2, 2],
            "seq": [2, 1, 1, 2],
            "lon": [117.3, 117.1, 117.1, 117.2],
            "lat": [27.9, 27.6, 27.6, 27.5],
            "place": ["甲", "乙", "乙", "丙"],
            "place_en": ["A", "B", "B", "C"],
        }
    )
    frame = project_features(projects(), counties, waypoints).set_index("id")
    assert frame.loc["a", "geometry"].equals(Point(117.2, 27.7))
    assert list(frame.loc["b", "geometry"].geoms[0].coords) == [(117.1, 27.6), (117.3, 27.9)]
    assert frame["located"].to_dict() == {"a": True, "b": True, "c": False}
    assert frame["drawn_as"].to_dict() == {"a": "place", "b": "route", "c": "territory"}
    assert counties.geometry.iloc[0].contains(frame.loc["c", "geometry"])
    assert "d" not in frame.index


def test_site_known_by_county_only_stands_at_its_point(counties: gpd.GeoDataFrame) -> None:
    rows = read_table("protected_sites", _PLANS)
    zixi = rows[rows["adcodes"] == "361028"]
    frame = protected_features(zixi, counties)
    assert len(frame) == len(zixi)
    assert set(frame["basis"]) == {"approximate"}
    drawn = frame[frame["extent_kind"].isin(["published_box", "point_circle"])]
    assert drawn["located"].all()
    assert (drawn.geom_type.isin(["Polygon", "MultiPolygon"])).all()
    by_county = frame[frame["extent_kind"].isin(["county", "none"])]
    assert not by_county["located"].any()


def test_work_on_a_water_is_drawn_along_it_and_never_measured(counties: gpd.GeoDataFrame) -> None:
    rows = projects().assign(location_basis=["town", "county", "water", "county"])
    through = LineString([(116.8, 27.7), (117.3, 27.7), (117.3, 28.4)])
    frame = project_features(rows, counties, read_table("routes", _PLANS).iloc[:0], river(through)).set_index("id")
    drawn = frame.loc["c"]
    assert drawn.geometry.equals(LineString([(117.0, 27.7), (117.3, 27.7), (117.3, 28.0)]))
    assert (drawn["drawn_as"], drawn["located"], drawn["accuracy_m"], drawn["licence"]) == ("water", False, 1500.0, "L")
    assert frame.loc["b", "drawn_as"] == "territory"
    assert frame.loc["a", "licence"] == ""


def test_water_outside_the_counties_leaves_the_territory(counties: gpd.GeoDataFrame) -> None:
    rows = projects().assign(location_basis="water")
    elsewhere = LineString([(110.0, 27.0), (110.1, 27.0)])
    frame = project_features(rows, counties, read_table("routes", _PLANS).iloc[:0], river(elsewhere)).set_index("id")
    assert frame.loc["c", "drawn_as"] == "territory"
    assert counties.geometry.iloc[0].contains(frame.loc["c", "geometry"])


def test_stretch_keeps_the_kind_of_its_water() -> None:
    halves = gpd.GeoDataFrame(
        {"adcode": ["1", "2"], "prefecture_adcode": ["9", "9"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4490
    )
    lake = box(0.5, 0.2, 1.5, 0.4).union(box(2, 0.5, 3, 0.6))  # touches the east edge with one side
    rows = pd.DataFrame({"water": ["river", "river", "none"], "adcodes": ["9", "2", "9"]})
    both, east, none = reaches_in_counties(rows, river(lake), halves)
    assert both.equals(box(0.5, 0.2, 1.5, 0.4))
    assert east.equals(box(1, 0.2, 1.5, 0.4))
    assert none is None


def test_waters_are_drawn_by_one_kind_of_shape_each(real_counties: gpd.GeoDataFrame) -> None:
    shapes = water_shapes(read_table("waters", _PLANS), _DATA / "water", real_counties)
    assert shapes.geom_type.isin(["LineString", "MultiLineString", "Polygon", "MultiPolygon"]).all()
    assert shapes.loc["ganjiang"].geometry.geom_type.endswith("LineString")
    assert shapes.loc["poyang"].geometry.geom_type.endswith("Polygon")
    assert "ODbL" in shapes.loc["hongmen", "licence"]


def test_without_the_water_files_no_water_is_drawn(tmp_path: Path, real_counties: gpd.GeoDataFrame) -> None:
    shapes = water_shapes(read_table("waters", _PLANS), tmp_path, real_counties)
    assert shapes.empty
    assert shapes.crs.to_epsg() == 4490


def test_every_project_stands_in_a_county_it_claims(
    real_projects: gpd.GeoDataFrame, real_counties: gpd.GeoDataFrame
) -> None:
    units = real_counties.set_index("adcode")
    for claim, works in real_projects.groupby("adcodes"):
        codes = str(claim).split(";")
        mine = units.index.isin(codes) | units["prefecture_adcode"].isin(codes) | units["province_adcode"].isin(codes)
        home = shapely.union_all(units.geometry[mine].to_numpy())
        within = works.geometry[works["drawn_as"].isin(["territory", "water"])].to_numpy()
        assert shapely.covers(shapely.buffer(home, 1e-6), within).all()
        placed = works[works["drawn_as"] == "place"]  # routes: test_plans.py
        away = placed.to_crs(_METRES).distance(gpd.GeoSeries([home], crs=4490).to_crs(_METRES).iloc[0])
        assert (away <= 1.02 * placed["accuracy_m"]).all()


def test_works_on_a_water_of_ours_are_on_it(real_projects: gpd.GeoDataFrame, real_counties: gpd.GeoDataFrame) -> None:
    waters = read_table("waters", _PLANS)
    shapes = water_shapes(waters, _DATA / "water", real_counties)
    along = real_projects[real_projects["drawn_as"] == "water"].reset_index()
    assert len(along) >= 30
    assert (along["location_basis"] == "water").all()
    assert not along["located"].any()
    home = gpd.GeoSeries(shapes.geometry.reindex(along["water"]).to_numpy(), crs=4490)
    outside = shapely.difference(along.geometry.to_numpy(), shapely.buffer(home.to_numpy(), 1e-6))
    assert shapely.is_empty(outside).all()


def test_each_feature_says_which_document_names_it(
    real_projects: gpd.GeoDataFrame, real_counties: gpd.GeoDataFrame
) -> None:
    water_works = real_projects.set_index("id").loc["000-3-1-2-01"]
    assert water_works["clause"] == "第三章第三节专栏3-1第2项"
    assert water_works["clause_path"] == "3/3/专栏3-1/2"
    assert water_works["document_title"] == water_works["source"]
    assert water_works["document_status"] == "expired"
    sites = plan_features("protected_sites", _DATA, real_counties).set_index("id")
    table = read_table("protected_sites", _PLANS).set_index("id")
    assert sites["source"].to_dict() == table.loc[sites.index, "source"].to_dict()


def test_names_lose_misprints_and_keep_other_names() -> None:
    rows = pd.DataFrame({"name": ["甲重时项目", "大武功"], "document": ["002", "001"], "clause": ["1/1", "2/5/2"]})
    frame = gpd.GeoDataFrame(rows, geometry=[Point(0, 0)] * 2, crs=4490)
    told = with_documents(frame, read_table("documents", _PLANS), read_table("corrections", _PLANS))
    assert told["name_zh"].tolist() == ["甲重点项目", "大武功"]
    assert told["name"].tolist() == ["甲重时项目", "大武功"]


def test_what_is_known_by_a_territory_stands_at_its_one_point(
    real_projects: gpd.GeoDataFrame, real_counties: gpd.GeoDataFrame
) -> None:
    both = pd.concat([real_projects, plan_features("protected_sites", _DATA, real_counties)])
    known = both[both["known_in"] != ""]
    assert (known["drawn_as"] == "territory").all()
    assert (both["drawn_as"] == "territory").sum() == len(known) > 300
    parts = known.assign(code=known["known_in"].str.split(";")).explode("code")
    parts["point"] = [list(getattr(shape, "geoms", [shape])) for shape in parts.geometry]
    parts["point"] = [
        points[codes.split(";").index(code)]
        for points, codes, code in zip(parts["point"], parts["known_in"], parts["code"], strict=True)
    ]
    assert (parts.groupby("code")["point"].agg(lambda points: len({point.wkb for point in points})) == 1).all()
    for code, group in parts.groupby("code"):
        column = (
            "province_adcode" if code.endswith("0000") else "prefecture_adcode" if code.endswith("00") else "adcode"
        )
        home = shapely.union_all(real_counties.geometry[real_counties[column] == code].to_numpy())
        assert home.contains(group["point"].iloc[0]), code
