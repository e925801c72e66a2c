"""Read a user's CSV or XLSX as rows of text, without looking for coordinates or running formulas."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import pandas as pd

from geo.errors import BadInput
from geo.files import Archive, decoded, plain_label
from geo.read.tables.head import unique_names
from geo.read.tables.xlsx import sheets_of
from geo.sites import ReadLimits

__all__ = ["MAX_ROWS", "PlainTable", "blank_cells", "number_cells", "read_plain_tables"]

MAX_ROWS: Final = 20_000
_MAX_COLUMNS: Final = 200
_MAX_CELL: Final = 500
_MB: Final = 1_000_000
_HEAD_ROWS: Final = 20
_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:,\d{3})*|\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?\s*%?")
_NOTHING: Final = frozenset(
    {"", "-", "--", "—", "——", "…", "……", "/", "无", "缺", "暂无", "未统计", "na", "n/a", "nan", "null"}
)
_WIDE: Final = str.maketrans("０１２３４５６７８９．，－＋％", "0123456789.,-+%")
_FEW: Final = 2


@dataclass(frozen=True)
class PlainTable:
    """Rows of a CSV or of one sheet, as text.

    Attributes
    ----------
    name : str
        Name of the file, with that of the sheet if it has several.
    rows : DataFrame
        All rows as text, including the header; columns 0, 1, …
    head : int
        Position of the likely header row.
    """

    name: str
    rows: pd.DataFrame
    head: int

    def under(self, head: int) -> pd.DataFrame:
        """Return the rows below row `head`, with its cells as column names, without blank rows."""
        head = min(max(head, 0), len(self.rows) - 1)
        body = self.rows.iloc[head + 1 :].reset_index(drop=True)
        body.columns = pd.Index(unique_names([plain_label(str(text)) for text in self.rows.iloc[head]]))
        return body[(body != "").any(axis=1)].reset_index(drop=True)


def read_plain_tables(content: bytes, name: str, *, upload_mb: int = 20) -> list[PlainTable]:
    """Return the sheets of a CSV (comma, semicolon, tab or bar; UTF-8, GB18030 or UTF-16) or XLSX.

    Parameters
    ----------
    content : bytes
    name : str
        Of the file, as the user calls it.
    upload_mb : int

    Returns
    -------
    list of PlainTable
        One for a CSV; for an XLSX one for each sheet that is not empty.

    Raises
    ------
    BadInput
        If it is too large, damaged, neither of the two, or empty.
    """
    name = plain_label(name)
    if len(content) > upload_mb * _MB:
        raise BadInput("indicator_own.too_large", name=name, limit=upload_mb)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        sheets = _sheets(content, name, upload_mb)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput("indicator_own.old_excel", name=name)
    else:
        sheets = [(name, _csv(content, name))]
    filled = [(title, rows) for title, rows in sheets if len(rows) > 1]
    if not filled:
        raise BadInput("indicator_own.empty", name=name)
    for title, rows in filled:
        if len(rows) > MAX_ROWS or rows.shape[1] > _MAX_COLUMNS:
            raise BadInput("indicator_own.too_many", name=title, rows=MAX_ROWS, columns=_MAX_COLUMNS)
    return [PlainTable(title, rows, _head(rows)) for title, rows in filled]


def _sheets(content: bytes, name: str, upload_mb: int) -> list[tuple[str, pd.DataFrame]]:
    archive = Archive(content, name, 10 * upload_mb * _MB)
    if PurePosixPath("xl/workbook.xml") not in archive.paths:
        raise BadInput("indicator_own.not_a_table", name=name)
    for path in archive.with_suffix(".xml", ".rels"):  # reading counts what really comes out
        if b"<!DOCTYPE" in archive.read(path)[:4096]:
            raise BadInput("geo.xml_doctype", name=name)
    read = sheets_of(content, name, ReadLimits(vertices=MAX_ROWS))
    sheets = [(title, _short(rows)) for title, _, rows in read]
    return [(name if len(sheets) == 1 else f"{name}/{plain_label(title)}", rows) for title, rows in sheets]


def _csv(content: bytes, name: str) -> pd.DataFrame:
    text = decoded(content, name)
    if not _looks_like_text(text):
        raise BadInput("indicator_own.not_a_table", name=name)
    top = "\n".join(text.splitlines()[:_HEAD_ROWS])
    separator = max(",;\t|", key=top.count)
    rows: list[list[str]] = []
    width = 0
    try:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append([cell.strip()[:_MAX_CELL] for cell in row[: _MAX_COLUMNS + 1]])
                width = max(width, len(rows[-1]))
            if len(rows) > MAX_ROWS:
                break
    except csv.Error:
        raise BadInput("geo.table_unreadable", name=name) from None
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=str)


def _looks_like_text(text: str) -> bool:
    start = text[:4000]
    odd = sum(not (c.isprintable() or c in "\r\n\t") for c in start)
    return odd * 50 <= len(start)


def _short(rows: pd.DataFrame) -> pd.DataFrame:
    """Return cells cut to `_MAX_CELL` characters, without ``.0`` of codes that a spreadsheet stored as numbers."""
    return rows.map(lambda text: text[:_MAX_CELL].removesuffix(".0").strip()) if len(rows) else rows


def _head(rows: pd.DataFrame) -> int:
    """Return the position of the header: the first well-filled row with few numbers above one with more of them."""
    top = rows.iloc[:_HEAD_ROWS]
    filled = (top != "").sum(axis=1)
    numbers = top.apply(lambda column: number_cells(column).notna()).sum(axis=1)
    for at in range(len(top) - 1):
        full = filled.iloc[at] >= max(_FEW, 0.6 * filled.max())
        if full and numbers.iloc[at] <= 0.3 * filled.iloc[at] and numbers.iloc[at + 1] > numbers.iloc[at]:
            return at
    return 0


def number_cells(cells: pd.Series) -> pd.Series:
    """Return cells of text as numbers: ``1,234``, ``１２．５``, ``12.5%`` (12.5); NaN for other text.

    Examples
    --------
    >>> import pandas as pd
    >>> number_cells(pd.Series(["1,234", "12.5%", "—", "三", "-3", "1,2"])).tolist()
    [1234.0, 12.5, nan, nan, -3.0, nan]
    """
    plain = cells.astype(str).str.strip().str.translate(_WIDE)
    sound = plain.str.fullmatch(_NUMBER) & plain.str.contains(r"\d", regex=True)
    bare = plain.where(sound, "").str.replace(r"[,%\s]", "", regex=True)
    numbers: pd.Series = pd.to_numeric(bare.replace("", None), errors="coerce").astype(float)
    return numbers.where(numbers.abs() < float("inf"))


def blank_cells(cells: pd.Series) -> pd.Series:
    """Return a mask of the cells that are blank or a sign for a missing figure, such as ``—``."""
    blank: pd.Series = cells.astype(str).str.strip().str.lower().isin(_NOTHING)
    return blank
