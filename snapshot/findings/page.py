"""A page of a workbook, and its values as every table file has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

__all__ = ["STARTS_FORMULA", "Page", "plain", "rows_of"]

STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would compute."""


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook.

    Attributes
    ----------
    title : str
        On its tab.
    frame : DataFrame
        Numbers stay numbers and truth values stay truth values; everything else is text.
    headings : sequence of str, optional
        Instead of the names of the columns.
    formats : dict, optional
        Number format by column name; a share, an area or a length is known by the end of its name.
    """

    title: str
    frame: pd.DataFrame
    headings: Sequence[str] | None = None
    formats: dict[str, str] | None = None


def rows_of(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a frame as Python values."""
    return frame.astype(object).itertuples(index=False, name=None)


def plain(value: Any) -> Any:
    """Return a value as number, bool, text or None."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else str(value)
