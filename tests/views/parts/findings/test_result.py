"""What the pages write of a finding: the words follow the figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from layers.catalogue.config import read_catalogue
from tests.helpers import ROOT
from views.parts.findings import result as check_result
from views.parts.findings.result import answer_html, findings_html
from views.parts.findings.site_view import SiteResult

RULE: dict[str, Any] = {
    "id": "yz-26-2", "kind": "law", "clause": "《长江保护法》第 26 条", "title_en": "Yangtze River Protection Law",
    "article": "第 26 条", "authority": "law", "in_force_from": "2021-03-01", "in_force_to": None, "effect": "prohibit",
    "status": "applies", "counts_as": "prohibited", "open": [], "assumed": [], "verified": "yes",
    "distance_m": 1000.0, "measured_m": 900.0, "summary": "岸线一公里内不得<新建>化工项目。", "summary_en": "No works.",
}  # fmt: skip
FINDING: dict[str, Any] = {
    "layer": "bank", "state": "clear", "reason": None, "relation": "disjoint", "overlap_m2": None, "share": None,
    "distance_m": 8.0, "length_m": None, "overlap_m": None, "must_be_inside": False, "features": [], "zones": [],
    "nearest": None, "county_only": [], "margin_m": 8.0, "accuracy_m": 30.0, "firm": False, "sliver": False,
    "inside_m2": None, "outside_m2": None, "rules": [], "basis": "published",
}  # fmt: skip


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_result, "lang", lambda: "zh")


def site_result(verdict: str = "notice", missing: tuple[str, ...] = (), **finding: Any) -> SiteResult:
    site = {
        "verdict": verdict,
        "findings": [FINDING | finding],
        "reminders": [],
        "missing_required": list(missing),
        "counties": [],
    }
    return SiteResult(site, {})


def text(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def test_a_margin_within_accuracy_asks_for_a_survey() -> None:
    page = text(findings_html(site_result()))
    assert "再偏 8.0 米即改变结论；精度 30 米，需实测" in page
    assert "在精度之内" in page
    assert "不压占" not in page


def test_a_margin_beyond_accuracy_stands() -> None:
    page = text(findings_html(site_result(margin_m=120.0, firm=True)))
    assert "偏 120 米以内结论不变；精度 30 米" in page
    assert "需实测" not in page


def test_the_accuracy_beside_a_statutory_line_is_the_sites_own() -> None:
    """A statutory line counts as published: what is uncertain is where the site was measured (UX 20)."""
    page = text(findings_html(site_result(basis="statutory", accuracy_m=1.0, margin_m=0.4)))
    assert "地块坐标精度 1.0 米" in page
    assert "地块坐标" not in text(findings_html(site_result()))


def test_what_is_far_and_indicative_does_not_look_like_an_overlap() -> None:
    """122 ha of overlap and a layer 36 km away had one mark (UX 7)."""
    modelled = {"state": "indicative", "reason": "modelled", "firm": None, "margin_m": None}
    far = findings_html(site_result(**modelled, distance_m=36_000.0))
    on = findings_html(site_result(**modelled, relation="overlaps", overlap_m2=1.22e6, share=0.4))
    assert "△ 不压占（示意）" in text(far)
    assert "▲ 压占（示意）" in text(on)
    assert 'class="rl-far"' in far
    assert 'class="rl-indicative"' in on


def test_a_clause_is_quoted_where_the_office_has_given_its_wording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = RULE | {"title": "中华人民共和国长江保护法"}
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    assert "<blockquote" not in findings_html(site_result("prohibited", distance_m=900.0, rules=[rule]))
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "长江保护法.txt").write_text("第二十六条 <原文>如此。", encoding="utf-8")
    page = findings_html(site_result("prohibited", distance_m=900.0, rules=[rule]))
    assert "原文（本单位提供，长江保护法.txt）" in page
    assert "第 26 条　&lt;原文&gt;如此。" in page
    assert "岸线一公里内不得" in page, "our summary stays"


def test_what_was_not_checked_is_one_line() -> None:
    page = findings_html(site_result(state="not_checked", reason="not_loaded", firm=None))
    assert "未核查：1 个图层" in text(page)
    assert page.index("<details") < page.index('data-layer="bank"')


def test_far_and_firm_is_not_worth_a_line() -> None:
    assert "偏" not in text(findings_html(site_result(margin_m=9000.0, distance_m=9000.0, firm=True)))


def test_an_illustrative_line_sends_to_the_official_one() -> None:
    page = text(findings_html(site_result(state="indicative", reason="modelled", accuracy_m=5000.0)))
    assert "须查正式图层" in page


def test_a_distance_that_forbids_does_not_look_clear() -> None:
    page = findings_html(site_result("prohibited", distance_m=900.0, margin_m=100.0, firm=True, rules=[RULE]))
    assert "小于法定距离" in text(page)
    assert "不压占" not in text(page)
    assert 'data-state="clear"' in page
    assert "<details" in page
    assert " open>" in page
    assert "条文要求 1,000 米，实测 900 米" in text(page)
    assert "2021-03-01 起施行" in text(page)
    assert "&lt;新建&gt;" in page


@pytest.mark.parametrize(
    ("relation", "inside", "word"),
    [("within", 100.0, "在其内"), ("overlaps", 40.0, "部分在外"), ("disjoint", 0.0, "在外")],
)
def test_what_must_be_inside_is_told_inside_or_out(relation: str, inside: float, word: str) -> None:
    state = "clear" if relation == "disjoint" else "hit"
    figures = {"inside_m2": inside, "outside_m2": 100.0 - inside}
    page = text(findings_html(site_result(state=state, relation=relation, must_be_inside=True, **figures)))
    assert f" {word} " in page
    assert f"界内 {inside:.2f} 平方米，界外 {100 - inside:.2f} 平方米" in page


def test_a_sliver_is_told_as_such() -> None:
    page = site_result(state="hit", relation="overlaps", overlap_m2=12.0, share=0.001, sliver=True)
    assert "疑似接边误差" in text(findings_html(page))


def test_the_banner_gives_rule_and_missing_layers() -> None:
    spec = next(spec for spec in read_catalogue(ROOT / "config.toml").layer if spec.id == "named_wetlands")
    told = site_result("prohibited", ("permanent_farmland",), layer=spec.id, rules=[RULE], distance_m=900.0)
    page = text(answer_html(SiteResult(told.site, {spec.id: spec})))
    assert "《长江保护法》第 26 条" in page
    assert "永久基本农田" in page
