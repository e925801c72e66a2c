"""The findings that a verdict rests on, each with the clause that weighs most in it, the weightiest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layers.catalogue import LayerSpec
from siting.answer.places import Place, feature_names, place_of
from siting.law import AUTHORITIES
from siting.records import Grade, Position, ReasonRecord, RuleRecord, SiteRecord
from words import Lang, t

__all__ = ["reasons_of"]

_WEIGHTS: Final = ("prohibited", "review_required", "notice", None)
_EFFECTS: Final = ("prohibit", "restrict", "condition", "notice")
_GRADES: Final[tuple[Grade, ...]] = ("ban", "approval", "condition", "attention")
_POSITIONS: Final[tuple[Position, ...]] = ("overlap", "outside", "within_distance", "within_accuracy", "county_only")
_NO_ARTICLE: Final = ("", "未查到")


def reasons_of(site: SiteRecord, specs: Mapping[str, LayerSpec]) -> list[ReasonRecord]:
    """Return the reasons of a site: by what their clauses weigh, then by how the site lies to the layer.

    A layer that the site is off, by more than its accuracy and farther than any clause asks, is no reason.

    Parameters
    ----------
    site : SiteRecord
    specs : mapping of str to LayerSpec
        Catalogue entries by layer id.
    """
    places = [
        place
        for finding in site["findings"]
        if finding["layer"] in specs and (place := place_of(site, finding, specs[finding["layer"]])) is not None
    ]
    ranked = [(place, _clauses(place)) for place in places]
    return [_reason(place, rules) for place, rules in sorted(ranked, key=lambda pair: _rank(*pair))]


def _clauses(place: Place) -> list[RuleRecord]:
    """Return the clauses that count on a finding: the one that binds before a principle or an open one."""
    rules = [rule for rule in place.finding["rules"] if rule["counts_as"]]
    if place.position == "within_distance":
        rules = [rule for rule in rules if rule.get("measured_m") is not None]
    return sorted(rules, key=_rule_rank)


def _rule_rank(rule: RuleRecord) -> tuple[Any, ...]:
    return (
        _WEIGHTS.index(rule["counts_as"]),
        _WEIGHTS.index(_firm_weight(rule)),
        rule["status"] != "applies",
        _EFFECTS.index(rule["effect"]),
        not rule.get("zone"),
        AUTHORITIES.index(rule["authority"]),
        rule["id"],
    )


def _rank(place: Place, rules: list[RuleRecord]) -> tuple[Any, ...]:
    """Return the key that sorts reasons."""
    rule = rules[0] if rules else None
    return (
        _WEIGHTS.index(rule["counts_as"] if rule else None),
        _GRADES.index(_grade(rule)),
        not _is_decided(rule),
        _POSITIONS.index(place.position),
        -(place.finding["share"] or 0.0),
        place.finding["distance_m"] or 0.0,
    )


def _reason(place: Place, rules: list[RuleRecord]) -> ReasonRecord:
    """Return the record of a reason."""
    finding, rule = place.finding, rules[0] if rules else None
    lies_off = place.position in ("within_distance", "within_accuracy")
    return {
        "layer": finding["layer"],
        "position": place.position,
        "grade": _grade(rule),
        "indicative": finding["state"] == "indicative"
        or (rule is not None and rule["counts_as"] != _firm_weight(rule)),
        "decided": _is_decided(rule),
        "features": feature_names(finding, "zh"),
        "overlap_m2": finding["overlap_m2"],
        "overlap_m": finding["overlap_m"],
        "share": finding["share"],
        "distance_m": finding["distance_m"] if lies_off else None,
        "bearing_deg": finding.get("bearing_deg") if lies_off else None,
        "rule": None if rule is None else rule["id"],
        "clause": None if rule is None else _clause_text(rule, "zh"),
        "more_clauses": max(len(rules) - 1, 0),
        "text": {"zh": _text(place, rules, "zh"), "en": _text(place, rules, "en")},
    }


def _firm_weight(rule: RuleRecord) -> str | None:
    """Return what a clause would add to the verdict were its layer statutory; of records before 1.4, what it adds."""
    return rule.get("would_count_as", rule["counts_as"])


def _is_decided(rule: RuleRecord | None) -> bool:
    return rule is None or rule["status"] == "applies"


def _grade(rule: RuleRecord | None) -> Grade:
    """Return what a clause asks, were its layer statutory."""
    weight = None if rule is None else _firm_weight(rule)
    if rule is None or weight not in ("prohibited", "review_required"):
        return "attention"
    if weight == "prohibited":
        return "ban"
    return "condition" if rule["effect"] == "condition" else "approval"


def _clause_text(rule: RuleRecord, lang: Lang) -> str:
    """Return a clause as it is cited: title, number of the text, article."""
    title = (rule.get("title_en") if lang == "en" else None) or rule.get("title")
    if title is None:
        return str(rule["clause"])
    number, article = rule.get("file_number") or "", rule.get("article") or ""
    named = t("answer.clause_numbered" if number else "answer.clause", lang, title=title, number=number)
    return named if article in _NO_ARTICLE else named + t("answer.article", lang, article=article)


def _text(place: Place, rules: list[RuleRecord], lang: Lang) -> str:
    """Return a reason as a sentence: where the site lies, then what the clause says."""
    text = place.text(lang)
    text = text[:1].upper() + text[1:]
    if not rules:
        return text
    rule = rules[0]
    summary = (rule.get("summary_en") if lang == "en" else None) or rule.get("summary") or ""
    key = "answer.reason_clause" if _is_decided(rule) else "answer.reason_open"
    text += t(key, lang, clause=_clause_text(rule, lang), summary=summary.rstrip("。."))
    return text + (t("answer.more_clauses", lang, count=len(rules) - 1) if len(rules) > 1 else "")
