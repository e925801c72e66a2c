"""Read point files of 南方 CASS (.dat): lines ``点号,编码,E,N,H`` without header; code and height may be empty."""

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
_MIN_METRES: Final = 1000.0
_SAMPLE: Final = 200


@dataclass(frozen=True)
class _Row:
    """Fields of one line, as text."""

    label: str
    code: str
    first: str
    second: str
    height: str


def is_cass(text: str) -> bool:
    """Return whether a text is a CASS point file: fields three and four of every line are metres in some CRS in China.

    Examples
    --------
    >>> is_cass("1,,39436035.000,3093071.000,45.1"), is_cass("116.35,27.95,45.1,3"), is_cass("点号,编码,E,N")
    (True, False, False)
    """
    lines = [line for line in text.replace("，", ",").splitlines() if line.strip()][:_SAMPLE]
    matches = [match for match in map(_LINE.fullmatch, lines) if match]
    if not lines or len(matches) < len(lines):
        return False
    points = np.array([[float(match[3]), float(match[4])] for match in matches])
    if not (np.abs(points) > _MIN_METRES).all() or not _has_labels(matches):
        return False
    return bool(detect(points)) and not _has_earlier_pair(matches)


def _has_labels(matches: list[re.Match[str]]) -> bool:
    """Return whether the first field is a label: not a decimal number, as a coordinate is, in every line."""
    return not all(re.fullmatch(r"[-+]?\d+\.\d+", match[1].strip()) for match in matches)


def _has_earlier_pair(matches: list[re.Match[str]]) -> bool:
    """Return whether fields two and three are a pair of coordinates too, as in lines of number, E, N, H."""
    try:
        before = np.array([[float(match[2]), float(match[3])] for match in matches])
    except ValueError:
        return False
    return bool((np.abs(before) > _MIN_METRES).all() and detect(before))


def cass_part(text: str, name: str, shape: str | None = None) -> RawPart:
    """Return a part read from a point file: points, or the line or area that `shape` says they make.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for messages.
    shape : {"points", "line", "polygon"}, optional

    Raises
    ------
    BadInput
        If digits were lost, there are too few points, or `shape` is none of the three.
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
        geometry = _line_or_area(points, str(shape), name)
        frame = gpd.GeoDataFrame({"点号": [f"{rows[0].label.strip()}–{rows[-1].label.strip()}"]}, geometry=[geometry])
    return RawPart(name, frame, None, "table", tuple(notices), axes_swapped=True)


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("，", ",").splitlines() if line.strip()]


def _line_or_area(points: Floats, shape: str, name: str) -> shapely.Geometry:
    """Return the line or area through all points in order; raise `BadInput` for too few points."""
    least = {"line": 2, "polygon": 3}.get(shape)
    if least is None:
        raise BadInput("geo.table_shape", name=name, shape=shape[:20])
    if len(points) < least:
        raise BadInput("geo.too_few_in_ring", name=name, row=1)
    return shapely.LineString(points) if shape == "line" else shapely.Polygon(points)


_SUFFIXES: Final = (".dat", ".txt", ".csv", ".tsv", ".xyz", ".wkt")
"""Suffixes of files whose content is tested; these suffixes are also used for other formats."""


def _tables(source: Source) -> list[Table]:
    return [table_of(cass_part(text_of_file(source), source.name, source.columns.get("shape")), "TXT")]


CASS: Final = Format(
    "TXT", (".dat",),
    lambda source: source.suffix in _SUFFIXES and is_cass(text_of_file(source)), _tables,
)  # fmt: skip
