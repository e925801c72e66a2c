"""Geometry as it comes: each row of docs/decisions/geometry-intake.md has its answer here."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import BadInput
from geo.measure.ellipsoid import area_m2
from geo.read.formats import read_sites
from geo.shapes.crossings import crosses_itself_often
from geo.shapes.plain import are_valid
from geo.shapes.repair import ONE_READING_M2, repair_shapes
from geo.shapes.rings import area_of_rings
from tests.geo.read.test_formats import refused
from tests.helpers import geojson

X, Y = 39_400_000.0, 3_000_000.0
POLYGON = shapely.Polygon


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def ring(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(X + x, Y + y) for x, y in points]


ONE_READING = {
    "spike out": (
        POLYGON(ring((0, 0), (100, 0), (100, 50), (130, 50), (100, 50), (100, 100), (0, 100))),
        "edge_twice",
        10_000,
    ),
    "spike in": (
        POLYGON(ring((0, 0), (100, 0), (100, 50), (70, 50), (100, 50), (100, 100), (0, 100))),
        "edge_twice",
        10_000,
    ),
    "repeated points": (POLYGON(ring((0, 0), (100, 0), (100, 0), (100, 100), (0, 100))), "repeated_points", 10_000),
    "ring touches itself outside": (POLYGON(ring((0, 0), (100, 0), (100, 100), (50, 0), (0, 100))), "touching", 5000),
    "ring touches itself as a hole": (
        POLYGON(ring((0, 0), (50, 0), (40, 30), (60, 30), (50, 0), (100, 0), (100, 100), (0, 100))),
        "touching",
        9700,
    ),
    "parts share an edge": (shapely.MultiPolygon([box(0, 0, 10, 10), box(10, 0, 20, 10)]), "edge_twice", 200),
    "holes share an edge": (
        POLYGON(
            box(0, 0, 100, 100).exterior.coords,
            [box(10, 10, 20, 20).exterior.coords, box(20, 10, 30, 20).exterior.coords],
        ),
        "edge_twice",
        9800,
    ),
    "hole to the rim": (
        POLYGON(box(0, 0, 100, 100).exterior.coords, [box(0, 40, 50, 60).exterior.coords]),
        "edge_twice",
        9000,
    ),
    "hole in hole, which is land again": (
        POLYGON(
            box(0, 0, 100, 100).exterior.coords,
            [box(10, 10, 50, 50).exterior.coords, box(20, 20, 30, 30).exterior.coords],
        ),
        "rings_nested",
        10_000 - 1600 + 100,
    ),
    "shell called a hole": (
        POLYGON(box(10, 10, 50, 50).exterior.coords, [box(0, 0, 100, 100).exterior.coords]),
        "rings_nested",
        10_000 - 1600,
    ),
    "a crossing thinner than any survey": (
        POLYGON(ring((0, 0), (100, 0), (100, 100), (0, 100), (0.00001, -0.000001))),
        "touching",
        10_000,
    ),
    "a point on the area": (shapely.GeometryCollection([box(0, 0, 10, 10), shapely.Point(X, Y)]), "parts_covered", 100),
    "a line within the area": (
        shapely.GeometryCollection([box(0, 0, 10, 10), shapely.LineString(ring((1, 1), (2, 2)))]),
        "parts_covered",
        100,
    ),
}


@pytest.mark.parametrize("what", ONE_READING)
def test_what_has_one_reading_is_mended_and_said(what: str) -> None:
    shape, code, area = ONE_READING[what]
    sites = read_sites(geojson(shape), "a.geojson", crs=4527)
    assert sites.frame["repair"].tolist() == [code]
    assert abs(sites.frame["repair_area_m2"][0]) <= ONE_READING_M2
    assert sites.frame.to_crs(4527).area[0] == pytest.approx(area, rel=1e-6)
    wanted = "rings_nested" if code == "rings_nested" else "repaired"
    notice = next(notice for notice in sites.notices if notice.code == wanted)
    assert "1" in notice.text("zh")


SEVERAL_READINGS = {
    "bow-tie": (POLYGON(ring((0, 0), (100, 100), (100, 0), (0, 100))), "geo.self_crossing"),
    "small loop": (
        POLYGON(ring((0, 0), (100, 0), (100, 100), (0, 100), (0, 50), (-1, 49), (0, 49), (-1, 50))),
        "geo.self_crossing",
    ),
    "overlapping parts": (shapely.MultiPolygon([box(0, 0, 10, 10), box(5, 0, 20, 10)]), "geo.self_crossing"),
    "part in part": (shapely.MultiPolygon([box(0, 0, 10, 10), box(2, 2, 4, 4)]), "geo.shells_nested"),
    "the same part twice": (shapely.MultiPolygon([box(0, 0, 10, 10)] * 2), "geo.self_crossing"),
    "hole outside": (
        POLYGON(box(0, 0, 10, 10).exterior.coords, [box(20, 0, 30, 10).exterior.coords]),
        "geo.hole_outside",
    ),
    "ring walked twice": (POLYGON([*box(0, 0, 10, 10).exterior.coords] * 2), "geo.self_crossing"),
    "point beside the area": (
        shapely.GeometryCollection([box(0, 0, 10, 10), shapely.Point(X + 20, Y)]),
        "geo.mixed_kinds",
    ),
    "line out of the area": (
        shapely.GeometryCollection([box(0, 0, 10, 10), shapely.LineString(ring((5, 5), (20, 5)))]),
        "geo.mixed_kinds",
    ),
}


@pytest.mark.parametrize("what", SEVERAL_READINGS)
def test_what_has_several_readings_goes_back_with_the_place(what: str) -> None:
    shape, key = SEVERAL_READINGS[what]
    refused(geojson(box(0, 0, 1, 1), shape), "a.geojson", key, crs=4527)


def test_an_open_ring_is_closed_and_said() -> None:
    open_ring = {"type": "Polygon", "coordinates": [[[116, 27], [116.01, 27], [116.01, 27.01], [116, 27.01]]]}
    sites = read_sites(geojson(open_ring), "a.geojson")
    assert sites.frame["repair"].tolist() == ["ring_closed"]
    assert sites.frame.geometry[0].equals(shapely.box(116, 27, 116.01, 27.01))


def test_turn_and_order_of_rings_do_not_matter() -> None:
    rings = [
        np.array(box(*b).exterior.coords)
        for b in ((0, 0, 100, 100), (10, 10, 90, 90), (20, 20, 80, 80), (30, 30, 40, 40))
    ]
    wanted = 100**2 - 80**2 + 60**2 - 10**2
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)):
        shape = area_of_rings([rings[n][:: (-1) ** n] for n in order], "a", 1)
        assert shape.is_valid
        assert shape.area == pytest.approx(wanted)
    plain, turned = (geojson(POLYGON(r)) for r in (rings[0], rings[0][::-1]))
    areas = [area_m2(read_sites(content, "a.geojson", crs=4527).frame)[0] for content in (plain, turned)]
    assert areas[0] == pytest.approx(areas[1], abs=1e-6)


def test_heights_and_measures_are_dropped_and_said() -> None:
    high = shapely.from_wkt("POLYGON Z ((116 27 5, 116.01 27 5, 116.01 27.01 6, 116 27 5))")
    sites = read_sites(geojson(high), "a.geojson")
    assert not sites.frame.geometry.has_z.any()
    assert [notice.code for notice in sites.notices] == ["z_dropped"]
    measured = b'id,wkt\n1,"LINESTRING M (116 27 0, 116.01 27 5)"\n'
    sites = read_sites(measured, "a.csv", crs=4490)
    assert [notice.code for notice in sites.notices] == ["m_dropped"]
    assert sites.frame.geometry[0].equals(shapely.LineString([(116, 27), (116.01, 27)]))


def test_slivers_are_kept_and_said() -> None:
    sites = read_sites(geojson(box(0, 0, 1000, 0.05), box(0, 0, 10, 10)), "a.geojson", crs=4527)
    assert [notice.code for notice in sites.notices] == ["slivers"]
    assert area_m2(sites.frame)[0] == pytest.approx(50, rel=1e-3)


def test_a_kind_each_has_its_answer() -> None:
    shapes = [
        shapely.Point(116, 27),
        shapely.MultiPoint([(116, 27), (117, 27)]),
        shapely.LineString([(116, 27), (117, 28)]),
    ]
    sites = read_sites(geojson(*shapes, shapely.box(116, 27, 117, 28)), "a.geojson")
    assert sites.frame.geom_type.tolist() == ["Point", "MultiPoint", "LineString", "Polygon"]
    assert (sites.frame["repair"] == "").all()


corners = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9)


@given(corners)
@settings(max_examples=400, deadline=None)
def test_any_ring_is_refused_or_encloses_what_even_and_odd_says(points: list[tuple[int, int]]) -> None:
    """The oracle counts crossings at the middle of every cell of a grid; it shares no code with GEOS's validity."""
    shape = POLYGON([(x * 10.0, y * 10.0) for x, y in points])
    try:
        made = repair_shapes(np.array([shape], dtype=object), "a", geographic=False)
    except BadInput:
        return
    assert made.shapes[0].is_valid
    middles = np.stack(np.meshgrid(np.arange(0.313, 120, 1.7), np.arange(0.271, 120, 1.7)), -1).reshape(-1, 2)
    inside = np.zeros(len(middles), dtype=bool)
    chain = np.array([*points, points[0]], dtype=float) * 10
    for (x1, y1), (x2, y2) in pairwise(chain):
        across = (y1 > middles[:, 1]) != (y2 > middles[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x1 + (middles[:, 1] - y1) * (x2 - x1) / (y2 - y1)
        inside ^= across & (middles[:, 0] < at)
    near = shapely.distance(shapely.LineString(chain), shapely.points(middles)) < 1e-6
    assert (shapely.contains_xy(made.shapes[0], *middles.T) == inside)[~near].all()


def test_coordinates_too_wild_for_geos_are_a_sentence() -> None:
    """GEOS raises an error on being asked whether this is valid (a Shapefile with some bytes changed)."""
    wild = shapely.Polygon(
        [(2.7846379839043964e179, 4.0244096563131766e234), (9.806010300636435e-13, 4.024409661246176e234),
         (9.806010300636435e-13, -1.849988883866126e259), (9.176671670048724e135, -1.849988885699016e259),
         (9.176671670048724e135, 4.0244096650365035e234)]
    )  # fmt: skip
    both = np.array([shapely.MultiPolygon([shapely.box(117, 28, 117.02, 28.02), wild]), shapely.box(0, 0, 1, 1)])
    assert are_valid(both).tolist() == [False, True]
    with pytest.raises(BadInput) as fault:
        repair_shapes(both, "a.shp", geographic=True)
    assert fault.value.values["row"] == 1


def star(edges: int) -> shapely.Polygon:
    """A ring of an odd number of edges each of which crosses all but its neighbours."""
    turns = np.pi * (edges - 1) / edges * np.arange(edges)
    return POLYGON(np.column_stack([X + 100 * np.cos(turns), Y + 100 * np.sin(turns)]))


@pytest.mark.parametrize("edges", [5, 51, 141])
def test_crossings_are_counted_as_the_closed_form_has_them(edges: int) -> None:
    """Every edge of such a star crosses all others but itself and its two neighbours."""
    crossings = edges * (edges - 3) // 2
    assert crosses_itself_often(star(edges), crossings - 1)
    assert not crosses_itself_often(star(edges), crossings)


def test_a_star_of_4001_edges_is_refused_at_once() -> None:
    """Eight million crossings: mended, it takes gigabytes."""
    with pytest.raises(BadInput) as fault:
        repair_shapes(np.array([box(0, 0, 9, 9), star(4001)]), "a.geojson", geographic=False)
    assert fault.value.key == "geo.too_many_crossings"
    assert fault.value.values["row"] == 2


def test_a_long_boundary_that_touches_itself_once_is_still_mended() -> None:
    """A saw of 60,000 edges with a spike; no two of its edges cross."""
    x = np.arange(30_000, dtype=float)
    saw = np.column_stack([np.repeat(X + x, 2)[1:-1], Y + np.tile([0.0, 1.0], 30_000)[1:-1]])
    shape = POLYGON([*saw, (X + 29_999, Y - 50), (X + 29_999, Y - 90), (X + 29_999, Y - 50), (X, Y - 50)])
    made = repair_shapes(np.array([shape]), "a.shp", geographic=False)
    assert made.codes.tolist() == ["edge_twice"]
