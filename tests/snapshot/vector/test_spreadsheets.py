"""The workbook and the CSV: types, headings, figures, harmless text."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from shapely.geometry import box

from geo.read.formats import Sites, sites_from_drawing
from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from layers.indicators.indicators import derived_values
from siting.check.check import check
from siting.check.result import CheckResult
from snapshot.inspect.verify import verify_file
from snapshot.selection.selection import Selection
from snapshot.vector.forms import write


@pytest.fixture(scope="module")
def asked(default_layers: dict[str, Layer]) -> Selection:
    drawn = {"type": "Feature", "properties": {}, "geometry": box(117.05, 27.7, 117.1, 27.74).__geo_interface__}
    sites: Sites = sites_from_drawing([drawn])
    result: CheckResult = check(sites, list(default_layers.values()), counties_of(default_layers))
    figures = tuple(derived_values(name, default_layers) for name in ("projects", "redline_share"))
    return Selection(
        default_layers,
        chosen=("projects", "town_boundary"),
        adcodes=("361000",),
        sites=sites,
        result=result,
        indicators=tuple(one for one in figures if one is not None),
    )


def test_numbers_are_numbers_codes_are_text_headings_hold_units(asked: Selection, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(asked, "xlsx", tmp_path / "x"))
    assert all(book[name].freeze_panes == "A2" for name in book.sheetnames)
    assert "规划项目" in book.sheetnames
    figures = [list(row) for row in book["指标"].iter_rows(values_only=True)]
    head = figures[0]
    codes = {row[head.index("行政区代码")] for row in figures[1:]}
    assert all(isinstance(code, str) and code.startswith("3610") for code in codes)
    assert len(codes) == 11
    assert all(isinstance(row[head.index("数值")], int | float) for row in figures[1:])
    findings = [list(row) for row in book["核查结果"].iter_rows(values_only=True)]
    assert "压占面积 (m²)" in findings[0]
    result = asked.result
    assert result is not None
    column = findings[0].index("压占面积 (m²)")
    shown = [row[column] for row in findings[1:]]
    assert shown == [None if one != one else pytest.approx(one) for one in result.findings["overlap_m2"]]
    for sheet in book:
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    sources = [list(row) for row in book["来源"].iter_rows(values_only=True)]
    included = dict(zip([r[0] for r in sources], [r[sources[0].index("已带出")] for r in sources], strict=True))
    assert included["projects"] is True
    assert included["town_boundary"] is False


def test_csv_opens_as_utf8_in_excel_and_holds_the_same(asked: Selection, tmp_path: Path) -> None:
    path = write(asked, "csv", tmp_path / "x")
    with zipfile.ZipFile(path) as archive:
        content = archive.read("projects.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    book = openpyxl.load_workbook(write(asked, "xlsx", tmp_path / "x"))
    assert rows[0] == [cell.value for cell in book["规划项目"][1]]
    assert len(rows) == book["规划项目"].max_row


def test_a_changed_cell_is_found(asked: Selection, tmp_path: Path) -> None:
    path = write(asked, "xlsx", tmp_path / "x")
    assert verify_file(path).ok
    book = openpyxl.load_workbook(path)
    book["核查结果"]["H2"] = "clear!"
    book.save(path)
    assert [(p.code, p.name) for p in verify_file(path).problems] == [("changed", "核查结果")]
