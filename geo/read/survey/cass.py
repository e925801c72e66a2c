"""南方 CASS point files (.dat): ``点号,编码,E,N,H`` a line, no header; the code is mostly empty, the height may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import detect
from geo.errors import BadInput
from geo.files import Format, Source, Table, rounded_away, table_of, text_of_file
from geo.notices import Notice
from geo.sites import RawPart

__all__ = ["CASS", "cass_part", "is_cass"]

Floats = NDArray[np.float64]
Shape = Literal["points", "line", "polygon"]

_NUMBER: Final = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_LINE: Final = re.compile(
    rf"\s*([^,]{{0,40}}),\s*([^,]{{0,60}}),\s*({_NUMBER})\s*,\s*({_NUMBER})\s*(?:,\s*({_NUMBER})?\s*)?,*\s*"
)
_METRES: Final = 1000.0
_SAMPLE: Final = 200


@dataclass(frozen=True)
class _Row:
    """A point as written."""

    label: str
    code: str
    first: str
    second: str
    height: str


def is_cass(text: str) -> bool:
    """Tell point files of CASS: every line is one, and the third and fourth field are metres that can be a place.

    Examples
    --------
    >>> is_cass("1,,39436035.000,3093071.000,45.1"), is_cass("116.35,27.95,45.1,3"), is_cass("点号,编码,E,N")
    (True, False, False)
    """
    lines = [line for line in text.replace("，", ",").splitlines() if line.strip()][:_SAMPLE]
    found = [_LINE.fullmatch(line) for line in lines]
    if not lines or not all(found):
        return False
    points = np.array([[float(match[3]), float(match[4])] for match in found if match])
    if not (np.abs(points) > _METRES).all() or not _plain_labels([match for match in found if match]):
        return False
    return bool(detect(points)) and _not_earlier([match for match in found if match])


def _plain_labels(found: list[re.Match[str]]) -> bool:
    """Return whether the first field numbers or names points, and is no coordinate itself."""
    return not all(re.fullmatch(r"[-+]?\d+\.\d+", match[1].strip()) for match in found)


def _not_earlier(found: list[re.Match[str]]) -> bool:
    """Return whether the second field is no coordinate: else the pair could stand before (number, E, N, H …)."""
    try:
        before = np.array([[float(match[2]), float(match[3])] for match in found])
    except ValueError:
        return True
    return not ((np.abs(before) > _METRES).all() and detect(before))


def cass_part(text: str, name: str, shape: str | None = None) -> RawPart:
    """Read a point file; as points unless the user says what they make.

    Parameters
    ----------
    text : str
    name : str
        The file, for sentences.
    shape : {"points", "line", "polygon"}, optional

    Raises
    ------
    BadInput
        If digits were cut, there are too few points, or the shape is none of the three.
    """
    rows = [_Row(*(cell or "" for cell in match.groups())) for match in map(_LINE.fullmatch, _lines(text)) if match]
    for number, row in enumerate(rows, start=1):
        if lost := rounded_away((row.first, row.second)):
            raise BadInput("geo.txt_rounded", name=name, line=number, text=lost.text[:20], step=f"{lost.step_m:,.3g}")
    points = np.array([[float(row.first), float(row.second)] for row in rows])
    candidates = detect(points)
    north_first = bool(candidates) and candidates[0].swapped
    points = points[:, ::-1] if north_first else points
    notices = [Notice("cass", {"name": name, "count": len(rows)})]
    if north_first:
        notices.append(Notice("text_north_first", {"name": name}))
    frame = gpd.GeoDataFrame(
        {
            "点号": [row.label.strip() for row in rows],
            "编码": [row.code.strip() for row in rows],
            "高程": [row.height for row in rows],
        },
        geometry=shapely.points(points),
    )
    if shape not in {None, "points"}:
        made = _made(points, str(shape), name)
        frame = gpd.GeoDataFrame({"点号": [f"{rows[0].label.strip()}–{rows[-1].label.strip()}"]}, geometry=[made])
    return RawPart(name, frame, None, "table", tuple(notices), axes_swapped=True)


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("，", ",").splitlines() if line.strip()]


def _made(points: Floats, shape: str, name: str) -> shapely.Geometry:
    """Return the line or the area of all points, in their order."""
    least = {"line": 2, "polygon": 3}.get(shape)
    if least is None:
        raise BadInput("geo.table_shape", name=name, shape=shape[:20])
    if len(points) < least:
        raise BadInput("geo.too_few_in_ring", name=name, row=1)
    return shapely.LineString(points) if shape == "line" else shapely.Polygon(points)


_SUFFIXES: Final = (".dat", ".txt", ".csv", ".tsv", ".xyz", ".wkt")
"""Anything may be called so, and is read as this only if it is one."""


def _tables(source: Source) -> list[Table]:
    return [table_of(cass_part(text_of_file(source), source.name, source.columns.get("shape")), "TXT")]


CASS: Final = Format(
    "TXT", (".dat",),
    lambda source: source.suffix in _SUFFIXES and is_cass(text_of_file(source)), _tables,
)  # fmt: skip
