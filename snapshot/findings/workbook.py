"""Tables as Excel workbooks or CSV: typed columns, frozen headings, no text that a spreadsheet would execute."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TextIO

import pandas as pd

from geo.whole_file import whole_file
from snapshot.findings.page import STARTS_FORMULA, Page, plain, rows_of

__all__ = ["Page", "write_csv", "write_workbook"]

_NUMBER: Final = re.compile(r"[+-]?(\d++(?:\.\d*+)?|\.\d++)([eE][+-]?\d++)?")


def write_workbook(target: Path, pages: Sequence[Page]) -> None:
    """Write pages as one .xlsx file, whole or not at all.

    Text is written as text whatever it starts with: ``=1+1`` shows as ``=1+1`` and is never computed.
    """
    from openpyxl import Workbook  # noqa: PLC0415 -- a tenth of a second, which other forms need not wait for

    from snapshot.findings.worksheet import write_page  # noqa: PLC0415

    book = Workbook(write_only=True)
    taken: set[str] = set()
    for page in pages:
        write_page(book.create_sheet(_tab(page.title, taken)), page)
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
    writer.writerows([_csv_value(value) for value in row] for row in rows_of(frame))


def _csv_value(value: Any) -> Any:
    shown = plain(value)
    return _harmless(shown) if isinstance(shown, str) else "" if shown is None else shown


def _harmless(text: str) -> str:
    """Return text that a spreadsheet does not execute; a number given as text stays as it is."""
    return f"'{text}" if text.startswith(STARTS_FORMULA) and not _NUMBER.fullmatch(text) else text


def _tab(title: str, taken: set[str]) -> str:
    """Return a valid name for a worksheet: no reserved signs, at most 31 characters, unused."""
    base = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:28] or "-"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base} {number}"
    taken.add(name.casefold())
    return name
