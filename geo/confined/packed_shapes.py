"""Shapes as arrays of coordinates and of numbers of owners, put together again by constructors that check.

Unlike WKB they cannot be nested until a reader dies; unlike ragged arrays no offset can lead beyond an array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from shapely import GeometryType

__all__ = ["pack_shapes", "unpack_shapes"]

Array = np.ndarray[Any, Any]

_MAKERS: Final[dict[int, Callable[..., Array]]] = {
    GeometryType.POINT: shapely.points,
    GeometryType.LINESTRING: shapely.linestrings,
    GeometryType.LINEARRING: shapely.linearrings,
    GeometryType.POLYGON: shapely.polygons,
    GeometryType.MULTIPOINT: shapely.multipoints,
    GeometryType.MULTILINESTRING: shapely.multilinestrings,
    GeometryType.MULTIPOLYGON: shapely.multipolygons,
    GeometryType.GEOMETRYCOLLECTION: shapely.geometrycollections,
}
_EMPTY: Final = {int(kind): shapely.from_wkt(f"{kind.name} EMPTY") for kind in GeometryType if kind >= 0}
_OF_COORDINATES: Final = frozenset({GeometryType.POINT, GeometryType.LINESTRING, GeometryType.LINEARRING})
_MOST_DEEP: Final = 12
_MOST_SHAPES: Final = 100_000_000


def pack_shapes(shapes: Array, store: Callable[[Array], str]) -> Any:
    """Return shapes as JSON: their number, and for each type and dimension which they are, and what they are made of.

    Parameters
    ----------
    shapes : array of shapely geometries or None
        M is dropped, and rings without coordinates.
    store : callable
        Keeps an array and returns its name.
    """
    kinds, spatial = shapely.get_type_id(shapes), shapely.has_z(shapes)
    groups = []
    for kind, high in sorted({(int(k), bool(z)) for k, z in zip(kinds, spatial, strict=True) if k >= 0}):
        at = np.flatnonzero((kinds == kind) & (spatial == high))
        if kind in _OF_COORDINATES:
            numbers, owner = shapely.get_coordinates(shapes[at], include_z=high, return_index=True)
            parts: Any = store(numbers)
        else:
            members, owner = _members(shapes[at], kind)
            parts = pack_shapes(members, store)
        groups.append([kind, store(at), store(owner), parts])
    return [len(shapes), groups]


def unpack_shapes(packed: Any, load: Callable[[str], Array], depth: int = 0) -> Array:
    """Return the shapes of `pack_shapes`.

    Parameters
    ----------
    packed : JSON
    load : callable
        Returns an array by its name.

    Raises
    ------
    ValueError, GEOSException
        If they cannot be put together, or are nested more than twelve deep.
    """
    if depth > _MOST_DEEP:
        raise ValueError("nested too deeply")
    count, groups = packed
    if not 0 <= count <= _MOST_SHAPES:
        raise ValueError("too many shapes")
    shapes: Array = np.full(int(count), None, object)
    for kind, at, owner, parts in groups:
        places = load(at)
        made = np.full(len(places), _EMPTY[kind], object)
        members = load(parts) if kind in _OF_COORDINATES else unpack_shapes(parts, load, depth + 1)
        if len(members):
            _MAKERS[kind](members, indices=load(owner), out=made)
        shapes[places] = made
    return shapes


def _members(shapes: Array, kind: int) -> tuple[Array, Array]:
    """Return the rings of polygons, or the parts of other shapes, each with the position of what it belongs to."""
    if kind != GeometryType.POLYGON:
        parts, owner = shapely.get_parts(shapes, return_index=True)
        return parts, owner
    rings, owner = shapely.get_rings(shapes, return_index=True)
    filled = ~shapely.is_empty(rings)
    return rings[filled], owner[filled]
