"""The answer of a check: what weighs most comes first, far things are no reason, and each door says the same."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import shapely

from geo.read.formats import read_sites
from layers.catalogue.config import read_catalogue
from layers.catalogue.model import Layer, LayerSpec
from siting.answer.amounts import direction_text
from siting.answer.places import place_of
from siting.answer.reasons import reasons_of
from siting.answer.summary import summary_of
from siting.check.run import run_check, settings_of
from siting.records import FindingRecord, RuleRecord, SiteRecord
from snapshot.findings.answer_text import answer_lines
from snapshot.findings.results import as_text, report_json
from tests.helpers import ROOT, geojson

SPECS = {spec.id: spec for spec in read_catalogue(ROOT / "config.toml").layer}
INSIDE_REDLINE = shapely.Point(117.20505217968747, 27.7901783828125).buffer(0.004)
"""Wholly inside the illustrative red line of 资溪."""


def rule(rule_id: str, counts_as: str, would: str | None = None, **changes: Any) -> RuleRecord:
    record = {
        "id": rule_id, "clause": "《某法》 第 1 条", "title": "某法", "title_en": "Some Law", "article": "第 1 条",
        "file_number": "", "authority": "law", "in_force_from": "2020", "in_force_to": None, "effect": "prohibit",
        "status": "applies", "counts_as": counts_as, "would_count_as": would or counts_as, "open": [], "assumed": [],
        "verified": "yes", "summary": "不得建设。", "summary_en": "No building.",
    }  # fmt: skip
    return cast("RuleRecord", record | changes)


def finding(layer: str, rules: list[RuleRecord], **changes: Any) -> FindingRecord:
    record = {
        "layer": layer, "role": "other", "basis": "statutory", "state": "hit", "reason": None, "relation": "overlaps",
        "overlap_m2": 2000.0, "share": 0.2, "distance_m": 0.0, "bearing_deg": None, "length_m": None, "overlap_m": None,
        "must_be_inside": False, "features": [], "zones": [], "nearest": None, "county_only": [], "margin_m": None,
        "margin_is": None, "accuracy_m": None, "firm": None, "sliver": False, "inside_m2": None, "outside_m2": None,
        "rules": rules,
    }  # fmt: skip
    return cast("FindingRecord", record | changes)


def site(*findings: FindingRecord, verdict: str = "prohibited", **changes: Any) -> SiteRecord:
    record = {
        "id": "1", "kind": "polygon", "area_m2": 10_000.0, "length_m": None, "verdict": verdict, "activity": "farm",
        "missing_required": [], "missing_advised": [], "reminders": [], "approval_path": [], "way_out": None,
        "counties": [{"adcode": "361028", "name": "资溪县", "name_en": "Zixi", "share": 1.0}],
        "findings": list(findings),
    }  # fmt: skip
    return cast("SiteRecord", record | changes)


def test_a_ban_comes_before_an_approval_and_the_binding_clause_before_a_principle() -> None:
    principle = rule("principle", "notice", effect="notice")
    approval = rule("approval", "review_required", effect="restrict")
    ban = rule("ban", "prohibited")
    found = reasons_of(
        site(
            finding("wetland", [approval, principle], share=1.0),
            finding("permanent_farmland", [principle, approval, ban], share=0.01),
        ),
        SPECS,
    )
    assert [(reason["layer"], reason["rule"], reason["grade"]) for reason in found] == [
        ("permanent_farmland", "ban", "ban"),
        ("wetland", "approval", "approval"),
    ]
    assert found[0]["more_clauses"] == 2


def test_what_only_illustrates_weighs_as_a_notice_but_says_what_it_would_be() -> None:
    soft = finding("redline_jiangxi", [rule("ban", "notice", "prohibited")], state="indicative", share=1.0)
    summary = summary_of(site(soft, verdict="notice"), SPECS)
    assert summary["reasons"][0]["grade"] == "ban"
    assert summary["reasons"][0]["indicative"]
    assert "若正式图层属实" in summary["sentence"]["zh"]
    assert "100 %" in summary["sentence"]["zh"]
    assert summary["next_steps"][0]["kind"] == "change_site"


def test_of_equal_weight_an_overlap_comes_before_a_distance_and_that_before_the_accuracy() -> None:
    away = {"relation": "disjoint", "state": "clear", "overlap_m2": 0.0, "share": 0.0, "bearing_deg": 45.0}
    near = rule("near", "prohibited", distance_m=1000.0, measured_m=900.0)
    found = reasons_of(
        site(
            finding("wetland", [], **away, distance_m=8.0, margin_m=8.0, accuracy_m=30.0, firm=False),
            finding("river_bank", [near], **away, distance_m=900.0, firm=True),
            finding("heritage", [rule("ban", "prohibited")], share=0.1),
        ),
        SPECS,
    )
    assert [reason["position"] for reason in found] == ["overlap", "within_distance", "within_accuracy"]
    assert "东北侧" in found[1]["text"]["zh"]
    assert "900 米" in found[1]["text"]["zh"]


def test_what_is_far_is_no_reason() -> None:
    far = finding(
        "redline_jiangxi", [], state="indicative", relation="disjoint", overlap_m2=0.0, share=0.0, distance_m=36_000.0
    )
    summary = summary_of(site(far, verdict="not_checked", missing_required=["heritage"]), SPECS)
    assert summary["reasons"] == []
    assert summary["counts"] == {"overlap": 0, "within_accuracy": 0, "too_near": 0, "off": 1, "not_checked": 0}
    assert "不能得出结论" in summary["sentence"]["zh"]
    assert summary["not_checked"] is not None


def test_a_site_that_must_lie_inside_and_strays_says_how_much() -> None:
    strays = finding(
        "town_boundary", [rule("tb", "review_required", effect="restrict", relation="outside")], must_be_inside=True,
        inside_m2=7_500.0, outside_m2=2_500.0,
    )  # fmt: skip
    place = place_of(site(strays), strays, SPECS["town_boundary"])
    assert place is not None
    assert place.text("zh") == "地块 25.0 % 位于城镇开发边界外，0.25 公顷，合 3.75 亩"


def test_outside_every_county_nothing_can_be_checked() -> None:
    assert "之外" in summary_of(site(verdict="not_checked", counties=[]), SPECS)["sentence"]["zh"]


@pytest.mark.parametrize(("bearing", "said"), [(0, "北"), (22, "北"), (23, "东北"), (180, "南"), (337.6, "北")])
def test_directions(bearing: float, said: str) -> None:
    assert direction_text(bearing, "zh") == said


def test_every_door_says_the_same(shipped: dict[str, Layer]) -> None:
    sites = read_sites(geojson(INSIDE_REDLINE), "a.geojson")
    run = run_check(sites, shipped, settings_of(read_catalogue(ROOT / "config.toml"), activity="chemical_project"))
    summary = report_json(run)["sites"][0]["summary"]
    sentence = summary["sentence"]["zh"]
    assert "地块 100 % 位于生态保护红线内" in sentence
    assert "若正式图层属实，化工项目禁止" in sentence
    assert summary["reasons"][0]["rule"] == "rl142-outside-core"
    assert sentence in as_text("table", run, "zh")
    assert sentence in json.loads(as_text("json", run, "zh"))["sites"][0]["summary"]["sentence"]["zh"]
    assert sentence in "\n".join(answer_lines(summary, "zh"))


def test_specs_are_those_of_the_catalogue() -> None:
    assert isinstance(SPECS["redline_jiangxi"], LayerSpec)
