"""Strips beside roads, railways, pipelines and the Grand Canal, and other texts that planners expect.

Distances as the articles print them; sites are placed by Karney's geodesics, which share no code with ours.
"""

from __future__ import annotations

import pytest
import shapely

from layers.law.tables import read_law
from siting.law.activity_list import required_layers
from tests.helpers import KARNEY
from tests.siting.law.test_law_cases import FIRM, OVER, RIVER, SITE, ask, beside, rules
from tests.siting.law.test_law_walk import grave, over

DAY = "2026-11-28"
NEAR_M, FAR_M = -0.05, 0.05
LINE = shapely.LineString([(116.3, 27.2), (116.3, 27.8)])


def strip(make_layer, word, zone=None, shape=RIVER):
    return make_layer(shape, id=word, stands_for=word, zones=[zone], **FIRM)


def found(layer, counties, metres, activity, works="new", day=DAY, **said):
    """Return the rules that a layer brings up for a site so many metres east of its edge."""
    result = ask([layer], counties, beside(metres), activity, works=works, as_of=day, **said)
    return rules(result, layer.id)


def weights(told, start) -> set[str]:
    return {rule["counts_as"] for name, rule in told.items() if name.startswith(start)}


# ---------------------------------------------------------------- 公路安全保护条例 11, 13, 14, 17, 18 (2011-07-01)


@pytest.mark.parametrize(("zone", "width_m"), [("高速公路", 30), ("国道", 20), ("省道", 15), ("县道", 10), ("乡道", 5)])
def test_no_building_in_the_control_zone_of_a_road(make_layer, counties, zone, width_m) -> None:
    road = strip(make_layer, "road", zone)
    assert weights(found(road, counties, width_m + NEAR_M, "factory"), "hw-13") == {"prohibited"}
    assert weights(found(road, counties, width_m + FAR_M, "factory"), "hw-13") == set()
    assert weights(found(road, counties, width_m + NEAR_M, "factory", "expand"), "hw-13") == {"prohibited"}
    assert weights(found(road, counties, width_m + NEAR_M, "factory", "rebuild"), "hw-13") == set()  # 13: 不得扩建
    assert weights(found(road, counties, width_m + NEAR_M, "factory", day="2011-06-30"), "hw-") == set()


def test_a_road_of_unknown_class_asks(make_layer, counties) -> None:
    told = found(strip(make_layer, "road"), counties, 3, "factory")
    assert weights(told, "hw-13") == {"review_required"}
    assert all(rule["open"] == ["zone_unknown"] for name, rule in told.items() if name.startswith("hw-13"))


@pytest.mark.parametrize(
    ("zone", "away_m"),
    [("高速公路", 30 + 50), ("国道", 20 + 50), ("省道", 15 + 50), ("县道", 10 + 20), ("乡道", 5 + 20)],
)
def test_new_housing_keeps_off_the_control_zone(make_layer, counties, zone, away_m) -> None:
    road = strip(make_layer, "road", zone)
    assert weights(found(road, counties, away_m + NEAR_M, "housing"), "hw-14") == {"review_required"}
    assert weights(found(road, counties, away_m + FAR_M, "housing"), "hw-14") == set()


@pytest.mark.parametrize(("zone", "away_m"), [("国道", 100), ("县道", 100), ("乡道", 50)])
def test_no_quarry_beside_a_road(make_layer, counties, zone, away_m) -> None:
    road = strip(make_layer, "road", zone)
    assert weights(found(road, counties, away_m + NEAR_M, "mining_surface"), "hw-17") == {"prohibited"}
    assert weights(found(road, counties, away_m + FAR_M, "mining_surface"), "hw-17") == set()


def test_dangerous_goods_and_pipes_beside_a_road(make_layer, counties) -> None:
    road = strip(make_layer, "road", "国道")
    assert weights(found(road, counties, 99, "hazmat_storage"), "hw-18") == {"prohibited"}
    assert weights(found(road, counties, 101, "hazmat_storage"), "hw-18") == set()
    pipe = found(road, counties, 10, "pipeline")
    assert weights(pipe, "hw-13") == set()  # 27(7): a permit, not a ban
    assert weights(pipe, "hw-27") == {"review_required"}


# ---------------------------------------------------------------- 铁路安全管理条例 27, 29, 30, 34 (2014-01-01)


@pytest.mark.parametrize(
    ("zone", "widest_m", "surest_m"), [("高速铁路", 20, 10), ("其他铁路", 15, 8), ("普速铁路", 15, 8), ("高铁", 20, 10)]
)
def test_the_protection_strip_of_a_railway(make_layer, counties, zone, widest_m, surest_m) -> None:
    rail = strip(make_layer, "railway", zone)
    assert weights(found(rail, counties, widest_m + NEAR_M, "factory"), "rw-30") == {"review_required"}
    assert weights(found(rail, counties, widest_m + FAR_M, "factory"), "rw-30") == set()
    assert weights(found(rail, counties, widest_m + NEAR_M, "factory", day="2013-12-31"), "rw-") == set()
    assert weights(found(rail, counties, surest_m + NEAR_M, "grazing_small"), "rw-29") == {
        "prohibited",
        "review_required",
    }
    assert weights(found(rail, counties, surest_m + FAR_M, "grazing_small"), "rw-29") == {"review_required"}
    assert weights(found(rail, counties, widest_m + FAR_M, "grazing_small"), "rw-29") == set()


def test_quarrying_within_a_kilometre_of_a_railway(make_layer, counties) -> None:
    rail = strip(make_layer, "railway", "其他铁路")
    assert weights(found(rail, counties, 999, "mining_surface"), "rw-34") == {"review_required"}
    assert weights(found(rail, counties, 1001, "mining_surface"), "rw-34") == set()


# ---------------------------------------------------------------- 石油天然气管道保护法 30, 35 (2010-10-01)


def test_five_metres_from_the_middle_of_a_pipeline(make_layer, counties) -> None:
    pipe = strip(make_layer, "pipeline", shape=LINE)
    for activity in ("factory", "housing", "orchard_pond", "sand_mining"):
        assert "prohibited" in weights(found(pipe, counties, 5 + NEAR_M, activity), "pl-30"), activity
        assert weights(found(pipe, counties, 5 + FAR_M, activity), "pl-30") == set(), activity
    assert weights(found(pipe, counties, 4, "factory", day="2010-09-30"), "pl-") == set()
    assert read_law("rules").set_index("id").loc["pl-30", "distance_from"] == "centreline"


def test_who_must_ask_beside_a_pipeline(make_layer, counties) -> None:
    pipe = strip(make_layer, "pipeline", shape=LINE)
    assert weights(found(pipe, counties, 4, "linear_road"), "pl-30") == set()
    assert weights(found(pipe, counties, 49, "linear_road"), "pl-35-cross") == {"review_required"}
    assert weights(found(pipe, counties, 51, "linear_road"), "pl-35-cross") == set()
    assert weights(found(pipe, counties, 199, "factory"), "pl-35-dig") == {"review_required"}
    assert weights(found(pipe, counties, 201, "factory"), "pl-35-dig") == set()


# ---------------------------------------------------------------- Grand Canal: 2 km on each side, 苏政发〔2021〕20号


def canal_site(metres: float) -> shapely.Polygon:
    lon = KARNEY.fwd(118.3, 27.5, 90.0, metres)[0]
    return shapely.box(lon, 27.499, lon + 0.002, 27.501)


def test_two_kilometres_from_the_bank_of_the_grand_canal(make_layer, counties) -> None:
    bank = make_layer(shapely.box(118.2, 27.2, 118.3, 27.8), id="canal", stands_for="canal_bank", **FIRM)
    near = rules(ask([bank], counties, canal_site(1990), "factory", as_of=DAY), "canal")
    assert near["gc-2km"]["measured_m"] == pytest.approx(1990, abs=0.05)
    assert (near["gc-2km"]["distance_m"], near["gc-2km"]["counts_as"]) == (2000.0, "review_required")
    assert near["gc-2km-ban"]["counts_as"] == "review_required"  # the list was read at second hand: it never forbids
    assert "gc-1km" not in near
    assert not rules(ask([bank], counties, canal_site(2010), "factory", as_of=DAY), "canal")
    assert not rules(ask([bank], counties, canal_site(1990), "factory", as_of="2020-12-31"), "canal")
    assert "gc-1km" in rules(ask([bank], counties, canal_site(990), "factory", as_of=DAY), "canal")


def test_the_canal_zone_is_jiangsus(make_layer, counties) -> None:
    zone = make_layer(shapely.box(118.4, 27.3, 118.6, 27.7), id="zone", stands_for="canal_zone", **FIRM)
    there = ask([zone], counties, shapely.box(118.45, 27.45, 118.46, 27.46), "housing", as_of=DAY)
    assert set(rules(there, "zone")) == {"gc-zone", "gc-zone-ban"}
    assert not rules(ask([over(make_layer, "canal_zone")], counties, SITE, "housing", as_of=DAY), "canal_zone")
    asked = required_layers("housing", frozenset({"321000", "321003"})).set_index("stands_for")["level"]
    assert asked["canal_zone"] == "required"
    assert "canal_zone" not in set(required_layers("housing", frozenset({"360000"}))["stands_for"])


# ---------------------------------------------------------------- historic towns, fisheries, slopes, soil, forest


@pytest.mark.parametrize(
    ("zone", "activity", "works", "said"),
    [
        ("保护范围", "mining_surface", "new", "prohibited"),  # 24(1)
        ("保护范围", "hazmat_storage", "new", "prohibited"),  # 24(3)
        ("保护范围", "factory", "new", "review_required"),  # 23: must fit the plan
        ("核心保护范围", "factory", "new", "prohibited"),  # 28(1)
        ("核心保护范围", "factory", "rebuild", "review_required"),  # 28(1) forbids new and enlarged
        ("核心保护范围", "rural_housing", "expand", "prohibited"),
        ("核心保护范围", "water_supply", "new", "review_required"),  # 28(1): necessary infrastructure
        ("核心保护范围", "housing", "new", "review_required"),  # may be a public service
        ("建设控制地带", "factory", "new", "review_required"),  # 26
    ],
)
def test_historic_cities_towns_and_villages(make_layer, counties, zone, activity, works, said) -> None:
    layer = over(make_layer, "historic_town", zone)
    assert ask([layer], counties, SITE, activity, works=works, as_of=DAY).sites["verdict"].tolist() == [said]


@pytest.mark.parametrize(("day", "said"), [("2026-04-30", "notice"), ("2026-05-01", "prohibited")])
def test_outfalls_in_a_fishery_reserve(make_layer, counties, day, said) -> None:
    """渔业法 41(4), in force 2026-05-01: no new or enlarged outfall; an old one may be rebuilt."""
    layer = over(make_layer, "fishery_reserve")
    assert ask([layer], counties, SITE, "sewage_outfall", as_of=day).sites["verdict"].tolist() == [said]
    old = ask([layer], counties, SITE, "sewage_outfall", works="rebuild", as_of=DAY)
    assert not grave(old, "fishery_reserve")


def test_a_port_in_a_fishery_reserve_needs_a_special_study(make_layer, counties) -> None:
    told = rules(ask([over(make_layer, "fishery_reserve")], counties, SITE, "port", as_of=DAY), "fishery_reserve")
    assert told["fi-47"]["article"] == "第 47 条"
    assert "专题论证" in told["fi-47"]["summary"]


def test_waterway_works_in_habitats_of_water_life(make_layer, counties) -> None:
    """长江保护法 27(3) names habitats besides red line and protected sites."""
    for word, name in (("wildlife_habitat", "wl-yrpl-27"), ("fishery_reserve", "fi-yrpl-27")):
        told = rules(ask([over(make_layer, word)], counties, SITE, "waterway_works", as_of=DAY), word)
        assert told[name]["counts_as"] == "review_required"


@pytest.mark.parametrize(
    ("activity", "works", "day", "said"),
    [
        ("farm", "new", DAY, "prohibited"),  # 水土保持法 20
        ("farm", "rebuild", DAY, "notice"),  # what is tilled is not broken anew
        ("farm", "new", "2011-02-28", "notice"),
        ("orchard_pond", "new", DAY, "review_required"),  # 经济林 with measures
        ("housing", "new", DAY, "notice"),  # the article is about tilling
    ],
)
def test_slopes_of_25_degrees(make_layer, counties, activity, works, day, said) -> None:
    layer = over(make_layer, "steep_slope")
    assert ask([layer], counties, SITE, activity, works=works, as_of=day).sites["verdict"].tolist() == [said]


def test_key_areas_of_soil_erosion(make_layer, counties) -> None:
    """水土保持法 24: avoid, or higher standards; 长江保护法 61(2): restrict where erosion is grave."""
    prevent = ask([over(make_layer, "soil_erosion_zone", "水土流失重点预防区")], counties, SITE, "wind", as_of=DAY)
    cure = ask([over(make_layer, "soil_erosion_zone", "水土流失重点治理区")], counties, SITE, "wind", as_of=DAY)
    assert set(rules(prevent, "soil_erosion_zone")) == {"sw-24"}
    assert {"sw-24", "sw-yrpl-61", "sw-code-895-fragile"} <= set(rules(cure, "soil_erosion_zone"))
    assert cure.sites["verdict"].tolist() == ["review_required"]


@pytest.mark.parametrize("word", ["forest_land", "public_welfare_forest"])
@pytest.mark.parametrize("activity", ["farm", "mining_surface", "sand_mining", "tailings_pond"])
def test_forest_law_39_asks_and_does_not_settle(make_layer, counties, word, activity) -> None:
    """Whether forest is destroyed is no matter of a map; who may take forest land goes by article 37."""
    result = ask([over(make_layer, word)], counties, SITE, activity, as_of=DAY)
    cited = {rule["article"].split(" 条")[0] for rule in rules(result, word).values()}
    assert "第 39" in cited
    assert result.sites["verdict"].tolist() == ["review_required"]


@pytest.mark.parametrize(
    ("zone", "activity", "said"),
    [
        ("堤防安全保护区", "sand_mining", "prohibited"),  # 河道管理条例 26
        ("堤防安全保护区", "geological_survey", "review_required"),  # drills or not
        ("堤防和护堤地", "logistics", "prohibited"),  # 24(2): 建房, 存放物料
        ("堤防和护堤地", "grazing_small", "prohibited"),  # 24(2): 放牧
        ("堤防和护堤地", "heritage_works", "review_required"),  # 24(2): 考古发掘, where it digs
    ],
)
def test_dykes_and_what_protects_them(make_layer, counties, zone, activity, said) -> None:
    layer = over(make_layer, "river_management", zone)
    assert ask([layer], counties, SITE, activity, as_of=DAY).sites["verdict"].tolist() == [said]


# ---------------------------------------------------------------- noise: code 566, 574, 575; before it 35, 45, 46

QUIET = "噪声敏感建筑物集中区域"


@pytest.mark.parametrize(
    ("flags", "works", "said"),
    [
        (("noisy",), "new", "prohibited"),
        ((), "new", "review_required"),  # nobody answered
        (("noisy",), "rebuild", "review_required"),  # measures against noise
        (("noisy",), "expand", "review_required"),
    ],
)
def test_noisy_industry_among_noise_sensitive_buildings(make_layer, counties, flags, works, said) -> None:
    layer = over(make_layer, "sensitive_place", QUIET)
    result = ask([layer], counties, SITE, "factory", works=works, as_of=DAY, flags=[*flags, "no-soil_polluting"])
    assert result.sites["verdict"].tolist() == [said]


@pytest.mark.parametrize(
    ("day", "title"), [("2026-08-14", "噪声污染防治法"), ("2026-08-15", "生态环境法典"), ("2022-06-04", None)]
)
def test_noise_on_any_day_under_one_text(make_layer, counties, day, title) -> None:
    layer = over(make_layer, "sensitive_place", QUIET)
    told = rules(ask([layer], counties, SITE, "linear_road", as_of=day), "sensitive_place")
    cited = {rule["title"] for name, rule in told.items() if name.startswith("no-")}
    assert len(cited) == (title is not None)
    assert title is None or title in cited.pop()


def test_quiet_areas_must_be_told_apart_from_other_places(make_layer, counties) -> None:
    told = rules(
        ask([over(make_layer, "sensitive_place")], counties, SITE, "factory", flags=["noisy"]), "sensitive_place"
    )
    assert told["no-code-566-new"]["open"] == ["zone_unknown"]


# ---------------------------------------------------------------- reminders, natural parks


def test_heavy_polluters_are_not_moved_up_the_yangtze(make_layer, counties) -> None:
    """长江保护法 22(2): Jiangxi lies on the middle reach, Yangzhou on the lower."""
    yes = ["heavy_water_polluting"]
    far = over(make_layer, "heritage")
    here = ask([far], counties, SITE, "factory", flags=yes, as_of=DAY)
    there = ask([far], counties, shapely.box(118.45, 27.45, 118.46, 27.46), "factory", flags=yes, as_of=DAY)
    weights_here = {rule["id"]: rule["counts_as"] for rule in here.sites["reminders"][0]}
    assert weights_here["yrpl-22-upstream"] == "review_required"
    assert "yrpl-22-upstream" not in {rule["id"] for rule in there.sites["reminders"][0]}


@pytest.mark.parametrize(("kind", "day", "told"), [
    ("forest_park", DAY, True), ("nature_reserve", DAY, False), ("forest_park", "2023-10-08", False),
])  # fmt: skip
def test_national_nature_parks_have_measures_of_their_own(make_layer, counties, kind, day, told) -> None:
    layer = make_layer(OVER, id="park", stands_for="protected_site", types=[kind], **FIRM)
    found_there = rules(ask([layer], counties, SITE, "solar", as_of=day), "park")
    assert ("np23-list" in found_there) is told
    assert not told or found_there["np23-list"]["verified"] == "partly"
