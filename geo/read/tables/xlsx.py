"""XLSX: the sheets that hold anything, values as last computed; what is hidden in it is read and said."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

import pandas as pd

from geo.errors import BadInput
from geo.files import Archive, Table, inner_label, plain_label
from geo.notices import Notice
from geo.read.tables.coordinate_tables import MAX_COLUMNS, tables_in
from geo.sites import Limits

__all__ = ["sheets_of", "workbook"]

_EMPTY_ROWS: Final = 1000
_DAMAGED: Final = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, EOFError, SyntaxError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl says of damaged workbooks; its XML parser's errors are SyntaxErrors."""
_HIDDEN: Final = re.compile(rb"<(?:\w+:)?(row|col)\b[^<>]*\bhidden=\"(?:1|true)\"")


def workbook(archive: Archive, content: bytes, name: str, limits: Limits, columns: Mapping[str, str]) -> list[Table]:
    """Return the sheets of an XLSX that hold anything; values as last computed, no formula is run."""
    hides_rows = False
    for path in archive.with_suffix(".xml", ".rels"):
        inside = archive.read(path)
        if b"<!DOCTYPE" in inside[:4096]:
            raise BadInput("geo.xml_doctype", name=name)
        hides_rows |= "worksheets" in path.parts and _HIDDEN.search(inside) is not None
    held = [(title, state, cells) for title, state, cells in sheets_of(content, name, limits) if len(cells)]
    if not held:
        raise BadInput("geo.no_features", name=name)
    rows = (Notice("hidden_rows", {"name": name}),) if hides_rows else ()
    return [
        table
        for title, state, cells in held
        for table in tables_in(
            cells, inner_label(name, title, len(held)), "XLSX", layer=title, limits=limits, columns=columns,
            notices=(*rows, *_hidden(name, title, state)),
        )
    ]  # fmt: skip


def _hidden(name: str, title: str, state: str) -> tuple[Notice, ...]:
    return () if state == "visible" else (Notice("hidden_sheet", {"name": name, "sheet": plain_label(title)}),)


def sheets_of(content: bytes, name: str, limits: Limits) -> list[tuple[str, str, pd.DataFrame]]:
    """Return title, state (visible, hidden) and filled rows, as text, of each sheet of an XLSX.

    Raises
    ------
    BadInput
        If it is damaged.
    """
    import openpyxl  # noqa: PLC0415 -- a tenth of a second, which who reads another format need not wait for
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with closing(openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
            return [(str(sheet.title), str(sheet.sheet_state), _cells(sheet, limits)) for sheet in book.worksheets]
    except (*_DAMAGED, InvalidFileException):
        raise BadInput("geo.unreadable", name=name) from None


def _cells(sheet: Any, limits: Limits) -> pd.DataFrame:
    """Return the filled rows of a sheet as text."""
    rows: list[list[str]] = []
    empty = 0
    for values in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1):
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
    """Return a cell as text; numbers keep every digit."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()
