"""Lines on lines and lines along edges: what two surveys of one line share, to the touch tolerance."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.measure.along import shared_stretches
from geo.measure.overlays import overlay
from tests.helpers import KARNEY, frame_4490

MILLIMETRE = 1e-3 / 111_000
RIVER = shapely.LineString([(116.35, 27.95), (116.36, 27.957)])
AREA = shapely.box(116, 27, 116.1, 27.1)


def length_m(line: shapely.LineString) -> float:
    """Karney's geodesic along a line cut short: straight in degrees to within that."""
    lon, lat = shapely.get_coordinates(shapely.segmentize(line, 1e-5)).T
    return float(KARNEY.line_length(lon, lat))


def one(site: object, feature: object, tolerance_m: float = 0.001) -> dict[str, object] | None:
    pairs = overlay(frame_4490(site), frame_4490(feature), touch_tolerance_m=tolerance_m)
    return None if pairs.empty else pairs.iloc[0].to_dict()


def part(start: float, end: float, off_mm: float = 0.0, digits: int | None = None) -> shapely.LineString:
    points = np.array([[116.35 + 0.01 * share, 27.95 + 0.007 * share] for share in (start, end)])
    points[:, 1] += off_mm * MILLIMETRE
    return shapely.LineString(points if digits is None else np.round(points, digits))


@pytest.mark.parametrize("start", [0.0, 0.1, 0.25, 1 / 3])
@pytest.mark.parametrize("digits", [None, 7, 8])
def test_a_stretch_of_the_same_line_is_shared_whatever_its_digits(start: float, digits: int | None) -> None:
    site = part(start, 0.8, digits=digits)
    found = one(site, RIVER, 0.01)
    assert found is not None
    assert found["relation"] == "within"
    assert found["overlap_m"] == pytest.approx(length_m(site), abs=2e-3)
    assert found["share"] == pytest.approx(1.0, abs=1e-5)
    other = one(RIVER, site, 0.01)
    assert other is not None
    assert other["relation"] == "covers"
    assert other["overlap_m"] == pytest.approx(length_m(site), abs=2e-3)


@pytest.mark.parametrize(("off_mm", "shared"), [(0.5, True), (-0.9, True), (2.5, False), (50.0, False)])
def test_a_line_beside_is_shared_within_the_tolerance_only(off_mm: float, shared: bool) -> None:
    site = part(0.2, 0.6, off_mm)
    found = one(site, RIVER)
    if not shared:
        assert found is None
        return
    assert found is not None
    assert found["overlap_m"] == pytest.approx(length_m(site), abs=2e-3)


def test_a_line_that_goes_on_overlaps() -> None:
    site = shapely.LineString([(116.345, 27.9465), (116.355, 27.9535)])  # the same straight line, half of it before
    found = one(site, RIVER)
    assert found is not None
    assert found["relation"] == "overlaps"
    shared = shapely.LineString([(116.35, 27.95), (116.355, 27.9535)])
    assert found["overlap_m"] == pytest.approx(length_m(shared), abs=2e-3)


@pytest.mark.parametrize("angle", [90, 45, 20])
def test_lines_that_cross_share_nothing(angle: float) -> None:
    turn = np.radians(angle)
    site = shapely.LineString(
        [(116.355 - 0.001 * np.cos(turn + 0.61), 27.9535 - 0.001 * np.sin(turn + 0.61)),
         (116.355 + 0.001 * np.cos(turn + 0.61), 27.9535 + 0.001 * np.sin(turn + 0.61))]
    )  # fmt: skip
    found = one(site, RIVER)
    assert found is not None
    assert (found["relation"], found["overlap_m"]) == ("crosses", 0.0)


@pytest.mark.parametrize("off_mm", [0.0, 0.5, -0.5])
def test_a_line_along_an_edge_is_not_inside(off_mm: float) -> None:
    edge = shapely.LineString([(116.02, 27.1 + off_mm * MILLIMETRE), (116.08, 27.1 + off_mm * MILLIMETRE)])
    for site, feature in ((edge, AREA), (AREA, edge)):
        found = one(site, feature)
        assert found is None or (found["relation"], found["overlap_m"]) == ("touches", 0.0)


def test_a_line_along_an_edge_and_then_in_counts_what_is_in() -> None:
    inside = shapely.LineString([(116.05, 27.1 - 0.4 * MILLIMETRE), (116.05, 27.05)])
    site = shapely.LineString([(116.02, 27.1 - 0.4 * MILLIMETRE), *inside.coords])
    found = one(site, AREA)
    assert found is not None
    assert found["overlap_m"] == pytest.approx(length_m(inside), abs=2e-3)


def test_a_line_inside_that_pokes_out_by_less_lies_within() -> None:
    site = shapely.LineString([(116.02, 27.05), (116.02, 27.1 + 0.5 * MILLIMETRE), (116.05, 27.1 + 0.5 * MILLIMETRE)])
    found = one(site, AREA)
    assert found is not None
    assert found["relation"] == "within"


@pytest.mark.parametrize(("off_mm", "same"), [(0.0, True), (0.5, True), (1.5, False)])
def test_points_of_one_place_are_the_same_within_the_tolerance(off_mm: float, same: bool) -> None:
    found = one(shapely.Point(116, 27), shapely.Point(116, 27 + off_mm * MILLIMETRE))
    assert (found is not None and found["relation"] == "within") == same


def test_without_a_tolerance_it_is_exact() -> None:
    found = shared_stretches(np.array([part(0.2, 0.6, 0.5)]), np.array([RIVER]), 0.0)
    assert shapely.is_empty(found).all()
