"""The rule engine itself: orders, days, words; whatever the data say."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.read.formats import read_sites
from layers.law.schema import CONDITIONS, FLAGS, LAW_LAYERS, LAW_TABLES
from layers.law.tables import read_law
from siting.check.check import check
from siting.law.activity_list import activities, questions, required_layers
from siting.law.apply import mark_fits_rule, rule_record
from siting.law.project import day_of, project_of
from siting.law.rules import AUTHORITIES, PLAN_LAYERS, Rule, in_force, rules_digest, rules_for, rules_frame
from siting.law.verdict import verdicts_under_law
from siting.records.law import RULE_KEYS
from siting.records.words import VERDICTS
from tests.helpers import geojson
from words import has

CODES = sorted(activities().index)
DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2032, 1, 1)).map(dt.date.isoformat)
WEIGHT = {"prohibit": 0, "restrict": 1, "condition": 1, "notice": 2}


def rule(**changed) -> Rule:
    row = dict.fromkeys(rules_frame().columns, "") | {
        "id": "x", "kind": "law", "effect": "prohibit", "checkable": "geometry", "verified": "yes", "authority": "law",
        "relation": "overlaps", "distance_m": float("nan"), "zone": (), "site_type": (), "adcodes": (),
    }  # fmt: skip
    return Rule(row | changed, (), reference=False)


def test_every_rule_stands_in_one_frame() -> None:
    frame = rules_frame()
    assert frame["id"].is_unique
    assert set(frame["kind"]) == {"law", "plan"}
    assert set(frame["authority"]) <= set(AUTHORITIES)
    assert not frame[["clause", "title", "summary", "summary_en"]].isin(["", None]).any().any()
    assert frame.loc[frame["kind"] == "plan", "article"].str.startswith("第").any()


def test_plan_layers_are_words_of_the_catalogue() -> None:
    assert set(PLAN_LAYERS.values()) - {""} <= set(LAW_LAYERS)


@settings(max_examples=60, deadline=None)
@given(activity=st.sampled_from(CODES), day=DAYS)
def test_no_rule_of_law_speaks_on_a_day_outside_its_own(activity, day) -> None:
    for one in rules_for(project_of(activity), day):
        assert one.row["first_day"] <= day
        if one.row["kind"] == "law":
            assert day <= one.row["last_day"]
        elif day > one.row["last_day"]:
            assert one.reference


@settings(max_examples=60, deadline=None)
@given(activity=st.sampled_from(CODES), day=DAYS, later=st.integers(0, 2000))
def test_a_rule_that_has_begun_goes_only_at_its_end(activity, day, later) -> None:
    """As-of days only ever add what begins and take what ends between them."""
    then = (dt.date.fromisoformat(day) + dt.timedelta(days=later)).isoformat()
    first, second = ({one.id: one.row for one in rules_for(project_of(activity), d)} for d in (day, then))
    assert all(row["last_day"] < then for name, row in first.items() if name not in second)
    assert all(day < row["first_day"] for name, row in second.items() if name not in first)


@settings(max_examples=60, deadline=None)
@given(activity=st.sampled_from(CODES), data=st.data())
def test_answering_never_leaves_a_question_that_was_answered(activity, data) -> None:
    may = list(activities()["may_flags"][activity])
    answers = {flag: data.draw(st.booleans()) for flag in may}
    asked = {one.id: one.open_flags for one in rules_for(project_of(activity), "2026-11-20")}
    settled = {one.id: one.open_flags for one in rules_for(project_of(activity, answers), "2026-11-20")}
    assert not any(settled.values())
    assert set(settled) <= set(asked)  # an answer only ever takes doubtful rules away


def test_dates_as_exact_as_known() -> None:
    rows = pd.DataFrame({"in_force_from": ["2022-08", "2019", "2020-01-02"], "in_force_to": ["", "2019", "2020-02"]})
    seen = {day: in_force(rows, day).tolist() for day in ("2019-12-31", "2020-02-29", "2020-03-01", "2022-08-01")}
    assert seen == {
        "2019-12-31": [False, True, False],
        "2020-02-29": [False, False, True],
        "2020-03-01": [False, False, False],
        "2022-08-01": [True, False, False],
    }
    assert day_of(dt.date(2026, 3, 15)) == "2026-03-15"


@pytest.mark.parametrize(
    ("changed", "said", "counts"),
    [
        ({}, {}, "prohibited"),
        ({"effect": "restrict"}, {}, "review_required"),
        ({"effect": "condition"}, {}, "review_required"),
        ({"effect": "notice"}, {}, "notice"),
        ({"verified": "no"}, {}, "review_required"),
        ({"verified": "partly"}, {}, "prohibited"),
        ({"checkable": "attribute"}, {}, "review_required"),
        ({"kind": "plan"}, {}, "review_required"),
        ({"kind": "plan", "checkable": "policy"}, {}, "notice"),
        ({}, {"soft": True}, "notice"),
        ({}, {"status": "undecided"}, "review_required"),
        ({"effect": "notice"}, {"status": "undecided"}, "notice"),
        ({}, {"status": "reminder"}, None),
        ({}, {"status": "reference"}, None),
    ],
)
def test_what_a_rule_counts_for(changed, said, counts) -> None:
    found = rule_record(rule(**changed), **({"status": "applies"} | said))
    assert found["counts_as"] == counts
    assert tuple(found) == RULE_KEYS


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(WEIGHT)), st.sampled_from(["law", "plan"]), st.sampled_from(["yes", "partly", "no"]),
            st.sampled_from(["geometry", "attribute"]), st.sampled_from(["applies", "undecided", "reference"]),
            st.booleans(),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_no_doubt_makes_a_rule_graver(cases) -> None:
    """Nothing that is doubtful weighs more than the effect as written, and the verdict is the gravest of all."""
    said = []
    for effect, kind, verified, checkable, status, soft in cases:
        made = rule_record(rule(effect=effect, kind=kind, verified=verified, checkable=checkable), status, soft=soft)
        weight = len(VERDICTS) if made["counts_as"] is None else VERDICTS.index(made["counts_as"])
        assert weight >= WEIGHT[effect]
        doubtful = kind == "plan" or verified == "no" or checkable != "geometry" or status != "applies" or soft
        assert not (doubtful and made["counts_as"] == "prohibited")
        said.append((weight, made))
    said.sort(key=lambda pair: pair[0])
    findings = pd.DataFrame(
        {
            "site": [0], "state": ["clear"], "reason": [None], "relation": ["disjoint"], "firm": [True],
            "must_be_inside": [False], "rules": [[made for _, made in said]],
        }
    )  # fmt: skip
    worst = min((weight for weight, _ in said), default=len(VERDICTS))
    expected = VERDICTS[worst] if worst < len(VERDICTS) else "nothing_found"
    assert verdicts_under_law(findings, [[]], [[]]).tolist() == [expected]
    if worst == len(VERDICTS):
        assert verdicts_under_law(findings, [[]], [["redline"]]).tolist() == ["not_checked"]


@pytest.mark.parametrize(
    ("wanted", "zone", "redline", "fit"),
    [
        ((), None, False, True),
        (("一级保护区",), "一级保护区", False, True),
        (("一级保护区",), "一级水源保护区", False, True),
        (("一级保护区",), "二级保护区", False, False),
        (("一级保护区",), None, False, None),
        (("一级保护区",), "甲区", False, None),
        (("核心保护区",), "核心区", False, None),
        (("核心区", "缓冲区"), "一般控制区", False, None),
        (("核心区",), "实验区", False, False),
        (("自然保护地核心保护区",), "核心保护区", True, True),
        (("自然保护地核心保护区",), "核心保护区", False, False),
        (("自然保护地核心保护区外",), None, True, True),
        (("长江支流",), "长江重要支流", False, True),
        (("长江重要支流",), "长江支流", False, None),
        (("长江重要支流",), "长江干流", False, False),
    ],
)
def test_zones(wanted, zone, redline, fit) -> None:
    assert mark_fits_rule(rule(zone=wanted), (zone, None, True), redline=redline)[0] is fit


def test_hydropower_in_the_yangtze_basin_needs_review_wherever_it_stands(make_layer, counties) -> None:
    site = read_sites(geojson(shapely.box(116.4, 27.4, 116.41, 27.41)), "a.geojson")
    result = check(site, [make_layer(shapely.box(117, 27, 117.1, 27.1))], counties, activity="hydropower")
    assert result.sites["verdict"].tolist() == ["review_required"]
    assert result.sites["reminders"][0][0]["id"] == "yrpl-23"
    loose = {one["id"]: one for one in result.sites["reminders"][0]}
    assert loose["any-code-58"]["status"] == "reminder"
    assert loose["pf-35"]["open"] == ["not_declared"]


def test_the_digest_is_of_the_tables() -> None:
    assert len(rules_digest()) == 64
    assert rules_digest() == rules_digest()


def test_lists_of_a_territory() -> None:
    jiangxi, yangzhou = frozenset({"360000"}), frozenset({"321000"})
    assert "ecological_space" not in set(required_layers("factory", jiangxi)["stands_for"])
    assert "ecological_space" in set(required_layers("factory", yangzhou)["stands_for"])
    assert len(required_layers("factory")) == len(required_layers("factory", jiangxi | yangzhou))
    assert set(questions("factory")) <= set(FLAGS)


def test_every_code_is_worded() -> None:
    tables = LAW_TABLES
    rooms = {
        "effect": tables["rules"].column("effect").allowed,
        "status": ("applies", "undecided", "reminder", "reference"),
        "authority": AUTHORITIES,
        "verified": tables["rules"].column("verified").allowed,
        "stage": tables["approval_paths"].column("stage").allowed,
        "condition": CONDITIONS,
        "family": tables["activities"].column("family").allowed,
        "flag": FLAGS,
        "works": ("new", "rebuild", "expand"),
        "layer": LAW_LAYERS[:-1],
        "open": (
            "not_loaded", "load_failed", "no_features", "no_shapes", "no_layer", "not_declared", "zone_unknown",
            "zone_generation", "type_unknown", "centreline", "flag", "limited_unverified", "core_not_told_apart",
        ),
        "assumed": ("core_not_told_apart", "concentrated_not_told_apart"),
    }  # fmt: skip
    for room, codes in rooms.items():
        for code in codes:
            assert has(f"siting.{room}_{code}"), f"{room}_{code}"
    assert set(read_law("activities")["family"]) <= set(rooms["family"])
