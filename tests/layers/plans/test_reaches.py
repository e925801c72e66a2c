"""Waters of the plans: each drawn where its row says it is, and nowhere else."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from layers.catalogue.model import Layer
from layers.plans.reaches import reaches_in_counties, water_shapes
from layers.plans.tables import read_table
from tests.helpers import ROOT

_DATA = ROOT / "data"
_GEOD = Geod(a=6378137.0, rf=298.257222101)


@pytest.fixture(scope="module")
def counties(shipped: dict[str, Layer]) -> gpd.GeoDataFrame:
    frame = shipped["county"].frame
    assert frame is not None
    return frame


@pytest.fixture(scope="module")
def shapes(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return water_shapes(read_table("waters"), _DATA / "water", counties)


def _in(water: str, adcode: str, shapes: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> shapely.Geometry | None:
    found: shapely.Geometry | None
    [found] = reaches_in_counties(pd.DataFrame({"water": [water], "adcodes": [adcode]}), shapes, counties)
    return found


@pytest.mark.parametrize("adcode", ["321023", "321084", "321012", "321002", "321003"])
def test_the_grand_canal_runs_through_its_five_counties(
    adcode: str, shapes: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    """宝应, 高邮, 江都, 广陵 and 邗江: north of 邵伯 by its centreline, through the city by its banks."""
    reach = _in("grand-canal", adcode, shapes, counties)
    assert reach is not None
    assert _GEOD.geometry_length(reach) > 3_000


def test_a_stretch_of_a_river_draws_no_other_stretch(shapes: gpd.GeoDataFrame) -> None:
    """扬州 lies east of 118.9°E, 江西's bank of the Yangtze west of 117°E."""
    assert shapes.geometry["yangtze-yz"].bounds[0] > 118.9
    assert shapes.geometry["yangtze"].bounds[0] < 116.0
    assert shapes.geometry["huaihe"].bounds[0] > 119.4  # the channel into the Yangtze, not 金湖's north of it


def test_no_part_stands_farther_off_than_the_shape_may_be(shapes: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> None:
    rows = read_table("waters").set_index("id")
    metres = 32650
    plane = counties.to_crs(metres)
    for water, shape in shapes.geometry.to_crs(metres).items():
        codes = rows.loc[water, "adcodes"].split(";")
        mine = plane[["adcode", "prefecture_adcode", "province_adcode"]].isin(codes).any(axis=1)
        away = shapely.distance(shapely.get_parts(shape), shapely.union_all(plane.geometry[mine].to_numpy()))
        assert away.max() <= 1.01 * shapes.loc[water, "accuracy_m"], water


def test_every_shape_that_a_row_names_is_drawn_in_some_part(shapes: gpd.GeoDataFrame) -> None:
    """A surface with a centreline across it needs no other mark; every other shape that is named shows."""
    files = {path.stem: gpd.read_file(path).set_index("water_id") for path in (_DATA / "water").glob("*.fgb")}
    for water in read_table("waters").itertuples():
        for key in filter(None, str(water.geometry).split(";")):
            file, name = key.split(":")
            assert shapes.geometry[water.id].buffer(1e-6).intersects(files[file].geometry[name]), (water.id, key)


@pytest.mark.parametrize(
    ("water", "counties_of_it"),
    [
        ("shaobohu", {"321012", "321003", "321084"}),
        ("wananhu", {"360828", "360704"}),
        ("gaoyouhu", {"321084", "321023"}),
        ("yijiang", {"360824", "360823", "360981"}),
    ],
)
def test_the_counties_of_a_water(water: str, counties_of_it: set[str]) -> None:
    assert set(read_table("waters").set_index("id").loc[water, "adcodes"].split(";")) == counties_of_it
