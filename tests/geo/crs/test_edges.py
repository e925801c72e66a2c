from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs.edges import split_edges

numbers = st.floats(-1000, 1000).map(lambda v: round(v, 6))


def by_length(step: float):
    return lambda start, end: np.ceil(np.hypot(*(end - start).T) / step).astype(np.int64)


def test_old_vertices_stay_and_pieces_are_short() -> None:
    shape = shapely.Polygon([(0, 0), (10, 0), (10, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2)]])
    (made,) = split_edges(np.array([shape]), by_length(0.7))
    points = shapely.get_coordinates(made.exterior)
    assert np.hypot(*np.diff(points, axis=0).T).max() <= 0.7 + 1e-12
    assert set(map(tuple, shapely.get_coordinates(shape))) <= set(map(tuple, shapely.get_coordinates(made)))
    assert made.area == shapely.area(shape)
    assert len(made.interiors) == 1


def test_types_order_and_gaps_are_kept() -> None:
    shapes = np.array(
        [
            shapely.LineString([(0, 0), (3, 0)]),
            None,
            shapely.Point(1, 1),
            shapely.MultiLineString([[(0, 0), (2, 0)], [(5, 5), (5, 9)]]),
            shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 4, 4)]),
            shapely.GeometryCollection([shapely.LineString([(0, 0), (3, 0)]), shapely.Point(9, 9)]),
            shapely.Polygon(),
        ],
        dtype=object,
    )
    made = split_edges(shapes, by_length(1.0))
    assert [None if s is None else s.geom_type for s in made] == [None if s is None else s.geom_type for s in shapes]
    assert [shapely.get_num_coordinates(s) for s in made] == [4, 0, 1, 8, 5 + 9, 5, 0]
    assert all(
        a is None or a.equals_exact(b, 0)
        for a, b in zip(shapes[[0, 2]], split_edges(shapes, by_length(99))[[0, 2]], strict=True)
    )


@given(numbers, numbers, numbers, numbers, st.integers(2, 50))
@settings(max_examples=300)
def test_both_directions_give_the_same_points(x1: float, y1: float, x2: float, y2: float, count: int) -> None:
    there = shapely.LineString([(x1, y1), (x2, y2)])
    both = split_edges(np.array([there, shapely.reverse(there)]), lambda start, _: np.full(len(start), count))
    first, second = (shapely.get_coordinates(line) for line in both)
    assert np.array_equal(first, second[::-1])
