"""One page of a workbook, as cells that show what they hold and compute nothing."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from snapshot.findings.page import STARTS_FORMULA, Page, plain, rows_of

__all__ = ["write_page"]

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


def write_page(sheet: WriteOnlyWorksheet, page: Page) -> None:
    """Write headings, widths and rows."""
    headings = list(page.headings) if page.headings is not None else [str(name) for name in page.frame.columns]
    sheet.freeze_panes = "A2"
    formats = [(page.formats or {}).get(str(name)) or _format_of(str(name)) for name in page.frame.columns]
    for number, heading in enumerate(headings, start=1):
        width = max(_width(heading), 14 if formats[number - 1] else _text_width(page.frame.iloc[:200, number - 1]))
        sheet.column_dimensions[get_column_letter(number)].width = min(width + 2, _WIDEST)
    sheet.append([_heading(sheet, text) for text in headings])
    for row in rows_of(page.frame.head(_MOST_ROWS)):
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
    shown = plain(value)
    if isinstance(shown, str):
        clean = ILLEGAL_CHARACTERS_RE.sub("", shown)[:_MOST_TEXT]
        return _text_cell(sheet, clean) if clean.startswith(STARTS_FORMULA) else clean
    if form is None or shown is None or isinstance(shown, bool):
        return shown
    cell = WriteOnlyCell(sheet, shown)
    cell.number_format = form
    return cell


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """Return a cell that holds text, even if it looks like a formula."""
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_TEXT]
    cell.data_type = "s"
    if text.startswith(STARTS_FORMULA):
        cell.style = "Normal"
        cell.quotePrefix = True
    return cell


def _text_width(values: pd.Series) -> int:
    return max((_width(str(value)) for value in values if isinstance(value, str)), default=8)


def _width(text: str) -> int:
    """Return the width of a text in digits; a Chinese character counts two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
