"""Find stretches of lines that run along other lines or along the edge of an area within the touch tolerance.

Two surveys of one line differ in their last digits and in their vertices, so an exact intersection finds points where
there is a shared stretch. A stretch is shared where one line stays within the tolerance of the other for longer than a
crossing would: lines that cross at an angle ``a`` are within a tolerance ``t`` of each other over ``2 t / sin a``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.measure.ellipsoid import degrees_per_metre, lengths_of

__all__ = ["shared_stretches", "stretch_lengths"]

Floats = NDArray[np.float64]
Shapes = NDArray[Any]

_MIN_LENGTH: Final = 10.0
"""In tolerances: a shorter shared stretch is a crossing or a touch (of lines that meet at more than 12°)."""
_MARGIN: Final = 4.0


def shared_stretches(ours: Shapes, theirs: Shapes, tolerance_m: float) -> Shapes:
    """Return the stretches of lines that run along other lines, pair by pair.

    Parameters
    ----------
    ours, theirs : array of shapely lines
        Degrees of EPSG:4490.
    tolerance_m : float
        Largest distance of a stretch from `theirs`.

    Returns
    -------
    array of shapely geometries
        The stretches of `ours` of each pair, in degrees; empty if there are none.
    """
    result: Shapes = np.full(len(ours), shapely.LineString(), dtype=object)
    if tolerance_m <= 0:
        return np.asarray(_lines_only(shapely.intersection(ours, theirs)))
    bounds = shapely.bounds(ours)
    east, north = degrees_per_metre((bounds[:, 1] + bounds[:, 3]) / 2)
    reach = np.column_stack([-east, -north, east, north]) * _MARGIN * tolerance_m
    near = shapely.intersection(theirs, shapely.box(*(bounds + reach).T))
    at = np.flatnonzero(~shapely.is_empty(near) & ~shapely.is_empty(ours))
    if not at.size:
        return result
    origin, scale = bounds[at, :2], np.column_stack([east, north])[at]
    band = shapely.buffer(_to_metres(near[at], origin, scale), tolerance_m, quad_segs=2, cap_style="flat")
    parts, owner = shapely.get_parts(shapely.intersection(_to_metres(ours[at], origin, scale), band), return_index=True)
    is_shared = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > _MIN_LENGTH * tolerance_m)
    parts, owner = parts[is_shared], owner[is_shared]
    if parts.size:
        pairs, group = np.unique(owner, return_inverse=True)
        stretches = shapely.multilinestrings(parts, indices=group)
        points, pair = shapely.get_coordinates(stretches, return_index=True)
        degrees = points * scale[pairs][pair] + origin[pairs][pair]
        result[at[pairs]] = shapely.set_coordinates(stretches, degrees)
    return result


def stretch_lengths(ours: Shapes, theirs: Shapes, tolerance_m: float) -> Floats:
    """Return the length (m) over which each of `ours` runs along its partner; parameters as in `shared_stretches`."""
    return np.nan_to_num(lengths_of(shared_stretches(ours, theirs, tolerance_m)))


def _to_metres(shapes: Shapes, origin: Floats, scale: Floats) -> Shapes:
    """Return shapes in metres from an origin, each scaled by its own degrees per metre."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    moved: Shapes = shapely.set_coordinates(shapes.copy(), (points - origin[owner]) / scale[owner])
    return moved


def _lines_only(shapes: Shapes) -> Shapes:
    """Return shapes reduced to their lines: collections without other parts, points as empty lines."""
    result = shapes.copy()
    for at in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(shapes[at]))
        result[at] = shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1])
    points = shapely.get_dimensions(result) < 1
    result[points] = shapely.LineString()
    return result
