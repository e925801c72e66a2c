"""What a check found of one site: verdict with its reasons, size, and every layer with margin and clauses."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from geo.measure import MEETING
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
from views.session import lang, say

__all__ = ["COLOURS", "clause_text", "facts_html", "findings_html", "rules_html", "show_verdict", "verdict_html"]

Row = Mapping[str, Any]

COLOURS: Final = {
    "prohibited": "#8f1d15",
    "review_required": "#b8430b",
    "notice": "#6f6100",
    "nothing_found": "#14662c",
    "not_checked": "#4a545c",
}
"""Of verdicts; white text reads on each."""

_MARKS: Final = {"hit": "●", "indicative": "▲", "clear": "✓", "not_checked": "?"}
_NEAR_M: Final = 1000.0
_MOST_REASONS: Final = 5
_SPOKEN: Final = ("prohibited", "review_required", "notice")

CSS: Final = """
<style>
.rl-verdict { border-radius: 6px; color: #fff; padding: .45rem .7rem; font-weight: 600; }
.rl-verdict small { font-weight: 400; display: block; opacity: .95; }
.rl-verdict + .rl-facts { margin-bottom: .6rem; }
[data-testid=stMarkdownContainer]:has(> .rl-verdict), [data-testid=stMarkdownContainer]:has(> .rl-hint) {
  padding-bottom: .6rem; }
.rl-verdict ul { margin: .3rem 0 .1rem 0; padding-left: 1.1rem; font-weight: 400; font-size: .9rem; }
.rl-verdict li { margin: 0; line-height: 1.45; }
.rl-facts { font-size: .86rem; color: #33423a; margin: .4rem 0 .2rem 0; line-height: 1.55; overflow-wrap: anywhere; }
.rl-find { width: 100%; border-collapse: collapse; font-size: .86rem; }
.rl-find td { border: 0; border-bottom: 1px solid #e6ebe7; padding: .35rem .3rem; vertical-align: top;
  overflow-wrap: anywhere; }
.rl-find > tbody > tr > td:first-child { width: 6em; white-space: nowrap; font-weight: 600; }
.rl-find small { color: #55635b; }
.rl-find .rl-survey { color: #8f1d15; font-weight: 600; } .rl-find .rl-sliver { color: #6a1b9a; font-weight: 600; }
.rl-hit { color: #b3261e; } .rl-indicative { color: #8a5a00; }
.rl-clear { color: #17692f; } .rl-not_checked { color: #57606a; }
.rl-rules { margin: .25rem 0; } .rl-rules summary { cursor: pointer; color: #1f6f50; font-size: .84rem; }
.rl-rules ul { margin: .2rem 0 .2rem 0; padding-left: 1.1rem; }
.rl-rules li { margin: 0 0 .3rem 0; font-size: .84rem; line-height: 1.45; }
.rl-tag { display: inline-block; border-radius: 3px; padding: 0 .4em; font-size: .78rem; margin-right: .35em;
  color: #fff; background: #57606a; }
</style>
"""


def show_verdict(seen: Seen) -> None:
    """Show the verdict with its reasons."""
    st.markdown(CSS + verdict_html(seen, reasons=True), unsafe_allow_html=True)


def verdict_html(seen: Seen, *, reasons: bool = False) -> str:
    """Return the banner: the verdict in a planner's words, the count of each state, and why."""
    site = seen.site
    counts = {state: sum(f["state"] == state for f in site["findings"]) for state in _MARKS}
    listed = ""
    if reasons:
        why = _reasons(seen)
        more = len(why) - _MOST_REASONS
        shown = why[:_MOST_REASONS] + ([say("check_page.because_more", count=more)] if more > 0 else [])
        shown += _unsettled(site)
        listed = "<ul>" + "".join(f"<li>{html.escape(one)}</li>" for one in shown) + "</ul>" if shown else ""
    return (
        f'<div class="rl-verdict" data-verdict="{site["verdict"]}" style="background:{COLOURS[site["verdict"]]}">'
        f"{html.escape(say('siting.verdict_' + site['verdict']))}{listed}"
        f"<small>{html.escape(say('views.counts', **counts))}</small></div>"
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


def _by_rules(key: str, rules: Sequence[Row], **told: str) -> str:
    """Return the first of some rules, and how many more there are."""
    text = say(f"check_page.{key}", **told, **_cited(rules[0]))
    return text if len(rules) == 1 else text + say("check_page.because_others", count=len(rules) - 1)


def _unsettled(site: Row) -> list[str]:
    """Say what keeps the verdict from being more than it is."""
    if site["missing_required"]:
        names = say("snapshot.and").join(word_title(word) for word in site["missing_required"])
        return [say("check_page.because_missing", layers=names)]
    return [say("check_page.because_open")] if site["verdict"] == "not_checked" else []


def _cited(rule: Row) -> dict[str, str]:
    summary = rule["summary"] if lang() == "zh" else rule.get("summary_en") or rule["summary"]
    return {"summary": str(summary).rstrip("。."), "clause": clause_text(rule)}


def _why_look(seen: Seen, finding: Row) -> str:
    """Say why a finding without a rule asks to be looked at."""
    title = layer_title(seen.specs, finding["layer"])
    if finding["must_be_inside"]:
        return ""
    if finding["relation"] in MEETING:
        return say("check_page.because_met", layer=title, amount=amount(finding, lang()))
    if finding["state"] == "clear" and finding["firm"] is False:
        return say("check_page.because_near", layer=title)
    return ""


def clause_text(rule: Row) -> str:
    """Return title and article in the session's language."""
    if lang() == "zh" or not rule.get("title_en"):
        return str(rule["clause"])
    return f"{rule['title_en']} {rule.get('article') or ''}".strip()


def facts_html(seen: Seen, *, areas: bool = True) -> str:
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
    return '<div class="rl-facts">' + "<br>".join(html.escape(line) for line in lines) + "</div>"


def findings_html(seen: Seen) -> str:
    """Return one row a layer: what was met first, what could not be checked last."""
    return f'<table class="rl-find"><tbody>{"".join(_finding(seen, row) for row in seen.findings)}</tbody></table>'


def _finding(seen: Seen, row: Row) -> str:
    now, state = lang(), row["state"]
    title = layer_title(seen.specs, row["layer"])
    mark, word, colour = _MARKS[state], say(f"siting.state_{state}"), state
    if state == "clear" and row["rules"] and row["rules"][0]["counts_as"] in _SPOKEN[:2]:
        mark, word, colour = "●", say("check_page.too_near"), "hit"
    elif state == "clear" and row["firm"] is False:
        mark, word, colour = "◐", say("check_page.within_accuracy"), "indicative"
    if row["must_be_inside"]:
        title = f"{title} · {say('check_page.must_inside')}"
        if state in {"hit", "clear"}:
            held = row["relation"] == "within"
            mark, colour = ("✓", "clear") if held else ("●", "hit")
            partly = row["relation"] in MEETING
            word = say(f"check_page.{'inside' if held else 'partly_outside' if partly else 'outside'}")
    told = {**row, "county_only": named_features(row["layer"], row["county_only"])}
    parts = [f"<small>{html.escape(text)}</small>" for text in (amount(told, now), details(told, now)) if text]
    parts += _how_far(row)
    if state == "not_checked":
        title, parts = "", [f"{html.escape(title)} {' '.join(parts)}"]
    return (
        f'<tr data-layer="{html.escape(row["layer"])}" data-state="{state}"><td class="rl-{colour}">{mark} '
        f"{html.escape(word)}</td><td>{'<br>'.join(filter(None, [html.escape(title), *parts]))}"
        f"{rules_html(row['rules'], opened=seen.site['verdict'])}</td></tr>"
    )


def _how_far(row: Row) -> list[str]:
    """Say what is inside and outside, how far off would change the finding, and what looks like two lines that miss."""
    found = []
    if row["inside_m2"] is not None and row["must_be_inside"]:
        sizes = {"inside": square_metres(row["inside_m2"]), "outside": square_metres(row["outside_m2"])}
        found.append(f"<small>{html.escape(say('check_page.inside_outside', **sizes))}</small>")
    margin, accuracy = row["margin_m"], row["accuracy_m"]
    near = row["relation"] in MEETING or row["firm"] is False or (margin is not None and margin <= _NEAR_M)
    if margin is not None and row["state"] != "not_checked" and near:
        key = {False: "margin_near", True: "margin_firm", None: "margin_open"}[row["firm"]]
        if row["firm"] is False and row["state"] == "indicative":
            key = "margin_soft"
        if key != "margin_firm" and row.get("margin_is") == "at_least":
            key += "_least"
        told = {"margin": metres(margin)} | ({"accuracy": metres(accuracy)} if accuracy is not None else {})
        css = ' class="rl-survey"' if key.startswith("margin_near") else ""
        found.append(f"<small{css}>{html.escape(say(f'check_page.{key}', **told))}</small>")
    if margin is None and row["reason"] == "modelled":
        found.append(f"<small>{html.escape(say('check_page.margin_modelled'))}</small>")
    if row["sliver"]:
        found.append(f'<small class="rl-sliver">{html.escape(say("check_page.sliver"))}</small>')
    return found


def rules_html(rules: Sequence[Row], *, opened: str | None = None, title: str | None = None) -> str:
    """Return clauses to be unfolded: what each says, by whom, since when, and what it counts for.

    Parameters
    ----------
    rules : list of dict
        As docs/check.schema.json has them.
    opened : str, optional
        A verdict: shown unfolded where a rule counts as it.
    title : str, optional
        What stands on the fold; the number of clauses without.
    """
    if not rules:
        return ""
    grave = any(rule["counts_as"] == opened and opened in _SPOKEN[:2] for rule in rules)
    head = title or say("check_page.clauses", count=len(rules))
    items = "".join(f"<li>{_rule(rule)}</li>" for rule in rules)
    return (
        f'<details class="rl-rules"{" open" if grave else ""}><summary>{html.escape(head)}</summary>'
        f"<ul>{items}</ul></details>"
    )


def _rule(rule: Row) -> str:
    """Return one clause."""
    counts = rule["counts_as"]
    colour = COLOURS.get(counts or "", "#57606a")
    tag = say(f"siting.verdict_{counts}") if counts else say(f"check_page.status_{rule['status']}")
    head = f'<span class="rl-tag" style="background:{colour}">{html.escape(tag)}</span>'
    facts = [say(f"check_page.rank_{rule['authority']}"), _days(rule), say(f"check_page.effect_{rule['effect']}")]
    facts += [say(f"check_page.status_{rule['status']}")] if counts else [say("check_page.counts_none")]
    if rule["verified"] != "yes":
        facts.append(say(f"check_page.verified_{rule['verified']}"))
    lines = [html.escape(_cited(rule)["summary"]), f"<small>{html.escape(' · '.join(facts))}</small>"]
    if rule.get("measured_m") is not None and rule.get("distance_m") is not None:
        asked = {"asked": metres(rule["distance_m"]), "measured": metres(rule["measured_m"])}
        lines.append(f"<small>{html.escape(say('check_page.rule_distance', **asked))}</small>")
    for key, codes in (("open_line", rule["open"]), ("assumed_line", rule["assumed"])):
        if codes:
            what = say("snapshot.and").join(code_text(code) for code in codes)
            lines.append(f"<small>{html.escape(say(f'check_page.{key}', what=what))}</small>")
    return f"{head}<b>{html.escape(clause_text(rule))}</b><br>{'<br>'.join(lines)}"


def _days(rule: Row) -> str:
    since, until = rule["in_force_from"], rule["in_force_to"]
    if not since:
        return say("check_page.in_force_unknown")
    if until:
        return say("check_page.in_force_till", from_day=since, to_day=until)
    return say("check_page.in_force", from_day=since)
