"""Web Mercator as web maps use it: the world is a square of side 1, x eastward, y downward (EPSG:3857, scaled)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["from_world_square", "to_world_square"]

Floats = NDArray[np.float64]


def to_world_square(lonlat: ArrayLike) -> Floats:
    """Return degrees, longitude and latitude, projected to the world's square.

    Parameters
    ----------
    lonlat : array of shape (n, 2)
        Longitude, latitude.

    Returns
    -------
    array of shape (n, 2)

    Examples
    --------
    >>> to_world_square([[0.0, 0.0], [90.0, 45.0]]).round(6).tolist()
    [[0.5, 0.5], [0.75, 0.359725]]
    """
    degrees = np.asarray(lonlat, dtype=np.float64)
    y = 0.5 - np.arcsinh(np.tan(np.radians(degrees[:, 1]))) / (2 * np.pi)
    return np.column_stack([degrees[:, 0] / 360 + 0.5, y])


def from_world_square(xy: ArrayLike) -> Floats:
    """Return degrees, longitude and latitude, of places in the world's square.

    Examples
    --------
    >>> from_world_square([[0.5, 0.5], [0.75, 0.359725]]).round(3).tolist()
    [[0.0, 0.0], [90.0, 45.0]]
    """
    square = np.asarray(xy, dtype=np.float64)
    lat = np.degrees(np.arctan(np.sinh((0.5 - square[:, 1]) * 2 * np.pi)))
    return np.column_stack([(square[:, 0] - 0.5) * 360, lat])
