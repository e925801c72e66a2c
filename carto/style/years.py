"""Year kinds: one number per feature for its class and years, by which the browser filters a layer by years.

A tile has one number for each shape. For a layer with dates it is the year kind, so that shapes dissolved at low zooms
are of the same years, and a change of the years needs no new tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from carto.scene import LayerDisplay
from carto.style.symbols import classes_of
from geo.memo import per_frame
from layers.catalogue import NO_YEAR, Layer, years_of

__all__ = ["MOST_JOINED", "YearKinds", "year_kinds", "years_json"]

MOST_JOINED: Final = 32
"""Shapes are dissolved at low zooms only in layers of up to so many kinds: each kind adds to the size of a tile."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class YearKinds:
    """The year kinds of a layer: combinations of class, first year and last year that occur.

    Attributes
    ----------
    of_row : array of int
        Kind of each feature.
    rows : (n, 4) array of int
        Class, first and last year (`NO_YEAR` without a date) and number of features of each kind.
    """

    of_row: Ints
    rows: Ints

    @property
    def range(self) -> tuple[int, int] | None:
        """First and last year of all features, None if none has a date."""
        dated = self.rows[self.rows[:, 1] != NO_YEAR]
        return (int(dated[:, 1].min()), int(dated[:, 2].max())) if len(dated) else None

    @property
    def undated(self) -> int:
        """Number of features without a date."""
        return int(self.rows[self.rows[:, 1] == NO_YEAR, 3].sum())


def year_kinds(layer: Layer) -> YearKinds | None:
    """Return the year kinds of a layer, None if its catalogue entry names no date columns."""
    years = years_of(layer)
    if years is None or layer.frame is None:
        return None
    spec = layer.spec
    cache = _kinds_by_columns(layer.frame)
    key = (spec.style.by or "", spec.time_field or "", spec.time_end_field or "")
    if key not in cache:
        _, of_class = classes_of(layer)
        table = np.column_stack([of_class, years.first, years.last])
        kinds, of_row, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
        cache[key] = YearKinds(of_row.reshape(-1), np.column_stack([kinds, counts]))
    return cache[key]


@per_frame
def _kinds_by_columns(frame: gpd.GeoDataFrame) -> dict[tuple[str, str, str], YearKinds]:  # noqa: ARG001 -- the key
    """Return a cache of year kinds by class and date columns, empty at first."""
    return {}


def years_json(layer: Layer, display: LayerDisplay) -> dict[str, Any] | None:
    """Return the years of a layer as the browser reads them, None if no feature has a date."""
    kinds = year_kinds(layer)
    if kinds is None or kinds.range is None:
        return None
    first, last = kinds.range
    low, high = display.years or (first, last)
    return {
        "first": first,
        "last": last,
        "from": min(max(low, first), last),
        "to": max(min(high, last), first),
        "undated": kinds.undated,
        "showUndated": display.undated,
        "kinds": kinds.rows.tolist(),
    }
