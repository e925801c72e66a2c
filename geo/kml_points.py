"""The coordinates of a KML element as people write them: ``lon,lat[,height]``, a blank between points, or nearly so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.detect import CHINA_LAT, CHINA_LON

__all__ = ["KmlPoints", "points_of"]

Floats = NDArray[np.float64]

_WIDE: Final = str.maketrans("，；;", ",  ")
_COMMA: Final = re.compile(r"\s*,\s*")
_APART: Final = re.compile(r"[\s,]+")
_PLAIN: Final = (2, 3)


@dataclass(frozen=True)
class KmlPoints:
    """Points of one element.

    Attributes
    ----------
    points : array (n, 2)
        Longitude and latitude in degrees.
    high : bool
        Whether one has a height other than 0.
    odd : bool
        Whether commas and blanks were not as KML has them.
    """

    points: Floats
    high: bool
    odd: bool


def points_of(text: str) -> KmlPoints | None:
    """Read coordinates; None where they can be read in no way, or in several.

    Where commas stand between points as well, or blanks round commas, the numbers are taken in twos and in threes: only
    one of the two can give longitudes and latitudes.

    Examples
    --------
    >>> points_of("116.1,27.1,0 116.2,27.2,0").odd
    False
    >>> points_of("116.1,27.1,0,116.2,27.2,0").points.tolist()
    [[116.1, 27.1], [116.2, 27.2]]
    >>> points_of("116.1, 27.1, 116.2, 27.2").points.tolist()
    [[116.1, 27.1], [116.2, 27.2]]
    >>> points_of("1,2,3,4,5,6") is None
    True
    """
    plain = _tuples(text.split())
    if plain is not None:
        return _made(plain, odd=False)
    tidy = text.translate(_WIDE).strip()
    closer = _tuples(_COMMA.sub(",", tidy).split())
    if closer is not None:
        return _made(closer, odd=True)
    try:
        numbers = [float(word) for word in _APART.split(tidy.strip(", \t\r\n")) if word]
    except ValueError:
        return None
    readings = [
        [numbers[at : at + size] for at in range(0, len(numbers), size)] for size in _PLAIN if not len(numbers) % size
    ]
    for bounds in (((-180.0, 180.0), (-90.0, 90.0)), (CHINA_LON, CHINA_LAT)):
        fitting = [reading for reading in readings if reading and _within(reading, *bounds)]
        if len(fitting) == 1:
            return _made(fitting[0], odd=True)
    return None


def _tuples(words: list[str]) -> list[list[float]] | None:
    """Return the numbers of words that are two or three of them with commas between; None if one is not."""
    try:
        found = [[float(part) for part in word.rstrip(",").split(",")] for word in words]
    except ValueError:
        return None
    return found if found and all(len(values) in _PLAIN for values in found) else None


def _within(reading: list[list[float]], lon: tuple[float, float], lat: tuple[float, float]) -> bool:
    return all(lon[0] <= values[0] <= lon[1] and lat[0] <= values[1] <= lat[1] for values in reading)


def _made(values: list[list[float]], *, odd: bool) -> KmlPoints:
    high = any(len(one) > 2 and one[2] != 0 for one in values)
    return KmlPoints(np.array([one[:2] for one in values], dtype=float), high, odd)
