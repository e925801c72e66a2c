"""Columns of provinces, cities and codes beside the key count: a name is not joined to a territory elsewhere."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.gazetteer.gazetteer import Gazetteer
from layers.indicators.own_table import assigned_codes, guess_columns, join_table
from tests.helpers import ROOT

CASES = ROOT / "tests" / "fixtures" / "cases"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.from_data(ROOT / "data")


def test_no_row_of_zhejiang_is_ours(gazetteer: Gazetteer) -> None:
    table = pd.read_csv(CASES / "join_zhejiang.csv", dtype=str, keep_default_na=False)
    report = join_table(table, "县区", gazetteer, "county")
    assert (report.frame["unit_adcode"] == "").all()
    assert report.counts()["unmatched"] == len(table)
    told = report.reasons("zh")
    assert told.set_index("key").loc["西湖区", "why"].startswith("该行其他列写明“浙江省 杭州市”")
    assert (assigned_codes(report, {"西湖区": "360103"}) == "").all(), "no cure brings it back"
    assert "360103" in report.absent


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"省": "江西省", "市": "南昌市"}, "360103"),
        ({"省份": "江西", "地市": "南昌"}, "360103"),
        ({"所在省": "江西省"}, "360103"),
        ({"城市": ""}, "360103"),
        ({"市": "市辖区"}, "360103"),
        ({"行政区划代码": "360103"}, "360103"),
        ({"行政区划代码": "360103001"}, "360103"),
        ({"city": "Nanchang"}, "360103"),
        ({"省市": "江西省南昌市"}, "360103"),
        ({"市": "南昌市（省会）"}, "360103"),  # of ours, oddly written: no contradiction
        ({"省市": "浙江省杭州市"}, ""),
        ({"市": "杭州"}, ""),
        ({"省": "浙江"}, ""),
        ({"行政区划代码": "330106"}, ""),
        ({"市": "抚州市"}, ""),
        ({"备注": "浙江省"}, "360103"),  # no column of territories
        ({"编码": "A-17"}, "360103"),
    ],
)
def test_what_stands_beside_settles_where_a_row_lies(gazetteer: Gazetteer, columns: dict[str, str], code: str) -> None:
    table = pd.DataFrame([{**columns, "县区": "西湖区", "值": "1"}])
    assert join_table(table, "县区", gazetteer, "county").frame["unit_adcode"].tolist() == [code]


def test_a_code_given_up_since_is_the_same_place(gazetteer: Gazetteer) -> None:
    table = pd.DataFrame([{"代码": "360721", "县区": "赣县区"}])  # 赣县 until 2016
    assert join_table(table, "县区", gazetteer, "county").frame["unit_adcode"].tolist() == ["360704"]


def test_rows_of_one_name_in_two_cities_go_their_ways(gazetteer: Gazetteer) -> None:
    table = pd.DataFrame(
        {"市": ["南昌市", "杭州市", "扬州市"], "县区": ["西湖区", "西湖区", "江都区"], "值": ["1", "2", "3"]}
    )
    report = join_table(table, guess_columns(table, gazetteer).key, gazetteer, "county")
    assert report.frame["unit_adcode"].tolist() == ["360103", "", "321012"]
    assert report.doubled == []
    assert report.reasons("en")["rows"].tolist() == [1]


def test_a_table_of_cities_is_joined_as_before(gazetteer: Gazetteer) -> None:
    table = pd.DataFrame({"省": ["江西省", "江苏省", "浙江省"], "市": ["吉安市", "扬州市", "扬州市"]})
    report = join_table(table, "市", gazetteer, "prefecture")
    assert report.frame["unit_adcode"].tolist() == ["360800", "321000", ""]
