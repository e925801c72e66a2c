"""Lines that run along other lines or along the edge of an area, as far apart as the touch tolerance allows.

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

_LEAST: Final = 10.0
"""Of the tolerance: what is shared over less is a crossing or a touch (lines that meet at more than 12°)."""
_MARGIN: Final = 4.0


def shared_stretches(ours: Shapes, theirs: Shapes, tolerance_m: float) -> Shapes:
    """Return the stretches of lines that run along other lines, pair by pair.

    Parameters
    ----------
    ours, theirs : array of shapely lines
        Degrees of EPSG:4490.
    tolerance_m : float
        How far from `theirs` a stretch may be.

    Returns
    -------
    array of shapely geometries
        Of each pair the stretches of `ours`, degrees; empty where there is none.
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
    band = shapely.buffer(_plane(near[at], origin, scale), tolerance_m, quad_segs=2, cap_style="flat")
    parts, owner = shapely.get_parts(shapely.intersection(_plane(ours[at], origin, scale), band), return_index=True)
    long = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > _LEAST * tolerance_m)
    parts, owner = parts[long], owner[long]
    if parts.size:
        there, group = np.unique(owner, return_inverse=True)
        made = shapely.multilinestrings(parts, indices=group)
        points, whose = shapely.get_coordinates(made, return_index=True)
        back = points * scale[there][whose] + origin[there][whose]
        result[at[there]] = shapely.set_coordinates(made, back)
    return result


def stretch_lengths(ours: Shapes, theirs: Shapes, tolerance_m: float) -> Floats:
    """Return over how many metres each of `ours` runs along its partner (see `shared_stretches`)."""
    return np.nan_to_num(lengths_of(shared_stretches(ours, theirs, tolerance_m)))


def _plane(shapes: Shapes, origin: Floats, scale: Floats) -> Shapes:
    """Bring shapes to metres from an origin, each by its own degrees per metre."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    placed: Shapes = shapely.set_coordinates(shapes.copy(), (points - origin[owner]) / scale[owner])
    return placed


def _lines_only(shapes: Shapes) -> Shapes:
    """Keep the lines of mixed collections."""
    result = shapes.copy()
    for at in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(shapes[at]))
        result[at] = shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1])
    points = shapely.get_dimensions(result) < 1
    result[points] = shapely.LineString()
    return result
