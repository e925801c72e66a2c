"""Remove empty rings and parts from shapes; every reader's shapes pass this before any other operation.

Some operations of GEOS on empty rings or parts crash the process.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["are_valid", "is_missing_or_empty", "plain_shapes"]

_MULTI: Final = {
    int(shapely.GeometryType.MULTIPOINT): shapely.multipoints,
    int(shapely.GeometryType.MULTILINESTRING): shapely.multilinestrings,
    int(shapely.GeometryType.MULTIPOLYGON): shapely.multipolygons,
    int(shapely.GeometryType.GEOMETRYCOLLECTION): shapely.geometrycollections,
}
_RING: Final = int(shapely.GeometryType.LINEARRING)
_POLYGON: Final = int(shapely.GeometryType.POLYGON)
_AT_ONCE: Final = 100_000


def plain_shapes(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return shapes without empty inner rings and without empty parts; a LinearRing becomes a LineString.

    Parameters
    ----------
    shapes : array of shapely geometries or None

    Returns
    -------
    array of shapely geometries or None
        The same array if there was nothing to remove; missing and wholly empty shapes are unchanged.
    """
    faulty = [
        begin + at
        for begin in range(0, len(shapes), _AT_ONCE)
        for at in np.flatnonzero(_needs_cleaning(shapes[begin : begin + _AT_ONCE]))
    ]
    if not faulty:
        return shapes
    made = np.array(shapes, dtype=object, copy=True)
    for at in faulty:
        made[at] = _plain(made[at])
    return made


def is_missing_or_empty(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask of the shapes that are None or empty."""
    missing: NDArray[np.bool_] = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return missing


def _needs_cleaning(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask of the shapes that `plain_shapes` changes: with an empty ring or part, or a LinearRing."""
    found = np.zeros(len(shapes), dtype=bool)
    kinds = shapely.get_type_id(shapes)
    several = np.flatnonzero(np.isin(kinds, list(_MULTI)))
    if several.size:
        parts, owner = shapely.get_parts(shapes[several], return_index=True)
        nested = shapely.get_type_id(parts) > _POLYGON
        odd = shapely.is_empty(parts) | _with_empty_ring(parts)
        if nested.any():
            odd[nested] |= _needs_cleaning(parts[nested])
        found[several[owner[odd]]] = True
    found |= _with_empty_ring(shapes) | (kinds == _RING)
    faulty: NDArray[np.bool_] = found & ~shapely.is_empty(shapes)
    return faulty


def _with_empty_ring(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask of the polygons with an empty inner ring."""
    found = np.zeros(len(shapes), dtype=bool)
    holed = np.flatnonzero(shapely.get_num_interior_rings(shapes) > 0)
    if holed.size:
        rings, owner = shapely.get_rings(shapes[holed], return_index=True)
        found[holed[owner[shapely.is_empty(rings)]]] = True
    return found


def _plain(shape: Any) -> Any:
    kind = int(shapely.get_type_id(shape))
    if kind == _POLYGON:
        return shapely.Polygon(shape.exterior, [ring for ring in shape.interiors if not ring.is_empty])
    if kind == _RING:
        return shapely.LineString(shapely.get_coordinates(shape))
    if kind not in _MULTI:
        return shape
    return _MULTI[kind]([_plain(part) for part in shapely.get_parts(shape) if not part.is_empty])


def are_valid(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which shapes are valid; those of which GEOS cannot say so, for wild coordinates, are not.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    >>> are_valid(np.array([shapely.box(0, 0, 1, 1), bow_tie, None], object)).tolist()
    [True, False, False]
    """
    try:
        found: NDArray[np.bool_] = shapely.is_valid(shapes)
    except shapely.GEOSException:
        if len(shapes) <= 1:
            return np.zeros(len(shapes), dtype=bool)
        middle = len(shapes) // 2
        return np.concatenate([are_valid(shapes[:middle]), are_valid(shapes[middle:])])
    return found
