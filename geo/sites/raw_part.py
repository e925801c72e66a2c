"""Result of a reader for one table of a file: rows, declared CRS and notices, not validated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import short_text
from geo.errors import BadInput
from geo.notices import Notice, notices_of_rows
from geo.shapes import is_missing_or_empty

__all__ = ["RawPart", "datav_marks", "mark_notices", "refuse_long_texts", "without_missing_shapes"]

_NAMED: Final = 5
_LONGEST_TEXT: Final = 100_000
"""Characters of an attribute; a cell of Excel holds 32,767."""
_DATAV: Final = ("acroutes", "subFeatureIndex", "subFeature", "subFeatureI", "childrenNum", "childrenNu")
"""Columns (cut at ten letters in a Shapefile) that only DataV's boundary files, from Amap, carry beside ``adcode``."""


@dataclass(frozen=True)
class RawPart:
    """Rows of one table of a file as read, with the declared CRS and the reader's notices.

    Attributes
    ----------
    name : str
        Label in messages.
    frame : GeoDataFrame
        Own attributes and geometry, no CRS set.
    crs : pyproj CRS, str or None
        As the file declares; ``"GCJ-02"`` and ``"BD-09"`` are no pyproj systems.
    evidence : str
        Code of how the file declares it.
    notices : tuple of Notice
        What the reader noticed.
    asks : str
        Key of the message that asks for the CRS where `crs` is None.
    declared_area_m2 : array of float or None
        If the format itself declares areas; else a column of them is searched for.
    repairs : array of str or None
        Codes of the reader's own repairs, by row.
    likely : str or None
        A CRS that the file hints at without declaring it; named in the message, never applied.
    axes_swapped : bool
        North came first, and the reader has swapped the axes, by the numbers or the letters beside them.
    crs_per_feature : bool
        `crs` is marked on each shape, in a file with unmarked ones too: a CRS that the user names is for the latter.
    """

    name: str
    frame: gpd.GeoDataFrame
    crs: CRS | str | None
    evidence: str
    notices: tuple[Notice, ...] = ()
    asks: str = "geo.crs_missing"
    declared_area_m2: NDArray[np.float64] | None = None
    repairs: NDArray[Any] | None = None
    likely: str | None = None
    crs_per_feature: bool = False
    axes_swapped: bool = False

    @property
    def east_first(self) -> bool:
        """Whether the reader has already put east first, so that axes must not be swapped again."""
        return self.evidence == "txt" or self.axes_swapped


def refuse_long_texts(parts: Sequence[RawPart]) -> None:
    """Raise `BadInput` for an attribute that is longer than any text that describes a place.

    Raises
    ------
    BadInput
        Naming the longest of the first such column.
    """
    for part in parts:
        for column, values in part.frame.drop(columns=part.frame.geometry.name).items():
            if values.dtype.kind in "biufM":
                continue
            lengths = _lengths(values)
            if len(lengths) and lengths.max() > _LONGEST_TEXT:
                row, limit = int(lengths.argmax()) + 1, f"{_LONGEST_TEXT:,}"
                raise BadInput("geo.text_too_long", name=part.name, row=row, column=str(column)[:20], limit=limit)


def _lengths(values: pd.Series) -> NDArray[Any]:
    """Return the lengths of texts and bytes; 0 for anything else."""
    if isinstance(values.dtype, pd.StringDtype):
        return np.asarray(values.str.len().fillna(0))
    return np.array([len(value) if isinstance(value, (str, bytes)) else 0 for value in values])


def without_missing_shapes(part: RawPart) -> tuple[RawPart, NDArray[np.int64]]:
    """Return a part without rows that have no shape (with a notice), and the row numbers of the rest, from 1."""
    missing = is_missing_or_empty(part.frame.geometry.to_numpy())
    rows = np.arange(1, len(missing) + 1)
    if not missing.any() or missing.all():
        return part, rows
    kept = ~missing
    notices = notices_of_rows(part.notices, np.flatnonzero(kept))
    dropped = rows[missing]
    shown = "、".join(str(row) for row in dropped[:_NAMED]) + (" …" if len(dropped) > _NAMED else "")
    names = "、".join(_name_of(part.frame.iloc[row - 1]) for row in dropped[:_NAMED])
    values = {"name": part.name, "count": len(dropped), "shown": shown, "names": names}
    return replace(
        part,
        frame=part.frame[kept].reset_index(drop=True),
        notices=(*notices, Notice("rows_without_shape", values)),
        declared_area_m2=None if part.declared_area_m2 is None else part.declared_area_m2[kept],
        repairs=None if part.repairs is None else part.repairs[kept],
    ), rows[kept]


def _name_of(row: Any) -> str:
    """Return the first text of a row, by which a person can identify it."""
    found = [value for value in row.tolist() if isinstance(value, str) and value.strip()]
    return short_text(found[0].strip())[:20] if found else "—"


def datav_marks(part: RawPart) -> str:
    """Return the columns that identify a DataV file, whose coordinates are GCJ-02 though undeclared; "" if none."""
    columns = [str(column) for column in part.frame.columns]
    found = [mark for mark in _DATAV if mark in columns]
    return "、".join(["adcode", *found]) if found and "adcode" in columns else ""


def mark_notices(part: RawPart, *, shifted: bool) -> tuple[Notice, ...]:
    """Return a notice that columns of DataV imply GCJ-02, if the shapes were read in another CRS."""
    marks = datav_marks(part)
    return (Notice("datav_marks", {"name": part.name, "marks": marks}),) if marks and not shifted else ()
