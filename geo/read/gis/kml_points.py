"""Parse the coordinates of a KML element: ``lon,lat[,height]`` separated by blanks, with common deviations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["KmlPoints", "points_of"]

Floats = NDArray[np.float64]

_WIDE: Final = str.maketrans("，；;", ",  ")
_COMMA: Final = re.compile(r"\s*,\s*")
_APART: Final = re.compile(r"[\s,]+")
_PLAIN: Final = (2, 3)
_APART_DEGREES: Final = 5.0
"""Points of one shape lie closer together than that; a height or a turned pair does not."""


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
    fitting = [reading for reading in readings if reading and _together(reading)]
    return _made(fitting[0], odd=True) if len(fitting) == 1 else None


def _tuples(words: list[str]) -> list[list[float]] | None:
    """Return the numbers of words that are two or three of them with commas between; None if one is not."""
    try:
        found = [[float(part) for part in word.rstrip(",").split(",")] for word in words]
    except ValueError:
        return None
    return found if found and all(len(values) in _PLAIN for values in found) else None


def _together(reading: list[list[float]]) -> bool:
    """Return whether numbers are longitudes and latitudes of one neighbourhood: heights and turned pairs are not."""
    lon, lat = reading[0][:2]
    return all(
        abs(one[0]) <= 180 and abs(one[1]) <= 90 and max(abs(one[0] - lon), abs(one[1] - lat)) <= _APART_DEGREES
        for one in reading
    )


def _made(values: list[list[float]], *, odd: bool) -> KmlPoints:
    high = any(len(one) > 2 and one[2] != 0 for one in values)
    return KmlPoints(np.array([one[:2] for one in values], dtype=float), high, odd)
