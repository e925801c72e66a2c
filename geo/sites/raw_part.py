"""What one file or one table of it held, as read: rows, the system as declared, and what the reader noticed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import short_text
from geo.notices import Notice
from geo.shapes import nothing_there

__all__ = ["RawPart", "datav_marks", "mark_notices", "with_shapes"]

_NAMED: Final = 5
_DATAV: Final = ("acroutes", "subFeatureIndex", "subFeature", "subFeatureI", "childrenNum", "childrenNu")
"""Columns (cut at ten letters in a Shapefile) that only DataV's boundary files, from Amap, carry beside ``adcode``."""


@dataclass(frozen=True)
class RawPart:
    """What one file or one table of it held, as read.

    Attributes
    ----------
    name : str
        Named in sentences.
    frame : GeoDataFrame
        Own attributes and geometry, no CRS set.
    crs : pyproj CRS, str or None
        As the file declares; ``"GCJ-02"`` and ``"BD-09"`` are no pyproj systems.
    evidence : str
        Code of how the file declares it.
    notices : tuple of Notice
        What the reader noticed.
    asks : str
        Key of the sentence that asks for the system where `crs` is None.
    declared_area_m2 : array of float or None
        Where the format itself declares areas; else a column is looked for.
    repairs : array of str or None
        What the reader itself mended, a code per row.
    likely : str or None
        The system that the file hints at without declaring it; named in the question, never applied.
    turned : bool
        North came first, and the reader has put the axes in order by the numbers or the letters beside them.
    settled : bool
        Each shape is marked with `crs` of its own, beside others that are not: what the user names is for those.
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
    settled: bool = False
    turned: bool = False

    @property
    def east_first(self) -> bool:
        """Whether the reader itself put east first, by the format's rule or the numbers: that is not turned again."""
        return self.evidence == "txt" or self.turned


def with_shapes(part: RawPart) -> tuple[RawPart, NDArray[np.int64]]:
    """Leave out the rows without a shape, if others have one, and say so; return the numbers of the rest, from 1."""
    nothing = nothing_there(part.frame.geometry.to_numpy())
    rows = np.arange(1, len(nothing) + 1)
    if not nothing.any() or nothing.all():
        return part, rows
    kept = ~nothing
    at = np.cumsum(kept)  # the new number of each row that is kept
    told = [
        replace(notice, rows=tuple(int(at[row - 1]) for row in notice.rows if kept[row - 1]))
        for notice in part.notices
        if not notice.rows or kept[np.array(notice.rows) - 1].any()
    ]
    left = rows[nothing]
    shown = "、".join(str(row) for row in left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
    names = "、".join(_name_of(part.frame.iloc[row - 1]) for row in left[:_NAMED])
    values = {"name": part.name, "count": len(left), "shown": shown, "names": names}
    return replace(
        part,
        frame=part.frame[kept].reset_index(drop=True),
        notices=(*told, Notice("rows_without_shape", values)),
        declared_area_m2=None if part.declared_area_m2 is None else part.declared_area_m2[kept],
        repairs=None if part.repairs is None else part.repairs[kept],
    ), rows[kept]


def _name_of(row: Any) -> str:
    """Return the first text of a row, to know it by."""
    found = [value for value in row.tolist() if isinstance(value, str) and value.strip()]
    return short_text(found[0].strip())[:20] if found else "—"


def datav_marks(part: RawPart) -> str:
    """Return the columns by which a file is one of DataV's, whose coordinates are GCJ-02 though none says so."""
    columns = [str(column) for column in part.frame.columns]
    found = [mark for mark in _DATAV if mark in columns]
    return "、".join(["adcode", *found]) if found and "adcode" in columns else ""


def mark_notices(part: RawPart, *, shifted: bool) -> tuple[Notice, ...]:
    """Say that marks of DataV mean GCJ-02, where the shapes were read as something else."""
    marks = datav_marks(part)
    return (Notice("datav_marks", {"name": part.name, "marks": marks}),) if marks and not shifted else ()
