"""What stands already is not what is newly built: upkeep and rebuilding by the articles themselves.

自然保护区条例 (2026) 26(2), 国家公园法 27(2), 自然资发〔2022〕142号 一(一)6, 湿地保护法 19, 风景名胜区条例 27.
"""

from __future__ import annotations

import pytest
import shapely

from layers.law.tables import read_law
from tests.siting.law.test_law_cases import FIRM, OVER, SITE, ask, redline, reserve, rules
from tests.siting.law.test_law_walk import grave, over, steps

DAY = "2026-11-28"
WORKS_THERE = (
    "linear_road",
    "linear_rail",
    "waterway_works",
    "pipeline",
    "port",
    "airport",
    "hydropower",
    "water_works",
)
OLDER_INFRASTRUCTURE = (*WORKS_THERE, "flood_control", "water_supply", "sewage_plant", "thermal_power")


def park(make_layer, zone):
    return make_layer(OVER, id="park", stands_for="protected_site", zones=[zone], types=["national_park"], **FIRM)


def verdict(layer, counties, activity, works, day=DAY, **said) -> str:
    return str(ask([layer], counties, SITE, activity, works=works, as_of=day, **said).sites["verdict"][0])


# ---------------------------------------------------------------- nature reserves, article 26(2)


@pytest.mark.parametrize("activity", OLDER_INFRASTRUCTURE)
def test_existing_infrastructure_in_a_core_zone_may_be_upgraded(make_layer, counties, activity) -> None:
    layer = reserve(make_layer, "核心保护区")
    result = ask([layer], counties, SITE, activity, works="rebuild", as_of=DAY)
    found = rules(result, "sites")
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert "第 26 条（二）" in found["nr26-core-existing"]["article"]
    assert found["nr26-core-existing"]["effect"] == "condition"
    assert not grave(result, "sites")


@pytest.mark.parametrize(
    ("activity", "works", "said"),
    [
        ("port", "new", "prohibited"),  # no item lists a new port
        ("port", "expand", "prohibited"),  # 改造 is not 扩建
        ("hydropower", "new", "prohibited"),
        ("linear_road", "new", "review_required"),  # 26(3): under, over or through water without harm
        ("factory", "rebuild", "prohibited"),  # no infrastructure
        ("mining_underground", "rebuild", "prohibited"),
        ("housing", "rebuild", "prohibited"),
        ("rural_housing", "rebuild", "review_required"),  # 26(2): residents
    ],
)
def test_what_article_26_of_the_reserves_does_not_list(make_layer, counties, activity, works, said) -> None:
    assert verdict(reserve(make_layer, "核心保护区"), counties, activity, works) == said


@pytest.mark.parametrize("day", ["2026-03-15", DAY])
def test_upgrading_has_been_listed_since_the_rules_began(make_layer, counties, day) -> None:
    assert verdict(reserve(make_layer, "核心保护区"), counties, "port", "rebuild", day) == "review_required"
    before = ask([reserve(make_layer, "核心保护区")], counties, SITE, "port", works="rebuild", as_of="2026-03-14")
    assert "nr26-core-existing" not in rules(before, "sites")


def test_an_incinerator_that_stands_in_a_general_zone(make_layer, counties) -> None:
    """27(1) takes over 26(2); whether it is important infrastructure somebody must say."""
    assert verdict(reserve(make_layer, "一般控制区"), counties, "waste_incineration", "new") == "prohibited"
    assert verdict(reserve(make_layer, "一般控制区"), counties, "waste_incineration", "rebuild") == "review_required"
    assert verdict(reserve(make_layer, "一般控制区"), counties, "factory", "rebuild") == "prohibited"


# ---------------------------------------------------------------- national parks, articles 27 and 28


@pytest.mark.parametrize("activity", OLDER_INFRASTRUCTURE)
def test_a_park_lists_running_and_upkeep_and_so_asks(make_layer, counties, activity) -> None:
    result = ask([park(make_layer, "核心保护区")], counties, SITE, activity, works="rebuild", as_of=DAY)
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert rules(result, "park")["np-core-existing"]["effect"] == "restrict"


@pytest.mark.parametrize(("flags", "said"), [((), "prohibited"), (("key_project",), "review_required")])
def test_major_infrastructure_in_the_core_of_a_park(make_layer, counties, flags, said) -> None:
    """27(3) says 重大基础设施建设, and not only national major projects."""
    assert verdict(park(make_layer, "核心保护区"), counties, "hydropower", "new", flags=flags) == said


def test_forest_tending_is_listed_for_reserves_and_not_for_parks(make_layer, counties) -> None:
    """自然保护区条例 27(5) has 人工商品林抚育; 国家公园法 28 has five items and none of them is that."""
    there = rules(ask([reserve(make_layer, "一般控制区")], counties, SITE, "forest_tending", as_of=DAY), "sites")
    here = rules(ask([park(make_layer, "一般控制区")], counties, SITE, "forest_tending", as_of=DAY), "park")
    assert there["nr26-general-listed"]["effect"] == "condition"
    assert "nr26-general" not in there
    assert here["np-general"]["effect"] == "restrict"
    assert "np-general-listed" not in here


def test_lists_of_exceptions_name_what_their_articles_list() -> None:
    """Articles 26 to 28 as read: residents' life goes by 26(2) and 27(2), geology by 27(3) and 28(3)."""
    listed = read_law("rules").set_index("id")["activities"].str.split(";").map(set)
    both = {"patrol_research", "restoration", "heritage_works", "tourism_light", "farm", "grazing_small"}
    both |= {"aquaculture", "rural_housing", "geological_survey"}
    assert listed["np-general-listed"] == both
    assert listed["nr26-general-listed"] == both | {"forest_tending"}
    assert (
        listed["nr26-core-listed"] == listed["np-core-listed"] == {"patrol_research", "restoration", "heritage_works"}
    )
    excepted = read_law("rules").set_index("id")["exceptions"].str.split(";").map(set)
    assert "forest_tending" not in excepted["np-general"]
    assert "forest_tending" in excepted["nr26-general"]


def test_who_needs_no_consent_for_structures_in_a_reserve() -> None:
    """Article 31 names three: residents, lines that stand already, and what the management builds under its plan."""
    paths = read_law("approval_paths").set_index("id")
    for step in ("ps-reserve", "rl-core-reserve"):
        for words in ("原有居民必要的生产生活活动", "原有线性基础设施的运行维护", "管理机构依规划修筑"):
            assert words in paths.loc[step, "summary"], (step, words)


# ---------------------------------------------------------------- red line, item 6


@pytest.mark.parametrize("zone", ["一般控制区", None])
@pytest.mark.parametrize("activity", WORKS_THERE)
def test_lawful_water_and_transport_works_in_the_red_line(make_layer, counties, activity, zone) -> None:
    result = ask([redline(make_layer, zones=[zone])], counties, SITE, activity, works="rebuild", as_of=DAY)
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert not grave(result, "redline")
    listed = {"rl142-existing", "rl142-limited"} & set(rules(result, "redline"))
    assert len(listed) == 1
    assert rules(result, "redline")[listed.pop()]["effect"] == "condition"
    assert "rl-lim-jx-1" in steps(result)  # recognition, and not "go elsewhere"
    assert "rl-else" not in steps(result)


@pytest.mark.parametrize("works", ["new", "expand"])
@pytest.mark.parametrize("activity", ["port", "hydropower", "water_works"])
def test_new_ones_stand_in_no_list(make_layer, counties, activity, works) -> None:
    result = ask([redline(make_layer, zones=["一般控制区"])], counties, SITE, activity, works=works, as_of=DAY)
    assert result.sites["verdict"].tolist() == ["prohibited"]
    assert steps(result) == ["rl-else"]


def test_the_core_zone_of_the_red_line_follows_higher_law(make_layer, counties) -> None:
    assert verdict(redline(make_layer, zones=["核心保护区"]), counties, "port", "rebuild") == "review_required"
    assert verdict(redline(make_layer, zones=["核心保护区"]), counties, "port", "new") == "prohibited"
    assert verdict(redline(make_layer, zones=["核心保护区"]), counties, "factory", "rebuild") == "prohibited"


@pytest.mark.parametrize(("activity", "said"), [("factory", "prohibited"), ("wind", "review_required")])
def test_what_the_words_and_the_like_take_in_is_asked(make_layer, counties, activity, said) -> None:
    """一(一)6 says 水利、交通运输等设施: a factory is none, of a wind farm an authority must say."""
    assert verdict(redline(make_layer, zones=["一般控制区"]), counties, activity, "rebuild") == said


# ---------------------------------------------------------------- the same fault elsewhere


@pytest.mark.parametrize(
    ("word", "zone", "kind", "activity"),
    [
        ("wetland", "国家重要湿地", None, "linear_road"),  # 湿地保护法 19(2) forbids taking
        ("wetland", "国家重要湿地", None, "port"),
        ("protected_site", "核心景区", "scenic_area", "tourism"),  # 风景名胜区条例 27: existing ones move out by plan
    ],
)
def test_other_bans_on_building_leave_what_stands_to_be_asked(make_layer, counties, word, zone, kind, activity) -> None:
    types = {"types": [kind]} if kind else {}
    layer = make_layer(OVER, id="there", stands_for=word, zones=[zone], **types, **FIRM)
    assert verdict(layer, counties, activity, "new") == "prohibited"
    assert verdict(layer, counties, activity, "rebuild") == "review_required"


def test_a_development_zone_that_stands_outside_the_town_boundary(make_layer, counties) -> None:
    town = make_layer(OVER, id="town", stands_for="town_boundary", must_be_inside=True, **FIRM)
    for works, said in (("new", "prohibited"), ("rebuild", "review_required")):
        result = ask([town], counties, SITE, "industrial_park", works=works, as_of=DAY)
        assert result.sites["verdict"].tolist() == [said]


@pytest.mark.parametrize("day", [DAY, "2027-01-01"])
def test_rebuilding_on_permanent_farmland(make_layer, counties, day) -> None:
    """土地管理法 35 and its successor forbid taking the land; 65 forbids rebuilding what fits no plan."""
    field = over(make_layer, "permanent_farmland")
    for activity in OLDER_INFRASTRUCTURE:
        assert verdict(field, counties, activity, "rebuild", day) == "review_required", activity
        assert verdict(field, counties, activity, "new", day) == "prohibited", activity
        assert verdict(field, counties, activity, "expand", day) == "prohibited", activity
    for activity in ("factory", "housing", "tourism"):
        assert verdict(field, counties, activity, "rebuild", day) == "prohibited", activity
    found = rules(ask([field], counties, SITE, "linear_road", works="rebuild", as_of=day), "permanent_farmland")
    assert "pf-35-existing" in found
    assert ("fq-24-existing" in found) == (day >= "2027-01-01")


def test_what_pollutes_a_monument_already(make_layer, counties) -> None:
    """文物保护法 30: nothing new that pollutes; what stands is left to environmental law."""
    belt = over(make_layer, "heritage", "建设控制地带")
    for works, said in (("new", "prohibited"), ("expand", "prohibited"), ("rebuild", "review_required")):
        result = ask([belt], counties, SITE, "chemical_project", works=works, as_of=DAY)
        assert result.sites["verdict"].tolist() == [said]


def test_works_that_cure_a_geological_danger(make_layer, counties) -> None:
    """地质灾害防治条例 19(3), 34: the danger is cured inside the danger area; that has to be declared."""
    danger = over(make_layer, "geohazard_zone", "地质灾害危险区")
    for declared, said in ((("disaster_relief",), "review_required"), ((), "prohibited")):
        result = ask([danger], counties, SITE, "flood_control", as_of=DAY, flags=declared)
        assert result.sites["verdict"].tolist() == [said]
        assert ("gh-19-cure" in rules(result, "geohazard_zone")) == bool(declared)


def test_bans_that_name_rebuilding_still_forbid_it(make_layer, counties) -> None:
    """生态环境法典 319: nothing new, rebuilt or enlarged in the first zone that does not serve supply."""
    zone = over(make_layer, "water_source_zone", "一级保护区")
    for works in ("new", "rebuild", "expand"):
        assert verdict(zone, counties, "port", works) == "prohibited"


# ---------------------------------------------------------------- wetland 28(3), livestock 11(3)


@pytest.mark.parametrize("activity", ["landfill", "industrial_waste", "construction_waste", "tailings_pond"])
def test_no_solid_waste_in_any_wetland(make_layer, counties, activity) -> None:
    plain = over(make_layer, "wetland", "一般湿地")
    result = ask([plain], counties, SITE, activity, as_of=DAY)
    assert result.sites["verdict"].tolist() == ["prohibited"]
    assert grave(result, "wetland") == {
        "《中华人民共和国湿地保护法》 第 28 条（三）",
        "《中华人民共和国生态环境法典》 第 730 条（三）",
    }
    earlier = ask([plain], counties, SITE, activity, as_of="2026-08-14")
    assert grave(earlier, "wetland") == {"《中华人民共和国湿地保护法》 第 28 条（三）"}
    assert "wt-28-waste" not in rules(ask([plain], counties, SITE, activity, as_of="2022-05-31"), "wetland")


def test_livestock_keeps_out_of_where_people_live(make_layer, counties) -> None:
    town = over(make_layer, "sensitive_place")
    result = ask([town], counties, SITE, "livestock", as_of=DAY)
    assert result.sites["verdict"].tolist() == ["prohibited"]
    assert grave(result, "sensitive_place") == {"《畜禽规模养殖污染防治条例》 第 11 条（三）"}
    assert not rules(ask([town], counties, SITE, "livestock", as_of="2013-12-31"), "sensitive_place")
    away = ask([town], counties, shapely.box(116.8, 27.8, 116.81, 27.81), "livestock", as_of=DAY)
    assert not grave(away, "sensitive_place")


def test_kinds_of_major_projects_are_not_counted_as_nobody_read_the_notice() -> None:
    rule = read_law("rules").set_index("id").loc["rl142-major"]
    step = read_law("approval_paths").set_index("id").loc["rl-major-1"]
    assert "七类" not in rule["summary"] + step["summary"]
    assert "seven" not in rule["summary_en"] + step["summary_en"]
    assert rule["verified"] == step["verified"] == "partly"
