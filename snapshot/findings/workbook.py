"""Tables as Excel workbooks or CSV: typed columns, frozen headings, no text that a spreadsheet would execute."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from geo.whole_file import whole_file

__all__ = ["Page", "write_csv", "write_workbook"]

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?(\d++(?:\.\d*+)?|\.\d++)([eE][+-]?\d++)?")
_FORMATS: Final = (
    ("share", "0.00%"),
    ("_m2", "#,##0.00"),
    ("_ha", "#,##0.0000"),
    ("_mu", "#,##0.00"),
    ("_m", "#,##0.00"),
)
_WIDEST: Final = 60
_MOST_ROWS: Final = 1_048_575
_MOST_TEXT: Final = 32_767
_HEAD_FILL: Final = PatternFill("solid", fgColor="FFE8EEF4")


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook.

    Attributes
    ----------
    title : str
        On its tab.
    frame : DataFrame
        Numbers stay numbers and truth values stay truth values; everything else is text.
    headings : sequence of str, optional
        Instead of the names of the columns.
    formats : dict, optional
        Number format by column name; a share, an area or a length is known by the end of its name.
    """

    title: str
    frame: pd.DataFrame
    headings: Sequence[str] | None = None
    formats: dict[str, str] | None = None


def write_workbook(target: Path, pages: Sequence[Page]) -> None:
    """Write pages as one .xlsx file, whole or not at all.

    Text is written as text whatever it starts with: ``=1+1`` shows as ``=1+1`` and is never computed.
    """
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for page in pages:
        _write_page(book.create_sheet(_tab(page.title, taken)), page)
    with whole_file(target) as draft:
        book.save(draft)


def write_csv(stream: TextIO, frame: pd.DataFrame, *, bom: bool = False) -> None:
    """Write a table as CSV (RFC 4180, UTF-8), numbers in full.

    Text that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP advises.

    Parameters
    ----------
    stream : text stream
        Opened with ``newline=""``.
    frame : DataFrame
    bom : bool
        Write a byte order mark first, by which Excel knows UTF-8.
    """
    if bom:
        stream.write("\ufeff")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_harmless(str(name)) for name in frame.columns])
    writer.writerows([_csv_value(value) for value in row] for row in _rows(frame))


def _rows(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    return frame.astype(object).itertuples(index=False, name=None)


def _csv_value(value: Any) -> Any:
    plain = _plain(value)
    return _harmless(plain) if isinstance(plain, str) else "" if plain is None else plain


def _harmless(text: str) -> str:
    """Return text that a spreadsheet does not execute; a number given as text stays as it is."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(text) else text


def _plain(value: Any) -> Any:
    """Return a value as number, bool, text or None."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else str(value)


def _write_page(sheet: WriteOnlyWorksheet, page: Page) -> None:
    """Write headings, widths and rows."""
    headings = list(page.headings) if page.headings is not None else [str(name) for name in page.frame.columns]
    sheet.freeze_panes = "A2"
    formats = [(page.formats or {}).get(str(name)) or _format_of(str(name)) for name in page.frame.columns]
    for number, heading in enumerate(headings, start=1):
        width = max(_width(heading), 14 if formats[number - 1] else _text_width(page.frame.iloc[:200, number - 1]))
        sheet.column_dimensions[get_column_letter(number)].width = min(width + 2, _WIDEST)
    sheet.append([_heading(sheet, text) for text in headings])
    for row in _rows(page.frame.head(_MOST_ROWS)):
        sheet.append([_cell(sheet, value, form) for value, form in zip(row, formats, strict=True)])
    if headings:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{min(len(page.frame), _MOST_ROWS) + 1}"


def _format_of(name: str) -> str | None:
    return next((form for end, form in _FORMATS if name.endswith(end)), None)


def _heading(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = _text_cell(sheet, text)
    cell.font, cell.fill = Font(bold=True), _HEAD_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Any, form: str | None) -> Any:
    """Return the content of a cell: a plain value, or a cell object for formats and risky text."""
    plain = _plain(value)
    if isinstance(plain, str):
        clean = ILLEGAL_CHARACTERS_RE.sub("", plain)[:_MOST_TEXT]
        return _text_cell(sheet, clean) if clean.startswith(_STARTS_FORMULA) else clean
    if form is None or plain is None or isinstance(plain, bool):
        return plain
    cell = WriteOnlyCell(sheet, plain)
    cell.number_format = form
    return cell


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """Return a cell that holds text, even if it looks like a formula."""
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_TEXT]
    cell.data_type = "s"
    if text.startswith(_STARTS_FORMULA):
        cell.style = "Normal"
        cell.quotePrefix = True
    return cell


def _text_width(values: pd.Series) -> int:
    return max((_width(str(value)) for value in values if isinstance(value, str)), default=8)


def _width(text: str) -> int:
    """Return the width of a text in digits; a Chinese character counts two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _tab(title: str, taken: set[str]) -> str:
    """Return a valid name for a worksheet: no reserved signs, at most 31 characters, unused."""
    base = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:28] or "-"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base} {number}"
    taken.add(name.casefold())
    return name
