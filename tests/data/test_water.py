"""Named waters pass the places they are known to pass; licences stay apart; no reach is drawn twice."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from tests.helpers import ROOT

DATA = ROOT / "data"
GEOD = Geod(ellps="GRS80")
LINES = ("flow_lines", "wdbii_lines", "hyd4m_lines")
POLYGONS = ("hyd4m_polygons", "osm_polygons")
KINDS = {"river", "lake", "reservoir", "canal"}
COLUMNS = {"water_id", "name_zh", "name_en", "aliases", "kind", "source", "licence", "as_of", "accuracy_m", "basis"}
#: Town, code of its county, river: the river runs through or beside the town (county seats and towns of that name).
PASSES = [
    ("赣江", "芙蓉镇", "360828"), ("赣江", "澄江镇", "360826"),
    ("赣江", "吉安市", "360802"), ("赣江", "文峰镇", "360822"),
    ("赣江", "金川镇", "360824"), ("赣江", "南昌市", "360113"), ("赣江", "吴城镇", "360425"),
    ("盱江", "旴江镇", "361030"), ("盱江", "琴城镇", "361023"), ("盱江", "建昌镇", "361021"),
    ("抚河", "浒湾镇", "361027"), ("抚河", "李渡镇", "360124"),
    ("信江", "上饶市", "361102"), ("信江", "河口镇", "361124"),
    ("信江", "鹰潭市", "360602"), ("信江", "瑞洪镇", "361127"),
    ("昌江", "景德镇市", "360203"), ("昌江", "浮梁镇", "360222"),
    ("饶河", "鄱阳镇", "361128"), ("乐安河", "香屯镇", "361181"),
    ("修河", "义宁镇", "360424"), ("修河", "涂埠镇", "360425"),
    ("锦江", "康乐街道", "360922"), ("锦江", "筠阳街道", "360983"),
    ("袁河", "新余市", "360502"), ("袁河", "芦溪镇", "360323"),
    ("禾水", "禾川镇", "360830"), ("禾水", "琴亭镇", "360321"),
    ("泸水", "平都镇", "360829"), ("泸水", "固江镇", "360821"),
    ("遂川江", "泉江镇", "360827"), ("恩江", "恩江镇", "360825"),
    ("恩江", "乌江镇", "360822"), ("孤江", "白沙镇", "360822"),
    ("孤江", "值夏镇", "360803"), ("崇仁河", "巴山镇", "361024"),
    ("宜黄水", "黄陂镇", "361026"), ("临水", "上顿渡镇", "361002"),
    ("黎滩河", "日峰镇", "361022"), ("白塔河", "鹤城镇", "361028"),
    ("白塔河", "上清镇", "360681"), ("贡水", "贡江镇", "360731"),
    ("贡水", "赣州市", "360702"), ("章水", "南安镇", "360723"),
    ("京杭大运河", "高邮市", "321084"), ("京杭大运河", "邵伯镇", "321012"), ("新通扬运河", "宜陵镇", "321012"),
]  # fmt: skip
#: Published areas in km²: 鄱阳湖 at ordinary high water, 柘林 at normal storage, and so on; levels vary: a fifth.
LAKES_KM2 = {"poyang": 3_150, "zhelin": 308, "gaoyou": 675, "baima": 113}


@pytest.fixture(scope="module")
def lines() -> gpd.GeoDataFrame:
    return pd.concat([gpd.read_file(DATA / "water" / f"{n}.fgb").assign(file=n) for n in LINES], ignore_index=True)


@pytest.fixture(scope="module")
def polygons() -> gpd.GeoDataFrame:
    return pd.concat([gpd.read_file(DATA / "water" / f"{n}.fgb").assign(file=n) for n in POLYGONS], ignore_index=True)


@pytest.fixture(scope="module")
def places() -> pd.DataFrame:
    return pd.read_csv(DATA / "gazetteer" / "places.csv", dtype={"adcode": str})


def metres_between(geometry: shapely.Geometry, lon: float, lat: float) -> float:
    """Geodesic length to the nearest vertex of the geometry cut fine: an upper bound of the distance."""
    xy = shapely.get_coordinates(shapely.segmentize(geometry, 0.002))
    return float(min(GEOD.inv(xy[:, 0], xy[:, 1], [lon] * len(xy), [lat] * len(xy))[2]))


def area_km2(geometry: shapely.Geometry) -> float:
    return abs(GEOD.geometry_area_perimeter(geometry)[0]) / 1e6


def test_columns_and_ids(lines: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> None:
    for frame in (lines, polygons):
        assert set(frame.columns) >= COLUMNS
        assert frame["water_id"].is_unique
        assert set(frame["kind"]) <= KINDS
        assert frame.crs.to_epsg() == 4490
        assert frame.is_valid.all()
        assert not frame[["source", "licence", "as_of", "accuracy_m", "basis"]].isna().any(axis=None)
    assert not set(lines["water_id"]) & set(polygons["water_id"])


@pytest.mark.parametrize(("river", "town", "adcode"), PASSES)
def test_river_passes_its_towns(
    lines: gpd.GeoDataFrame, places: pd.DataFrame, river: str, town: str, adcode: str
) -> None:
    """Within the accuracy of the line and of the gazetteer's point together."""
    there = places[(places["name_zh"] == town) & (places["adcode"] == adcode)].iloc[0]
    course = lines[lines["name_zh"] == river]
    distance = metres_between(shapely.union_all(course.geometry.to_numpy()), there["lon"], there["lat"])
    assert distance <= course["accuracy_m"].max() + there["accuracy_m"]


@pytest.mark.parametrize("water_id", LAKES_KM2)
def test_lakes_have_about_their_published_size(polygons: gpd.GeoDataFrame, water_id: str) -> None:
    shape = polygons.set_index("water_id").geometry[water_id]
    assert area_km2(shape) == pytest.approx(LAKES_KM2[water_id], rel=0.2)


@pytest.mark.parametrize(
    ("name", "adcodes"),
    [
        ("洪门水库", {"361021", "361022"}), ("廖坊水库", {"361002", "361021", "361027"}),
        ("万安水库", {"360828", "360704"}),
        ("柘林水库", {"360423", "360425"}), ("仙女湖", {"360502", "360521"}),
        ("高邮湖", {"321084"}), ("邵伯湖", {"321003", "321012"}),
        ("宝应湖", {"321023"}), ("白马湖", {"321023"}), ("长江", {"360429", "360430", "360481", "321081", "321012"}),
        ("鄱阳湖", {"360428", "360483", "361128", "361127", "360124", "360425"}),
    ],
)  # fmt: skip
def test_lakes_lie_in_their_counties(polygons: gpd.GeoDataFrame, name: str, adcodes: set[str]) -> None:
    county = gpd.read_file(DATA / "boundaries" / "county.fgb")
    shape = shapely.union_all(polygons.loc[polygons["name_zh"] == name].geometry.to_numpy())
    assert adcodes <= set(county.loc[county.intersects(shape), "adcode"])


def test_no_water_lies_in_two_files(polygons: gpd.GeoDataFrame) -> None:
    osm, hyd = (
        shapely.union_all(polygons[polygons["file"] == n].geometry.to_numpy())
        for n in ("osm_polygons", "hyd4m_polygons")
    )
    assert area_km2(shapely.intersection(osm, hyd)) < 0.05 * area_km2(osm)


def test_no_named_river_is_drawn_twice(lines: gpd.GeoDataFrame) -> None:
    """A second course of a name may only be a branch or another reach: little of it runs beside the first."""
    rivers = lines[(lines["name_zh"] != "") & (lines["kind"] == "river")]
    for name, group in rivers.groupby("name_zh"):
        shapes = group.sort_values("water_id").geometry.to_numpy()
        for first, second in pairwise(shapes):
            beside = shapely.intersection(second, shapely.buffer(first, 0.015)).length
            assert beside < 0.15 * second.length + 0.03, name


def test_tributaries_reach_what_they_flow_into(lines: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> None:
    """The last point of each is on the other river, so a network can be walked."""
    named = lines[lines["name_zh"] != ""]
    pairs = {
        "泸水": "禾水",
        "崇仁河": "临水",
        "临水": "抚河",
        "盱江": "抚河",
        "锦江": "赣江",
        "章水": "赣江",
        "绵江": "贡水",
        "昌江": "饶河",
    }
    for name, into in pairs.items():
        a, b = (shapely.union_all(named[named["name_zh"] == n].geometry.to_numpy()) for n in (name, into))
        assert shapely.distance(a, b) < 0.03, f"{name} does not reach {into}"


def test_licences_stay_in_files_of_their_own() -> None:
    assert set(gpd.read_file(DATA / "water" / "osm_polygons.fgb")["licence"].str[:4]) == {"ODbL"}
    for name in ("hyd4m_polygons", "hyd4m_lines"):
        assert gpd.read_file(DATA / "water" / f"{name}.fgb")["licence"].str.startswith("GPL-3.0").all()
    assert "ODbL" in (DATA / "water" / "LICENCE-NOTE.md").read_text(encoding="utf-8").replace(
        "Open Database License", "ODbL"
    )
