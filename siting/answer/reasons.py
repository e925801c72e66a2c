"""The findings that a verdict rests on, each with the clause that weighs most in it, the weightiest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geo.measure import MEETING
from layers.catalogue import LayerSpec
from layers.law import LAW_LAYERS
from siting.answer.amounts import area_text, direction_text, distance_text, share_text
from siting.law import AUTHORITIES
from siting.records import Bilingual, FindingRecord, Grade, Position, ReasonRecord, RuleRecord, SiteRecord
from words import LANGUAGES, Lang, has, t

__all__ = ["layer_name", "reasons_of"]

_WEIGHTS: Final = ("prohibited", "review_required", "notice", None)
_EFFECTS: Final = ("prohibit", "restrict", "condition", "notice")
_GRADES: Final[tuple[Grade, ...]] = ("ban", "approval", "condition", "attention")
_POSITIONS: Final[tuple[Position, ...]] = ("overlap", "outside", "within_distance", "within_accuracy", "county_only")
_MOST_NAMES: Final = 3


def layer_name(spec: LayerSpec, lang: Lang) -> str:
    """Return what a layer stands for, as the law calls it; its title where the law does not name it."""
    key = f"siting.layer_{spec.stands_for}"
    return t(key, lang) if has(key) else spec.title(lang)


def reasons_of(site: SiteRecord, specs: Mapping[str, LayerSpec]) -> list[ReasonRecord]:
    """Return the reasons of a site: by what their clauses weigh, then by how the site lies to the layer.

    A layer that the site is off, by more than its accuracy and farther than any clause asks, is no reason.

    Parameters
    ----------
    site : SiteRecord
    specs : mapping of str to LayerSpec
        Catalogue entries by layer id.
    """
    found = [
        _reason(site, finding, specs[finding["layer"]], position)
        for finding in site["findings"]
        if finding["layer"] in specs and (position := _position(finding, specs[finding["layer"]])) is not None
    ]
    return [reason for _, reason in sorted(found, key=lambda pair: pair[0])]


def _position(finding: FindingRecord, spec: LayerSpec) -> Position | None:
    """Return how the site lies to the layer of a finding, as far as that is a reason; None for a layer it is off."""
    if finding["state"] == "not_checked":
        return None
    meets = finding["relation"] in MEETING or (finding.get("withheld", False) and finding["state"] == "hit")
    if finding.get("must_be_inside"):
        if finding["relation"] is not None and finding["relation"] != "within":
            return "outside"
        return "within_accuracy" if finding["firm"] is False else None
    if meets:
        return "overlap"
    if any(rule.get("measured_m") is not None and rule["counts_as"] for rule in finding["rules"]):
        return "within_distance"
    if spec.stands_for not in LAW_LAYERS:
        return None
    if finding["firm"] is False:
        return "within_accuracy"
    return "county_only" if finding.get("county_only") else None


def _reason(
    site: SiteRecord, finding: FindingRecord, spec: LayerSpec, position: Position
) -> tuple[tuple[Any, ...], ReasonRecord]:
    """Return a reason with the key that sorts it."""
    rules = sorted((rule for rule in finding["rules"] if rule["counts_as"]), key=_rule_key)
    if position == "within_distance":
        rules = [rule for rule in rules if rule.get("measured_m") is not None]
    rule = rules[0] if rules else None
    grade = _grade(rule)
    decided = rule is None or rule["status"] == "applies"
    indicative = finding["state"] == "indicative" or (
        rule is not None and rule["counts_as"] != rule.get("would_count_as", rule["counts_as"])
    )
    record: ReasonRecord = {
        "layer": finding["layer"],
        "position": position,
        "grade": grade,
        "indicative": indicative,
        "decided": decided,
        "features": _names(finding, "zh"),
        "overlap_m2": finding["overlap_m2"],
        "overlap_m": finding["overlap_m"],
        "share": finding["share"],
        "distance_m": finding["distance_m"] if position not in ("overlap", "county_only") else None,
        "bearing_deg": finding.get("bearing_deg"),
        "rule": None if rule is None else rule["id"],
        "clause": None if rule is None else _clause(rule, "zh"),
        "more_clauses": max(len(rules) - 1, 0),
        "text": {"zh": "", "en": ""},
    }
    record["text"] = _both(lambda lang: _text(site, finding, spec, record, rule, lang))
    order = (
        _WEIGHTS.index(rule["counts_as"] if rule else None),
        _GRADES.index(grade),
        not decided,
        _POSITIONS.index(position),
        -(finding["share"] or 0.0),
        finding["distance_m"] or 0.0,
    )
    return order, record


def _rule_key(rule: RuleRecord) -> tuple[Any, ...]:
    """Return the key that sorts clauses on one finding: the one that binds before a principle or an open one."""
    return (
        _WEIGHTS.index(rule["counts_as"]),
        _WEIGHTS.index(rule.get("would_count_as", rule["counts_as"])),
        rule["status"] != "applies",
        _EFFECTS.index(rule["effect"]),
        not rule.get("zone"),
        AUTHORITIES.index(rule["authority"]),
        rule["id"],
    )


def _grade(rule: RuleRecord | None) -> Grade:
    """Return what a clause asks, were its layer statutory."""
    weight = None if rule is None else rule.get("would_count_as", rule["counts_as"])
    if rule is None or weight not in ("prohibited", "review_required"):
        return "attention"
    if weight == "prohibited":
        return "ban"
    return "condition" if rule["effect"] == "condition" else "approval"


def _names(finding: FindingRecord, lang: Lang) -> list[str]:
    """Return the names of what a site meets, else of what is nearest, each once, at most three."""
    features: Sequence[Mapping[str, Any]] = finding.get("features") or ()
    if not features and finding.get("nearest") is not None:
        features = [finding["nearest"]]  # type: ignore[list-item] -- a record is a mapping
    names = [str(one.get(f"name_{lang}") or one.get("name_zh") or "") for one in features]
    return list(dict.fromkeys(filter(None, names)))[:_MOST_NAMES]


def _clause(rule: RuleRecord, lang: Lang) -> str:
    """Return a clause as it is cited: title, number of the text, article."""
    number = rule.get("file_number") or ""
    title = (rule.get("title_en") if lang == "en" else None) or rule.get("title")
    if title is None:
        return str(rule["clause"])
    article = rule.get("article") or ""
    named = t("answer.clause_numbered" if number else "answer.clause", lang, title=title, number=number)
    return named + ("" if article in ("", "未查到") else t("answer.article", lang, article=article))


def _text(
    site: SiteRecord,
    finding: FindingRecord,
    spec: LayerSpec,
    record: ReasonRecord,
    rule: RuleRecord | None,
    lang: Lang,
) -> str:
    """Return a reason as a sentence: where the site lies, then what the clause says."""
    parts = [place_text(site, finding, spec, record["position"], lang)]
    if rule is not None:
        key = "answer.reason_open" if not record["decided"] else "answer.reason_clause"
        summary = (rule.get("summary_en") if lang == "en" else None) or rule.get("summary") or ""
        parts.append(t(key, lang, clause=_clause(rule, lang), summary=summary.rstrip("。.")))
        if record["more_clauses"]:
            parts.append(t("answer.more_clauses", lang, count=record["more_clauses"]))
    return "".join(parts)


def place_text(site: SiteRecord, finding: FindingRecord, spec: LayerSpec, position: Position, lang: Lang) -> str:
    """Return how a site lies to a layer as text: share and area, length, or distance and direction, with names."""
    subject = t(f"answer.subject_{site.get('kind', 'polygon')}", lang)
    layer = layer_name(spec, lang)
    names = t("snapshot.and", lang).join(_names(finding, lang))
    named = t("answer.named", lang, names=names) if names else ""
    values: dict[str, Any] = {"subject": subject, "layer": layer, "named": named}
    share, area_m2, length_m = finding["share"], finding["overlap_m2"], finding["overlap_m"]
    if position == "outside":
        outside_m2 = finding.get("outside_m2")
        if outside_m2 is None or not site["area_m2"]:
            return t("answer.outside", lang, **values)
        values |= {"share": share_text(outside_m2 / site["area_m2"]), "amount": area_text(outside_m2, lang)}
        return t("answer.outside_share", lang, **values)
    if position == "overlap":
        if share and (area_m2 or length_m):
            amount = area_text(area_m2, lang) if area_m2 else distance_text(length_m or 0.0, lang)
            return t("answer.overlap_share", lang, share=share_text(share), amount=amount, **values)
        if length_m:
            return t("answer.overlap_length", lang, amount=distance_text(length_m, lang), **values)
        crossing = finding["relation"] == "crosses"
        return t("answer.crosses" if crossing else "answer.overlap", lang, **values)
    distance_m, bearing_deg = finding["distance_m"], finding.get("bearing_deg")
    if position == "county_only" or (distance_m is None and not finding.get("must_be_inside")):
        return t("answer.county_only", lang, **values)
    values["distance"] = distance_text(distance_m or 0.0, lang)
    values["direction"] = "" if bearing_deg is None else direction_text(bearing_deg, lang)
    if position == "within_accuracy" and finding.get("must_be_inside"):
        values |= {"margin": distance_text(finding["margin_m"] or 0.0, lang)}
        return t("answer.inside_near_edge", lang, **values)
    if position == "within_accuracy":
        margin_m, accuracy_m = finding["margin_m"], finding["accuracy_m"]
        values["margin"] = distance_text(distance_m if margin_m is None else margin_m, lang)
        values["accuracy"] = distance_text(accuracy_m or 0.0, lang)
    return t(f"answer.{position}", lang, **values)


def _both(text: Any) -> Bilingual:
    """Return a text in both languages."""
    zh, en = (text(lang) for lang in LANGUAGES)
    return {"zh": zh, "en": en}
