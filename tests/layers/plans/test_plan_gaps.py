"""What was missing in the tables of the plans, as the documents have it."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.plans.features import corrected_names
from layers.plans.tables import read_table


def _row(table: str, row: str) -> pd.Series:
    return read_table(table).set_index("id").loc[row]


def test_the_work_on_hongmen_reservoir() -> None:
    work = _row("projects", "000-s4-2-05")
    assert (work["clause"], work["water"], work["category"]) == ("4/2/p3", "hongmen", "water_environment")
    assert (work["status"], work["status_word"]) == ("under_way", "深入推进")


@pytest.mark.parametrize(
    ("water", "document", "clause"),
    [
        ("fuzhou-network", "000", "3/3/p3"),
        ("ganjiang-basin", "001", "1/p1/3"),
        ("one-river-five-waters", "001", "1/2/3"),
        ("five-lake-one-river", "002", "附件/46"),
        ("five-systems", "002", "附件/40"),
    ],
)
def test_systems_of_waters_that_are_named(water: str, document: str, clause: str) -> None:
    row = _row("waters", water)
    assert (row["document"], row["clause"]) == (document, clause)


def test_one_river_and_five_waters_are_six() -> None:
    """赣江, 乌江 (恩江), 孤江, 禾水 and 泸水, 遂川江, 蜀水: glossary entry 9."""
    drawn = _row("waters", "one-river-five-waters")["geometry"].split(";")
    names = {key.split(":")[1] for key in drawn}
    assert names == {"ganjiang", "enjiang", "gujiang", "heshui", "lushui", "suichuanjiang", "shushui"}


@pytest.mark.parametrize(
    ("row", "clause", "year", "printed", "comparator"),
    [
        ("000-i133", "1/1/p5", 2020, "300", "<="),
        ("000-i134", "1/1/p5", 2020, "500", "<="),
        ("000-i135", "3/1/p2", 2023, "全面完成", "none"),
        ("000-i136", "5/2/p3", 2025, "基本淘汰", "none"),
        ("000-i137", "5/1/p5", 2025, "基本消除", "none"),
        ("000-i138", "5/1/p3", 2025, "基本建成", "none"),
        ("001-i059", "2/p2", 2023, "完成省下达目标任务", "none"),
        ("001-i060", "2/p2", 2023, "完成省下达任务", "none"),
        ("002-i029", "1/2", 2027, "基本淘汰", "none"),
    ],
)
def test_figures_that_are_printed(row: str, clause: str, year: int, printed: str, comparator: str) -> None:
    found = _row("indicators", row)
    assert (found["clause"], found["year"], found["value_text"]) == (clause, year, printed)
    assert found["comparator"] == comparator


@pytest.mark.parametrize(
    ("document", "clause", "layer", "effect"),
    [
        ("000", "3/1/p3", "permanent_farmland", "restrict"),  # must not shrink
        ("000", "4/2/p1", "river_space", "restrict"),  # upstream of 廖坊
        ("000", "4/3/p2", "river_space", "prohibit"),  # fishing
        ("000", "4/3/p4", "protected_site", "restrict"),  # size, strictness, nature
        ("000", "5/1/p2", "river_space", "condition"),  # ecological flow
        ("000", "5/1/p4", "river_space", "condition"),  # outfalls
        ("000", "5/1/p4", "river_space", "prohibit"),  # unlawful farming, 四乱
        ("000", "5/1/p4", "lake_space", "prohibit"),
        ("000", "4/1/p3", "natural_forest", "restrict"),
        ("000", "5/4/p2", "built_up_area", "restrict"),  # historic buildings
        ("002", "2/6", "river_space", "condition"),  # outfalls, flow
        ("002", "附件/36", "lake_space", "restrict"),  # buffer belts
        ("002", "附件/36", "river_space", "restrict"),
        ("002", "附件/22", "lake_space", "restrict"),
        ("002", "附件/30", "any", "condition"),  # tailings
        ("003", "3/2/2", "lake_space", "restrict"),
        ("004", "3/5", "river_space", "condition"),  # outfalls
        ("004", "3/6", "lake_space", "restrict"),  # buffer belt
        ("004", "3/9", "any", "restrict"),  # land kept for environmental works
    ],
)
def test_rules_that_the_documents_set(document: str, clause: str, layer: str, effect: str) -> None:
    rules = read_table("rules")
    mine = rules[(rules["document"] == document) & (rules["clause"] == clause)]
    assert effect in set(mine.loc[mine["layer"] == layer, "effect"])


def test_upstream_of_liaofang_is_in_the_counties_of_the_main_stem() -> None:
    """The 抚河 above 廖坊 reservoir runs through 广昌, 南丰 and 南城."""
    rules = read_table("rules")
    upstream = rules[rules["zone"] == "廖坊水库以上河段"]
    assert len(upstream) == 2
    assert set(upstream["adcodes"]) == {"361030;361023;361021"}


@pytest.mark.parametrize(
    ("name", "adcodes"),
    [
        ("“30分钟核心区通勤交通圈”", ["361002", "361003", "361024", "361027"]),
        ("生物医药产业圈中心", ["361002", "361002", "361003"]),  # 临川区, 抚州高新区 in it, 东乡区
        ("生态宜居名城", ["321000"]),
    ],
)
def test_facts_of_counties(name: str, adcodes: list[str]) -> None:
    facts = read_table("county_facts")
    assert sorted(facts.loc[facts["name"] == name, "adcode"]) == adcodes


@pytest.mark.parametrize(
    ("table", "row", "printed", "meant"),
    [
        ("projects", "000-5-5-2-03", "广昌大气", "广昌县大气"),
        ("projects", "000-s6-2-02", "光伏分布式光伏", "屋顶分布式光伏"),
        ("projects", "003-11", "第三方管理", "第三方治理"),
        ("projects", "003-14", "试点区", "生态扶贫试验区"),
        ("projects", "003-21", "控制试点", "用途管制试点"),
        ("projects", "003-22", "实验示范区", "试验示范区"),
        ("projects", "003-13", "静安县", "靖安县"),
        ("protected_sites", "003-luoxiao", "罗晓山区", "罗霄山区"),
        ("county_facts", "003-f006", "多法规整合", "“多规合一”"),
    ],
)
def test_a_name_stands_as_printed_and_reads_as_meant(table: str, row: str, printed: str, meant: str) -> None:
    rows = read_table(table)
    names = pd.DataFrame({"printed": rows["name"], "meant": corrected_names(rows, read_table("corrections"))})
    found = names[rows["id"] == row].iloc[0]
    assert printed in found["printed"]
    assert meant in found["meant"]


@pytest.mark.parametrize(
    ("printed", "correct"),
    [
        ("权利确认登记", "确权登记"),
        ("使用控制系统", "用途管制制度"),
        ("最严格的农田保护制度", "最严格的耕地保护制度"),
        ("共同保护、不搞大开发", "共抓大保护、不搞大开发"),
        ("“山河湖”", "“山江湖”"),
        ("应收账款全部收回", "应收尽收"),
        ("预制建筑", "装配式建筑"),
        ("采矿回收率", "开采回采率"),
        ("第三方管理", "第三方治理"),
        ("先执行", "先予执行"),
        ("限制发展区", "限制开发区"),
        ("农业供给结构改革", "农业供给侧结构性改革"),
        ("可复制、可复制", "可复制、可推广"),
        ("草地综合植被覆盖率", "草原综合植被盖度"),
        ("城市发展边界", "城市开发边界"),
    ],
)
def test_terms_of_the_back_translated_scheme(printed: str, correct: str) -> None:
    """Fixed terms of law and policy; the scheme of 2017 was put through another language and back."""
    rows = read_table("corrections")
    mine = rows[(rows["document"] == "003") & (rows["as_printed"] == printed)]
    assert mine["correct"].tolist() == [correct]


def test_what_dawugong_stands_for() -> None:
    assert _row("corrections", "001-c003")["correct"] == "大武功山"
    assert _row("protected_sites", "001-dawugong")["name"] == "大武功"
