"""Cases worked by hand from the texts of the law: what a planner would answer, and by which article."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from geo.errors import BadInput
from geo.read.formats import read_sites
from layers.law.tables import read_law
from siting.check.check import check
from siting.check.result import CheckResult
from siting.law.activity_list import activities, required_layers
from tests.helpers import KARNEY, geojson

EAST = 2
RIVER = shapely.box(116.1, 27.2, 116.3, 27.8)  # its east bank runs along 116.3
FIRM = {"basis": "statutory", "accuracy_m": None}


def beside(metres: float, lat: float = 27.5, size: float = 0.002) -> shapely.Polygon:
    """A site whose west edge is so many metres east of the river's east bank, at its middle latitude."""
    lon = KARNEY.fwd(116.3, lat, 90.0, metres)[0]
    return shapely.box(lon, lat - size / 2, lon + size, lat + size / 2)


def ask(layers, counties, shape, activity, **said) -> CheckResult:
    return check(read_sites(geojson(shape), "a.geojson"), layers, counties, activity=activity, **said)


def rules(result: CheckResult, layer: str, site: int = 0) -> dict[str, dict[str, Any]]:
    found = result.findings
    row = found[(found["layer"] == layer) & (found["site"] == site)].iloc[0]
    return {rule["id"]: rule for rule in row["rules"]}


def full_list(make_layer, activity, *but: str):
    """Every layer that an activity must be checked against, loaded, statutory and far away."""
    words = [w for w in required_layers(activity)["stands_for"] if w not in but]
    return [make_layer(shapely.box(119.9, 30, 119.95, 30.1), id=f"far_{w}", stands_for=w, **FIRM) for w in words]


# ---------------------------------------------------------------- Yangtze River Protection Law, article 26


def bank(make_layer, zone="长江支流", **entry):
    return make_layer(RIVER, id="bank", stands_for="river_bank", zones=[zone], **(FIRM | entry))


@pytest.mark.parametrize(
    ("metres", "works", "verdict"),
    [
        (900, "new", "prohibited"),
        (900, "expand", "prohibited"),
        (900, "rebuild", "not_checked"),
        (1100, "new", "not_checked"),
    ],
)
def test_a_chemical_project_near_a_bank(make_layer, counties, metres, works, verdict) -> None:
    result = ask([bank(make_layer)], counties, beside(metres), "chemical_project", works=works)
    assert result.sites["verdict"].tolist() == [verdict]
    found = rules(result, "bank").get("yrpl-26-chemical")
    assert (found is not None) == (verdict == "prohibited")
    if found is not None:
        assert found["clause"] == "《中华人民共和国长江保护法》 第 26 条第 2 款"
        assert (found["authority"], found["in_force_from"], found["in_force_to"]) == ("law", "2021-03-01", None)
        assert (found["distance_m"], found["status"], found["verified"]) == (1000.0, "applies", "yes")
        assert found["measured_m"] == pytest.approx(900, abs=0.01)


def test_before_the_law_there_is_no_distance(make_layer, counties) -> None:
    result = ask([bank(make_layer)], counties, beside(900), "chemical_project", as_of="2021-02-28")
    assert rules(result, "bank") == {}
    assert rules(ask([bank(make_layer)], counties, beside(900), "chemical_project", as_of="2021-03-01"), "bank")


def test_a_factory_that_is_no_chemical_works_may_stand_there(make_layer, counties) -> None:
    assert rules(ask([bank(make_layer)], counties, beside(900), "factory"), "bank") == {}


@pytest.mark.parametrize(
    ("zone", "metres", "activity", "forbids"),
    [
        ("长江干流", 2500, "tailings_pond", "yrpl-26-tailings-main"),
        ("长江干流", 3100, "tailings_pond", None),
        ("长江重要支流", 2500, "tailings_pond", None),
        ("长江重要支流", 900, "tailings_pond", "yrpl-26-tailings-trib"),
        ("长江重要支流", 900, "chemical_project", "yrpl-26-chemical"),  # an important tributary is a tributary
        ("长江干流", 2500, "tailings_upgrade", None),
        ("长江干流", 2500, "chemical_project", None),
    ],
)
def test_tailings_ponds_by_river_and_distance(make_layer, counties, zone, metres, activity, forbids) -> None:
    found = rules(ask([bank(make_layer, zone)], counties, beside(metres), activity), "bank")
    assert [name for name, rule in found.items() if rule["counts_as"] == "prohibited"] == ([forbids] if forbids else [])


def test_the_main_stem_counts_behind_a_nearer_stream(make_layer, counties) -> None:
    site = beside(2500)
    stream = shapely.box(site.bounds[EAST] + 0.001, 27.4, site.bounds[EAST] + 0.002, 27.6)
    layer = make_layer(RIVER, stream, id="bank", stands_for="river_bank", zones=["长江干流", "其他河流"], **FIRM)
    found = rules(ask([layer], counties, site, "tailings_pond"), "bank")
    assert found["yrpl-26-tailings-main"]["measured_m"] == pytest.approx(
        2500, abs=0.05
    )  # a corner further north is 2 cm nearer
    assert found["yrpl-26-tailings-trib"]["open"] == ["zone_unknown"]  # 其他河流 is no word of the law


def test_a_tributary_of_unknown_rank_asks_and_does_not_forbid(make_layer, counties) -> None:
    found = rules(ask([bank(make_layer, "长江支流")], counties, beside(500), "tailings_pond"), "bank")
    rule = found["yrpl-26-tailings-trib"]
    assert (rule["status"], rule["open"], rule["counts_as"]) == ("undecided", ["zone_unknown"], "review_required")


def test_our_water_polygons_warn_in_place_of_the_bank(make_layer, counties) -> None:
    water = make_layer(RIVER, id="waters", stands_for="water_surface", basis="approximate", accuracy_m=1000)
    missing = make_layer(id="bank", stands_for="river_bank", state="not_loaded")
    result = ask([water, missing], counties, beside(900), "chemical_project")
    assert rules(result, "waters")["yrpl-26-chemical"]["counts_as"] == "notice"
    assert rules(result, "bank")["yrpl-26-chemical"]["open"] == ["not_loaded"]
    assert result.sites["verdict"].tolist() == ["notice"]
    real = ask([water, bank(make_layer)], counties, beside(900), "chemical_project")
    assert rules(real, "waters") == {}
    assert real.sites["verdict"].tolist() == ["prohibited"]


def test_another_basin_is_not_the_yangtze(make_layer, counties) -> None:
    """The third county of the fixture is in 321003, Yangzhou; a place outside both regions has no such rule."""
    far = make_layer(
        shapely.box(120.1, 27.2, 120.3, 27.8), id="bank", stands_for="river_bank", zones=["长江支流"], **FIRM
    )
    result = ask([far], counties, shapely.box(120.301, 27.5, 120.302, 27.501), "chemical_project")
    assert "yrpl-26-chemical" not in rules(result, "bank")


# ---------------------------------------------------------------- red line

SITE = shapely.box(116.4, 27.4, 116.41, 27.41)
OVER = shapely.box(116.405, 27.3, 116.5, 27.5)


def redline(make_layer, *shapes, zones=None, **entry):
    entry = {"id": "redline", "role": "redline", "stands_for": "redline"} | FIRM | entry
    return make_layer(*(shapes or (OVER,)), zones=zones, **entry)


def test_an_industrial_park_in_the_red_line(make_layer, counties) -> None:
    result = ask([redline(make_layer)], counties, SITE, "industrial_park")
    found = rules(result, "redline")
    assert result.sites["verdict"].tolist() == ["prohibited"]
    assert found["rl142-outside-core"]["counts_as"] == "prohibited"
    assert found["rl142-outside-core"]["assumed"] == ["core_not_told_apart"]
    assert found["rl-council-core"]["open"] == ["zone_unknown"]
    assert [step["id"] for step in result.sites["approval_path"][0]] == ["rl-else"]
    way = result.sites["way_out"][0]
    assert way["layers"] == ["redline"]
    assert way["geometry"].equals_exact(shapely.box(116.4, 27.4, 116.405, 27.41), 1e-9, normalize=True)
    assert way["share"] == pytest.approx(0.5, rel=1e-9)


def test_a_road_is_a_limited_activity_with_a_path(make_layer, counties) -> None:
    result = ask([redline(make_layer)], counties, SITE, "linear_road")
    assert result.sites["verdict"].tolist() == ["review_required"]
    path = result.sites["approval_path"][0]
    assert [step["id"] for step in path] == [
        "rl-lim-jx-1",
        "rl-lim-jx-2",
        "rl-lim-jx-3",
        "rl-lim-2024",
        "rl-lim-national",
    ]
    assert [step["stage"] for step in path][:3] == ["preapproval", "preapproval", "land_conversion"]
    assert path[0]["actor"] == "设区市人民政府"


def test_a_national_major_project_proves_that_it_cannot_avoid_the_line(make_layer, counties) -> None:
    result = ask([redline(make_layer)], counties, SITE, "water_works", flags=["national_major"])
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert [step["id"] for step in result.sites["approval_path"][0]] == ["rl-major-1", "rl-major-2", "rl-major-3"]
    without = ask([redline(make_layer)], counties, SITE, "water_works")
    assert without.sites["verdict"].tolist() == ["prohibited"]


def test_a_core_zone_inside_the_line(make_layer, counties) -> None:
    result = ask([redline(make_layer, zones=["核心保护区"])], counties, SITE, "wind")
    assert rules(result, "redline")["rl-council-core"]["counts_as"] == "prohibited"
    assert "rl142-outside-core" not in rules(result, "redline")
    assert {step["condition"] for step in result.sites["approval_path"][0]} == {"core_zone"}


def test_an_illustrative_red_line_warns_and_neither_forbids_nor_clears(make_layer, counties) -> None:
    layer = redline(make_layer, basis="modelled", accuracy_m=5000)
    result = ask([layer], counties, SITE, "industrial_park")
    assert result.sites["verdict"].tolist() == ["notice"]
    assert {rule["counts_as"] for rule in rules(result, "redline").values()} <= {"notice", None}
    assert "redline" in result.sites["missing_required"][0]
    assert result.sites["way_out"].tolist() == [None]
    assert result.sites["approval_path"][0][0]["indicative"] is True
    off = ask([layer], counties, shapely.box(116.8, 27.8, 116.81, 27.81), "industrial_park")
    assert off.sites["verdict"].tolist() == ["not_checked"]


# ---------------------------------------------------------------- reserves before and after 2026-03-15


def reserve(make_layer, zone):
    return make_layer(
        OVER, id="sites", stands_for="protected_site", role="protected", zones=[zone], types=["nature_reserve"], **FIRM
    )


@pytest.mark.parametrize(
    ("zone", "day", "verdict", "article"),
    [
        ("核心区", "2026-03-14", "prohibited", "第 27 条、第 32 条"),
        ("核心保护区", "2026-03-15", "prohibited", "第 26 条"),
        ("一般控制区", "2026-03-15", "review_required", "第 27 条"),
    ],
)
def test_core_zones_of_a_reserve(make_layer, counties, zone, day, verdict, article) -> None:
    result = ask([reserve(make_layer, zone)], counties, SITE, "solar", as_of=day)
    assert result.sites["verdict"].tolist() == [verdict]
    grave = [rule for rule in rules(result, "sites").values() if rule["counts_as"] == verdict]
    assert {rule["article"] for rule in grave} == {article}


@pytest.mark.parametrize(("zone", "day"), [("核心区", "2026-03-15"), ("核心保护区", "2026-03-14")])
def test_zones_of_another_generation_are_never_mapped(make_layer, counties, zone, day) -> None:
    result = ask([reserve(make_layer, zone)], counties, SITE, "solar", as_of=day)
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert "zone_generation" in {why for rule in rules(result, "sites").values() for why in rule["open"]}
    assert not [rule for rule in rules(result, "sites").values() if rule["counts_as"] == "prohibited"]


def test_what_type_of_site_it_is_decides(make_layer, counties) -> None:
    scenic = make_layer(OVER, id="sites", stands_for="protected_site", types=["scenic_area"], **FIRM)
    bare = make_layer(OVER, id="sites", stands_for="protected_site", **FIRM)
    assert rules(ask([scenic], counties, SITE, "livestock"), "sites")["lv-11-scenic"]["counts_as"] == "prohibited"
    unknown = rules(ask([bare], counties, SITE, "livestock"), "sites")["lv-11-scenic"]
    assert (unknown["open"], unknown["counts_as"]) == (["type_unknown"], "review_required")


# ---------------------------------------------------------------- the code of 2026, questions, farmland


@pytest.mark.parametrize(("day", "title"), [("2026-08-14", "水污染防治法"), ("2026-08-15", "生态环境法典")])
def test_the_same_ban_under_two_texts(make_layer, counties, day, title) -> None:
    zone = make_layer(OVER, id="water", stands_for="water_source_zone", zones=["一级保护区"], **FIRM)
    result = ask([zone], counties, SITE, "housing", as_of=day)
    grave = [rule for rule in rules(result, "water").values() if rule["counts_as"] == "prohibited"]
    assert len(grave) == 1
    assert title in grave[0]["title"]


@pytest.mark.parametrize(
    ("flags", "counts"), [((), "review_required"), (("discharging",), "prohibited"), (("no-discharging",), None)]
)
def test_no_rule_forbids_by_what_nobody_answered(make_layer, counties, flags, counts) -> None:
    zone = make_layer(OVER, id="water", stands_for="water_source_zone", zones=["二级保护区"], **FIRM)
    found = rules(ask([zone], counties, SITE, "housing", flags=flags), "water").get("ws26-2-build")
    assert (found["counts_as"] if found else None) == counts
    if not flags:
        assert found["open"] == ["flag:discharging"]


@pytest.mark.parametrize(
    ("flags", "verdict", "path"),
    [((), "prohibited", ["pf-else"]), (("key_project",), "review_required", ["pf-key-1", "pf-key-2"])],
)
def test_permanent_farmland(make_layer, counties, flags, verdict, path) -> None:
    field = make_layer(OVER, id="field", stands_for="permanent_farmland", **FIRM)
    result = ask([field], counties, SITE, "linear_rail", flags=flags)
    assert result.sites["verdict"].tolist() == [verdict]
    assert [step["id"] for step in result.sites["approval_path"][0]] == path


def test_concentrated_farmland_is_taken_as_touched_and_said_so(make_layer, counties) -> None:
    field = make_layer(OVER, id="field", stands_for="permanent_farmland", **FIRM)
    rule = rules(ask([field], counties, SITE, "chemical_project"), "field")["pf-code-445"]
    assert (rule["counts_as"], rule["assumed"]) == ("prohibited", ["concentrated_not_told_apart"])


# ---------------------------------------------------------------- town boundary


def test_outside_the_town_boundary(make_layer, counties) -> None:
    town = make_layer(OVER, id="town", stands_for="town_boundary", must_be_inside=True, **FIRM)
    result = ask([town], counties, SITE, "industrial_park")
    row = result.findings.iloc[0]
    area = result.sites["area_m2"][0]
    assert row["inside_m2"] == pytest.approx(area / 2, rel=1e-9)
    assert row["inside_m2"] + row["outside_m2"] == pytest.approx(area, rel=1e-12)
    assert rules(result, "town")["tb26-outside"]["counts_as"] == "prohibited"
    assert result.sites["way_out"][0]["share"] == pytest.approx(0.5, rel=1e-9)
    apart = ask([town], counties, shapely.box(116.6, 27.4, 116.61, 27.41), "industrial_park")
    assert (apart.findings["inside_m2"][0], apart.findings["outside_m2"][0]) == (0.0, apart.sites["area_m2"][0])
    assert apart.sites["way_out"][0]["geometry"] is None
    inside = ask([town], counties, shapely.box(116.45, 27.4, 116.46, 27.41), "industrial_park")
    assert "tb26-outside" not in rules(inside, "town")
    assert inside.sites["verdict"].tolist() == ["not_checked"]  # the rest of the list is not loaded
    mine = ask([town], counties, SITE, "mining_underground")
    assert mine.sites["verdict"].tolist() == ["not_checked"]  # a mine need not lie in town


# ---------------------------------------------------------------- required layers


def test_nothing_found_only_with_the_whole_list(make_layer, counties) -> None:
    layers = full_list(make_layer, "wind")
    assert ask(layers, counties, SITE, "wind").sites["verdict"].tolist() == ["nothing_found"]
    for word in required_layers("wind", frozenset({"360000"})).query("level == 'required'")["stands_for"]:
        less = [layer for layer in layers if layer.spec.stands_for != word]
        result = ask(less, counties, SITE, "wind")
        assert result.sites["verdict"].tolist() == ["not_checked"], word
        assert result.sites["missing_required"][0] == [word]


def test_a_layer_for_one_county_does_not_clear_another(make_layer, counties) -> None:
    layers = full_list(make_layer, "wind", "redline")
    far = shapely.box(119.9, 30, 119.95, 30.1)
    west = redline(make_layer, far, id="west", extent=["361001"])
    east = redline(make_layer, far, id="east", extent=["361002"])
    across = shapely.box(116.99, 27.5, 117.01, 27.51)
    assert ask([*layers, west], counties, across, "wind").sites["missing_required"][0] == ["redline"]
    both = ask([*layers, west, east], counties, across, "wind")
    assert both.sites["missing_required"][0] == []
    assert both.sites["verdict"].tolist() == ["nothing_found"]


def test_a_layer_that_is_only_advised_keeps_nobody_waiting(make_layer, counties) -> None:
    layers = full_list(make_layer, "wind", "flood_zone", "sensitive_place")
    result = ask(layers, counties, SITE, "wind")
    assert result.sites["verdict"].tolist() == ["nothing_found"]
    assert "flood_zone" in result.sites["missing_advised"][0]


# ---------------------------------------------------------------- plans


def test_no_plan_ever_forbids(make_layer, counties) -> None:
    """抚州's plan of 2021 to 2025 keeps industrial parks out of the red line: once a reason to ask."""
    for day, status, counts in (("2024-06-01", "applies", "review_required"), ("2026-11-20", "reference", None)):
        found = rules(ask([redline(make_layer)], counties, SITE, "industrial_park", as_of=day), "redline")
        assert (found["000-r001"]["status"], found["000-r001"]["counts_as"]) == (status, counts)
    assert "000-r001" not in rules(
        ask([redline(make_layer)], counties, SITE, "industrial_park", as_of="2020-12-31"), "redline"
    )


# ---------------------------------------------------------------- what a user says wrongly


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"activity": "casino"}, "siting.no_activity"),
        ({"activity": "wind", "flags": ["green"]}, "siting.no_flag"),
        ({"activity": "wind", "flags": {"construction": False}}, "siting.flag_fixed"),
        ({"activity": "wind", "works": "paint"}, "siting.no_works"),
        ({"activity": "wind", "as_of": "2026-2-3"}, "siting.no_day"),
        ({"activity": "wind", "as_of": "2026-02-30"}, "siting.no_day"),
    ],
)
def test_wrong_answers_are_said_in_one_sentence(make_layer, counties, said, key) -> None:
    with pytest.raises(BadInput) as fault:
        ask([], counties, SITE, **said)
    assert fault.value.key == key
    assert fault.value.text("en") != fault.value.text("zh")


def test_every_activity_can_be_asked(make_layer, counties) -> None:
    layers = [redline(make_layer), bank(make_layer)]
    for code in activities().index:
        result = ask(layers, counties, SITE, code)
        assert result.sites["verdict"][0] in {"prohibited", "review_required", "notice"}, code
    assert set(activities().index) == set(read_law("activities")["code"])
