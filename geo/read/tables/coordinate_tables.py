"""CSV and XLSX: a row a point, rows of rings grouped by parcel, or a column of WKT. Columns are found or asked for.

X and Y mean east and north to some and north and east to Chinese surveyors: their order follows from the numbers, and
is said; where the numbers leave it open, east comes first.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs import detect, packed_dms, parse_number
from geo.errors import BadInput
from geo.files import Format, Table, decoded, rounded_away, scientific_numbers
from geo.notices import Notice
from geo.read.tables.head import blocks, coordinate_columns, header_row, roles_of, unique_names
from geo.shapes import area_of_rings, grouped, shapes_of_wkt
from geo.sites import Limits, RawPart

__all__ = ["CSV", "MAX_COLUMNS", "csv_table", "has_coordinates", "tables_in"]

Floats = NDArray[np.float64]
Shape = Literal["points", "line", "polygon"]

_SHAPES: Final[tuple[Shape, ...]] = ("points", "line", "polygon")
MAX_COLUMNS: Final = 1000
_WKT: Final = re.compile(r"\A\s*+(?:SRID\s*+=\s*+(\d{1,9})\s*+;\s*+)?(.*)\Z", re.IGNORECASE | re.DOTALL)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_QUOTED: Final = re.compile(r'(?:(?<=[,;\t|\n])|\A)"(?:[^"]|"")*+"')
_SHOWN: Final = 8


def csv_table(content: bytes, name: str, limits: Limits, columns: Mapping[str, str]) -> list[Table]:
    """Return the table of a CSV (comma, semicolon, tab or bar; UTF-8, GB18030 or UTF-16)."""
    text = decoded(content, name)
    lines = [line for line in text.splitlines() if line.strip()]
    separator = max(",;\t|", key=lines[0].count) if lines else ","
    widest = max((line.count(separator) for line in lines), default=0) + 1
    if widest > MAX_COLUMNS:  # of WKT in quotes, or of a sheet saved with all its empty columns
        text, widest = _without_empty_columns(text, separator, name)
    try:
        cells = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, dtype=str, keep_default_na=False, skip_blank_lines=True,
            nrows=limits.vertices + 1, names=range(widest), index_col=False,
        ).fillna("")  # fmt: skip
    except (ValueError, OverflowError, pd.errors.ParserError):
        raise BadInput("geo.table_unreadable", name=name) from None
    cells = cells.loc[:, (cells != "").any(axis=0)]  # a comma in quotes makes no column
    cells.columns = pd.RangeIndex(cells.shape[1])
    return tables_in(cells, name, "CSV", layer=name, limits=limits, columns=columns)


def _without_empty_columns(text: str, separator: str, name: str) -> tuple[str, int]:
    """Return a table without separators at the ends of its lines, and how many columns it has outside of quotes."""
    text = "\n".join(line.rstrip(separator) for line in text.splitlines())
    widest = max((line.count(separator) for line in _QUOTED.sub("", text).splitlines()), default=0) + 1
    if widest > MAX_COLUMNS:
        raise BadInput("geo.too_many_columns", name=name, limit=MAX_COLUMNS)
    return text, widest


def tables_in(
    cells: pd.DataFrame,
    label: str,
    kind: str,
    *,
    layer: str,
    limits: Limits,
    columns: Mapping[str, str],
    notices: tuple[Notice, ...] = (),
) -> list[Table]:
    """Return the tables of a sheet, with header and coordinate columns found; side by side tables are separate.

    Parameters
    ----------
    cells : DataFrame
        Text.
    label, layer : str
        What sentences, and users, call it.
    kind : str
        The format.
    limits : Limits
    columns : mapping
        What the user says of columns.
    notices : tuple of Notice
        What was noticed before.

    Raises
    ------
    BadInput
        If there is nothing or too much, or a column that the user names is not there.
    """
    if cells.empty:
        raise BadInput("geo.no_features", name=label)
    if cells.shape[1] > MAX_COLUMNS:
        raise BadInput("geo.too_many_columns", name=label, limit=MAX_COLUMNS)
    if len(cells) > limits.vertices:
        raise BadInput("geo.too_many_vertices", name=label, count=f"> {limits.vertices}", limit=limits.vertices)
    head = header_row(cells, columns)
    names = [text.strip() for text in cells.iloc[head]]
    chosen = {"x", "y", "wkt"}.intersection(columns)
    beside = [range(len(names))] if chosen else blocks(names)
    if len(beside) == 1:
        return [_table(cells, head, label, kind, layer, columns, notices)]
    told = (*notices, Notice("tables_beside", {"name": label, "count": len(beside)}))
    return [
        _table(cells.iloc[:, list(one)], head, label, kind, f"{layer} ({number})", columns, told)
        for number, one in enumerate(beside, start=1)
    ]


def _table(  # noqa: PLR0917
    cells: pd.DataFrame, head: int, label: str, kind: str, layer: str, columns: Mapping[str, str],
    notices: tuple[Notice, ...],
) -> Table:  # fmt: skip
    names = unique_names([text.strip() for text in cells.iloc[head]])
    rows = cells.iloc[head + 1 :].reset_index(drop=True)
    rows.columns = pd.Index(names)
    rows = rows[(rows != "").any(axis=1)].reset_index(drop=True)
    mapping = roles_of(names, columns, label)

    def read(most: int | None) -> RawPart:
        part = _read(rows if most is None else rows.iloc[:most], mapping, label)
        return replace(part, notices=(*notices, *part.notices))

    return Table(layer, kind, tuple(names), len(rows), read, tuple(sorted(mapping.items())))


def _read(rows: pd.DataFrame, mapping: Mapping[str, str], label: str) -> RawPart:
    """Return the shapes of the rows as a part, with a notice of rows without coordinates."""
    notices: list[Notice] = []
    if "wkt" in mapping:
        return _from_wkt(
            _rows_with_coordinates(rows, (mapping["wkt"],), label, notices), mapping["wkt"], label, notices
        )
    pair = coordinate_columns(mapping)
    if pair is None:
        raise BadInput("geo.table_columns", name=label, columns="、".join(str(c)[:20] for c in rows.columns[:12]))
    rows = _fill_down_parcel_names(_rows_with_coordinates(rows, pair, label, notices), mapping, label, notices)
    _refuse_rounded(rows, pair, label)
    numbers = np.column_stack([_numbers(rows[column], label, column) for column in pair])
    if packed_dms(rows[list(pair)].itertuples(index=False, name=None)):
        notices.append(Notice("packed_dms", {"name": label}))
    turned = False
    if "east" not in mapping:
        numbers, turned = _ordered(numbers, pair, label, notices)
    groups, shape = _groups(rows, mapping, numbers, label, notices)
    rows = rows.reset_index(drop=True)
    if shape == "points":
        frame = gpd.GeoDataFrame(rows, geometry=shapely.points(numbers))
        return RawPart(label, frame, None, "table", tuple(notices), axes_swapped=turned)
    first = [group[0] for group in groups]
    parcels = _Parcels(rows, mapping, numbers, shape, label)
    shapes = [_shape(parcels, group, n) for n, group in enumerate(groups, start=1)]
    frame = gpd.GeoDataFrame(rows.iloc[first].reset_index(drop=True), geometry=np.array(shapes, dtype=object))
    return RawPart(label, frame, None, "table", tuple(notices), axes_swapped=turned)


def _rows_with_coordinates(
    rows: pd.DataFrame, columns: tuple[str, ...], label: str, notices: list[Notice]
) -> pd.DataFrame:
    """Return the rows that have coordinates; a notice names the others, such as sums and remarks."""
    blank = (rows[list(columns)].apply(lambda cells: cells.str.strip()) == "").all(axis=1)
    if not blank.any():
        return rows
    if blank.all():
        raise BadInput("geo.no_features", name=label)
    numbers = [str(row + 1) for row in np.flatnonzero(blank)]
    listed = "、".join(numbers[:_SHOWN]) + ("…" if len(numbers) > _SHOWN else "")
    notices.append(Notice("rows_without_coordinates", {"name": label, "count": len(numbers), "rows": listed}))
    left: pd.DataFrame = rows.loc[~blank]
    return left


def _fill_down_parcel_names(
    rows: pd.DataFrame, mapping: Mapping[str, str], label: str, notices: list[Notice]
) -> pd.DataFrame:
    """Return rows with the parcel name filled down where it is written once for several rows (merged cells)."""
    columns = [mapping[role] for role in ("group", "ring") if role in mapping]
    filled = rows.copy()
    for column in columns:
        cells = rows[column].str.strip()
        if (cells == "").all() or (cells != "").all() or cells.iloc[0] == "":
            continue
        filled[column] = cells.where(cells != "").ffill()
        values = {"name": label, "column": column[:20], "count": int((cells == "").sum())}
        notices.append(Notice("table_filled_down", values))
    return filled


def has_coordinates(mapping: Mapping[str, str]) -> bool:
    """Return whether a mapping of roles to columns includes coordinates."""
    return "wkt" in mapping or coordinate_columns(mapping) is not None


def _refuse_rounded(rows: pd.DataFrame, columns: tuple[str, ...], label: str) -> None:
    """Raise `BadInput` if coordinates lost their last digits to scientific notation, naming the worst."""
    found = [(rounded_away(rows[column]), column) for column in columns]
    worst = max(((lost, column) for lost, column in found if lost), key=lambda one: one[0].step_m, default=None)
    if worst is not None:
        lost, column = worst
        values = {"row": int(rows.index[lost.row]) + 1, "column": column[:20], "text": lost.text[:20]}
        raise BadInput("geo.table_rounded", name=label, step=f"{lost.step_m:,.3g}", **values)


def _numbers(cells: pd.Series, label: str, column: str) -> Floats:
    """Return a column of coordinates: plain numbers, or degrees as they are written."""
    plain = pd.to_numeric(cells.str.replace("，", "", regex=False), errors="coerce").to_numpy(float, copy=True)
    for position in np.flatnonzero(np.isnan(plain)):
        found = parse_number(str(cells.iloc[position]))
        if found is None:
            raise BadInput(
                "geo.table_bad_number", name=label, row=int(cells.index[int(position)]) + 1, column=column[:20]
            )
        plain[position] = found.value
    return plain


def _ordered(numbers: Floats, pair: tuple[str, str], label: str, notices: list[Notice]) -> tuple[Floats, bool]:
    """Return columns named only X and Y as east, north, by their ranges, and whether they were swapped."""
    candidates = detect(numbers)
    swapped = bool(candidates) and candidates[0].swapped
    east, north = (pair[1], pair[0]) if swapped else pair
    notices.append(Notice("table_axes", {"name": label, "east": east[:20], "north": north[:20]}))
    return (numbers[:, ::-1] if swapped else numbers), swapped


def _groups(
    rows: pd.DataFrame, mapping: Mapping[str, str], numbers: Floats, label: str, notices: list[Notice]
) -> tuple[list[list[int]], Shape]:
    """Return the groups of rows and their shape: the user's, else rings if a parcel name repeats or a ring closes."""
    keys = rows[mapping["group"]].tolist() if "group" in mapping else [""] * len(rows)
    groups = grouped(keys)
    if "shape" in mapping:
        return groups, _shape_option(mapping["shape"], label)
    closed = len(rows) > 3 and bool((numbers[0] == numbers[-1]).all())
    parcels = "group" in mapping and bool(groups) and min(map(len, groups)) >= 3
    shape: Shape = "polygon" if parcels or (closed and len(groups) == 1) else "points"
    values = {"name": label, "count": len(groups) if shape == "polygon" else len(rows)}
    if len(rows) > 1:
        notices.append(Notice(f"table_as_{shape}", values))
    return groups, shape


@dataclass(frozen=True)
class _Parcels:
    """Rows of which several make one shape, with the roles of columns, coordinates and shape."""

    rows: pd.DataFrame
    mapping: Mapping[str, str]
    numbers: Floats
    shape: Shape
    label: str


def _shape_option(text: str, label: str) -> Shape:
    for shape in _SHAPES:
        if text == shape:
            return shape
    raise BadInput("geo.table_shape", name=label, shape=str(text)[:20])


def _shape(parcels: _Parcels, group: list[int], row: int) -> Any:
    """Return the line or area of one parcel's rows, in the order of their numbers."""
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


def _from_wkt(rows: pd.DataFrame, column: str, label: str, notices: list[Notice]) -> RawPart:
    """Return a part from a column of WKT; an SRID prefix declares the CRS if all rows have the same."""
    for row, text in zip(rows.index, rows[column], strict=True):
        lost = rounded_away(scientific_numbers(str(text)))
        if lost is not None:
            values = {"row": int(row) + 1, "column": column[:20], "text": lost.text[:20], "step": f"{lost.step_m:,.3g}"}
            raise BadInput("geo.table_rounded", name=label, **values)
    found = [_WKT.match(str(text)) for text in rows[column]]
    shapes, told = _shapes_of(rows, found, label)
    codes = {match[1] for match in found if match and match[2].strip()}
    crs = None
    if len(codes) == 1 and (code := codes.pop()) is not None:
        try:
            crs = CRS.from_epsg(int(code))
        except ProjCrsError:
            crs = None
    frame = gpd.GeoDataFrame(rows.drop(columns=column).reset_index(drop=True), geometry=shapes)
    return RawPart(label, frame, crs, "ewkt", (*notices, *told))


def _shapes_of(rows: pd.DataFrame, found: list[re.Match[str] | None], label: str) -> tuple[Any, tuple[Notice, ...]]:
    """Return shapes and notices of WKT; a `BadInput` has the row number of the file."""
    try:
        return shapes_of_wkt([match[2] if match else None for match in found], label)
    except BadInput as fault:
        row = fault.values.get("row")
        if isinstance(row, int):
            fault.values["row"] = int(rows.index[row - 1]) + 1
        raise


CSV: Final = Format(
    "CSV", (".csv", ".tsv"), lambda source: source.suffix in {".csv", ".tsv"},
    lambda source: csv_table(source.whole, source.name, source.limits, source.columns),
)  # fmt: skip
