"""HTML of the result of one site: verdict with its reasons, size, and a row for each layer with margin and rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from carto.markup import Markup, style
from carto.style import THEME
from geo.crs import offset_name
from geo.measure import MEETING
from layers.law import law_texts
from siting.answer import Standing, accuracy_name, standing_of, standing_text
from siting.records import FindingRecord, RuleRecord
from snapshot.findings import amount, counts_text, details, exact_area_text, length_text
from views.parts.findings.site_view import (
    SiteResult,
    counties_text,
    layer_title,
    metres,
    named_features,
    rule_code_text,
    square_metres,
)
from views.session import html_of, lang, say, show_html, system_text

__all__ = [
    "COLOURS",
    "CSS",
    "answer_html",
    "clause_text",
    "facts_html",
    "findings_html",
    "rules_html",
    "show_answer",
    "show_verdict",
    "verdict_html",
]

COLOURS: Final = {
    "prohibited": THEME["prohibited"],
    "review_required": "#b8430b",
    "notice": "#6f6100",
    "nothing_found": "#14662c",
    "not_checked": "#4a545c",
}
"""Background colour of each verdict, dark enough for white text."""

CSS: Final = "views/parts/findings/templates/findings.css"
_MARKS: Final[dict[Standing, tuple[str, str]]] = {
    "overlap": ("●", "hit"),
    "too_near": ("●", "hit"),
    "within_accuracy": ("◐", "indicative"),
    "off": ("✓", "clear"),
    "not_checked": ("?", "not_checked"),
}
"""Mark and CSS class of how a site lies to a layer that decides."""
_SMALL: Final = Markup("<small>{}</small>")
_NEAR_M: Final = 1000.0
_MAX_REASONS: Final = 5
_GRAVEST_FIRST: Final = ("prohibited", "review_required", "notice")


def show_verdict(site_result: SiteResult) -> None:
    """Show verdict and sentence of the answer: short enough to stay in sight."""
    show_html(style(CSS), verdict_html(site_result))


def show_answer(site_result: SiteResult) -> None:
    """Show the rest of the answer: reasons, next steps, what could not be checked."""
    show_html(style(CSS), answer_html(site_result))


def verdict_html(site_result: SiteResult) -> Markup:
    """Return verdict, sentence and counts of the answer."""
    summary = site_result.summary
    return html_of(
        "views/parts/findings/templates/verdict.html",
        summary=summary,
        colour=COLOURS[summary["verdict"]],
        counts=counts_text(summary, lang()),
        lang=lang(),
    )


def answer_html(site_result: SiteResult) -> Markup:
    """Return reasons and next steps of the answer, and what could not be checked."""
    return html_of(
        "views/parts/findings/templates/answer.html",
        summary=site_result.summary,
        missing=len(site_result.site["missing_required"]),
        lang=lang(),
    )


def _summary_text(rule: RuleRecord) -> str:
    """Return what a clause says, in our words and the session's language."""
    summary = rule["summary"] if lang() == "zh" else rule.get("summary_en") or rule["summary"]
    return str(summary).rstrip("。.")


def clause_text(rule: RuleRecord) -> str:
    """Return the title of the law and the article of a rule in the session's language."""
    if lang() == "zh" or not rule.get("title_en"):
        return str(rule["clause"])
    return f"{rule['title_en']} {rule.get('article') or ''}".strip()


def facts_html(site_result: SiteResult, *, areas: bool = True) -> Markup:
    """Return counties, areas or length, and coordinate system with its evidence as HTML, a line each."""
    now, site = lang(), site_result.site
    lines = [counties_text(site)]
    sizes = (("ellipsoid", site["area_m2"]), ("plane", site["plane_area_m2"]), ("declared", site["declared_area_m2"]))
    if areas:
        lines += [say(f"views.area_{kind}", area=exact_area_text(m2, now)) for kind, m2 in sizes if m2 is not None]
    if site["length_m"] is not None:
        lines.append(say("views.length", length=length_text(site["length_m"], now)))
    crs = site["crs"]
    evidence = say("snapshot.sentence_break").join(one[now] for one in crs["evidence"])
    lines.append(say("views.crs_line", system=_system_text(crs["declared"], crs["used"]), evidence=evidence))
    return Markup('<div class="rl-facts">{}</div>').format(Markup("<br>").join(lines))


def _system_text(declared: str | None, used: str) -> str:
    """Return the name of the system that coordinates are in: a web map's own, else the one they were taken for."""
    code = declared if declared is not None and offset_name(declared) else used
    return system_text(code).removeprefix(code).strip() or code


def findings_html(site_result: SiteResult) -> Markup:
    """Return the findings as HTML, a row for each layer, in the order of `SiteResult.findings`.

    What was not checked is folded into one line.
    """
    rows = [_finding_values(site_result, row) for row in site_result.findings]
    return html_of(
        "views/parts/findings/templates/findings.html",
        rows=[row for row in rows if row["state"] != "not_checked"],
        not_checked=[row for row in rows if row["state"] == "not_checked"],
    )


def _finding_values(site_result: SiteResult, row: FindingRecord) -> dict[str, Any]:
    """Return the values of the template for a finding."""
    now, state = lang(), row["state"]
    title = layer_title(site_result.specs, row["layer"])
    mark, css_class = _MARKS[standing_of(row)]
    state_text = standing_text(row, now)
    if state == "indicative":
        mark, css_class = ("△", "far") if css_class == "clear" else ("▲", "indicative")
    if row["must_be_inside"]:
        title = f"{title} · {say('check_page.must_inside')}"
        if state in {"hit", "clear"}:
            inside = row["relation"] == "within"
            mark, css_class = ("✓", "clear") if inside else ("●", "hit")
            partly = row["relation"] in MEETING
            state_text = say(f"check_page.{'inside' if inside else 'partly_outside' if partly else 'outside'}")
    shown = {**row, "county_only": named_features(row["layer"], row["county_only"])}
    lines = [_SMALL.format(text) for text in (amount(shown, now), details(shown, now)) if text]
    lines += _margin_lines(row)
    return {
        "layer": row["layer"],
        "state": state,
        "tone": css_class,
        "mark": mark,
        "word": state_text,
        "lines": [Markup(" ").join([title, *lines])] if state == "not_checked" else [*filter(None, [title]), *lines],
        "rules": rules_html(row["rules"], opened=site_result.site["verdict"]),
    }


def _margin_lines(row: FindingRecord) -> list[Markup]:
    """Return HTML lines on a finding: areas inside and outside, the margin against the accuracy, a suspected sliver."""
    found = []
    inside_m2, outside_m2 = row["inside_m2"], row["outside_m2"]
    if row["must_be_inside"] and inside_m2 is not None and outside_m2 is not None:
        sizes = {"inside": square_metres(inside_m2), "outside": square_metres(outside_m2)}
        found.append(_SMALL.format(say("check_page.inside_outside", **sizes)))
    margin, accuracy = row["margin_m"], row["accuracy_m"]
    near = row["relation"] in MEETING or row["firm"] is False or (margin is not None and margin <= _NEAR_M)
    if margin is not None and row["state"] != "not_checked" and near:
        key = {False: "margin_near", True: "margin_firm", None: "margin_open"}[row["firm"]]
        if row["firm"] is False and row["state"] == "indicative":
            key = "margin_soft"
        if key != "margin_firm" and row.get("margin_is") == "at_least":
            key += "_least"
        lengths = {"margin": metres(margin)} | ({"accuracy": metres(accuracy)} if accuracy is not None else {})
        written = Markup('<small class="rl-survey">{}</small>') if key.startswith("margin_near") else _SMALL
        found.append(written.format(say(f"check_page.{key}", what=accuracy_name(row, lang()), **lengths)))
    if margin is None and row["reason"] == "modelled":
        found.append(_SMALL.format(say("check_page.margin_modelled")))
    if row["sliver"]:
        found.append(Markup('<small class="rl-sliver">{}</small>').format(say("check_page.sliver")))
    return found


def rules_html(
    rules: Sequence[RuleRecord], *, opened: str | None = None, title: str | None = None, few: int = 0
) -> Markup:
    """Return rules as HTML under a fold: summary, clause, authority, days in force, effect on the verdict.

    Parameters
    ----------
    rules : sequence of RuleRecord
    opened : str, optional
        A verdict: unfolded if a rule counts as it and it is prohibited or review_required.
    title : str, optional
        Heading of the fold; the number of rules by default.
    few : int
        Unfolded if there are at most so many rules.
    """
    if not rules:
        return Markup()
    grave = any(rule["counts_as"] == opened and opened in _GRAVEST_FIRST[:2] for rule in rules)
    return html_of(
        "views/parts/findings/templates/rules.html",
        open=grave or len(rules) <= few,
        head=title or say("check_page.clauses", count=len(rules)),
        rules=[_rule_values(rule) for rule in rules],
    )


def _rule_values(rule: RuleRecord) -> dict[str, Any]:
    """Return the values of the template for a rule."""
    counts = rule["counts_as"]
    colour = COLOURS.get(counts or "", THEME["open"])
    tag = say(f"siting.verdict_{counts}") if counts else say(f"check_page.status_{rule['status']}")
    facts = [
        say(f"check_page.rank_{rule['authority']}"),
        _in_force_text(rule),
        say(f"check_page.effect_{rule['effect']}"),
    ]
    facts += [say(f"check_page.status_{rule['status']}")] if counts else [say("check_page.counts_none")]
    if rule["verified"] != "yes":
        facts.append(say(f"check_page.verified_{rule['verified']}"))
    lines = [" · ".join(facts)]
    distance_m, measured_m = rule.get("distance_m"), rule.get("measured_m")
    if distance_m is not None and measured_m is not None:
        lines.append(say("check_page.rule_distance", asked=metres(distance_m), measured=metres(measured_m)))
    for key, codes in (("open_line", rule["open"]), ("assumed_line", rule["assumed"])):
        if codes:
            what = say("snapshot.and").join(rule_code_text(code) for code in codes)
            lines.append(say(f"check_page.{key}", what=what))
    clause, summary = clause_text(rule), _summary_text(rule)
    quotes = law_texts().quotes(rule.get("title", ""), rule.get("article", ""))
    return {"colour": colour, "tag": tag, "clause": clause, "summary": summary, "small": lines, "quotes": quotes}


def _in_force_text(rule: RuleRecord) -> str:
    since, until = rule["in_force_from"], rule["in_force_to"]
    if not since:
        return say("check_page.in_force_unknown")
    if until:
        return say("check_page.in_force_till", from_day=since, to_day=until)
    return say("check_page.in_force", from_day=since)
