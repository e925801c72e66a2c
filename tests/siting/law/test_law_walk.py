"""Questions that a planner asks every week, answered from the articles themselves and not from our tables.

Each case names what the article says and only then looks at what the check says: verdict, clause, step.
"""

from __future__ import annotations

import pytest
import shapely

from tests.siting.law.test_law_cases import FIRM, OVER, SITE, ask, bank, beside, redline, reserve, rules


def over(make_layer, word: str, zone: str | None = None, **entry):
    return make_layer(OVER, id=word, stands_for=word, zones=[zone], **(FIRM | entry))


def grave(result, layer: str, weight: str = "prohibited") -> set[str]:
    """Return the clauses that weigh so much in a finding."""
    return {rule["clause"] for rule in rules(result, layer).values() if rule["counts_as"] == weight}


def steps(result) -> list[str]:
    return [step["id"] for step in result.sites["approval_path"][0]]


# 1. 长江保护法 26(2): no new or enlarged chemical project within 1 km of a tributary's bank; 88: pulled down, fined.
@pytest.mark.parametrize(("metres", "forbidden"), [(900, True), (999, True), (1001, False)])
def test_chemical_works_900_m_from_the_bank_of_a_tributary(make_layer, counties, metres, forbidden) -> None:
    result = ask([bank(make_layer, "长江支流")], counties, beside(metres), "chemical_project")
    assert ("《中华人民共和国长江保护法》 第 26 条第 2 款" in grave(result, "bank")) is forbidden


# 2. 142号 一(一): only ten kinds outside core zones, wind is none of them; notice of 2026-01-22: no new wind farm.
def test_a_wind_farm_in_the_red_line(make_layer, counties) -> None:
    result = ask([redline(make_layer, zones=["一般控制区"])], counties, SITE, "wind")
    assert result.sites["verdict"].tolist() == ["prohibited"]
    said = " ".join(grave(result, "redline"))
    assert "生态保护红线管理的通知" in said
    assert "风电开发建设规范使用林地草地" in said
    assert steps(result) == ["rl-else"]  # neither listed nor national major: move, or take that part away
    before = ask([redline(make_layer, zones=["一般控制区"])], counties, SITE, "wind", as_of="2026-01-21")
    assert "风电" not in " ".join(grave(before, "redline"))
    assert before.sites["verdict"].tolist() == ["prohibited"]


def test_wind_in_a_reserve_and_in_important_wetland(make_layer, counties) -> None:
    """The notice of 2026-01-22, until 2030-12-31: no new wind farm in protected sites and important wetland."""
    for layer in (reserve(make_layer, "一般控制区"), over(make_layer, "wetland", "国家重要湿地")):
        assert ask([layer], counties, SITE, "wind").sites["verdict"].tolist() == ["prohibited"]
    later = ask([over(make_layer, "wetland", "重要湿地")], counties, SITE, "wind", as_of="2031-01-01")
    assert "wind26-wetland" not in rules(later, "wetland")


# 3. 142号 一(一)6 and 二: a linear work that must cross is a limited activity; only what is beyond the list goes
#    the way of national major projects. So a road keeps the path of recognition, flag or no flag.
@pytest.mark.parametrize("flags", [(), ("national_major",)])
def test_a_road_across_the_red_line(make_layer, counties, flags) -> None:
    result = ask([redline(make_layer, zones=["一般控制区"])], counties, SITE, "linear_road", flags=flags)
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert steps(result)[:3] == ["rl-lim-jx-1", "rl-lim-jx-2", "rl-lim-jx-3"]


def test_a_reservoir_across_the_red_line_is_for_national_major_projects(make_layer, counties) -> None:
    """水利枢纽 is not flood defence or supply of item 6: forbidden, unless 二 (national major) leads through."""
    line = redline(make_layer, zones=["一般控制区"])
    assert ask([line], counties, SITE, "water_works").sites["verdict"].tolist() == ["prohibited"]
    major = ask([line], counties, SITE, "water_works", flags=["national_major"])
    assert (major.sites["verdict"][0], steps(major)) == ("review_required", ["rl-major-1", "rl-major-2", "rl-major-3"])


# 4. 自然资办发〔2023〕12号: no solar on permanent farmland, no arrays on farmland; before it 土地管理法 44: conversion.
@pytest.mark.parametrize(
    ("word", "day", "verdict"),
    [
        ("permanent_farmland", "2026-11-20", "prohibited"),
        ("farmland", "2026-11-20", "prohibited"),
        ("farmland", "2023-03-19", "review_required"),
    ],
)
def test_solar_on_fields(make_layer, counties, word, day, verdict) -> None:
    assert ask([over(make_layer, word)], counties, SITE, "solar", as_of=day).sites["verdict"].tolist() == [verdict]


# 5. 自然保护区条例 26(二), 27(一), 29: residents may live on within present scale; housing for others is not listed.
@pytest.mark.parametrize(
    ("activity", "verdict", "article"),
    [("rural_housing", "review_required", "第 27 条、第 29 条、第 31 条"), ("housing", "prohibited", "第 27 条")],
)
def test_a_house_in_the_general_zone_of_a_reserve(make_layer, counties, activity, verdict, article) -> None:
    result = ask([reserve(make_layer, "一般控制区")], counties, SITE, activity)
    assert result.sites["verdict"].tolist() == [verdict]
    assert any(clause.endswith(f" {article}") for clause in grave(result, "sites", verdict))


# 6. 湿地保护法 25: visiting must spare the wetland; 19(2): nothing may take national important wetland, no hotel.
def test_tourism_in_wetland(make_layer, counties) -> None:
    plain = over(make_layer, "wetland", "一般湿地")
    walk = ask([plain], counties, SITE, "tourism_light", flags=["no-construction"])
    assert walk.sites["verdict"].tolist() == ["review_required"]
    assert any("湿地保护法" in clause and "第 25 条" in clause for clause in grave(walk, "wetland", "review_required"))
    hotel = ask([over(make_layer, "wetland", "国家重要湿地")], counties, SITE, "tourism")
    assert hotel.sites["verdict"].tolist() == ["prohibited"]
    assert grave(hotel, "wetland") == {"《中华人民共和国湿地保护法》 第 19 条第 2 款"}


# 7. 森林法 37, 49: taking public-welfare forest needs the forestry authority's consent; the law does not forbid it.
@pytest.mark.parametrize("activity", ["mining_surface", "mining_underground"])
def test_mining_in_public_welfare_forest(make_layer, counties, activity) -> None:
    result = ask([over(make_layer, "public_welfare_forest")], counties, SITE, activity)
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert any("森林法" in clause for clause in grave(result, "public_welfare_forest", "review_required"))


# 8. 长江保护法 26(3): no new, rebuilt or enlarged tailings pond within 3 km of the main stem, save to make it safer.
@pytest.mark.parametrize(
    ("activity", "works", "forbidden"),
    [
        ("tailings_pond", "new", True),
        ("tailings_pond", "rebuild", True),
        ("tailings_pond", "expand", True),
        ("tailings_upgrade", "rebuild", False),
    ],
)
def test_a_tailings_pond_2500_m_from_the_main_stem(make_layer, counties, activity, works, forbidden) -> None:
    result = ask([bank(make_layer, "长江干流")], counties, beside(2500), activity, works=works)
    assert (result.sites["verdict"][0] == "prohibited") is forbidden


# 9. 自然保护区条例 26(一), 31: patrol and research are listed even in the core zone; structures need consent.
@pytest.mark.parametrize("activity", ["patrol_research", "restoration"])
def test_a_patrol_station_in_the_core_zone(make_layer, counties, activity) -> None:
    result = ask([reserve(make_layer, "核心保护区")], counties, SITE, activity)
    assert result.sites["verdict"].tolist() == ["review_required"]
    found = rules(result, "sites")["nr26-core-listed"]
    assert found["article"] == "第 26 条（一）、第 31 条"
    line = ask([redline(make_layer, zones=["核心保护区"])], counties, SITE, activity)
    consent = next(step for step in line.sites["approval_path"][0] if step["id"] == "rl-core-reserve")
    assert "第 31 条" in consent["clause"]
    assert "林草主管部门" in consent["actor"]


def test_a_railway_in_the_core_zone_is_compared_and_a_mine_is_not(make_layer, counties) -> None:
    """Article 26(三) knows linear works that pass under or over without harm; a mine stands in no item."""
    rail = ask([reserve(make_layer, "核心保护区")], counties, SITE, "linear_rail")
    mine = ask([reserve(make_layer, "核心保护区")], counties, SITE, "mining_underground")
    assert (rail.sites["verdict"][0], mine.sites["verdict"][0]) == ("review_required", "prohibited")


# 10. 142号 一(一)8: restoration is a limited activity: recognised, not forbidden; no new land, no provincial opinion.
def test_restoration_in_the_red_line(make_layer, counties) -> None:
    line = redline(make_layer, zones=["一般控制区"])
    result = ask([line], counties, SITE, "restoration", flags=["no-construction"])
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert steps(result) == ["rl-lim-jx-no"]
    built = ask([line], counties, SITE, "restoration", flags=["construction"])
    assert "rl-lim-jx-3" in steps(built)  # with new land the province's opinion is attached


# ---------------------------------------------------------------- what the new texts add


@pytest.mark.parametrize(
    ("zone", "activity", "verdict"),
    [
        ("一般控制区", "mining_surface", "prohibited"),  # 28: only what is listed
        ("一般控制区", "geological_survey", "review_required"),  # 28(三): basic geology, strategic minerals
        ("一般控制区", "tourism_light", "review_required"),  # 28(四): teaching and visiting
        ("一般控制区", "linear_rail", "review_required"),  # 28(二): important infrastructure that cannot avoid it
        ("核心保护区", "tourism", "prohibited"),  # 27
        ("核心保护区", "patrol_research", "review_required"),  # 27(一), 30
    ],
)
def test_the_national_park_law(make_layer, counties, zone, activity, verdict) -> None:
    park = make_layer(OVER, id="park", stands_for="protected_site", zones=[zone], types=["national_park"], **FIRM)
    assert ask([park], counties, SITE, activity).sites["verdict"].tolist() == [verdict]
    before = ask([park], counties, SITE, activity, as_of="2025-12-31")
    assert not any("国家公园法" in rule["clause"] for rule in rules(before, "park").values())


@pytest.mark.parametrize(("day", "cites"), [("2026-12-31", False), ("2027-01-01", True)])
def test_the_farmland_law_begins_with_2027(make_layer, counties, day, cites) -> None:
    result = ask([over(make_layer, "permanent_farmland")], counties, SITE, "housing", as_of=day)
    assert result.sites["verdict"].tolist() == ["prohibited"]  # 土地管理法 35 before and after
    assert any("耕地保护和质量提升法" in clause for clause in grave(result, "permanent_farmland")) is cites


def test_provincial_important_wetland_in_yangzhou(make_layer, counties) -> None:
    """江苏省湿地保护条例 19(3) forbids, and lets linear works pass that cannot avoid it; Jiangxi is not Jiangsu."""
    there = make_layer(
        shapely.box(118.4, 27.3, 118.6, 27.7), id="wet", stands_for="wetland", zones=["重要湿地"], **FIRM
    )
    spot = shapely.box(118.45, 27.45, 118.46, 27.46)
    assert ask([there], counties, spot, "factory").sites["verdict"].tolist() == ["prohibited"]
    assert ask([there], counties, spot, "linear_road").sites["verdict"].tolist() == ["review_required"]
    here = ask([over(make_layer, "wetland", "重要湿地")], counties, SITE, "factory")
    assert here.sites["verdict"].tolist() == ["review_required"]


def test_heavy_polluters_along_the_yangtze_in_yangzhou(make_layer, counties) -> None:
    """江苏省长江水污染防治条例 12 and 44: 邗江 is 沿江地区; a list that nobody read decides, so it is reviewed."""
    spot = shapely.box(118.45, 27.45, 118.46, 27.46)
    far = over(make_layer, "heritage")
    for flags, weight in ((["heavy_water_polluting"], "review_required"), (["no-heavy_water_polluting"], None)):
        result = ask([far], counties, spot, "factory", flags=flags)
        found = {rule["id"]: rule["counts_as"] for rule in result.sites["reminders"][0]}
        assert found.get("js-yw-12") == weight
    away = ask([far], counties, SITE, "factory", flags=["heavy_water_polluting"])
    assert "js-yw-12" not in {rule["id"] for rule in away.sites["reminders"][0]}


def test_makers_of_hazardous_chemicals_are_told_of_the_park(make_layer, counties) -> None:
    """危险化学品安全法 18, since 2026-05-01; it reminds, for the map does not know who makes what."""
    for day, told in (("2026-04-30", False), ("2026-05-01", True)):
        result = ask([over(make_layer, "heritage")], counties, SITE, "chemical_project", as_of=day)
        assert ("cs-18" in {rule["id"] for rule in result.sites["reminders"][0]}) is told


# 森林法 37: who must take forest land asks the forestry authority before the land use is approved.
# 防洪法 27: works across a river, the water authority; 文物保护法 28, 29, 43; 矿产资源法 32. Patrols build nothing.
@pytest.mark.parametrize(
    ("word", "zone", "path"),
    [
        ("forest_land", None, ["fo-consent"]),
        ("public_welfare_forest", None, ["pw-consent"]),
        ("river_management", None, ["rm-consent"]),
        ("flood_zone", None, ["fz-report"]),
        ("mining_rights", None, ["mi-ask"]),
        ("heritage", "保护范围", ["he-range", "he-survey"]),
        ("heritage", "建设控制地带", ["he-belt", "he-belt-survey"]),
        ("geohazard_zone", None, []),
    ],
)
def test_who_is_asked_when_a_road_takes_it(make_layer, counties, word, zone, path) -> None:
    assert steps(ask([over(make_layer, word, zone)], counties, SITE, "linear_road")) == path


def test_heritage_without_a_zone_is_taken_for_the_stricter_one_and_says_so(make_layer, counties) -> None:
    result = ask([over(make_layer, "heritage")], counties, SITE, "linear_road")
    path = result.sites["approval_path"][0]
    assert [(step["id"], step["open"]) for step in path] == [
        ("he-range", ["zone_unknown"]),
        ("he-survey", ["zone_unknown"]),
    ]


# 自然保护区条例 31, 国家公园法 30: consent only for what the articles list.
def test_who_is_asked_for_structures_in_a_protected_site(make_layer, counties) -> None:
    road = ask([reserve(make_layer, "一般控制区")], counties, SITE, "linear_road")
    assert steps(road) == ["ps-reserve", "ps-park"]
    before = ask([reserve(make_layer, "一般控制区")], counties, SITE, "linear_road", as_of="2025-12-31")
    assert steps(before) == []
