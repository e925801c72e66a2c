"""Shapes as arrays of coordinates and offsets: unlike WKB, they cannot be nested without end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

__all__ = ["pack_shapes", "unpack_shapes"]

Array = np.ndarray[Any, Any]
Group = tuple[Any, ...]

_COUNT: Final = "count"
_RING: Final = int(shapely.GeometryType.LINEARRING)
_COLLECTION: Final = int(shapely.GeometryType.GEOMETRYCOLLECTION)
_MOST_DEEP: Final = 8


def pack_shapes(shapes: Array, depth: int = 0) -> list[Group]:
    """Return shapes as groups of one type each: a code, the positions of the shapes, then arrays. M is dropped.

    Parameters
    ----------
    shapes : array of shapely geometries or None

    Raises
    ------
    ValueError
        If collections are nested more than eight deep.
    """
    if depth > _MOST_DEEP:
        raise ValueError("collections in collections")
    kinds, spatial, measured = shapely.get_type_id(shapes), shapely.has_z(shapes), shapely.has_m(shapes)
    groups: list[Group] = [(_COUNT, np.array([len(shapes)]))]
    forms = {(int(k), bool(z), bool(m)) for k, z, m in zip(kinds, spatial, measured, strict=True) if k >= 0}
    for kind, high, marked in sorted(forms):
        at = np.flatnonzero((kinds == kind) & (spatial == high) & (measured == marked))
        if kind == _COLLECTION:
            members, owner = shapely.get_parts(shapes[at], return_index=True)
            inner = [array for group in pack_shapes(members, depth + 1) for array in _flat(group)]
            groups.append((f"collection {len(inner)}", at, owner, *inner))
            continue
        told = shapely.to_ragged_array(_lines(shapes[at]) if kind == _RING else shapes[at])
        groups.append((f"{'ring' if kind == _RING else 'plain'} {int(told[0])}", at, told[1][:, : 2 + high], *told[2]))
    return groups


def unpack_shapes(groups: Sequence[Group]) -> Array:
    """Return the shapes that `pack_shapes` made groups of."""
    shapes: Array = np.empty(int(groups[0][1][0]), object)
    for code, at, *arrays in groups[1:]:
        kind, number = code.split()
        if kind == "collection":
            shapes[at] = _collections(len(at), arrays[0], unpack_shapes(_groups(arrays[1:])))
            continue
        coordinates, *offsets = arrays
        made = shapely.from_ragged_array(shapely.GeometryType(int(number)), coordinates, tuple(offsets) or None)
        shapes[at] = shapely.linearrings(list(map(shapely.get_coordinates, made))) if kind == "ring" else made
    return shapes


def _lines(rings: Array) -> Array:
    return np.array([shapely.LineString(ring.coords) for ring in rings], object)


def _collections(count: int, owner: Array, members: Array) -> Array:
    made = np.empty(count, object)
    for at in range(count):
        made[at] = shapely.GeometryCollection(list(members[owner == at]))
    return made


def _flat(group: Group) -> list[Array]:
    """Return a group as arrays alone: how many there are and the letters of its code, then they."""
    code = np.frombuffer(group[0].encode(), np.uint8)
    return [np.array([len(group) - 1]), code, *group[1:]]


def _groups(arrays: Sequence[Array]) -> list[Group]:
    """Return the groups that `_flat` made arrays of."""
    found, rest = [], list(arrays)
    while rest:
        count, code = int(rest[0][0]), rest[1].tobytes().decode()
        found.append((code, *rest[2 : 2 + count]))
        rest = rest[2 + count :]
    return found
