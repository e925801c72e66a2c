"""First and last year of each feature, read from the time columns that a catalogue entry names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.memo import per_frame
from layers.catalogue.model import Layer

__all__ = ["NO_YEAR", "Years", "years_in", "years_of"]

NO_YEAR: Final = -1
_LOW, _HIGH = 1000, 2999
_LONGEST: Final = 40
_SPAN: Final = re.compile(r"\s*+(\d{4})\s*+(?:年\s*+)?[-–—~～至到]++\s*+(\d{4})(?!\d)")
_DATE: Final = re.compile(r"\s*+(\d{4})(?:(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?:\.0*)?\s*$|(?!\d))")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Years:
    """First and last year of each feature, both included; `NO_YEAR` twice where no date can be read."""

    first: Ints
    last: Ints

    @property
    def undated(self) -> int:
        """How many features have no date."""
        return int((self.first == NO_YEAR).sum())


def years_in(value: str) -> tuple[int, int] | None:
    """Return (first, last) year of a text: of a date its year twice, of a span its ends; None if it is neither.

    Examples
    --------
    >>> years_in("2021"), years_in("2021-06-30"), years_in("20210630"), years_in("2021年6月"), years_in("2021—2025年")
    ((2021, 2021), (2021, 2021), (2021, 2021), (2021, 2021), (2021, 2025))
    >>> years_in("十四五"), years_in("361002"), years_in("2025-2021")
    (None, None, None)
    """
    text = value[:_LONGEST]
    span = _SPAN.match(text)
    date = span or _DATE.match(text)
    if date is None:
        return None
    first, last = int(date[1]), int(date[2]) if span else int(date[1])
    return (first, last) if _LOW <= first <= last <= _HIGH else None


def years_of(layer: Layer) -> Years | None:
    """Return first and last year of each row of a layer; None where its entry names no time column.

    With `time_end_field` a feature is valid from the one to the other; where only one of both can be read it is
    valid in that year alone, and where the end comes before the begin it has no date.
    """
    spec = layer.spec
    if layer.frame is None or spec.time_field is None or spec.role == "boundary":
        return None
    cache = _years_cache(layer.frame)
    key = (spec.time_field, spec.time_end_field or "")
    if key not in cache:
        first, last = _years_of_cells(layer.frame[spec.time_field])
        if spec.time_end_field:
            first, last = _combined(first, last, *_years_of_cells(layer.frame[spec.time_end_field]))
        cache[key] = Years(first, last)
    return cache[key]


@per_frame
def _years_cache(frame: gpd.GeoDataFrame) -> dict[tuple[str, str], Years]:  # noqa: ARG001 -- the key
    return {}


def _years_of_cells(column: pd.Series) -> tuple[Ints, Ints]:
    """Return first and last year of each cell."""
    place, values = pd.factorize(column.astype("string").fillna(""))
    ends = np.array([years_in(str(value)) or (NO_YEAR, NO_YEAR) for value in values], np.int64).reshape(-1, 2)
    return ends[place, 0], ends[place, 1]


def _combined(first: Ints, first_end: Ints, last_begin: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return (first, last) from a begin and an end column; `NO_YEAR` twice where the end is before the begin."""
    begin = np.where(first == NO_YEAR, last_begin, first)
    end = np.where(last == NO_YEAR, first_end, last)
    sound = begin <= end
    return np.where(sound, begin, NO_YEAR), np.where(sound, end, NO_YEAR)
