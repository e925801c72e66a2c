"""Build polygons from rings: holes follow from containment, not from ring numbers or orientation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput
from geo.shapes.plain import are_valid

__all__ = ["CLOSING_M", "area_of_rings", "gaps_m", "grouped", "rebuild_invalid_rings", "rebuild_parts"]

Floats = NDArray[np.float64]

CLOSING_M: Final = 0.05
"""Ends of an outline that lie no farther apart are one point: half of what a boundary survey (0.1 m) may be off."""
_MOST_RINGS: Final = 5000
_METRES_PER_DEGREE: Final = 111_320.0


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
        Not necessarily valid: rings that cross stay as they are, for `geo.shapes.repair` to refuse with the place.

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
    """Return for each ring the number of rings it lies in, and the position of the smallest of those (-1: none)."""
    whole = alone.copy()
    faulty = ~are_valid(alone)
    whole[faulty] = shapely.make_valid(alone[faulty], method="structure", keep_collapsed=False)
    sizes = shapely.area(whole)
    depth = np.zeros(len(alone), dtype=np.int64)
    holder = np.full(len(alone), -1, dtype=np.int64)
    inner, outer = shapely.STRtree(whole).query(whole, predicate="covered_by")
    larger = sizes[outer] > sizes[inner]
    for small, large in zip(inner[larger], outer[larger], strict=True):
        depth[small] += 1
        if holder[small] < 0 or sizes[large] < sizes[holder[small]]:
            holder[small] = large
    return depth, holder


def gaps_m(lines: NDArray[Any]) -> Floats:
    """Return the distance between the ends of lines (m); NaN for lines of fewer than four points.

    Coordinates that could be degrees (all within ±180) count as degrees, roughly.
    """
    starts, ends = (shapely.get_point(lines, at) for at in (0, -1))
    apart = np.hypot(shapely.get_x(ends) - shapely.get_x(starts), shapely.get_y(ends) - shapely.get_y(starts))
    degrees = (np.abs(shapely.bounds(lines)) <= 180).all(axis=1)
    gaps: Floats = np.where(degrees, apart * _METRES_PER_DEGREE, apart)
    return np.where(shapely.get_num_points(lines) >= 4, gaps, np.nan)


def rebuild_invalid_rings(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return areas with the rings of invalid ones rebuilt by containment, for formats that do not mark holes.

    Parameters
    ----------
    shapes : array of shapely geometries or None
        As built by a reader that goes by the orientation of rings.

    Returns
    -------
    array of shapely geometries or None, array of bool
        The shapes, and a mask of those that were invalid and are valid now.
    """
    turned = np.zeros(len(shapes), dtype=bool)
    made = shapes
    for at in np.flatnonzero((shapely.get_dimensions(shapes) == 2) & ~are_valid(shapes)):
        anew = _rebuilt_area(shapely.get_rings(shapely.get_parts(shapes[at])), one_shell=False)
        if anew is not None:
            made = shapes.copy() if made is shapes else made
            made[at], turned[at] = anew, True
    return made, turned


def rebuild_parts(shape: Any) -> Any:
    """Return an invalid area with the rings of each part rebuilt by containment; None if that is not valid.

    For formats that assign rings to parts: all rings of a part must lie in its largest, whichever is first.
    """
    parts = []
    for part in shapely.get_parts(shape):
        anew = _rebuilt_area(shapely.get_rings(part), one_shell=True) if not part.is_valid else part
        if anew is None:
            return None
        parts += list(shapely.get_parts(anew))
    made = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return made if made.is_valid else None


def _rebuilt_area(rings: NDArray[Any], *, one_shell: bool) -> Any:
    """Return the area that rings enclose by containment; None if it is not valid."""
    chains = [shapely.get_coordinates(ring) for ring in rings if not shapely.is_empty(ring)]
    if len(chains) < 2:
        return None
    try:
        made = area_of_rings(chains, "", 0)
        if not made.is_valid:
            return None
    except (BadInput, shapely.GEOSException):
        return None
    if one_shell:
        parts = shapely.get_parts(made)
        shells = shapely.polygons(shapely.get_exterior_ring(parts))
        if not shapely.covers(shells[shapely.area(shells).argmax()], parts).all():
            return None
    return made


def grouped(keys: Sequence[Any]) -> list[list[int]]:
    """Return the positions of each distinct key, in order of first appearance."""
    found: dict[Any, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(key, []).append(position)
    return list(found.values())
