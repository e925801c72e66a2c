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
_COMMA: Final = re.compile(r"(?<!\s)\s*+,\s*+")
_SEPARATOR: Final = re.compile(r"[\s,]+")
_TUPLE_SIZES: Final = (2, 3)
_MAX_SPAN_DEGREES: Final = 5.0
"""Largest difference between coordinates of one shape; heights and swapped pairs differ by more."""


@dataclass(frozen=True)
class KmlPoints:
    """Points of one element.

    Attributes
    ----------
    points : array (n, 2)
        Longitude and latitude in degrees.
    high : bool
        Whether a point has a height other than 0.
    odd : bool
        Whether commas and blanks deviate from the specification.
    """

    points: Floats
    high: bool
    odd: bool


def points_of(text: str) -> KmlPoints | None:
    """Return the points of a coordinates element; None if it can be read in no way or in several ways.

    If commas separate points too, or blanks surround commas, the numbers are grouped by two and by three, of which only
    one may give longitudes and latitudes.

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
        return _kml_points(plain, odd=False)
    tidy = text.translate(_WIDE).strip()
    closer = _tuples(_COMMA.sub(",", tidy).split())
    if closer is not None:
        return _kml_points(closer, odd=True)
    try:
        numbers = [float(word) for word in _SEPARATOR.split(tidy.strip(", \t\r\n")) if word]
    except ValueError:
        return None
    readings = [
        [numbers[at : at + size] for at in range(0, len(numbers), size)]
        for size in _TUPLE_SIZES
        if not len(numbers) % size
    ]
    fitting = [reading for reading in readings if reading and _is_one_neighbourhood(reading)]
    return _kml_points(fitting[0], odd=True) if len(fitting) == 1 else None


def _tuples(words: list[str]) -> list[list[float]] | None:
    """Return the numbers of words such as ``116.1,27.1,0``; None unless each has two or three."""
    try:
        found = [[float(part) for part in word.rstrip(",").split(",")] for word in words]
    except ValueError:
        return None
    return found if found and all(len(values) in _TUPLE_SIZES for values in found) else None


def _is_one_neighbourhood(reading: list[list[float]]) -> bool:
    """Return whether tuples are longitudes and latitudes close together, unlike heights or swapped pairs."""
    lon, lat = reading[0][:2]
    return all(
        abs(one[0]) <= 180 and abs(one[1]) <= 90 and max(abs(one[0] - lon), abs(one[1] - lat)) <= _MAX_SPAN_DEGREES
        for one in reading
    )


def _kml_points(values: list[list[float]], *, odd: bool) -> KmlPoints:
    high = any(len(one) > 2 and one[2] != 0 for one in values)
    return KmlPoints(np.array([one[:2] for one in values], dtype=float), high, odd)
