"""A schematic route ends at the edge of the region, with the name of where it goes on to."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from layers.plans.routes import route_lines
from layers.plans.tables import read_table
from tests.helpers import ROOT

EAST, WEST = box(117.0, 27.5, 117.4, 28.0), box(116.6, 27.5, 117.0, 28.0)
"""Two counties that touch."""


@pytest.fixture
def counties() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"adcode": ["361028", "361027"]}, geometry=[EAST, WEST], crs=4490)


def waypoints(*places: tuple[str, int, float, float, str]) -> pd.DataFrame:
    table = pd.DataFrame(places, columns=["project_id", "part", "lon", "lat", "place"])
    return table.assign(seq=range(len(table)), place_en=table["place"].str.upper())


def test_a_line_ends_where_it_leaves_the_region(counties: gpd.GeoDataFrame) -> None:
    given = waypoints(("r", 1, 116.8, 27.7, "a"), ("r", 1, 117.2, 27.7, "b"), ("r", 1, 117.6, 27.8, "c"))
    route = route_lines(given, counties).loc["r"]
    (line,) = route.geometry.geoms
    assert [tuple(round(v, 9) for v in at) for at in line.coords] == [(116.8, 27.7), (117.2, 27.7), (117.4, 27.75)]
    assert (route["leads_to"], route["leads_to_en"]) == ("c", "C")


def test_a_line_inside_is_as_it_was_given(counties: gpd.GeoDataFrame) -> None:
    """It crosses from one county to the other: a border inside the region adds no corner."""
    route = route_lines(waypoints(("r", 1, 116.8, 27.7, "a"), ("r", 1, 117.2, 27.8, "b")), counties).loc["r"]
    assert list(route.geometry.geoms[0].coords) == [(116.8, 27.7), (117.2, 27.8)]
    assert route["leads_to"] == ""


def test_a_line_that_comes_back_is_kept_to_where_it_leaves_for_good(counties: gpd.GeoDataFrame) -> None:
    given = waypoints(
        ("r", 1, 117.2, 27.9, "a"), ("r", 1, 117.6, 27.9, "out"), ("r", 1, 117.2, 27.7, "b"), ("r", 1, 117.2, 27.3, "c")
    )  # fmt: skip
    route = route_lines(given, counties).loc["r"]
    assert list(route.geometry.geoms[0].coords) == [(117.2, 27.9), (117.6, 27.9), (117.2, 27.7), (117.2, 27.5)]
    assert route["leads_to"] == "c"


def test_each_branch_has_its_own_end(counties: gpd.GeoDataFrame) -> None:
    given = waypoints(
        ("r", 1, 117.2, 27.7, "a"), ("r", 1, 117.2, 27.8, "b"), ("r", 2, 117.2, 27.7, "a"), ("r", 2, 117.2, 28.2, "c"),
        ("lone", 1, 117.1, 27.7, "d"),
    )  # fmt: skip
    found = route_lines(given, counties)
    assert list(found.index) == ["r"]
    assert found.loc["r", "leads_to"] == ";c"
    assert [line.coords[-1] for line in found.loc["r", "geometry"].geoms] == [(117.2, 27.8), (117.2, 28.0)]


def test_the_routes_of_the_plans_go_on_to_the_places_named_outside() -> None:
    counties = gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb")
    table = read_table("routes")
    found = route_lines(table, counties)
    outside = table.groupby(["project_id", "part"]).last()
    outside = outside[~outside["adcode"].str[:2].isin(["36"])]
    assert sorted(name for names in found["leads_to"] for name in names.split(";") if name) == sorted(outside["place"])
    edge = counties.union_all().boundary
    for _, route in found.iterrows():
        names = route["leads_to"].split(";") if route["leads_to"] else [""] * len(route.geometry.geoms)
        assert len(names) == len(route.geometry.geoms)
        for name, line in zip(names, route.geometry.geoms, strict=True):
            assert not name or edge.distance(line.boundary.geoms[1]) < 1e-9
