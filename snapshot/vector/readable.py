"""Tables for people: codes in words, numbers rounded to what they mean, nothing said twice."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from words import Lang, has, t

__all__ = ["readable", "significant"]

_DECIMALS: Final = (
    ("share", 4),
    ("_km2", 4),
    ("_ha", 4),
    ("_mu", 2),
    ("_m2", 2),
    ("_m", 2),
    ("lon", 6),
    ("lat", 6),
)
"""Decimals of columns by the end of their names: hectares to the square metre, degrees to 0.1 m."""
_SIGNIFICANT: Final = 6
"""Digits of an indicator: as many as the screen shows."""
_CODED: Final = {
    "type": "plans_page.type",
    "level": "plans_page.level",
    "category": "plans_page.category",
    "status": "plans_page.status",
    "document_status": "plans_page.status",
    "location_basis": "plans_page.place",
    "extent_kind": "plans_page.place",
    "geometry_kind": "takeaway.ground",
}
"""Columns of the plans' layers that hold codes, and what the words of their values begin with."""
_TWICE: Final = {
    "name": "name_zh",
    "id": "feature_id",
    "redline_id": "feature_id",
    "water_id": "feature_id",
    "place_id": "feature_id",
    "feature_id": "adcode",
}
"""Columns that are left out where they say the same as another."""
_FOR_PROGRAMS: Final = ("style_class", "drawn_as")


def readable(frame: pd.DataFrame, lang: Lang, ours: Collection[str] | None = None) -> pd.DataFrame:
    """Return a table as a person reads it.

    A code beside its text is left out, other codes of ours are put in words; a column that repeats another is left out;
    areas, lengths, shares and degrees are rounded. What a user's file brought stays as it is.

    Parameters
    ----------
    frame : DataFrame
        Without geometry.
    lang : {"zh", "en"}
    ours : collection of str, optional
        The columns that this software made; the others came with a user's file. All by default.

    Examples
    --------
    >>> readable(pd.DataFrame({"state": ["hit"], "state_text": ["Involved"], "overlap_m2": [1.23456]}), "en")
      state_text  overlap_m2
    0   Involved        1.23
    """
    own = frame[[column for column in frame.columns if ours is None or column in ours]]
    texts = [column.removesuffix("_text") for column in own.columns if str(column).endswith("_text")]
    twice = [one for one, other in _TWICE.items() if one in own and other in own and _equal(own[one], own[other])]
    dropped = {*texts, *twice, *_FOR_PROGRAMS} & set(own.columns)
    table = frame.drop(columns=list(dropped)).round(_decimals(own))
    coded = {"basis": "layers.basis", "role": "siting.layer"} | (_CODED if "document" in own else {})
    if "water_id" in own or "part_of" in own:
        coded["kind"] = "plans_page.water"
    if "export" in own and "licence" in own:
        coded["export"] = "layers.export"
    if "adcode" in own and "prefecture_adcode" in own:
        coded["level"] = "takeaway.level"
    for column, stem in coded.items():
        if column in own and column in table:
            table[column] = table[column].map(lambda value, stem=stem: _word(value, stem, lang))
    return table


def _decimals(frame: pd.DataFrame) -> dict[str, int]:
    """Return to how many decimals the columns are rounded whose names end with a unit."""
    return {
        column: next(places for end, places in _DECIMALS if str(column).endswith(end))
        for column in frame.columns
        if pd.api.types.is_float_dtype(frame[column].dtype) and any(str(column).endswith(end) for end, _ in _DECIMALS)
    }


def significant(values: pd.Series) -> pd.Series:
    """Return numbers rounded to the digits that an indicator has on the screen.

    Examples
    --------
    >>> significant(pd.Series([35.40542373378381, 67459239.74, float("nan")])).tolist()
    [35.4054, 67459200.0, nan]
    """
    numbers = values.to_numpy(float)
    return pd.Series([float(f"{one:.{_SIGNIFICANT}g}") for one in numbers.tolist()], index=values.index, dtype=float)


def _equal(first: pd.Series, second: pd.Series) -> bool:
    return bool(np.array_equal(first.astype(object).fillna("").to_numpy(), second.astype(object).fillna("").to_numpy()))


def _word(value: object, stem: str, lang: Lang) -> object:
    """Return what a code is called; any other value unchanged."""
    key = f"{stem}_{value}"
    return t(key, lang) if isinstance(value, str) and has(key) else value
