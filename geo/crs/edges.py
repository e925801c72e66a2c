"""Densify edges into pieces of a given size, with the same points in either direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["EdgePieces", "split_edges"]

Floats = NDArray[np.float64]
EdgePieces = Callable[[Floats, Floats], NDArray[np.int64]]
"""From the start and end points of edges, both (n, 2), the number of pieces of each: n whole numbers of at least 1."""

_WITH_EDGES: Final = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
)


def split_edges(geometries: NDArray[Any], pieces: EdgePieces) -> NDArray[Any]:
    """Return lines and polygons with equally spaced points added on their edges.

    An edge that two neighbours share gets bitwise the same points from both, though they walk it in opposite
    directions: the points are reckoned from the end that comes first in (x, y) order. So neighbours stay neighbours.

    Parameters
    ----------
    geometries : array of shapely geometries
        Two-dimensional. Points, empty and missing geometries pass through; a collection is split part by part.
    pieces : callable
        How many pieces an edge needs; must give the same number for both directions.

    Returns
    -------
    array of shapely geometries
        The same types in the same order; every old vertex is kept.
    """
    result = np.array(geometries, dtype=object, copy=True)
    kinds = shapely.get_type_id(result)
    filled = ~shapely.is_empty(result) & ~shapely.is_missing(result)
    for kind in _WITH_EDGES:
        here = np.flatnonzero((kinds == kind) & filled)
        if here.size:
            result[here] = _split_same_type(result[here], pieces)
    for position in np.flatnonzero((kinds == shapely.GeometryType.GEOMETRYCOLLECTION) & filled):
        result[position] = shapely.geometrycollections(split_edges(shapely.get_parts(result[position]), pieces))
    return result


def _split_same_type(geometries: NDArray[Any], pieces: EdgePieces) -> NDArray[Any]:
    """Return geometries with their edges split; all must be of one type with edges."""
    kind, points, offsets = shapely.to_ragged_array(geometries, include_z=False)
    chain_ends = offsets[0][1:] - 1
    counts = np.ones(len(points), dtype=np.int64)
    starts = np.ones(len(points), dtype=bool)
    starts[chain_ends] = False
    at = np.flatnonzero(starts)
    counts[at] = np.maximum(1, pieces(points[at], points[at + 1]))
    if counts.sum() == len(points):
        return geometries
    new_points = _points_along(points, counts)
    reached = np.concatenate([[0], np.cumsum(counts)])
    new_offsets = (reached[offsets[0]], *offsets[1:])
    made: NDArray[Any] = shapely.from_ragged_array(kind, new_points, new_offsets)
    return made


def _points_along(points: Floats, counts: NDArray[np.int64]) -> Floats:
    """Return vertex i followed by the ``counts[i] - 1`` points between it and vertex i + 1."""
    origin = np.repeat(np.arange(len(points)), counts)
    first = np.repeat(np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    step = np.arange(len(origin)) - first
    total = counts[origin]
    start = points[origin]
    end = points[np.minimum(origin + 1, len(points) - 1)]
    backward = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    base = np.where(backward[:, None], end, start)
    other = np.where(backward[:, None], start, end)
    share = np.where(backward, total - step, step) / total
    made: Floats = base + share[:, None] * (other - base)
    made[step == 0] = start[step == 0]
    return made
