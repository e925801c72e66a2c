"""Rings of one parcel put together: which is a hole follows from what lies inside what, not from numbers or turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput

__all__ = ["area_of_rings", "grouped"]

Floats = NDArray[np.float64]

_MOST_RINGS: Final = 5000


def area_of_rings(rings: Sequence[Floats], name: str, row: int) -> Any:
    """Return the area that rings enclose: a ring inside a shell is a hole, a ring inside a hole is land again.

    Parameters
    ----------
    rings : sequence of arrays (n, 2)
        Open or closed, in any order and turn.
    name, row : str, int
        The file and the number of the parcel, for the sentence.

    Returns
    -------
    Polygon or MultiPolygon
        Not necessarily valid: rings that cross stay as they are, for `geo.repair` to refuse with the place.

    Raises
    ------
    BadInput
        If a ring has fewer than three different points, or there are too many rings.
    """
    if not rings or any(len(np.unique(ring, axis=0)) < 3 for ring in rings):
        raise BadInput("geo.too_few_in_ring", name=name, row=row)
    if len(rings) > _MOST_RINGS:
        raise BadInput("geo.too_many_rings", name=name, row=row, limit=_MOST_RINGS)
    closed = [shapely.LinearRing(ring) for ring in rings]
    alone = np.array([shapely.Polygon(ring) for ring in closed], dtype=object)
    if len(alone) == 1:
        return alone[0]
    depth, holder = _nesting(alone)
    parts = []
    for position in np.flatnonzero(depth % 2 == 0):
        holes = np.flatnonzero((holder == position) & (depth == depth[position] + 1))
        parts.append(shapely.Polygon(closed[position], [closed[hole] for hole in holes]))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _nesting(alone: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many rings each lies in, and the smallest of those."""
    sound = shapely.is_valid(alone)
    sizes = shapely.area(alone)
    depth = np.zeros(len(alone), dtype=np.int64)
    holder = np.full(len(alone), -1, dtype=np.int64)
    usable = np.flatnonzero(sound)
    tree = shapely.STRtree(alone[usable])
    inner, outer = tree.query(alone[usable], predicate="covered_by")
    inner, outer = usable[inner], usable[outer]
    larger = sizes[outer] > sizes[inner]
    for small, large in zip(inner[larger], outer[larger], strict=True):
        depth[small] += 1
        if holder[small] < 0 or sizes[large] < sizes[holder[small]]:
            holder[small] = large
    return depth, holder


def grouped(keys: Sequence[Any]) -> list[list[int]]:
    """Return the positions of equal keys together, in order of first appearance."""
    found: dict[Any, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(key, []).append(position)
    return list(found.values())
