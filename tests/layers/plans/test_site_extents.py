"""Approximate extents: the published area, in the published box, and nothing where neither is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geo.errors import DataFault
from layers.plans.site_extents import approximate_extents
from layers.plans.tables import read_table

KARNEY = Geod(a=6378137.0, rf=298.257222101)
"""Areas by geodesic edges, a second method: on rings cut to 50 m the edges are the same to 1e-9."""

BLANK = {
    "id": "x", "extent_kind": "county", "area_ha": np.nan, "lon": np.nan, "lat": np.nan, "box_west": np.nan,
    "box_east": np.nan, "box_south": np.nan, "box_north": np.nan, "accuracy_m": 5000.0,
}  # fmt: skip


def site(**values: object) -> pd.DataFrame:
    return pd.DataFrame([BLANK | values])


def karney_ha(shape: shapely.Polygon) -> float:
    return abs(KARNEY.geometry_area_perimeter(shapely.segmentize(shape, 0.0005))[0]) / 1e4


def boxed(share: float) -> pd.DataFrame:
    """A site that fills `share` of a box of about 10 km by 20 km."""
    box = shapely.box(116.0, 27.0, 116.1, 27.2)
    area_ha = karney_ha(box) * share
    return site(
        extent_kind="published_box", area_ha=area_ha, box_west=116.0, box_east=116.1, box_south=27.0, box_north=27.2
    )


def test_matoushan_has_its_published_area_in_its_published_box() -> None:
    drawn = approximate_extents(read_table("protected_sites")).set_index("id").loc["000-matoushan"]
    assert karney_ha(drawn.geometry) == pytest.approx(13_866.53, rel=1e-6)
    west, south, east, north = 117.16, 27 + 42 / 60 + 50 / 3600, 117 + 17 / 60 + 59 / 3600, 27 + 52 / 60 + 49 / 3600
    assert shapely.box(west, south, east, north).buffer(1e-9).contains(drawn.geometry)
    assert drawn.geometry.bounds == pytest.approx((west, south, east, north), abs=2e-4)
    assert drawn["basis"] == "approximate"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.49, 0.5001, 0.54, 0.79, 0.95, 0.999])
def test_every_share_of_a_box_is_met_inside_the_box(share: float) -> None:
    frame = boxed(share)
    shape = approximate_extents(frame).geometry.iloc[0]
    assert shape.is_valid
    assert shapely.box(116.0, 27.0, 116.1, 27.2).buffer(1e-9).contains(shape)
    assert karney_ha(shape) == pytest.approx(frame["area_ha"].iloc[0], rel=1.5e-6)


def test_a_shape_is_no_star() -> None:
    for share in (0.05, 0.3, 0.51, 0.9):
        shape = approximate_extents(boxed(share)).geometry.iloc[0]
        assert shape.convex_hull.area / shape.area < 1.0001


def test_a_circle_is_round_and_has_the_area() -> None:
    drawn = approximate_extents(site(extent_kind="point_circle", area_ha=897.3, lon=114.3, lat=26.4))
    shape = drawn.geometry.iloc[0]
    assert karney_ha(shape) == pytest.approx(897.3, rel=1e-6)
    ring = np.asarray(shape.exterior.coords)
    _, _, radii = KARNEY.inv(np.full(len(ring), 114.3), np.full(len(ring), 26.4), ring[:, 0], ring[:, 1])
    assert np.ptp(radii) / np.mean(radii) < 0.002
    assert np.mean(radii) == pytest.approx(np.sqrt(8_973_000 / np.pi), rel=1e-3)


def test_what_is_known_by_county_or_point_is_not_drawn() -> None:
    drawn = approximate_extents(pd.concat([site(id="a"), site(id="b", extent_kind="point", lon=116.0, lat=27.0)]))
    assert isinstance(drawn, gpd.GeoDataFrame)
    assert len(drawn) == 0
    assert drawn.crs.to_epsg() == 4490
    assert {"id", "geometry", "basis", "accuracy_m"} <= set(drawn.columns)


def test_an_area_larger_than_its_box_is_a_fault() -> None:
    with pytest.raises(DataFault, match="x"):
        approximate_extents(boxed(1.01))


def test_only_sites_with_area_and_place_are_drawn() -> None:
    rows = read_table("protected_sites")
    drawn = approximate_extents(rows)
    assert set(drawn["id"]) == set(rows.loc[rows["extent_kind"].isin(["published_box", "point_circle"]), "id"])
    assert drawn.geometry.is_valid.all()
