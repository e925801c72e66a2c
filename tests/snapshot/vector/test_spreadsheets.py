"""The workbook and the CSV: types, headings, figures, harmless text."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from shapely.geometry import box

from geo.read.formats import Sites, read_sites, sites_from_drawing
from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from layers.indicators.indicators import derived_values
from siting.check.check import check
from siting.check.result import CheckResult
from snapshot.inspect.verify import verify_file
from snapshot.selection.selection import Selection
from snapshot.vector.forms import write
from tests.helpers import geojson
from words import Lang


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
    assert shown == [None if one != one else pytest.approx(one, abs=0.005) for one in result.findings["overlap_m2"]]
    assert shown == [None if one is None else round(one, 2) for one in shown]
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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_are_in_one_language_and_no_heading_stands_twice(asked: Selection, lang: Lang, tmp_path: Path) -> None:
    """Every layer that is shipped, every column of it."""
    book = openpyxl.load_workbook(write(replace(asked, chosen=(), lang=lang), "xlsx", tmp_path / "x"))
    for sheet in book.worksheets[:-1]:  # the last holds the manifest
        heads = [str(cell.value) for cell in sheet[1]]
        assert len(set(heads)) == len(heads), sheet.title
        if lang == "zh":
            assert [head for head in heads if not re.search("[\u4e00-\u9fff]", head)] == [], sheet.title
        else:
            assert [head for head in heads if re.search("_|[\u4e00-\u9fff]", head)] == [], sheet.title


def test_codes_are_in_words_and_numbers_mean_something(asked: Selection, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(replace(asked, chosen=("projects", "rivers")), "xlsx", tmp_path / "x"))
    rows = [list(row) for row in book["规划项目"].iter_rows(values_only=True)]
    status = {row[rows[0].index("状态")] for row in rows[1:]}
    assert status <= {"计划", "进行中", "已完成", "已设立", "拟争取", "现行", "已过期", "仅供参考", "文件未写", "拟建"}
    assert {row[rows[0].index("依据类别")] for row in rows[1:]} == {"概略"}
    shares = [list(row) for row in book["指标"].iter_rows(values_only=True)]
    figures = [row[shares[0].index("数值")] for row in shares[1:]]
    assert figures == [float(f"{figure:.6g}") for figure in figures]
    of_lichuan = next(
        row for row in shares[1:] if row[1] == "黎川县" and row[shares[0].index("指标编号")] == "redline_share"
    )
    exact = next(one for one in asked.indicators if one.id == "redline_share").figures["361022"]
    assert of_lichuan[shares[0].index("数值")] == pytest.approx(exact, rel=1e-5)


def test_what_a_user_s_file_brought_stays_as_it_is(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    """Columns of the file keep heading, digits and codes; also those named like ours, and beside a ``_text``."""
    brought = {"foo": "a", "foo_text": "A", "depth_m": 1.23456789, "basis": "derived", "order": 3, "area_m2": "12 亩"}
    sites = read_sites(geojson(box(117.05, 27.7, 117.1, 27.74), properties=brought), "a.geojson")
    result = check(sites, list(default_layers.values()), counties_of(default_layers))
    alone = Selection(default_layers, chosen=(), sites=sites, result=result, only_sites=True)
    path = write(alone, "xlsx", tmp_path / "x")
    assert verify_file(path).ok
    book = openpyxl.load_workbook(path)
    sheet = book[next(name for name in book.sheetnames if "地块" in name)]
    head, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    found = dict(zip(head, row, strict=True))
    assert {name: found[name] for name in ("foo", "foo_text", "depth_m", "basis", "order", "area_m2_")} == {
        **{name: value for name, value in brought.items() if name != "area_m2"},
        "area_m2_": "12 亩",
    }
    assert found["椭球面积 (m²)"] == round(result.sites["area_m2"].iloc[0], 2)
