from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.measure.ellipsoid import areas_of
from geo.measure.overlays import feature_pairs, overlay
from geo.measure.pairs import RELATIONS, slivers
from geo.measure.unions import union_pieces
from tests.helpers import frame_4490, karney_area_m2

MILLIMETRE = 1e-3 / 111_000
AREA = shapely.box(116, 27, 116.1, 27.1)
HOLED = AREA.difference(shapely.box(116.04, 27.04, 116.06, 27.06))


def one(site: object, feature: object, tolerance_m: float = 0.001) -> pd.Series | None:
    pairs = overlay(frame_4490(site), frame_4490(feature), touch_tolerance_m=tolerance_m)
    return None if pairs.empty else pairs.iloc[0]


@pytest.mark.parametrize(
    ("site", "feature", "relation"),
    [
        (shapely.box(116.02, 27.02, 116.03, 27.03), AREA, "within"),
        (shapely.box(116.0, 27.0, 116.03, 27.03), AREA, "within"),  # along the edge from inside
        (AREA, AREA, "within"),
        (shapely.box(115, 26, 117, 28), AREA, "covers"),
        (shapely.box(116.05, 27.05, 117, 28), AREA, "overlaps"),
        (shapely.box(116.1, 27, 116.2, 27.1), AREA, "touches"),
        (shapely.box(116.1, 27.1, 116.2, 27.2), AREA, "touches"),  # a corner
        (shapely.box(116.045, 27.045, 116.055, 27.055), HOLED, None),  # in the hole
        (shapely.box(116.04, 27.04, 116.06, 27.06), HOLED, "touches"),  # fills the hole
        (shapely.box(116.03, 27.03, 116.07, 27.07), HOLED, "overlaps"),
        (shapely.LineString([(115.9, 27.05), (116.05, 27.05)]), AREA, "crosses"),
        (shapely.LineString([(116.01, 27.05), (116.05, 27.05)]), AREA, "within"),
        (shapely.LineString([(116.0, 26.9), (116.0, 27.2)]), AREA, "touches"),  # along the edge
        (shapely.LineString([(115.9, 27.05), (116.0, 27.05)]), AREA, "touches"),  # ends on it
        (AREA, shapely.LineString([(115.9, 27.05), (116.05, 27.05)]), "crosses"),
        (AREA, shapely.LineString([(116.01, 27.05), (116.05, 27.05)]), "covers"),
        (AREA, shapely.LineString([(116.0, 26.9), (116.0, 27.2)]), "touches"),
        (shapely.Point(116.05, 27.05), AREA, "within"),
        (shapely.Point(116.0, 27.05), AREA, "touches"),
        (shapely.Point(116.05, 27.05), HOLED, None),
        (AREA, shapely.Point(116.05, 27.05), "covers"),
        (AREA, shapely.Point(116.1, 27.1), "touches"),
        (AREA, shapely.MultiPoint([(116.05, 27.05), (120, 20)]), "overlaps"),
        (shapely.MultiPoint([(116.05, 27.05), (116.06, 27.06)]), AREA, "within"),
        (shapely.Point(116, 27), shapely.Point(116, 27), "within"),
        (shapely.Point(116, 27), shapely.LineString([(115, 27), (117, 27)]), "touches"),
        (shapely.LineString([(116, 27), (117, 27)]), shapely.LineString([(116.5, 26), (116.5, 28)]), "crosses"),
        (shapely.LineString([(116, 27), (117, 27)]), shapely.LineString([(116.5, 27), (118, 27)]), "overlaps"),
        (shapely.LineString([(116.5, 27), (116.6, 27)]), shapely.LineString([(116, 27), (118, 27)]), "within"),
        (shapely.LineString([(116, 27), (118, 27)]), shapely.LineString([(116.5, 27), (116.6, 27)]), "covers"),
        (shapely.LineString([(116, 27), (117, 27)]), shapely.LineString([(117, 27), (118, 27)]), "touches"),
    ],
)
def test_every_relation(site: object, feature: object, relation: str | None) -> None:
    found = one(site, feature)
    assert (None if found is None else found["relation"]) == relation
    assert relation is None or relation in RELATIONS


def test_what_is_measured_and_what_is_null() -> None:
    pairs = overlay(
        frame_4490(
            shapely.box(116.05, 27, 116.15, 27.1),
            shapely.LineString([(115.9, 27.05), (116.1, 27.05)]),
            shapely.Point(116.05, 27.05),
        ),
        frame_4490(AREA, shapely.LineString([(116.0, 27.02), (116.1, 27.02)])),
    )
    rows = {(row.site, row.feature): row for row in pairs.itertuples()}
    area = rows[0, 0]
    assert area.overlap_m2 == pytest.approx(karney_area_m2(shapely.box(116.05, 27, 116.1, 27.1)), rel=1e-7)
    assert area.share == pytest.approx(0.5, rel=1e-9)
    assert np.isnan(area.overlap_m)
    river = rows[0, 1]
    assert river.relation == "crosses"
    assert np.isnan(river.overlap_m2)
    assert np.isnan(river.share)
    assert river.overlap_m > 4900
    line = rows[1, 0]
    assert line.share == pytest.approx(0.5, rel=1e-9)
    assert np.isnan(line.overlap_m2)
    point = rows[2, 0]
    assert np.isnan([point.overlap_m2, point.overlap_m, point.share]).all()


@pytest.mark.parametrize(
    ("deep_mm", "relation"), [(0.4, "touches"), (0.9, "touches"), (1.2, "overlaps"), (50, "overlaps")]
)
def test_edges_within_the_tolerance_touch(deep_mm: float, relation: str) -> None:
    site = shapely.box(116.02, 27.1 - deep_mm * MILLIMETRE, 116.03, 27.12)
    found = one(site, AREA)
    assert found is not None
    assert found["relation"] == relation
    assert (found["overlap_m2"] == 0) == (relation == "touches")


def test_a_thin_rim_outside_does_not_keep_a_site_from_lying_within() -> None:
    site = shapely.box(116.02, 27.05, 116.03, 27.1 + 0.5 * MILLIMETRE)
    found = one(site, AREA)
    assert found is not None
    assert found["relation"] == "within"
    strict = one(site, AREA, tolerance_m=0.0)
    assert strict is not None
    assert strict["relation"] == "overlaps"


def test_a_needle_that_is_wide_at_one_end_is_no_sliver() -> None:
    needle = shapely.Polygon([(116, 27), (116.01, 27), (116, 27 + 5 * MILLIMETRE)])
    assert slivers(np.array([needle, shapely.box(116, 27, 116.01, 27 + 0.5 * MILLIMETRE)]), 0.001).tolist() == [
        False,
        True,
    ]


def shape_near(points: list[tuple[float, float]]) -> shapely.Polygon | None:
    hull = shapely.MultiPoint(points).convex_hull
    return hull if hull.geom_type == "Polygon" and hull.area > 1e-9 else None


points = st.lists(st.tuples(st.floats(116, 116.02), st.floats(27, 27.02)), min_size=3, max_size=8, unique=True)


@given(points, points)
@settings(max_examples=300, deadline=None)
def test_overlap_against_karney(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> None:
    site, feature = shape_near(first), shape_near(second)
    if site is None or feature is None:
        return
    found = one(site, feature, tolerance_m=0.0)
    shared = shapely.intersection(site, feature)
    expected = karney_area_m2(shared) if shapely.area(shared) > 0 else 0.0
    assert (0.0 if found is None else found["overlap_m2"]) == pytest.approx(
        expected, abs=3e-5 * shared.length * 111_700 + 1e-3
    )


@given(points, st.integers(2, 6))
@settings(max_examples=100, deadline=None)
def test_what_a_grid_takes_of_a_site_sums_to_the_site(first: list[tuple[float, float]], count: int) -> None:
    site = shape_near(first)
    if site is None:
        return
    at = np.linspace(115.99, 116.03, count + 1)
    cells = [
        shapely.box(x, y - 89, x1, y1 - 89) for x, x1 in itertools.pairwise(at) for y, y1 in itertools.pairwise(at)
    ]
    pairs = overlay(frame_4490(site), frame_4490(*cells))
    whole = areas_of(np.array([site]))[0]
    nanometres_m2 = site.length * 111_700 * 1e-8  # cut points are rounded to 1.5 nm
    assert pairs["overlap_m2"].sum() == pytest.approx(whole, rel=1e-9, abs=nanometres_m2)
    assert pairs["share"].sum() == pytest.approx(1.0, abs=1e-9 + nanometres_m2 / whole)


def test_pieces_that_overlap_count_once() -> None:
    pieces = np.array([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1), None, shapely.box(9, 9, 10, 10)], dtype=object)
    united = union_pieces(pieces, np.array([0, 0, 1, 3]), 4)
    assert shapely.area(united).tolist() == [3, 0, 0, 1]


def test_order_and_positions() -> None:
    sites = frame_4490(shapely.Point(116.01, 27.01), shapely.Point(0, 0), AREA)
    sites.index = [7, 8, 9]
    pairs = feature_pairs(sites, frame_4490(HOLED, AREA))
    assert pairs[["site", "feature"]].to_numpy().tolist() == [[0, 0], [0, 1], [2, 0], [2, 1]]
    assert list(pairs.columns) == ["site", "feature", "relation", "overlap_m2", "overlap_m", "share", "piece"]
    assert overlay(frame_4490(), frame_4490(AREA)).empty
    assert overlay(sites, frame_4490()).empty


def test_threads_share_a_layer() -> None:
    """Eight threads at once over one frame: the same answer each time, and no crash."""
    rng = np.random.default_rng(3)
    features = frame_4490(*shapely.buffer(shapely.points(rng.uniform((116, 27), (117, 28), (2000, 2))), 0.01))
    sites = frame_4490(*shapely.buffer(shapely.points(rng.uniform((116, 27), (117, 28), (300, 2))), 0.005))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: overlay(sites, features), range(16)))
    assert all(result.equals(results[0]) for result in results)
