"""A user's table: columns found by what they hold, no row lost in silence, no figure made up; hostile files."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from geo.errors import BadInput
from geo.read.tables.plain_table import MAX_ROWS, number_cells, read_plain_tables
from layers.gazetteer.gazetteer import Gazetteer
from layers.indicators.own_table import assigned_codes, guess_columns, join_table, own_subject, read_numbers
from layers.indicators.subjects import change_between, changes_of
from tests.helpers import ROOT

TABLE = """某市统计年报,,,
序号,县区,2020年人口（万人）,2023年人口（万人）,备注
1,临川区,"1,00.5",10.5,
2,南丰县,30,31.5,好
3,361023,5,7,与上一行同一个县
4,赣县,52,—,旧名
5,月球县,9,9,没有这个县
6,吉安,20,22,市名也是县名
"""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.from_data(ROOT / "data")


@pytest.fixture
def table() -> pd.DataFrame:
    (sheet,) = read_plain_tables(TABLE.encode("gb18030"), "统计.csv")
    assert sheet.head == 1, "the title line is not the heading"
    return sheet.under(sheet.head)


def book(rows: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def test_columns_are_found_by_what_they_hold(table: pd.DataFrame, gazetteer: Gazetteer) -> None:
    guess = guess_columns(table, gazetteer)
    assert guess.key == "县区"
    assert guess.level == "county"
    assert guess.numbers == ("2020年人口（万人）", "2023年人口（万人）"), "a running number is no figure"


def test_a_code_column_counts_as_territory_not_as_figure(gazetteer: Gazetteer) -> None:
    (sheet,) = read_plain_tables(book([["a", "b"], [361002, 1.5], [361003, 2], [360802.0, 3]]), "x.xlsx")
    guess = guess_columns(sheet.under(sheet.head), gazetteer)
    assert (guess.key, guess.numbers) == ("a", ("b",))


def test_every_row_is_accounted_for(table: pd.DataFrame, gazetteer: Gazetteer) -> None:
    report = join_table(table, "县区", gazetteer, "county")
    assert int(report.counts().sum()) == len(table) == 6
    codes = assigned_codes(report, {})
    assert codes.tolist()[:4] == ["361002", "361023", "361023", "360704"]
    assert codes.tolist()[4] == ""
    assert assigned_codes(report, {"月球县": "361003"}).tolist()[4] == "361003"
    assert assigned_codes(report, {"月球县": "999999"}).tolist()[4] == "", "a cure is a territory of the level"


def test_two_rows_of_one_county_are_never_taken_unasked(table: pd.DataFrame, gazetteer: Gazetteer) -> None:
    codes = assigned_codes(join_table(table, "县区", gazetteer, "county"), {})
    columns = ["2020年人口（万人）", "2023年人口（万人）"]
    told = {
        way: own_subject(table, codes, columns, level="county", name="统计.csv", read_on="2026-11-21", doubled=way)
        for way in ("leave_out", "sum", "mean")
    }
    first = {way: subject.figures["c1"].figures for way, subject in told.items()}
    assert np.isnan(first["leave_out"]["361023"])
    assert first["sum"]["361023"] == 35
    assert first["mean"]["361023"] == 17.5
    assert first["sum"]["360704"] == 52
    subject = told["sum"]
    assert subject.basis == "own"
    assert subject.moments[0].unit.zh == "万人"
    assert "统计.csv" in subject.figures["c1"].source.zh
    assert "2026-11-21" in subject.figures["c1"].source.en


def test_the_change_between_two_columns(table: pd.DataFrame, gazetteer: Gazetteer) -> None:
    codes = assigned_codes(join_table(table, "县区", gazetteer, "county"), {})
    columns = ["2020年人口（万人）", "2023年人口（万人）"]
    subject = own_subject(table, codes, columns, level="county", name="x", read_on="2026", doubled="sum")
    change = change_between(subject, *changes_of(subject)[0])
    assert change.figures["361023"] == 38.5 - 35
    assert np.isnan(change.figures.get("360704", np.nan)), "what has one of two years has no change"


def test_cells_that_are_no_numbers_are_named(table: pd.DataFrame) -> None:
    numbers = read_numbers(table["2020年人口（万人）"])
    assert numbers.unread == ((1, "1,00.5"),)
    assert read_numbers(table["2023年人口（万人）"]).unread == (), "a dash says that there is none"


@pytest.mark.parametrize(
    ("text", "value"),
    [("１，２３４．５", 1234.5), ("-0.5%", -0.5), ("1e3", 1000), ("", np.nan), ("=1+1", np.nan), ("1e999", np.nan),
     ("12万", np.nan), ("0x1F", np.nan), ("+7", 7)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert number_cells(pd.Series([text])).iloc[0] == pytest.approx(value, nan_ok=True)


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 400_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (b"", "a.csv", "indicator_own.empty"),
        (b"x", "a.csv", "indicator_own.empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 99, "a.csv", None),
        (b"PK\x03\x04 not a zip", "a.xlsx", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "indicator_own.old_excel"),
        (b"a,b\n" * (MAX_ROWS + 5), "a.csv", "indicator_own.too_many"),
        (b",".join([b"a"] * 500) + b"\n" + b",".join([b"1"] * 500), "a.csv", "indicator_own.too_many"),
        (bomb(), "a.xlsx", "geo.zip_too_large"),
    ],
)
def test_hostile_files_give_one_sentence(content: bytes, name: str, key: str | None) -> None:
    with pytest.raises(BadInput) as fault:
        read_plain_tables(content, name)
    assert key is None or fault.value.key == key
    for lang in ("zh", "en"):
        assert name in fault.value.text(lang)


def test_formulas_and_markup_stay_text(gazetteer: Gazetteer) -> None:
    content = book([["县", "=HYPERLINK(1)"], ["<img src=x onerror=1>", "=1+1"], ["南丰县", 5]])
    (sheet,) = read_plain_tables(content, "x.xlsx")
    rows = sheet.under(0)
    assert list(read_numbers(rows.iloc[:, 1]).numbers)[1] == 5
    report = join_table(rows, "县", gazetteer, "county")
    assert report.counts()["unmatched"] == 1
