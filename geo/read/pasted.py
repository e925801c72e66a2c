"""Parse typed or pasted coordinates: one or many rows, degrees in any notation, metres of Gauss-Krüger."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs import ParsedNumber, detect, likely_text, normalised, packed_dms, parse_row
from geo.errors import BadInput, CrsError
from geo.files import Format, Source, Table, rounded_away, scientific_numbers, table_of, text_of_file
from geo.notices import Notice
from geo.read.gis import read_geojson
from geo.read.survey import cass_part, is_cass, is_survey_txt, survey_part
from geo.read.tables import csv_table, has_coordinates
from geo.shapes import area_of_rings, shapes_of_wkt
from geo.sites import DEFAULT_LIMITS, Limits, RawPart, Sites, sites_from_parts
from words import both_languages

__all__ = ["ROWS", "TYPED", "Shape", "rows_part", "sites_from_line", "sites_from_text"]

Floats = NDArray[np.float64]
Shape = Literal["points", "line", "polygon"]

TYPED: Final = both_languages("geo.typed")
"""What stands for the name of a file."""
_KINDS: Final = (
    "(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION|CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|"
    "MULTISURFACE|TIN|TRIANGLE|POLYHEDRALSURFACE"
)
_WKT: Final = re.compile(
    rf"\A\s*+(?:SRID\s*+=\s*+(\d{{1,9}})\s*+;\s*+)?((?:{_KINDS})(?:\s*+(?:ZM|Z|M))?\b.*)\Z", re.I | re.S
)
_NEXT_WKT: Final = re.compile(rf"\n(?=[^\S\n]*+(?:SRID\b|(?:{_KINDS})))", re.I)
_MAX_LINE: Final = 300
_MAX_CHARACTERS: Final = 20_000_000


@dataclass(frozen=True)
class _Row:
    """Two numbers of one row, in the order written."""

    line: int
    first: ParsedNumber
    second: ParsedNumber


def sites_from_line(text: str, crs: Any = None, *, shape: Shape | None = None, swap: bool | None = None) -> Sites:
    """Return the sites of a short text, such as one typed into a search box; parameters are those of `sites_from_text`.

    Raises
    ------
    BadInput, CrsError
        If it cannot be read, or has more than 300 characters: longer texts are read in a confined process.
    """
    if len(text) > _MAX_LINE:
        raise BadInput("geo.line_too_long", limit=_MAX_LINE)
    return sites_from_text(text, crs, shape=shape, swap=swap)


def sites_from_text(
    text: str,
    crs: Any = None,
    *,
    shape: Shape | None = None,
    swap: bool | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Sites:
    """Return sites from typed or pasted coordinates.

    Parameters
    ----------
    text : str
        One point per row: decimal degrees, degrees-minutes-seconds (any signs, N/E, 北纬/东经), or metres; a label or a
        number may precede the pair, a height may follow it. A blank line begins another shape. WKT (one shape per row),
        GeoJSON and 勘测定界 TXT are read as well.
    crs : optional
        CRS of the coordinates. Required for metres; degrees are CGCS2000 degrees by default.
    shape : {"points", "line", "polygon"}, optional
        What the rows of a block make. Default: one row a point, two a line, more an area, with a notice.
    swap : bool, optional
        Whether the first number is north. Default: recognised from the numbers, with a notice.
    limits : Limits

    Raises
    ------
    BadInput, CrsError
        If a row cannot be read, or the CRS of metres is missing.
    """
    content = text.encode("utf-8")
    digest = hashlib.sha256(content).hexdigest()
    if len(text) > _MAX_CHARACTERS or len(content) > limits.upload_mb << 20:
        raise BadInput("geo.file_too_large", name=TYPED, limit=limits.upload_mb)
    if not text.strip():
        raise BadInput("geo.text_empty", name=TYPED)
    part = _formatted(text, content, crs, limits)
    if part is None and is_cass(text):
        part, swap = cass_part(text, TYPED, shape), None
        if crs is None:
            candidates = detect(shapely.get_coordinates(part.frame.geometry.to_numpy()))
            raise CrsError("geo.text_crs_missing", name=TYPED, likely=likely_text(candidates), candidates=candidates)
    if part is None:
        part = rows_part(text, TYPED, crs, shape, swap)
        swap = None
    return sites_from_parts([part], name=TYPED, crs=crs, limits=limits, sha256=digest, swap=bool(swap))


def _formatted(text: str, content: bytes, crs: Any, limits: Limits) -> RawPart | None:
    """Return a part read from pasted GeoJSON, survey TXT or WKT; None if the text is none of them."""
    if text.lstrip().startswith("{"):
        return read_geojson(content, TYPED, max_features=limits.sites)
    if is_survey_txt(content):
        return survey_part(content, TYPED, crs=crs, max_features=limits.sites)
    if not _WKT.match(text):
        return None
    blocks = [block for block in _NEXT_WKT.split(text) if block.strip()]
    found = [_WKT.match(block) for block in blocks]
    shapes, notices = shapes_of_wkt(
        [match[2] if match else block for match, block in zip(found, blocks, strict=True)], TYPED
    )
    codes = {match[1] for match in found if match}
    frame = gpd.GeoDataFrame(geometry=shapes)
    srid = codes.pop() if len(codes) == 1 else None
    return RawPart(TYPED, frame, _srid(srid), "ewkt", notices)


def _srid(code: str | None) -> Any:
    """Return the CRS of an EWKT prefix, not validated; None if there is none."""
    if code is None or code == "0":
        return None
    try:
        return CRS.from_epsg(int(code))
    except ProjCrsError:
        raise CrsError("geo.crs_unreadable", name=TYPED, crs=code) from None


def rows_part(text: str, name: str, crs: Any = None, shape: Shape | None = None, swap: bool | None = None) -> RawPart:
    """Return a part read from rows of numbers without a header; parameters as in `sites_from_text`.

    Raises
    ------
    BadInput, CrsError
        If a row cannot be read, or the CRS of metres is missing.
    """
    blocks = _blocks(text, name)
    rows = [row for block in blocks for row in block]
    numbers = np.array([(row.first.value, row.second.value) for row in rows]).reshape(-1, 2)
    notices: list[Notice] = []
    if packed_dms([(row.first.text, row.second.text) for row in rows]):
        notices.append(Notice("packed_dms", {"name": name}))
    north_first = _is_north_first(rows, numbers, swap, name, notices)
    points = numbers[:, ::-1] if north_first else numbers
    degrees = any(row.first.degrees or row.second.degrees for row in rows) or bool((np.abs(points) <= 180).all())
    if not degrees and crs is None:
        candidates = detect(points)
        raise CrsError("geo.text_crs_missing", name=name, likely=likely_text(candidates), candidates=candidates)
    shapes: list[Any] = []
    at = 0
    for number, block in enumerate(blocks, start=1):
        shapes += _block_shapes(points[at : at + len(block)], shape, number, name, notices)
        at += len(block)
    frame = gpd.GeoDataFrame(pd.DataFrame(index=pd.RangeIndex(len(shapes))), geometry=shapes)
    return RawPart(
        name, frame, CRS(4490) if degrees else None, "typed_degrees", tuple(notices), axes_swapped=north_first
    )


def _blocks(text: str, name: str) -> list[list[_Row]]:
    """Return the parsed rows of a text by block (separated by blank lines); raise `BadInput` for a bad row."""
    blocks: list[list[_Row]] = [[]]
    for number, line in enumerate(text.splitlines(), start=1):
        if not normalised(line).strip(" ,;"):
            blocks.append([])
            continue
        if lost := rounded_away(scientific_numbers(line)):
            values = {"line": number, "text": lost.text[:20], "step": f"{lost.step_m:,.3g}"}
            raise BadInput("geo.txt_rounded", name=name, **values)
        numbers = parse_row(line)
        if numbers is None or len(numbers) not in {2, 3, 4}:
            raise BadInput(
                "geo.text_bad_row", name=name, row=number, text="".join(c for c in line if c.isprintable())[:40]
            )
        first, second = _pair(numbers)
        blocks[-1].append(_Row(number, first, second))
    return [block for block in blocks if block]


def _pair(numbers: list[ParsedNumber]) -> tuple[ParsedNumber, ParsedNumber]:
    """Return the pair of coordinates of a row, without row and ring numbers before it or a height after it."""
    values = [one.value for one in numbers]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    if len(numbers) == 4:
        return numbers[2], numbers[3]
    labelled = values[0] == int(values[0]) and 0 <= values[0] < 1e5
    plain = not (numbers[0].degrees or numbers[0].axis)
    if labelled and plain and _may_be_in_china(values[1], values[2]) and not _may_be_in_china(values[0], values[1]):
        return numbers[1], numbers[2]
    return numbers[0], numbers[1]


def _may_be_in_china(first: float, second: float) -> bool:
    """Return whether a pair can be coordinates in China, in any system and order."""
    return bool(detect(np.array([[first, second]])))


def _is_north_first(rows: list[_Row], numbers: Floats, swap: bool | None, name: str, notices: list[Notice]) -> bool:
    """Return whether north is first: as the user says, by letters beside the numbers, else by ranges, with a notice."""
    if swap is not None:
        return swap
    other = {"east": "north", "north": "east"}
    first_axes = {row.first.axis for row in rows} | {other.get(row.second.axis or "") for row in rows}
    first_axes.discard(None)
    if len(first_axes) > 1:
        raise BadInput("geo.text_axes_mixed", name=name)
    if first_axes:
        return first_axes == {"north"}
    candidates = detect(numbers)
    swapped = bool(candidates) and candidates[0].swapped
    if swapped:
        notices.append(Notice("text_north_first", {"name": name}))
    return swapped


def _block_shapes(points: Floats, shape: Shape | None, number: int, name: str, notices: list[Notice]) -> list[Any]:
    """Return the shapes of one block of rows: its points, or one line or area; add a notice if that was not chosen."""
    if shape is None:
        shape = "points" if len(points) == 1 else "line" if len(points) == 2 else "polygon"
        if len(points) > 1:
            notices.append(Notice(f"text_as_{shape}", {"name": name, "count": len(points)}))
    if shape == "points":
        return list(shapely.points(points))
    if shape == "line":
        if len(points) < 2:
            raise BadInput("geo.too_few_in_ring", name=name, row=number)
        return [shapely.LineString(points)]
    return [area_of_rings([points], name, number)]


def _tables(source: Source) -> list[Table]:
    """Return the tables of a file with a header, else one table of its bare rows of coordinates."""
    tables = csv_table(source.whole, source.name, source.limits, source.columns)
    if has_coordinates(dict(tables[0].mapping)):
        return tables
    shape: Any = source.columns.get("shape")
    return [table_of(rows_part(text_of_file(source), source.name, source.crs, shape), "TXT")]


ROWS: Final = Format("TXT", (".txt", ".xyz", ".wkt"), lambda source: source.suffix in {".txt", ".xyz", ".wkt"}, _tables)
