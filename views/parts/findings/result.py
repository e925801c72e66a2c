"""What a check found of one site: verdict with its reasons, size, and every layer with margin and clauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from carto.markup import Markup, style
from carto.style import THEME
from geo.measure import MEETING
from siting.records import FindingRecord, RuleRecord, SiteRecord
from snapshot.findings import amount, area_text, details, length_text
from views.parts.findings.site_view import (
    Seen,
    code_text,
    counties_text,
    layer_title,
    metres,
    named_features,
    square_metres,
    word_title,
)
from views.session import html_of, lang, say, show_html

__all__ = ["COLOURS", "CSS", "clause_text", "facts_html", "findings_html", "rules_html", "show_verdict", "verdict_html"]

COLOURS: Final = {
    "prohibited": THEME["prohibited"],
    "review_required": "#b8430b",
    "notice": "#6f6100",
    "nothing_found": "#14662c",
    "not_checked": "#4a545c",
}
"""Of verdicts; white text reads on each."""

CSS: Final = "views/parts/findings/templates/findings.css"
_MARKS: Final = {"hit": "●", "indicative": "▲", "clear": "✓", "not_checked": "?"}
_SMALL: Final = Markup("<small>{}</small>")
_NEAR_M: Final = 1000.0
_MOST_REASONS: Final = 5
_SPOKEN: Final = ("prohibited", "review_required", "notice")


def show_verdict(seen: Seen) -> None:
    """Show the verdict with its reasons."""
    show_html(style(CSS), verdict_html(seen, reasons=True))


def verdict_html(seen: Seen, *, reasons: bool = False) -> Markup:
    """Return the banner: the verdict in a planner's words, the count of each state, and why."""
    site = seen.site
    counts = {state: sum(f["state"] == state for f in site["findings"]) for state in _MARKS}
    shown: list[str] = []
    if reasons:
        why = _reasons(seen)
        more = len(why) - _MOST_REASONS
        shown = why[:_MOST_REASONS] + ([say("check_page.because_more", count=more)] if more > 0 else [])
        shown += _unsettled(site)
    return html_of(
        "views/parts/findings/templates/verdict.html",
        verdict=site["verdict"],
        colour=COLOURS[site["verdict"]],
        reasons=shown,
        counts=counts,
    )


def _reasons(seen: Seen) -> list[str]:
    """Say what the verdict rests on: rules, one line a layer; then what asks to be looked at."""
    site, code = seen.site, seen.site["verdict"]
    why = []
    for finding in seen.findings:
        rules = [rule for rule in finding["rules"] if rule["counts_as"] == code]
        if rules:
            why.append(_by_rules("because_rule", rules, layer=layer_title(seen.specs, finding["layer"])))
    loose = [rule for rule in site["reminders"] if rule["counts_as"] == code]
    why += [_by_rules("because_reminder", loose)] if loose else []
    near = [text for finding in seen.findings if (text := _why_look(seen, finding))]
    return [*why, *(near if code == "notice" else [])]


def _by_rules(key: str, rules: Sequence[RuleRecord], **values: str) -> str:
    """Return the first of some rules, and how many more there are."""
    text = say(f"check_page.{key}", **values, **_cited(rules[0]))
    return text if len(rules) == 1 else text + say("check_page.because_others", count=len(rules) - 1)


def _unsettled(site: SiteRecord) -> list[str]:
    """Say what keeps the verdict from being more than it is."""
    if site["missing_required"]:
        names = say("snapshot.and").join(word_title(word) for word in site["missing_required"])
        return [say("check_page.because_missing", layers=names)]
    return [say("check_page.because_open")] if site["verdict"] == "not_checked" else []


def _cited(rule: RuleRecord) -> dict[str, str]:
    summary = rule["summary"] if lang() == "zh" else rule.get("summary_en") or rule["summary"]
    return {"summary": str(summary).rstrip("。."), "clause": clause_text(rule)}


def _why_look(seen: Seen, finding: FindingRecord) -> str:
    """Say why a finding without a rule asks to be looked at."""
    title = layer_title(seen.specs, finding["layer"])
    if finding["must_be_inside"]:
        return ""
    if finding["relation"] in MEETING:
        return say("check_page.because_met", layer=title, amount=amount(finding, lang()))
    if finding["state"] == "clear" and finding["firm"] is False:
        return say("check_page.because_near", layer=title)
    return ""


def clause_text(rule: RuleRecord) -> str:
    """Return title and article in the session's language."""
    if lang() == "zh" or not rule.get("title_en"):
        return str(rule["clause"])
    return f"{rule['title_en']} {rule.get('article') or ''}".strip()


def facts_html(seen: Seen, *, areas: bool = True) -> Markup:
    """Return county, size and where the coordinate system is from, a line each."""
    now, site = lang(), seen.site
    lines = [counties_text(site)]
    sizes = (("ellipsoid", site["area_m2"]), ("plane", site["plane_area_m2"]), ("declared", site["declared_area_m2"]))
    if areas:
        lines += [say(f"views.area_{kind}", area=area_text(m2, now)) for kind, m2 in sizes if m2 is not None]
    if site["length_m"] is not None:
        lines.append(say("views.length", length=length_text(site["length_m"], now)))
    crs = site["crs"]
    evidence = say("snapshot.sentence_break").join(one[now] for one in crs["evidence"])
    lines.append(say("views.crs_line", declared=crs["declared"], used=crs["used"], evidence=evidence))
    return Markup('<div class="rl-facts">{}</div>').format(Markup("<br>").join(lines))


def findings_html(seen: Seen) -> Markup:
    """Return one row a layer: what was met first, what could not be checked last."""
    return html_of("views/parts/findings/templates/findings.html", rows=[_finding(seen, row) for row in seen.findings])


def _finding(seen: Seen, row: FindingRecord) -> dict[str, Any]:
    """Return what the template writes of a finding."""
    now, state = lang(), row["state"]
    title = layer_title(seen.specs, row["layer"])
    mark, word, tone = _MARKS[state], say(f"siting.state_{state}"), state
    if state == "clear" and row["rules"] and row["rules"][0]["counts_as"] in _SPOKEN[:2]:
        mark, word, tone = "●", say("check_page.too_near"), "hit"
    elif state == "clear" and row["firm"] is False:
        mark, word, tone = "◐", say("check_page.within_accuracy"), "indicative"
    if row["must_be_inside"]:
        title = f"{title} · {say('check_page.must_inside')}"
        if state in {"hit", "clear"}:
            held = row["relation"] == "within"
            mark, tone = ("✓", "clear") if held else ("●", "hit")
            partly = row["relation"] in MEETING
            word = say(f"check_page.{'inside' if held else 'partly_outside' if partly else 'outside'}")
    shown = {**row, "county_only": named_features(row["layer"], row["county_only"])}
    lines = [_SMALL.format(text) for text in (amount(shown, now), details(shown, now)) if text]
    lines += _how_far(row)
    return {
        "layer": row["layer"],
        "state": state,
        "tone": tone,
        "mark": mark,
        "word": word,
        "lines": [Markup(" ").join([title, *lines])] if state == "not_checked" else [*filter(None, [title]), *lines],
        "rules": rules_html(row["rules"], opened=seen.site["verdict"]),
    }


def _how_far(row: FindingRecord) -> list[Markup]:
    """Say what is inside and outside, how far off would change the finding, and what looks like two lines that miss."""
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
        found.append(written.format(say(f"check_page.{key}", **lengths)))
    if margin is None and row["reason"] == "modelled":
        found.append(_SMALL.format(say("check_page.margin_modelled")))
    if row["sliver"]:
        found.append(Markup('<small class="rl-sliver">{}</small>').format(say("check_page.sliver")))
    return found


def rules_html(
    rules: Sequence[RuleRecord], *, opened: str | None = None, title: str | None = None, few: int = 0
) -> Markup:
    """Return clauses to be unfolded: what each says, by whom, since when, and what it counts for.

    Parameters
    ----------
    rules : sequence of RuleRecord
    opened : str, optional
        A verdict: shown unfolded where a rule counts as it.
    title : str, optional
        What stands on the fold; the number of clauses without.
    few : int
        Shown unfolded where there are no more.
    """
    if not rules:
        return Markup()
    grave = any(rule["counts_as"] == opened and opened in _SPOKEN[:2] for rule in rules)
    return html_of(
        "views/parts/findings/templates/rules.html",
        open=grave or len(rules) <= few,
        head=title or say("check_page.clauses", count=len(rules)),
        rules=[_rule(rule) for rule in rules],
    )


def _rule(rule: RuleRecord) -> dict[str, Any]:
    """Return what the template writes of a clause."""
    counts = rule["counts_as"]
    colour = COLOURS.get(counts or "", THEME["open"])
    tag = say(f"siting.verdict_{counts}") if counts else say(f"check_page.status_{rule['status']}")
    facts = [say(f"check_page.rank_{rule['authority']}"), _days(rule), say(f"check_page.effect_{rule['effect']}")]
    facts += [say(f"check_page.status_{rule['status']}")] if counts else [say("check_page.counts_none")]
    if rule["verified"] != "yes":
        facts.append(say(f"check_page.verified_{rule['verified']}"))
    lines = [" · ".join(facts)]
    distance_m, measured_m = rule.get("distance_m"), rule.get("measured_m")
    if distance_m is not None and measured_m is not None:
        lines.append(say("check_page.rule_distance", asked=metres(distance_m), measured=metres(measured_m)))
    for key, codes in (("open_line", rule["open"]), ("assumed_line", rule["assumed"])):
        if codes:
            what = say("snapshot.and").join(code_text(code) for code in codes)
            lines.append(say(f"check_page.{key}", what=what))
    clause, summary = clause_text(rule), _cited(rule)["summary"]
    return {"colour": colour, "tag": tag, "clause": clause, "summary": summary, "small": lines}


def _days(rule: RuleRecord) -> str:
    since, until = rule["in_force_from"], rule["in_force_to"]
    if not since:
        return say("check_page.in_force_unknown")
    if until:
        return say("check_page.in_force_till", from_day=since, to_day=until)
    return say("check_page.in_force", from_day=since)
