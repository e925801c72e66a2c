"""Figures and rows of the plans, each held to what the document prints; read in the documents, not in our tables."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.plans.tables import read_table


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return pd.concat([read_table("indicators"), read_table("limits")]).set_index("id")


@pytest.mark.parametrize(
    ("row", "comparator"),
    [
        ("000-i015", ">"),  # 超过
        ("000-i044", ">"),  # 万余
        ("000-i075", ">"),  # 多
        ("000-i117", ">"),  # 突破
        ("000-i118", ">"),
        ("000-i119", ">"),
        ("000-i120", ">"),
        ("000-i126", ">"),
        ("000-i127", ">"),
        ("000-i059", "<="),  # a circle of thirty minutes
        ("000-i060", "<="),
        ("000-i061", "<="),
        ("003-i011", "<="),  # green space is seen within 300 m
        ("003-i012", "<="),
        ("000-i005", ">="),  # 以上
        ("000-i128", ">="),
        ("002-i002", "<="),  # 以下
        ("002-i006", "~"),  # 左右
        ("000-l015", ">="),  # 不低于
        ("004-l001", ">="),
    ],
)
def test_how_a_value_is_meant(figures: pd.DataFrame, row: str, comparator: str) -> None:
    assert figures.loc[row, "comparator"] == comparator


@pytest.mark.parametrize(
    ("signs", "comparator"),
    [
        ("突破", ">"),
        ("超过", ">"),
        ("余", ">"),
        ("以上", ">="),
        ("不低于", ">="),
        ("以下", "<="),
        ("左右", "~"),
        ("约", "~"),
    ],
)
def test_a_sign_in_the_printed_value_means_the_same_everywhere(
    figures: pd.DataFrame, signs: str, comparator: str
) -> None:
    rows = figures[figures["value_text"].str.contains(signs) & figures["value"].notna()]
    assert len(rows) > 0
    assert set(rows["comparator"]) == {comparator}


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        *[(f"000-i{number:03}", False) for number in (*range(69, 86), 87, 131)],
        *[(f"000-l{number:03}", False) for number in range(5, 9)],
        ("002-l001", False),
        ("002-l002", False),
        ("000-i006", False),
        ("000-i020", False),
        ("000-i062", False),
        ("000-i101", False),
        ("000-l017", False),
        ("003-i011", False),
        ("000-i014", True),  # 2020年
        ("000-i028", True),  # 截至2020年底
        ("000-i051", True),  # “十四五”时期
        ("000-i089", True),  # 到2025年
        ("001-i027", True),  # under a heading of 2022
        ("002-l003", True),  # 到2035年
        ("004-l001", True),
    ],
)
def test_a_year_that_is_not_printed_is_flagged(figures: pd.DataFrame, row: str, *, printed: bool) -> None:
    assert ("year_not_printed" in figures.loc[row, "flag"].split(";")) is not printed


def test_a_figure_for_a_part_says_so(figures: pd.DataFrame) -> None:
    """百万亩优质稻 is of 东乡, 临川, 乐安 and 南城 together."""
    rice = figures.loc["000-i114"]
    assert "part_of_region" in rice["flag"]
    assert all(name in rice["note"] for name in ("东乡", "临川", "乐安", "南城"))
    assert (figures.loc[figures["flag"].str.contains("part_of_region"), "note"] != "").all()


@pytest.mark.parametrize(
    ("project", "adcodes"),
    [
        ("000-s3-3-02", {"361021", "361027", "361002"}),  # 廖坊水库 lies in three counties
        ("000-4-2-2-02", {"361002", "361003"}),  # 东临新区
        ("000-7-1-1-02", {"361002", "361003"}),
        ("000-s5-4-01", {"361002", "361003"}),
        ("001-2-2-06", {"360824", "360823"}),  # 沂江
    ],
)
def test_the_counties_of_a_project(project: str, adcodes: set[str]) -> None:
    assert set(read_table("projects").set_index("id").loc[project, "adcodes"].split(";")) == adcodes


def test_a_project_named_for_a_zone_is_filed_under_its_counties() -> None:
    """docs/plans-schema.md: which counties a functional zone lies in."""
    zones = {
        "东临新区": {"361002", "361003"},
        "抚州高新区": {"361002"},
        "临川经开区": {"361002"},
        "东乡经开区": {"361003"},
    }
    for table in ("projects", "protected_sites"):
        for row in read_table(table).itertuples():
            for zone, codes in zones.items():
                if zone in str(row.name):
                    assert codes <= set(str(row.adcodes).split(";")), row.id
