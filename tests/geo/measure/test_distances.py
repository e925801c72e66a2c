from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.measure.distances import nearest
from tests.helpers import KARNEY, frame_4490, sampled_distance_m

RNG = np.random.default_rng(20261120)


def blobs(count: int, west: float, south: float, size: float, radius: float) -> list[shapely.Polygon]:
    """Uneven star-shaped polygons."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    centres = RNG.uniform((west, south), (west + size, south + size), (count, 2))
    reach = RNG.uniform(0.4, 1.0, (count, 16)) * radius
    return [
        shapely.Polygon(np.column_stack([x + r * np.cos(angles), y + r * np.sin(angles)]))
        for (x, y), r in zip(centres, reach, strict=True)
    ]


@pytest.mark.parametrize("gap", [0.02, 0.3])
def test_against_brute_force(gap: float) -> None:
    """Points every 20 m on both boundaries: never nearer than the truth, by no more than 20²/8d further."""
    sites = [
        *blobs(5, 116, 27, 0.1, 0.004),
        shapely.Point(116.05, 27.02),
        shapely.LineString([(116, 27), (116.1, 27.03)]),
    ]
    features = blobs(6, 116.12 + gap, 27.12 + gap, 0.2, 0.01)
    found = nearest(frame_4490(*sites), frame_4490(*features))
    assert found["site"].tolist() == list(range(len(sites)))
    for site, feature, distance, _ in found.itertuples(index=False):
        brute = [sampled_distance_m(sites[site], shape) for shape in features]
        assert int(np.argmin(brute)) == feature
        assert brute[feature] - 20**2 / 4 / distance - 1e-3 <= distance <= brute[feature] + 1e-3


@given(st.floats(113.6, 119.4), st.floats(24.5, 33), st.floats(0, 360), st.floats(1, 55_000), st.floats(-70, 70))
@settings(max_examples=200, deadline=None)
def test_points_at_a_known_distance_from_a_line(
    lon: float, lat: float, azimuth: float, metres: float, slant: float
) -> None:
    """A geodesic that meets a short line at a right angle from a point is the shortest way to it."""
    foot_lon, foot_lat, back = KARNEY.fwd(lon, lat, azimuth, metres)
    ends = [KARNEY.fwd(foot_lon, foot_lat, back + turn, 40.0)[:2] for turn in (90, -90)]
    line = shapely.LineString([ends[0], (foot_lon, foot_lat), ends[1]])
    found = nearest(frame_4490(shapely.Point(lon, lat)), frame_4490(line))
    assert found["distance_m"][0] == pytest.approx(metres, abs=1e-3)
    turned = (found["bearing_deg"][0] - azimuth + 180) % 360 - 180  # a millimetre aside, seen from so many metres
    assert abs(np.radians(turned)) * metres < 2e-3


@given(st.floats(24.5, 33), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
@settings(max_examples=100, deadline=None)
def test_between_points_it_is_the_geodesic(lat: float, dx: float, dy: float) -> None:
    found = nearest(frame_4490(shapely.Point(116, lat)), frame_4490(shapely.Point(116 + dx, lat + dy)))
    azimuth, _, metres = KARNEY.inv(116, lat, 116 + dx, lat + dy)
    assert found["distance_m"][0] == pytest.approx(metres, abs=1e-6)
    assert found["bearing_deg"][0] == pytest.approx(azimuth, abs=1e-6)


def test_a_bearing_is_the_azimuth_at_the_nearest_point_of_the_site() -> None:
    """A site east of a line along a meridian sees it in the west, one south of it in the north; one on it nowhere."""
    line = shapely.LineString([(116, 27), (116, 27.2)])
    sites = [shapely.box(116.1, 27.05, 116.2, 27.1), shapely.box(115.95, 26.8, 116.05, 26.9), shapely.Point(116, 27.1)]
    bearing = nearest(frame_4490(*sites), frame_4490(line))["bearing_deg"]
    assert bearing[0] == pytest.approx(270, abs=0.1)  # a parallel is not a geodesic
    assert bearing[1] == pytest.approx(0, abs=1e-9) or bearing[1] == pytest.approx(360, abs=1e-9)
    assert np.isnan(bearing[2])


def test_nearest_in_metres_is_not_nearest_in_degrees() -> None:
    """At 28°N a degree of longitude is 12 % shorter: the point to the east is nearer though more degrees away."""
    site = frame_4490(shapely.Point(116, 28))
    features = frame_4490(shapely.Point(116, 28.0100), shapely.Point(116.0105, 28))
    assert nearest(site, features)["feature"][0] == 1


def test_long_edges_are_straight_in_degrees_not_geodesic() -> None:
    """Between its ends, 3° apart on the parallel of 28°, a geodesic would bulge 1.0 km north of the edge."""
    site = frame_4490(shapely.Point(117.5, 28.1))
    edge = frame_4490(shapely.LineString([(116, 28), (119, 28)]))
    along_meridian = KARNEY.inv(117.5, 28.1, 117.5, 28.0)[2]
    assert nearest(site, edge)["distance_m"][0] == pytest.approx(along_meridian, abs=2e-3)


def test_large_sites_and_many_features_against_brute_force() -> None:
    site = shapely.LineString([(115.2, 27.0), (115.9, 27.3), (116.4, 27.1)])
    features = [f for f in blobs(400, 114.8, 26.5, 2.0, 0.004) if not f.intersects(site)]
    found = nearest(frame_4490(site), frame_4490(*features)).iloc[0]
    close = [f for f in range(len(features)) if features[f].distance(site) < 0.08]
    brute = {f: sampled_distance_m(features[f], site, 40) for f in close}
    assert found["feature"] == min(brute, key=brute.__getitem__)
    assert found["distance_m"] == pytest.approx(min(brute.values()), abs=0.5)


def test_where_they_meet_it_is_zero() -> None:
    area = shapely.box(116, 27, 116.1, 27.1)
    sites = frame_4490(shapely.Point(116.05, 27.05), shapely.box(116.1, 27, 116.2, 27.1), shapely.box(115, 26, 117, 28))
    found = nearest(sites, frame_4490(shapely.Point(100, 20), area))
    assert found["distance_m"].tolist() == [0.0, 0.0, 0.0]
    assert found["feature"].tolist() == [1, 1, 1]


def test_inside_a_hole_the_edge_of_the_hole_counts() -> None:
    ring = shapely.box(116, 27, 117, 28).difference(shapely.box(116.4, 27.4, 116.6, 27.6))
    found = nearest(frame_4490(shapely.Point(116.5, 27.59)), frame_4490(ring))
    assert found["distance_m"][0] == pytest.approx(KARNEY.inv(116.5, 27.59, 116.5, 27.6)[2], abs=1e-3)


def test_nothing_to_measure_to() -> None:
    assert nearest(frame_4490(shapely.Point(116, 27)), frame_4490()).empty
    assert nearest(frame_4490(shapely.Point(116, 27)), frame_4490(shapely.Polygon())).empty


def test_multi_part_features_keep_their_number() -> None:
    parts = shapely.MultiPolygon([shapely.box(118, 27, 118.1, 27.1), shapely.box(116.1, 27, 116.2, 27.1)])
    found = nearest(frame_4490(shapely.Point(116, 27.05)), frame_4490(shapely.Point(119, 20), parts))
    assert found["feature"][0] == 1
    assert found["distance_m"][0] == pytest.approx(KARNEY.inv(116, 27.05, 116.1, 27.05)[2], abs=0.01)
