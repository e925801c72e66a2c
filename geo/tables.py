"""CSV and XLSX: a row a point, rows of rings grouped by parcel, or a column of WKT. Columns are found or asked for.

X and Y mean east and north to some and north and east to Chinese surveyors: their order follows from the numbers, and
is said; where the numbers leave it open, east comes first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely
from numpy.typing import NDArray
from openpyxl.utils.exceptions import InvalidFileException
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.angles import written
from geo.curves import shapes_of_wkt
from geo.detect import detect
from geo.errors import BadInput
from geo.notices import Notice
from geo.opened import Table, inner_label
from geo.rings import area_of_rings, grouped
from geo.sites import Limits, RawPart
from geo.unpack import Archive

__all__ = ["DAMAGED", "cells_of", "csv_table", "decoded", "has_coordinates", "unique_names", "workbook"]

Floats = NDArray[np.float64]
Shape = Literal["points", "line", "polygon"]

_SHAPES: Final[tuple[Shape, ...]] = ("points", "line", "polygon")
_MAX_COLUMNS: Final = 1000
_HEAD_ROWS: Final = 20
_EMPTY_ROWS: Final = 1000
_UNIT_TAIL: Final = r"\s*(?:[(（][^)）]*[)）])?\s*"
_ROLES: Final = {
    "wkt": r"wkt|geometry|geom|the_geom|shape_wkt|图形|几何",
    "east": r"经度|lon|lng|long|longitude|东坐标|东坐标值|东|e|east|easting|point_x",
    "north": r"纬度|lat|latitude|北坐标|北坐标值|北|n|north|northing|point_y",
    "a": r"x|x坐标|坐标x|x值|横坐标",
    "b": r"y|y坐标|坐标y|y值|纵坐标",
    "group": r"地块编号|地块号|地块名称|地块|宗地号|图斑号|图斑编号|项目编号|"
    r"parcel|parcel_id|group|site|site_id|polygon_id",
    "ring": r"圈号|环号|ring|ring_id|part",
    "order": r"点序|序号|顺序|点号|界址点号|order|seq|vertex|point|point_id|no\.?",
}
_WKT: Final = re.compile(r"^\s*(?:SRID\s*=\s*(\d+)\s*;)?\s*(.*)$", re.IGNORECASE | re.DOTALL)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
DAMAGED: Final = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, EOFError, SyntaxError, RuntimeError,
    zipfile.BadZipFile, zlib.error, InvalidFileException,
)  # fmt: skip
"""What openpyxl says of damaged workbooks; its XML parser's errors are SyntaxErrors."""
_MAPPABLE: Final = frozenset({"x", "y", "wkt", "group", "ring", "order", "shape"})


def csv_table(content: bytes, name: str, limits: Limits, columns: Mapping[str, str]) -> list[Table]:
    """Return the table of a CSV (comma, semicolon, tab or bar; UTF-8, GB18030 or UTF-16)."""
    text = decoded(content, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=first.count)
    try:
        cells = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, dtype=str, keep_default_na=False, skip_blank_lines=True,
            nrows=limits.vertices + 1, names=range(first.count(separator) + 1), index_col=False,
        )  # fmt: skip
    except (ValueError, OverflowError, pd.errors.ParserError):
        raise BadInput("geo.table_unreadable", name=name) from None
    return [_table(cells, name, "CSV", layer=name, limits=limits, columns=columns)]


def decoded(content: bytes, name: str) -> str:
    """Return the text in whichever coding it can be read."""
    for coding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(coding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise BadInput("geo.table_unreadable", name=name)


def workbook(archive: Archive, content: bytes, name: str, limits: Limits, columns: Mapping[str, str]) -> list[Table]:
    """Return the sheets of an XLSX that hold anything; values as last computed, no formula is run."""
    for path in archive.with_suffix(".xml", ".rels"):
        if b"<!DOCTYPE" in archive.read(path)[:4096]:
            raise BadInput("geo.xml_doctype", name=name)
    try:
        with closing(openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
            sheets = [(str(sheet.title), cells_of(sheet, limits)) for sheet in book.worksheets]
    except DAMAGED:
        raise BadInput("geo.unreadable", name=name) from None
    held = [(title, cells) for title, cells in sheets if len(cells)]
    if not held:
        raise BadInput("geo.no_features", name=name)
    return [
        _table(cells, inner_label(name, title, len(held)), "XLSX", layer=title, limits=limits, columns=columns)
        for title, cells in held
    ]


def cells_of(sheet: Any, limits: Limits) -> pd.DataFrame:
    """Return the filled rows of a sheet as text."""
    rows: list[list[str]] = []
    empty = 0
    for values in sheet.iter_rows(values_only=True, max_col=_MAX_COLUMNS + 1):
        texts = [_cell(value) for value in values]
        while texts and not texts[-1]:
            texts.pop()
        empty = 0 if texts else empty + 1
        if texts:
            rows.append(texts)
        if empty > _EMPTY_ROWS or len(rows) > limits.vertices:
            break
    width = max((len(row) for row in rows), default=0)
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=str)


def _cell(value: Any) -> str:
    """Write a cell as it reads; numbers keep every digit."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()


def _table(
    cells: pd.DataFrame, label: str, kind: str, *, layer: str, limits: Limits, columns: Mapping[str, str]
) -> Table:
    """Find the header and the columns that hold coordinates."""
    if cells.empty:
        raise BadInput("geo.no_features", name=label)
    if cells.shape[1] > _MAX_COLUMNS:
        raise BadInput("geo.too_many_columns", name=label, limit=_MAX_COLUMNS)
    if len(cells) > limits.vertices:
        raise BadInput("geo.too_many_vertices", name=label, count=f"> {limits.vertices}", limit=limits.vertices)
    head = _header_row(cells, columns)
    names = unique_names([text.strip() for text in cells.iloc[head]])
    rows = cells.iloc[head + 1 :].reset_index(drop=True)
    rows.columns = pd.Index(names)
    rows = rows[(rows != "").any(axis=1)].reset_index(drop=True)
    mapping = _mapping(names, columns, label)

    def read(most: int | None) -> RawPart:
        return _read(rows if most is None else rows.iloc[:most], mapping, label)

    return Table(layer, kind, tuple(names), len(rows), read, tuple(sorted(mapping.items())))


def _header_row(cells: pd.DataFrame, columns: Mapping[str, str]) -> int:
    """Return the row of names: the first among the topmost that names what the user chose, or coordinates."""
    wanted = {text for role, text in columns.items() if role in _MAPPABLE - {"shape"}}
    for row in range(min(_HEAD_ROWS, len(cells))):
        texts = [str(text).strip() for text in cells.iloc[row]]
        roles = {_role(text) for text in texts}
        if (wanted and wanted <= set(texts)) or "wkt" in roles or {"east", "north"} <= roles or {"a", "b"} <= roles:
            return row
    return 0


def _role(text: str) -> str | None:
    """Return what a column's name says it holds."""
    for role, pattern in _ROLES.items():
        if re.fullmatch(rf"(?:{pattern}){_UNIT_TAIL}", text.strip(), re.IGNORECASE):
            return role
    return None


def unique_names(names: Sequence[str]) -> list[str]:
    """Give every column a name of its own."""
    found: list[str] = []
    for number, text in enumerate(names, start=1):
        base = text or f"列{number}"
        found.append(base if base not in found else f"{base}_{number}")
    return found


def _mapping(names: list[str], columns: Mapping[str, str], label: str) -> dict[str, str]:
    """Return the column of each role: as the user says, else by name."""
    chosen = {role: text for role, text in columns.items() if role in _MAPPABLE}
    for role, text in chosen.items():
        if role != "shape" and text not in names:
            raise BadInput("geo.no_such_column", name=label, column=text)
    found: dict[str, str] = {}
    for text in names:
        named = _role(text)
        if named is not None:
            found.setdefault(named, text)
    if "x" in chosen or "y" in chosen or "wkt" in chosen:
        for role in ("east", "north", "a", "b", "wkt"):
            found.pop(role, None)
    renamed = {"x": "east", "y": "north"}
    return found | {renamed.get(role, role): text for role, text in chosen.items()}


def _read(rows: pd.DataFrame, mapping: Mapping[str, str], label: str) -> RawPart:
    """Make shapes of the rows."""
    if "wkt" in mapping:
        return _from_wkt(rows, mapping["wkt"], label)
    notices: list[Notice] = []
    pair = _coordinate_columns(mapping)
    if pair is None:
        raise BadInput("geo.table_columns", name=label, columns="、".join(str(c)[:20] for c in rows.columns[:12]))
    numbers = np.column_stack([_numbers(rows[column], label, column) for column in pair])
    if "east" not in mapping:
        numbers = _ordered(numbers, pair, label, notices)
    groups, shape = _groups(rows, mapping, numbers, label, notices)
    if shape == "points":
        return RawPart(label, gpd.GeoDataFrame(rows, geometry=shapely.points(numbers)), None, "table", tuple(notices))
    first = [group[0] for group in groups]
    parcels = _Parcels(rows, mapping, numbers, shape, label)
    shapes = [_shape(parcels, group, n) for n, group in enumerate(groups, start=1)]
    frame = gpd.GeoDataFrame(rows.iloc[first].reset_index(drop=True), geometry=np.array(shapes, dtype=object))
    return RawPart(label, frame, None, "table", tuple(notices))


def has_coordinates(mapping: Mapping[str, str]) -> bool:
    """Tell whether columns of coordinates were found or chosen."""
    return "wkt" in mapping or _coordinate_columns(mapping) is not None


def _coordinate_columns(mapping: Mapping[str, str]) -> tuple[str, str] | None:
    for pair in (("east", "north"), ("a", "b")):
        if pair[0] in mapping and pair[1] in mapping:
            return mapping[pair[0]], mapping[pair[1]]
    return None


def _numbers(cells: pd.Series, label: str, column: str) -> Floats:
    """Return a column of coordinates: plain numbers, or degrees as they are written."""
    plain = pd.to_numeric(cells.str.replace("，", "", regex=False), errors="coerce").to_numpy(float, copy=True)
    for position in np.flatnonzero(np.isnan(plain)):
        found = written(str(cells.iloc[position]))
        if found is None:
            raise BadInput("geo.table_bad_number", name=label, row=int(position) + 1, column=column[:20])
        plain[position] = found.value
    return plain


def _ordered(numbers: Floats, pair: tuple[str, str], label: str, notices: list[Notice]) -> Floats:
    """Put columns that are only called X and Y in order, by what the numbers can be."""
    candidates = detect(numbers)
    swapped = bool(candidates) and candidates[0].swapped
    east, north = (pair[1], pair[0]) if swapped else pair
    notices.append(Notice("table_axes", {"name": label, "east": east[:20], "north": north[:20]}))
    return numbers[:, ::-1] if swapped else numbers


def _groups(
    rows: pd.DataFrame, mapping: Mapping[str, str], numbers: Floats, label: str, notices: list[Notice]
) -> tuple[list[list[int]], Shape]:
    """Tell points from rings: by the user's word, by a parcel column whose values repeat, by a ring that closes."""
    keys = rows[mapping["group"]].tolist() if "group" in mapping else [""] * len(rows)
    groups = grouped(keys)
    if "shape" in mapping:
        return groups, _asked_shape(mapping["shape"], label)
    closed = len(rows) > 3 and bool((numbers[0] == numbers[-1]).all())
    parcels = "group" in mapping and min(len(group) for group in groups) >= 3
    shape: Shape = "polygon" if parcels or (closed and len(groups) == 1) else "points"
    values = {"name": label, "count": len(groups) if shape == "polygon" else len(rows)}
    if len(rows) > 1:
        notices.append(Notice(f"table_as_{shape}", values))
    return groups, shape


@dataclass(frozen=True)
class _Parcels:
    """Rows of which several make one shape."""

    rows: pd.DataFrame
    mapping: Mapping[str, str]
    numbers: Floats
    shape: Shape
    label: str


def _asked_shape(text: str, label: str) -> Shape:
    for shape in _SHAPES:
        if text == shape:
            return shape
    raise BadInput("geo.table_shape", name=label, shape=str(text)[:20])


def _shape(parcels: _Parcels, group: list[int], row: int) -> Any:
    """Make the line or area of one parcel's rows, in the order of their numbers."""
    rows, mapping, numbers, label = parcels.rows, parcels.mapping, parcels.numbers, parcels.label
    where = np.array(group)
    if "order" in mapping:
        found = [_NUMBER.search(str(text)) for text in rows[mapping["order"]].iloc[where]]
        order = [float(match[0]) if match else np.nan for match in found]
        closes = len(order) > 1 and order[-1] == order[0]  # the closing point carries the number of the first
        rings = rows[mapping["ring"]].iloc[where].tolist() if "ring" in mapping else None
        if not np.isnan(order).any() and not closes and rings is None:
            where = where[np.argsort(order, kind="stable")]
    if parcels.shape == "line":
        if len(where) < 2:
            raise BadInput("geo.too_few_in_ring", name=label, row=row)
        return shapely.LineString(numbers[where])
    keys = rows[mapping["ring"]].iloc[where].tolist() if "ring" in mapping else [""] * len(where)
    return area_of_rings([numbers[where[positions]] for positions in grouped(keys)], label, row)


def _from_wkt(rows: pd.DataFrame, column: str, label: str) -> RawPart:
    """Read a column of WKT; an SRID before it declares the system, if all rows agree."""
    found = [_WKT.match(str(text)) for text in rows[column]]
    shapes, notices = shapes_of_wkt([match[2] if match else None for match in found], label)
    codes = {match[1] for match in found if match and match[2].strip()}
    crs = None
    if len(codes) == 1 and (code := codes.pop()) is not None:
        try:
            crs = CRS.from_epsg(int(code))
        except ProjCrsError:
            crs = None
    return RawPart(label, gpd.GeoDataFrame(rows.drop(columns=column), geometry=shapes), crs, "ewkt", notices)
