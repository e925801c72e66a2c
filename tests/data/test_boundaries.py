"""The committed boundaries against published areas, the code list and the rules of a coverage."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from tests.helpers import ROOT

DATA = ROOT / "data"
FOLDER = DATA / "boundaries"
GEOD = Geod(ellps="GRS80")
LEVELS = ("county", "prefecture", "province")
DETAIL = ("", "_500m", "_2000m")
PROVENANCE = {"source", "licence", "as_of", "accuracy_m", "basis"}
#: Published areas in km², as the plans and the cities give them.
PUBLISHED_KM2 = {
    "360000": 166_900,
    "361000": 18_817,
    "360800": 25_283,
    "321000": 6_591,
    "360700": 39_363,
    "361100": 22_791,
}
TOLERANCE = 0.005


def read(level: str, detail: str = "") -> gpd.GeoDataFrame:
    return gpd.read_file(FOLDER / f"{level}{detail}.fgb").set_index("adcode").sort_index()


def area_km2(geometry: shapely.Geometry) -> float:
    return abs(GEOD.geometry_area_perimeter(geometry)[0]) / 1e6


@pytest.fixture(scope="module")
def county() -> gpd.GeoDataFrame:
    return read("county")


@pytest.mark.parametrize("detail", DETAIL)
def test_units_are_complete(detail: str) -> None:
    county = read("county", detail)
    assert county["province_adcode"].value_counts().to_dict() == {"360000": 100, "320000": 6}
    assert len(read("prefecture", detail)) == 12
    assert list(read("province", detail).index) == ["360000"], "Jiangsu is not whole, so it must not be here"


def test_codes_are_those_of_the_national_list(county: gpd.GeoDataFrame) -> None:
    towns = pd.read_csv(DATA / "gazetteer" / "divisions.csv", dtype=str)
    assert set(towns["adcode"]) == set(county.index)
    assert county.index.str.fullmatch(r"\d{6}").all()
    assert (county.index.str[:4] + "00" == county["prefecture_adcode"]).all()


@pytest.mark.parametrize("detail", DETAIL)
@pytest.mark.parametrize("level", LEVELS)
def test_every_file_is_valid_and_says_where_it_is_from(level: str, detail: str) -> None:
    frame = read(level, detail)
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 4490
    assert set(frame.columns) >= PROVENANCE
    assert not frame[sorted(PROVENANCE)].isna().any(axis=None)
    assert frame.is_valid.all()
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert shapely.contains_xy(frame.geometry.to_numpy(), frame["lon"], frame["lat"]).all()


@pytest.mark.parametrize("detail", DETAIL)
def test_levels_share_their_edges(detail: str) -> None:
    """Prefectures are exactly the unions of their counties, the province of its prefectures: no vertex differs."""
    county, prefecture, province = (read(level, detail) for level in LEVELS)
    for adcode, group in county.groupby("prefecture_adcode"):
        assert shapely.union_all(group.geometry.to_numpy()).equals(prefecture.geometry[adcode]), adcode
    jiangxi = prefecture[prefecture["province_adcode"] == "360000"]
    assert shapely.union_all(jiangxi.geometry.to_numpy()).equals(province.geometry["360000"])


@pytest.mark.parametrize("adcode", PUBLISHED_KM2)
def test_areas_are_the_published_ones(adcode: str) -> None:
    frame = read("province" if adcode == "360000" else "prefecture")
    assert area_km2(frame.geometry[adcode]) == pytest.approx(PUBLISHED_KM2[adcode], rel=TOLERANCE)


@pytest.mark.parametrize(("detail", "metres"), [("_500m", 500), ("_2000m", 2000)])
def test_coarse_borders_move_less_than_their_name_says(county: gpd.GeoDataFrame, detail: str, metres: int) -> None:
    """99 % of the full border lies within the distance that the file is named for."""
    plane = 4547  # Gauss–Krüger 117°: distances good to 0.1 % here
    coarse = shapely.get_parts(shapely.union_all(read("county", detail).to_crs(plane).boundary.to_numpy()))
    full = shapely.segmentize(shapely.union_all(county.to_crs(plane).boundary.to_numpy()), 1000)
    points = shapely.points(shapely.get_coordinates(full))
    _, distance = shapely.STRtree(coarse).query_nearest(points, return_distance=True, all_matches=False)
    assert np.percentile(distance, 99) < metres


@pytest.mark.parametrize(
    ("adcode", "former", "code"),
    [
        ("361003", "东乡县", "361029"), ("361104", "上饶县", "361121"), ("360483", "星子县", "360427"),
        ("360703", "南康市", "360782"), ("360404", "九江县", "360421"), ("360704", "赣县", "360721"),
        ("360112", "新建县", "360122"), ("360112", "湾里区", "360105"), ("361103", "广丰县", "361122"),
        ("360783", "龙南县", "360727"), ("321012", "江都市", "321088"), ("321003", "维扬区", "321011"),
        ("360603", "余江县", "360622"), ("361002", "临川市", "362501"), ("360881", "宁冈县", "362432"),
    ],
)  # fmt: skip
def test_former_names_lead_to_the_present_unit(county: gpd.GeoDataFrame, adcode: str, former: str, code: str) -> None:
    unit = county.loc[adcode]
    assert former in unit["former_names"].split(";")
    assert code in unit["former_adcodes"].split(";")
    assert former in unit["change_note"]


def test_names(county: gpd.GeoDataFrame) -> None:
    assert county.loc["361028", ["name_zh", "name_en", "short_name_zh"]].tolist() == ["资溪县", "Zixi County", "资溪"]
    assert county.loc["360821", "short_name_zh"] == "吉安县", "the short form is the prefecture's"
    assert county.loc["360704", "short_name_zh"] == "赣县"
    assert county.loc["361124", "name_en"] == "Yanshan County"
    assert county.loc["360731", "name_en"] == "Yudu County"
    assert not county["name_zh"].duplicated().any()
