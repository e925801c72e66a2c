"""The illustrative red line against the published sizes, recomputed by geodesics, independent of our measure."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from tests.helpers import ROOT

DATA = ROOT / "data"
GEOD = Geod(ellps="GRS80")
WITHIN = 0.005
CELL = 1 / 120
FUZHOU_LAND_M2 = 18_817e6  # published; the polygon is 0.1 % smaller
JIAN_M2 = 673e4 * 10_000 / 15
JIANGXI_M2, YANGZHOU_M2 = 4.12e10, 1_172.77e6


def area_m2(frame: gpd.GeoDataFrame) -> float:
    return sum(abs(GEOD.geometry_area_perimeter(g)[0]) for g in frame.geometry)


@pytest.fixture(scope="module")
def jiangxi() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "redline" / "jiangxi.fgb")


@pytest.fixture(scope="module")
def yangzhou() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "redline" / "yangzhou.fgb")


def test_sizes_are_the_published_ones(jiangxi: gpd.GeoDataFrame, yangzhou: gpd.GeoDataFrame) -> None:
    assert area_m2(jiangxi) == pytest.approx(JIANGXI_M2, rel=WITHIN)
    assert area_m2(jiangxi[jiangxi["adcode"] == "361000"]) == pytest.approx(0.2712 * FUZHOU_LAND_M2, rel=WITHIN)
    assert area_m2(jiangxi[jiangxi["adcode"] == "360800"]) == pytest.approx(JIAN_M2, rel=WITHIN)
    assert area_m2(yangzhou) == pytest.approx(YANGZHOU_M2, rel=WITHIN)


def test_stated_areas_add_up(jiangxi: gpd.GeoDataFrame, yangzhou: gpd.GeoDataFrame) -> None:
    for frame in (jiangxi, yangzhou):
        assert frame["area_m2"].sum() == pytest.approx(area_m2(frame), rel=1e-8)


def test_it_says_that_it_is_a_model(jiangxi: gpd.GeoDataFrame, yangzhou: gpd.GeoDataFrame) -> None:
    for frame in (jiangxi, yangzhou):
        assert frame.crs is not None
        assert frame.crs.to_epsg() == 4490
        assert set(frame["basis"]) == {"modelled"}
        assert frame["name_zh"].str.contains("示意").all()
        assert frame["redline_id"].is_unique
        assert frame.is_valid.all()
    assert yangzhou["name_zh"].str.contains("合并").all()


def test_patches_stay_in_their_prefecture_and_apart(jiangxi: gpd.GeoDataFrame, yangzhou: gpd.GeoDataFrame) -> None:
    prefecture = gpd.read_file(DATA / "boundaries" / "prefecture.fgb").set_index("adcode")
    for frame in (jiangxi, yangzhou):
        union = shapely.union_all(frame.geometry.to_numpy(), grid_size=1e-9)
        assert abs(GEOD.geometry_area_perimeter(union)[0]) == pytest.approx(area_m2(frame), rel=1e-6), "patches overlap"
        for adcode, group in frame.groupby("adcode"):
            outside = shapely.difference(shapely.union_all(group.geometry.to_numpy()), prefecture.geometry[adcode])
            assert abs(GEOD.geometry_area_perimeter(outside)[0]) < 1_000


def test_it_is_visibly_a_grid(jiangxi: gpd.GeoDataFrame) -> None:
    """Away from the borders every vertex is a corner of a 30″ cell: nothing was smoothed."""
    border = shapely.union_all(gpd.read_file(DATA / "boundaries" / "prefecture.fgb").boundary.to_numpy())
    xy = shapely.get_coordinates(jiangxi.geometry.to_numpy())[::23]
    inside = xy[shapely.distance(shapely.points(xy), border) > 2 * CELL]
    assert len(inside) > 500
    off = np.abs(inside / CELL - np.round(inside / CELL))
    assert off.max() < 1e-6


def test_it_lies_where_the_mountains_are(jiangxi: gpd.GeoDataFrame) -> None:
    """Summits of the ranges that the province's ecological barrier names, and town centres on the plain."""
    union = shapely.union_all(jiangxi.geometry.to_numpy())
    inside = {
        "黄岗山": (117.776, 27.866),
        "武功山": (114.174, 27.455),
        "大汉阳峰": (115.967, 29.530),
        "玉京峰": (118.066, 28.914),
    }
    for name, point in inside.items():
        assert shapely.distance(union, shapely.Point(point)) < 0.02, name
    for name, point in {"南昌": (115.89, 28.68), "抚州": (116.36, 27.95), "吉安": (114.98, 27.11)}.items():
        assert not shapely.contains_xy(union, *point), name
