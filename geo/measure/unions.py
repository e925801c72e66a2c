"""Unions of shapes by groups, and the areas of mixed collections."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["areas_only", "only_dimension", "union_pieces"]

Shapes = NDArray[Any]


def union_pieces(pieces: Shapes, group: NDArray[np.int64], count: int) -> Shapes:
    """Return the union of the pieces of each group, so that overlaps count once.

    Parameters
    ----------
    pieces : array of shapely geometries or None
    group : array of int
        The group of each piece, sorted.
    count : int
        Number of groups.

    Returns
    -------
    array of shapely geometries
        One per group; empty where it has no piece.
    """
    united: Shapes = np.full(count, shapely.GeometryCollection(), dtype=object)
    filled = ~shapely.is_missing(pieces)
    pieces, group = pieces[filled], group[filled]
    sizes = np.bincount(group, minlength=count)
    alone = sizes[group] == 1
    united[group[alone]] = pieces[alone]
    many = np.flatnonzero(sizes > 1)
    if many.size:
        numbers = np.searchsorted(many, group[~alone])
        united[many] = shapely.union_all(shapely.geometrycollections(pieces[~alone], indices=numbers)[:, None], axis=1)
    return united


def only_dimension(pieces: Shapes, dimension: int) -> Shapes:
    """Return pieces reduced to their areas (2) or lines (1), if they are mixed collections."""
    result = pieces.copy()
    for at in np.flatnonzero(shapely.get_type_id(pieces) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(pieces[at]))
        parts = parts[shapely.get_dimensions(parts) == dimension]
        result[at] = shapely.multipolygons(parts) if dimension == 2 else shapely.multilinestrings(parts)
    return result


def areas_only(shapes: Shapes) -> Shapes:
    """Return shapes reduced to their areas; lines and points become empty polygons."""
    result = only_dimension(shapes, 2)
    result[shapely.get_dimensions(result) < 2] = shapely.Polygon()
    return result
