"""Transform GCJ-02 and BD-09, the shifted degrees of Chinese web maps, to WGS 84 and back.

They are only used when the user names them. The formulas circulate openly; the true ones are not published. They
agree with the maps to a few metres, which no iteration improves: pages state that uncertainty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadInput

__all__ = ["OFFSET_SYSTEMS", "bd09_of_gcj02", "gcj02_of_wgs84", "is_shifted_area", "offset_name", "unshifted"]

Floats = NDArray[np.float64]

OFFSET_SYSTEMS: Final = ("GCJ-02", "BD-09")

_KRASOVSKY_M: Final = 6_378_245.0
_KRASOVSKY_E2: Final = 0.006_693_421_622_965_943
_ENOUGH_DEGREES: Final = 1e-11
"""A micrometre: the inversion is far better than the formula."""
_MOST_STEPS: Final = 60
_REACH: Final = ((72.004, 137.8347), (0.8293, 55.8271))
"""Longitudes and latitudes that the open formula shifts; elsewhere it changes nothing."""
_BD_TURN: Final = np.pi * 3000.0 / 180.0


def offset_name(text: object) -> str | None:
    """Return the standard name of a shifted system if `text` is one, such as ``"gcj02"``; else None."""
    plain = str(text).strip().upper().replace("_", "").replace("-", "").replace(" ", "")
    return {"GCJ02": "GCJ-02", "BD09": "BD-09", "BD09LL": "BD-09"}.get(plain) if isinstance(text, str) else None


def is_shifted_area(lonlat: Floats) -> NDArray[np.bool_]:
    """Return a mask of the points that the open formula shifts."""
    (west, east), (south, north) = _REACH
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def gcj02_of_wgs84(lonlat: Floats) -> Floats:
    """Return GCJ-02 degrees for WGS 84 degrees by the open formula.

    Parameters
    ----------
    lonlat : array (n, 2)
        Longitude, latitude in degrees.
    """
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = 0.1 * np.sqrt(np.abs(x))
    both = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 2 * root
    north_m += (both + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north_m += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + root
    east_m += (both + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east_m += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    phi = np.radians(lonlat[:, 1])
    square = 1 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    north = np.degrees(north_m / (_KRASOVSKY_M * (1 - _KRASOVSKY_E2) / (square * np.sqrt(square))))
    east = np.degrees(east_m / (_KRASOVSKY_M / np.sqrt(square) * np.cos(phi)))
    return lonlat + np.where(is_shifted_area(lonlat)[:, None], np.column_stack([east, north]), 0.0)


def bd09_of_gcj02(lonlat: Floats) -> Floats:
    """Return BD-09 degrees for GCJ-02 degrees by the open formula."""
    x, y = lonlat.T
    reach = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_TURN)
    return np.column_stack([reach * np.cos(angle) + 0.0065, reach * np.sin(angle) + 0.006])


def unshifted(lonlat: Floats, system: str, name: str = "") -> Floats:
    """Return the WGS 84 degrees that the open formula shifts to the given ones, to less than 1 mm.

    Parameters
    ----------
    lonlat : array (n, 2)
        Longitude, latitude in the shifted system.
    system : {"GCJ-02", "BD-09"}
    name : str
        What carries them, for the sentence.

    Raises
    ------
    BadInput
        If a point lies where the formula shifts nothing: the system cannot be what it is called.
    """
    if not is_shifted_area(lonlat).all():
        raise BadInput("geo.offset_outside_china", name=name, crs=system)
    gcj02 = _inverse(bd09_of_gcj02, lonlat) if system == "BD-09" else lonlat
    return _inverse(gcj02_of_wgs84, gcj02)


def _inverse(shift: Callable[[Floats], Floats], target: Floats) -> Floats:
    """Return the points that `shift` moves to `target`, by fixed-point iteration (the shift changes slowly)."""
    found = np.array(target, dtype=np.float64)
    for _ in range(_MOST_STEPS):
        error = target - shift(found)
        found += error
        if not len(error) or float(np.abs(error).max()) < _ENOUGH_DEGREES:
            break
    return found
