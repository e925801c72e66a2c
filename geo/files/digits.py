"""Detect coordinates rounded by scientific notation: 3.94387E+07 in a spreadsheet has lost the last hundred metres."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["COARSEST_M", "Rounded", "rounded_away", "scientific_numbers"]

COARSEST_M: Final = 1.0
"""What a check takes coordinates of a file to be good to: the last digit kept must not be coarser."""
_SCIENTIFIC: Final = re.compile(r"(?<![\d.])[-+]?\d++(?:\.\d*+)?[eE][-+]?\d++")
_SHORT: Final = re.compile(r"[-+]?\d+(?:[.,](\d*))?[eE]([-+]?\d{1,3})")
_METRES_PER_DEGREE: Final = 111_320.0
_MOST_DEGREES: Final = 360.0
_LARGEST: Final = 1e9  # beyond it no digit is missing: it is no coordinate, and readers say so


@dataclass(frozen=True)
class Rounded:
    """A coordinate that lost its last digits to scientific notation.

    Attributes
    ----------
    row : int
        Position in what was looked through, from 0.
    text : str
        As written.
    step_m : float
        What one unit of its last digit is on the ground.
    """

    row: int
    text: str
    step_m: float


def scientific_numbers(text: str) -> list[str]:
    """Return the numbers in scientific notation of a text.

    Examples
    --------
    >>> scientific_numbers("POINT (3.94387E+07 -3.0e6)"), scientific_numbers("39438683.652, 1e")
    (['3.94387E+07', '-3.0e6'], [])
    """
    return _SCIENTIFIC.findall(text)


def rounded_away(texts: Iterable[str]) -> Rounded | None:
    """Return the coordinate that scientific notation rounded the most; None if none was rounded too far.

    Parameters
    ----------
    texts : iterable of str
        Coordinates as they stand, metres or degrees.

    Examples
    --------
    >>> rounded_away(["39438683.652", "3.94387E+07"])
    Rounded(row=1, text='3.94387E+07', step_m=100.0)
    >>> rounded_away(["3.9438683652E+07", "1.16350012E+02"]) is None
    True
    >>> rounded_away(["1.2E+999", "0E+999"]) is None
    True
    """
    worst: Rounded | None = None
    for row, text in enumerate(texts):
        found = _SHORT.fullmatch(text.strip())
        if found is None:
            continue
        value = abs(float(text.strip().replace(",", ".")))
        step = float(f"1e{int(found[2]) - len(found[1] or '')}")  # beyond the range of a float: inf, not an error
        if max(value, step) > _LARGEST:
            continue
        degrees = value <= _MOST_DEGREES
        step_m = step * (_METRES_PER_DEGREE if degrees else 1.0)
        if step_m > COARSEST_M and (worst is None or step_m > worst.step_m):
            worst = Rounded(row, text.strip(), step_m)
    return worst
