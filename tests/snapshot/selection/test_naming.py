"""An export is named by place, content, form and the office's time."""

from __future__ import annotations

import re

import pytest
import time_machine

from layers.catalogue.model import Layer
from snapshot.selection.naming import check_file_name, export_name
from snapshot.selection.selection import Selection


def named(shipped: dict[str, Layer], form: str = "shp", lang: str = "zh", **chosen: object) -> str:
    name = export_name(Selection(shipped, **chosen), form, lang)  # type: ignore[arg-type]
    assert re.search(r"_\d{8}-\d{4}$", name)
    return name.rsplit("_", 1)[0]


def test_one_layer_of_a_county(shipped: dict[str, Layer]) -> None:
    assert named(shipped, adcodes=("361028",), chosen=("redline_jiangxi",)) == "资溪县_生态保护红线（江西，示意）_SHP"


@pytest.mark.parametrize(
    ("extent", "place"),
    [
        ((117.05, 27.75, 117.1, 27.8), "资溪县"),
        ((116.3, 27.5, 117.1, 28.0), "抚州市"),
        ((114.0, 25.0, 117.0, 28.5), "江西省"),
        ((100.0, 30.0, 101.0, 31.0), "域外"),
    ],
)
def test_the_smallest_territory_that_fills_most_of_the_view(
    shipped: dict[str, Layer], extent: tuple[float, float, float, float], place: str
) -> None:
    assert named(shipped, extent=extent, chosen=("waters", "rivers")).split("_")[0] == place


def test_layers_of_one_group_are_called_by_it(shipped: dict[str, Layer]) -> None:
    assert named(shipped, adcodes=("361028",), chosen=("waters", "rivers"), form="gpkg") == "资溪县_水系_GPKG"
    assert named(shipped, adcodes=("361028",), chosen=("waters", "county")).split("_")[1] == "图层"


def test_many_counties_and_english(shipped: dict[str, Layer]) -> None:
    name = named(shipped, adcodes=("361028", "361022", "361021"), chosen=("waters", "rivers"), lang="en")
    assert name.startswith("Zixi-County+Lichuan-County+more_")


@time_machine.travel("2026-11-28T19:17:00Z", tick=False)  # 03:17 of the next day in the office
def test_a_file_of_a_check_is_named_by_project_content_form_and_time_or_check() -> None:
    assert check_file_name("某养殖场", "report", "pdf", "zh", "") == "某养殖场_核查报告_PDF_20261129-0317"
    assert check_file_name("a b/c", "results", "xlsx", "en", "R20261129-7F3K") == "a-b_c_findings_XLSX_R20261129-7F3K"
