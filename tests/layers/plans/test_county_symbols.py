"""Symbols for what is known by county only: inside, apart, and where they were yesterday."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import MultiPoint, box

from layers.plans.county_symbols import symbol_positions


@pytest.fixture
def counties() -> gpd.GeoDataFrame:
    crescent = box(0, 0, 1, 1).difference(box(0.2, 0.2, 1, 0.8))  # its centroid lies outside it
    return gpd.GeoDataFrame(
        {"adcode": ["360001", "360002"], "prefecture_adcode": ["360100"] * 2, "province_adcode": ["360000"] * 2},
        geometry=[crescent, box(1, 0, 2, 1)],
        crs=4490,
    )


def test_symbols_stand_inside_and_apart(counties: gpd.GeoDataFrame) -> None:
    ids = pd.Series([f"p{i}" for i in range(12)])
    points = symbol_positions(pd.Series(["360001"] * 12), ids, counties)
    assert shapely.contains(counties.geometry.iloc[0], points).all()
    xy = shapely.get_coordinates(points)
    gaps = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + np.eye(12)
    assert gaps.min() > 0.05


def test_positions_do_not_depend_on_the_order_of_rows(counties: gpd.GeoDataFrame) -> None:
    codes, ids = pd.Series(["360001", "360002", "360001"]), pd.Series(["b", "a", "c"])
    straight = symbol_positions(codes, ids, counties)
    turned = symbol_positions(codes[::-1].reset_index(drop=True), ids[::-1].reset_index(drop=True), counties)
    assert [p.wkb for p in straight] == [p.wkb for p in turned[::-1]]


def test_several_counties_get_a_symbol_each_and_strangers_none(counties: gpd.GeoDataFrame) -> None:
    points = symbol_positions(pd.Series(["360001;360002", "110000", "360100"]), pd.Series(["a", "b", "c"]), counties)
    assert isinstance(points[0], MultiPoint)
    assert [counties.contains(p).tolist() for p in points[0].geoms] == [[True, False], [False, True]]
    assert points[1] is None
    assert counties.contains(points[2]).any()
