"""Buffers in metres around shapes in degrees, never narrower than the distance."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import split_edges
from geo.measure import GEOD, edge_pieces_of

__all__ = ["bands", "plane_around"]

Floats = NDArray[np.float64]
_QUARTER: Final = 64
_OUTER: Final = float(1 / np.cos(np.pi / (4 * _QUARTER)))
"""An arc of chords lies inside its circle; so much more radius, and it lies outside."""
_ROUNDING_M: Final = 1e-3
_PIECE_M: Final = 250.0


def bands(shapes: NDArray[Any], metres: float, centres: Floats | None = None, *, flat: bool = False) -> NDArray[Any]:
    """Return shapes buffered by a distance in metres.

    Parameters
    ----------
    shapes : array of shapely geometries
        Degrees of EPSG:4490.
    metres : float
    centres : array of float, optional
        Longitude and latitude, (n, 2), around which each band must be true; default the middle of each shape. 100 km
        off, a band is true to 0.01 %.
    flat : bool
        Whether the ends of lines are cut square rather than round.

    Returns
    -------
    array of shapely geometries
        Degrees; at most 0.01 % wider than the distance where an edge turns, never narrower.
    """
    if centres is None:
        bounds = shapely.bounds(shapes)
        centres = np.column_stack([(bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2])
    plane = plane_around(split_edges(shapes, edge_pieces_of(_PIECE_M)), centres)
    cap = "flat" if flat else "round"
    wide = shapely.buffer(plane, metres if flat else metres * _OUTER + _ROUNDING_M, quad_segs=_QUARTER, cap_style=cap)
    return _back(shapely.segmentize(wide, _PIECE_M), centres)


def plane_around(shapes: NDArray[Any], centres: Floats) -> NDArray[Any]:
    """Return shapes in the azimuthal equidistant plane around each one's centre (Snyder, USGS PP 1395, ch. 25)."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    azimuth, _, away = GEOD.inv(centres[owner, 0], centres[owner, 1], points[:, 0], points[:, 1])
    angle = np.radians(azimuth)
    plane = np.column_stack([away * np.sin(angle), away * np.cos(angle)])
    made: NDArray[Any] = shapely.transform(shapes, lambda _: plane)
    return made


def _back(shapes: NDArray[Any], centres: Floats) -> NDArray[Any]:
    """Return shapes of such planes in degrees."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    azimuth = np.degrees(np.arctan2(points[:, 0], points[:, 1]))
    lon, lat, _ = GEOD.fwd(centres[owner, 0], centres[owner, 1], azimuth, np.hypot(*points.T))
    degrees = np.column_stack([lon, lat])
    made: NDArray[Any] = shapely.transform(shapes, lambda _: degrees)
    return made
