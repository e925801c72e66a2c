"""The open GCJ-02 and BD-09 formulas against published points, and their inversion against themselves."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.crs.china_offsets import bd09_of_gcj02, gcj02_of_wgs84, offset_name, unshifted
from geo.errors import BadInput
from geo.read.formats import read_sites
from tests.helpers import KARNEY, geojson

WGS84 = np.array([[121.5272106, 31.1774276], [113.912316, 22.543847], [116.377817, 39.911954]])
GCJ02 = np.array(
    [
        [121.531541859215, 31.17530398364597],
        [113.9171764808363, 22.540796131694766],
        [116.38404722455657, 39.91334545536069],
    ]
)
"""Shanghai, Shenzhen, Beijing: the test points of the eviltransform project; then coordtransform's example."""


def test_published_points() -> None:
    assert gcj02_of_wgs84(WGS84) == pytest.approx(GCJ02, abs=1e-9)
    beijing = np.array([[116.404, 39.915]])
    assert gcj02_of_wgs84(beijing)[0] == pytest.approx([116.41024449916938, 39.91640428150164], abs=1e-10)
    assert bd09_of_gcj02(beijing)[0] == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-10)


def test_the_inversion_is_better_than_a_millimetre_all_over_china() -> None:
    points = np.random.default_rng(7).uniform([74, 4], [135, 53], (20_000, 2))
    for system, shift in (("GCJ-02", gcj02_of_wgs84), ("BD-09", lambda p: bd09_of_gcj02(gcj02_of_wgs84(p)))):
        found = unshifted(shift(points), system)
        assert KARNEY.inv(*points.T, *found.T)[2].max() < 1e-3


def test_names() -> None:
    assert [offset_name(text) for text in ("gcj02", "GCJ-02", "bd 09", "BD09LL", "EPSG:4326", 4326, None)] == [
        "GCJ-02", "GCJ-02", "BD-09", "BD-09", None, None, None,
    ]  # fmt: skip


def test_abroad_it_is_refused() -> None:
    with pytest.raises(BadInput):
        unshifted(np.array([[2.35, 48.85]]), "GCJ-02")


def test_long_edges_keep_to_their_line() -> None:
    """An edge of 5 km, straight on the shifted map, bends by decimetres once unshifted: points are put along it."""
    line = shapely.LineString([(116.0, 27.1), (116.05, 27.1)])
    found = read_sites(geojson(line), "a.geojson", crs="GCJ-02").frame.geometry[0]
    assert len(found.coords) > 40
    dense = np.column_stack([np.linspace(116.0, 116.05, 2001), np.full(2001, 27.1)])
    true = shapely.points(unshifted(dense, "GCJ-02"))
    assert shapely.distance(found, true).max() * 111_320 < 1e-3
