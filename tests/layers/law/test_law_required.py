"""必查清单 against the law itself: what forbids must be looked at, and what was added for a reason stays."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.law.tables import read_law

DAY = "2026-11-20"
JIANGXI, YANGZHOU = "360000", "321000"


def bans() -> list[tuple[str, str, str, str]]:
    """Return (rule, activity, layer, adcodes) of every verified ban in force that a map alone decides."""
    rules, activities = read_law("rules"), read_law("activities")
    held = rules[
        (rules["effect"] == "prohibit")
        & (rules["checkable"] == "geometry")
        & (rules["in_force_from"] <= DAY)
        & ((rules["in_force_to"] == "") | (rules["in_force_to"] >= DAY))
        & (rules["layer"] != "any")
        & (rules["works"].isin(["", "new", "new;expand", "new;rebuild;expand"]))
    ]
    found = []
    for rule in held.to_dict("records"):
        traits = set(filter(None, rule["flags"].split(";")))
        for kind in activities.to_dict("records"):
            named = rule["activities"] == "any" or kind["code"] in rule["activities"].split(";")
            true_of_it = not traits or not traits.isdisjoint(kind["flags"].split(";"))
            if named and true_of_it and kind["code"] not in rule["exceptions"].split(";"):
                found.append((rule["id"], kind["code"], rule["layer"], rule["adcodes"]))
    return found


@pytest.mark.parametrize("region", [JIANGXI, YANGZHOU])
def test_what_a_law_forbids_by_place_must_be_looked_at(region: str) -> None:
    needed = read_law("required_layers").query("level == 'required'")
    asked = {
        (row["activity"], row["stands_for"])
        for row in needed.to_dict("records")
        if not row["adcodes"] or region in row["adcodes"].split(";")
    }
    here = [ban for ban in bans() if not ban[3] or region in ban[3].split(";")]
    assert len(here) > 200
    missing = sorted({(activity, layer) for _, activity, layer, _ in here} - asked)
    assert missing == []


@pytest.mark.parametrize(
    ("activity", "layer"),
    [
        ("wind", "wildlife_habitat"),  # code 816: wind must avoid habitats and migration routes
        ("chemical_project", "sensitive_place"),  # code 427; hazardous chemicals law 20 and 22
        ("hazmat_storage", "flood_zone"),  # hazardous chemicals law 22: away from floods
        ("tailings_pond", "river_bank"),  # Yangtze law 26
        ("restoration", "farmland"),  # wetlands law 39: no artificial wetland on farmland
        ("solar", "farmland"),  # 自然资办发〔2023〕12号: no arrays on farmland
    ],
)
def test_what_a_reviewer_asks_for_first(activity: str, layer: str) -> None:
    rows = read_law("required_layers").set_index(["activity", "stands_for"])
    assert rows.loc[(activity, layer), "level"] == "required"
    assert rows.loc[(activity, layer), "rules"] != ""


def test_rules_named_by_a_list_speak_of_that_layer_and_activity() -> None:
    rules = read_law("rules").set_index("id")
    for row in read_law("required_layers").query("basis == 'rule'").to_dict("records"):
        for name in row["rules"].split(";"):
            rule = rules.loc[name]
            assert rule["layer"] == row["stands_for"], (row["activity"], name)
            assert rule["activities"] == "any" or row["activity"] in rule["activities"].split(";"), (row, name)
            assert row["activity"] not in rule["exceptions"].split(";"), (row["activity"], name)


# ---------------------------------------------------------------- texts read again on 2026-11-21


def test_dates_read_in_the_texts() -> None:
    known = read_law("instruments").set_index("id")
    for name, day in {
        "reserve-rules-2026": "2026-03-15",  # article 48
        "national-park-law": "2026-01-01",  # article 63
        "farmland-quality-law": "2027-01-01",  # article 72
        "chem-safety-law": "2026-05-01",  # article 127
        "land-rules": "2021-09-01",  # article 67
        "js-wetland": "2024-05-01",  # article 56
        "js-yangtze-water": "2026-08-15",  # decision of 2026-07-31
    }.items():
        assert (known.loc[name, "in_force_from"], known.loc[name, "verified"]) == (day, "yes"), name
    assert known.loc["farmland-quality-law", "status"] == "adopted"
    assert known.loc["wind-forest-2026", "in_force_to"] == "2030-12-31"


def test_a_law_of_next_year_says_nothing_this_year() -> None:
    rules = read_law("rules")
    coming = rules[rules["instrument"] == "farmland-quality-law"]
    assert len(coming) >= 5
    assert (coming["in_force_from"] == "2027-01-01").all()


def test_texts_that_have_run_out_hold_no_rule_today() -> None:
    known = read_law("instruments").set_index("id")
    rules: pd.DataFrame = read_law("rules")
    ended = known.index[(known["in_force_to"] != "") & (known["in_force_to"] < DAY)]
    assert "wind-forest-2019" in ended
    assert "wind-forest-2019" not in set(rules["instrument"])  # still circulates, with other areas
    alive = rules["instrument"].isin(ended) & ((rules["in_force_to"] == "") | (rules["in_force_to"] >= DAY))
    assert not alive.any()


def test_zones_of_reserves_and_parks_carry_the_same_seven_rules() -> None:
    ids = set(read_law("rules")["id"])
    ends = ("core", "core-listed", "core-other", "major", "general-ban", "general-listed", "general")
    assert {f"{law}-{end}" for law in ("nr26", "np") for end in ends} <= ids


CORE = ("core", "core-rebuild", "core-existing", "core-listed", "core-other", "core-other-rebuild")
GENERAL = ("general-ban", "general-ban-rebuild", "general-existing", "general-listed", "general")


def said_of(law: str, ends: tuple[str, ...], code: str, works: str) -> list[str]:
    """Return which of some rules of a law speak of an activity and its works."""
    rules = read_law("rules").set_index("id").loc[[f"{law}-{end}" for end in ends]]
    return [
        str(name)
        for name, row in rules.iterrows()
        if (row["activities"] == "any" or code in row["activities"].split(";"))
        and code not in row["exceptions"].split(";")
        and (not row["works"] or works in row["works"].split(";"))
    ]


@pytest.mark.parametrize("works", ["new", "rebuild", "expand"])
def test_every_activity_is_spoken_of_once_per_zone_of_a_reserve(works: str) -> None:
    """Listed, forbidden, or to be compared: an activity is in exactly one rule, core and general alike."""
    for law in ("nr26", "np"):
        for ends in (CORE, GENERAL):
            for code in read_law("activities")["code"]:
                assert len(said_of(law, ends, code, works)) == 1, (law, code, works)
