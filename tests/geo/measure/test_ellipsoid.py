from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo.crs.systems import to_store
from geo.measure.ellipsoid import MU_M2, area_m2, areas_of, distance_m, length_m, plane_area_m2, to_ha, to_mu
from tests.helpers import KARNEY, assert_measure, frame_4490, karney_area_m2

A, RF = 6378137.0, 298.257222101
E2 = (2 - 1 / RF) / RF


def zone_area(south: float, north: float, degrees: float) -> float:
    """Area between two parallels and two meridians, in closed form (Snyder 3-12 by way of the zone's integral)."""
    e = np.sqrt(E2)

    def half_q(phi: float) -> float:
        s = np.sin(np.radians(phi))
        return (1 - E2) * (s / (1 - E2 * s * s) - np.log((1 - e * s) / (1 + e * s)) / (2 * e)) / 2

    return A**2 * np.radians(degrees) * (half_q(north) - half_q(south))


@pytest.mark.parametrize(
    "box", [(116, 27, 116.01, 27.01), (113.5, 24.4, 118.5, 30.1), (100, -10, 101, 10), (116, 28, 116.00001, 28.00001)]
)
def test_quadrangles_have_a_closed_form(box: tuple[float, float, float, float]) -> None:
    west, south, east, north = box
    found = area_m2(frame_4490(shapely.box(*box)))[0]
    assert found == pytest.approx(zone_area(south, north, east - west), rel=1e-9, abs=1e-7)


def test_the_whole_earth() -> None:
    """510,065,621.7 km²: the surface of GRS80's ellipsoid, of which CGCS2000's is the twin (Moritz 2000)."""
    whole = area_m2(frame_4490(shapely.box(-180, -90, 180, 90)))[0]
    assert whole / 1e6 == pytest.approx(510_065_621.7, abs=0.1)


def test_one_degree_at_the_equator() -> None:
    """A degree of longitude along the equator is 111,319.4908 m; a quarter meridian 10,001,965.7293 m (Moritz 2000)."""
    frame = frame_4490(shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(116, 0), (116, 90)]))
    assert length_m(frame).tolist() == pytest.approx([111_319.4908, 10_001_965.7293], abs=1e-4)


corners = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=9, unique=True)


@given(corners, st.floats(113.5, 119), st.floats(24.4, 33.4), st.floats(0.002, 0.3))
@settings(max_examples=150, deadline=None)
def test_areas_against_karney(points: list[tuple[float, float]], lon: float, lat: float, size: float) -> None:
    shape = shapely.MultiPoint(points).convex_hull
    if shape.geom_type != "Polygon" or shape.area < 0.01:
        return
    shape = shapely.transform(shape, lambda xy: xy * size + (lon, lat))
    found = area_m2(frame_4490(shape))[0]
    # a 50 m geodesic departs from its chord in degrees by 0.03 mm at most: that is the oracle's own doubt
    assert found == pytest.approx(karney_area_m2(shape), abs=3e-5 * shape.length * 111_700 + 1e-3)


@given(corners, st.floats(24.4, 33.4), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_parts_sum_to_the_whole(points: list[tuple[float, float]], lat: float, a: float, b: float) -> None:
    shape = shapely.MultiPoint(points).convex_hull
    if shape.geom_type != "Polygon" or shape.area < 0.01:
        return
    shape = shapely.transform(shape, lambda xy: xy * 0.02 + (116, lat))
    west, south, east, north = shape.bounds
    left = shapely.Polygon(
        [
            (west - 1, south - 1),
            (west + a * (east - west), south - 1),
            (west + b * (east - west), north + 1),
            (west - 1, north + 1),
        ]
    )
    parts = areas_of(np.array([shape & left, shape - left]))
    assert np.nansum(parts) == pytest.approx(areas_of(np.array([shape]))[0], rel=1e-9, abs=1e-4)


def test_a_thousand_pieces_sum_to_the_whole() -> None:
    shape = shapely.Point(116.3, 28).buffer(0.3)
    edges = np.linspace(0, 0.6, 33)
    cells = [
        shapely.box(116 + x, 27.7 + y, 116 + x1, 27.7 + y1)
        for x, x1 in itertools.pairwise(edges)
        for y, y1 in itertools.pairwise(edges)
    ]
    pieces = shapely.intersection(np.array(cells), shape)
    assert np.nansum(areas_of(pieces)) == pytest.approx(areas_of(np.array([shape]))[0], rel=1e-12)


def test_holes_parts_and_orientation() -> None:
    outer, hole = shapely.box(116, 27, 116.2, 27.2), shapely.box(116.05, 27.05, 116.1, 27.1)
    holed = shapely.Polygon(outer.exterior.coords, [hole.exterior.coords])
    other = shapely.box(117, 28, 117.1, 28.1)
    plain = area_m2(frame_4490(outer, hole, other))
    frame = frame_4490(
        holed,
        shapely.reverse(holed),
        shapely.MultiPolygon([holed, other]),
        shapely.GeometryCollection([holed, shapely.Point(1, 1)]),
    )
    expected = plain[0] - plain[1]
    assert area_m2(frame).tolist() == pytest.approx([expected, expected, expected + plain[2], expected], rel=1e-12)


def test_what_has_no_area_or_length_is_null_and_not_zero() -> None:
    frame = frame_4490(
        shapely.Point(116, 27),
        shapely.LineString([(116, 27), (117, 27)]),
        shapely.box(116, 27, 117, 28),
        shapely.Polygon(),
    )
    frame.index = pd.Index(["p", "l", "a", "e"])
    areas, lengths, plane = area_m2(frame), length_m(frame), plane_area_m2(frame)
    for series, name in ((areas, "area_m2"), (lengths, "length_m"), (plane, "plane_area_m2")):
        assert_measure(series, frame, name)
    assert areas.isna().tolist() == [True, True, False, False]
    assert lengths.isna().tolist() == [True, False, True, True]
    assert plane.isna().tolist()[:3] == [True, True, False]
    assert areas["e"] == 0


@given(st.floats(113, 119), st.floats(24, 33), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
@settings(max_examples=100, deadline=None)
def test_lengths_against_karney(lon: float, lat: float, dx: float, dy: float) -> None:
    line = shapely.LineString([(lon, lat), (lon + dx, lat + dy)])
    if line.length < 1e-5:
        return
    cut = shapely.get_coordinates(shapely.segmentize(line, 100 / 111_700)).T
    assert length_m(frame_4490(line))[0] == pytest.approx(KARNEY.line_length(*cut), rel=1e-9, abs=1e-6)


def test_plane_area_is_that_of_the_zone_the_site_lies_in() -> None:
    """Straight edges declared in zone 39 are still straight there; the middle of the bounds picks the zone."""
    plane = shapely.Polygon([(39_360_000, 3_000_000), (39_362_000, 3_000_300), (39_361_000, 3_001_700)])
    frame = to_store(gpd.GeoDataFrame(geometry=[plane], crs=4527))
    assert plane_area_m2(frame)[0] == pytest.approx(plane.area, abs=0.01)
    corner = Transformer.from_crs(4490, 4549, always_xy=True)
    far = shapely.box(119.4, 32.3, 119.41, 32.31)
    cut = shapely.transform(shapely.segmentize(far, 0.0005), lambda xy: np.column_stack(corner.transform(*xy.T)))
    assert plane_area_m2(frame_4490(far))[0] == pytest.approx(cut.area, rel=1e-8)


def test_plane_areas_are_too_large_at_the_rim_of_a_zone() -> None:
    """DESIGN's figure: up to 570 ppm within a 3-degree zone here (1 + x²/R² at 1.5° from the meridian, 24°N)."""
    frame = frame_4490(shapely.box(115.5001, 24.4, 115.5101, 24.41))
    excess = plane_area_m2(frame)[0] / area_m2(frame)[0] - 1
    assert 500e-6 < excess < 600e-6


def test_units() -> None:
    assert to_ha(25_000.0) == 2.5
    assert to_mu(25_000.0) == 37.5
    assert pytest.approx(10_000) == 15 * MU_M2


def test_distance_between_points() -> None:
    expected = KARNEY.inv(116, 27, 117, 28)[2]
    assert distance_m(np.array(116.0), np.array(27.0), np.array([117.0]), np.array([28.0]))[0] == pytest.approx(
        expected
    )


def test_other_systems_are_not_measured() -> None:
    with pytest.raises(ValueError, match="EPSG:4490"):
        area_m2(frame_4490(shapely.box(0, 0, 1, 1)).set_crs(4326, allow_override=True))


@pytest.mark.parametrize("size_m", [10, 30, 100, 249, 251, 500, 1000, 3000])
@pytest.mark.parametrize("off_m", [0.0, 140_000.0, -140_000.0])
@pytest.mark.parametrize(
    "shape", [((0, 0), (1, 0), (0.5, 0.6)), ((0, 0), (1, 0), (1, 0.02)), ((0, 0), (0.2, 0), (0.1, 1))]
)
def test_areas_declared_in_metres_keep_their_bound(
    size_m: float, off_m: float, shape: tuple[tuple[float, float], ...]
) -> None:
    """Edges straight in the plane, against Karney on edges cut to a metre: within 2/3 mm times the perimeter."""
    turn = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]])
    plane = shapely.Polygon(np.array(shape) * size_m @ turn + [39_500_000 + off_m, 3.1e6])
    found = float(area_m2(to_store(gpd.GeoDataFrame(geometry=[plane], crs=4527))).iloc[0])
    fine = shapely.get_coordinates(shapely.segmentize(plane, min(1.0, size_m / 30)))
    lon, lat = Transformer.from_crs(4527, 4490, always_xy=True).transform(*fine.T)
    right = abs(KARNEY.polygon_area_perimeter(lon, lat)[0])
    assert abs(found - right) <= 2 / 3 * 1e-3 * plane.length
    if shape[2] == (0.5, 0.6):
        assert found == pytest.approx(right, rel=5e-6)
