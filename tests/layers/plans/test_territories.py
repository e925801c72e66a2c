"""Points at which features known by a territory alone are counted: one each, well inside, the same for all rows."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import MultiPoint, box

from layers.plans.territories import territory_points


@pytest.fixture
def counties() -> gpd.GeoDataFrame:
    crescent = box(0, 0, 1, 1).difference(box(0.2, 0.2, 1, 0.8))  # its centroid lies outside it
    return gpd.GeoDataFrame(
        {"adcode": ["360001", "360002"], "prefecture_adcode": ["360100"] * 2, "province_adcode": ["360000"] * 2},
        geometry=[crescent, box(1, 0, 2, 1)],
        crs=4490,
    )


def test_all_rows_of_a_territory_have_one_point_inside_it(counties: gpd.GeoDataFrame) -> None:
    points, codes = territory_points(pd.Series(["360001"] * 5 + ["360002"]), counties)
    assert codes.tolist() == ["360001"] * 5 + ["360002"]
    assert len({point.wkb for point in points[:5]}) == 1
    assert counties.geometry.iloc[0].contains(points[0])
    square = counties.geometry.iloc[1]
    assert square.boundary.distance(points[5]) == pytest.approx(0.5, abs=0.03)  # the middle of a square


def test_several_territories_get_a_point_each_and_strangers_none(counties: gpd.GeoDataFrame) -> None:
    points, codes = territory_points(pd.Series(["360001; 360002;999999", "110000", "360100", "360000", ""]), counties)
    assert codes.tolist() == ["360001;360002", "", "360100", "360000", ""]
    assert isinstance(points[0], MultiPoint)
    assert [counties.contains(p).tolist() for p in points[0].geoms] == [[True, False], [False, True]]
    assert points[1] is None
    assert points[4] is None
    assert points[2] == points[3]  # one prefecture is the whole province here
    assert shapely.union_all(counties.geometry.to_numpy()).contains(points[2])
