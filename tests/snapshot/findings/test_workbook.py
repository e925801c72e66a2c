"""Workbook and CSV: numbers stay numbers, and nothing that a stranger wrote is run."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from snapshot.findings.page import Page
from snapshot.findings.workbook import write_csv, write_workbook

RISKY = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")']


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=head": RISKY})
    write_workbook(tmp_path / "a.xlsx", [Page("a", frame)])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert [cell.data_type for (cell,) in sheet.iter_rows()] == ["s"] * (len(RISKY) + 1)
    assert [str(cell.value).strip() for (cell,) in sheet.iter_rows(min_row=2)] == [text.strip() for text in RISKY]


@pytest.mark.parametrize("text", RISKY)
def test_csv_puts_an_apostrophe_before_what_would_run(text: str) -> None:
    stream = io.StringIO(newline="")
    write_csv(stream, pd.DataFrame({"a": [text]}))
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "+3.25", "-1e-7", "007", "甲=乙", ""])
def test_csv_leaves_numbers_and_plain_text_alone(text: str) -> None:
    stream = io.StringIO(newline="")
    write_csv(stream, pd.DataFrame({"a": [text], "b": [1]}))
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1] == [text, "1"]


def test_types_stay_and_missing_is_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x_m2": [1.25, float("nan")],
            "yes": [True, False],
            "text": ["007", None],
            "day": pd.to_datetime(["2026-11-20", None]),
        }
    )
    write_workbook(tmp_path / "a.xlsx", [Page("a", frame)])
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert values == [[1, 1.25, True, "007", "2026-11-20 00:00:00"], [2, None, False, None, None]]
    assert sheet["B2"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "A2"


def test_tabs_take_any_title_and_text_any_character(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["\x00\x08ok", "x" * 40_000]})
    write_workbook(tmp_path / "a.xlsx", [Page("结果[1]/2*", frame), Page("结果 1 2", frame), Page("", frame)])
    book = load_workbook(tmp_path / "a.xlsx")
    assert len({name.casefold() for name in book.sheetnames}) == 3
    assert book.worksheets[0]["A2"].value == "ok"
    assert len(book.worksheets[0]["A3"].value) == 32_767
