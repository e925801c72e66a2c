"""Years on the map: what a shape or a symbol carries so that the browser can keep a layer to some years.

A tile holds a number for each shape. Of a layer with dates it stands for a class and the years in which the feature
stands (its kind), so that shapes that are joined at low zooms are of the same years, and nothing is fetched again.
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

__all__ = ["MOST_JOINED", "YearKinds", "year_kinds", "years_shown"]

MOST_JOINED: Final = 32
"""Kinds of a layer whose shapes are joined at low zooms: of each, a tile of many small shapes holds a picture."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class YearKinds:
    """The kinds of a layer.

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
        """The first and the last year of all, None where no feature has a date."""
        dated = self.rows[self.rows[:, 1] != NO_YEAR]
        return (int(dated[:, 1].min()), int(dated[:, 2].max())) if len(dated) else None

    @property
    def undated(self) -> int:
        """How many features have no date."""
        return int(self.rows[self.rows[:, 1] == NO_YEAR, 3].sum())


def year_kinds(layer: Layer) -> YearKinds | None:
    """Return the kinds of a layer, None where its catalogue entry names no dates."""
    years = years_of(layer)
    if years is None or layer.frame is None:
        return None
    spec = layer.spec
    kept = _kept(layer.frame)
    key = (spec.style.by or "", spec.time_field or "", spec.time_end_field or "")
    if key not in kept:
        _, of_class = classes_of(layer)
        table = np.column_stack([of_class, years.first, years.last])
        kinds, of_row, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
        kept[key] = YearKinds(of_row.reshape(-1), np.column_stack([kinds, counts]))
    return kept[key]


@per_frame
def _kept(frame: gpd.GeoDataFrame) -> dict[tuple[str, str, str], YearKinds]:  # noqa: ARG001 -- the key
    return {}


def years_shown(layer: Layer, stands: LayerDisplay) -> dict[str, Any] | None:
    """Return what the browser must know of a layer's years; None where there are none to choose from."""
    kinds = year_kinds(layer)
    if kinds is None or kinds.range is None:
        return None
    first, last = kinds.range
    low, high = stands.years or (first, last)
    return {
        "first": first,
        "last": last,
        "from": min(max(low, first), last),
        "to": max(min(high, last), first),
        "undated": kinds.undated,
        "showUndated": stands.undated,
        "kinds": kinds.rows.tolist(),
    }
