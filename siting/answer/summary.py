"""The answer for a site: one sentence, at most three reasons, next steps, and what could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from layers.catalogue import LayerSpec
from siting.answer.counts import counts_of
from siting.answer.places import place_of
from siting.answer.reasons import reasons_of
from siting.answer.steps import has_closed_layers, keepers, next_steps, unread_layers, unread_text
from siting.law import activities
from siting.records import (
    Bilingual,
    ReasonRecord,
    Report,
    SiteRecord,
    SummaryRecord,
)
from words import LANGUAGES, Lang, has, t

__all__ = ["summary_of", "with_summaries"]

_MOST_REASONS: Final = 3


def with_summaries(report: Report, specs: Iterable[LayerSpec]) -> Report:
    """Return a report whose sites have their summary.

    Made from what the report says: of a report without what must not be exported, the summary does not tell it either.
    """
    by_id = {spec.id: spec for spec in specs}
    return {**report, "sites": [{**site, "summary": summary_of(site, by_id)} for site in report["sites"]]}


def summary_of(site: SiteRecord, specs: Mapping[str, LayerSpec]) -> SummaryRecord:
    """Return the answer for one site.

    Parameters
    ----------
    site : SiteRecord
    specs : mapping of str to LayerSpec
        Catalogue entries of the checked layers, by id.
    """
    reasons = reasons_of(site, specs)
    return {
        "verdict": site["verdict"],
        "sentence": _both(lambda lang: _sentence(site, reasons, specs, lang)),
        "reasons": reasons[:_MOST_REASONS],
        "more_reasons": max(len(reasons) - _MOST_REASONS, 0),
        "next_steps": next_steps(site, reasons, specs),
        "counts": counts_of(site["findings"]),
        "not_checked": _not_checked(site),
    }


def _sentence(site: SiteRecord, reasons: Sequence[ReasonRecord], specs: Mapping[str, LayerSpec], lang: Lang) -> str:
    """Return the answer in one sentence; in further ones that it is not all, where layers are closed or unreadable."""
    closed = t("answer.closed", lang) if has_closed_layers(site) else ""
    unread = unread_layers(site)
    failed = t("answer.unread", lang, layers=unread_text(unread, specs, lang)) if unread else ""
    return _of_seen_layers(site, reasons, specs, lang) + closed + failed


def _of_seen_layers(
    site: SiteRecord, reasons: Sequence[ReasonRecord], specs: Mapping[str, LayerSpec], lang: Lang
) -> str:
    """Return the answer by the layers that could be seen, in one sentence."""
    activity = _activity(site, lang)
    if not site["counties"] and not reasons:
        return t("answer.outside_territory", lang, subject=t(f"answer.subject_{site.get('kind', 'polygon')}", lang))
    if not reasons:
        checked = sum(finding["state"] != "not_checked" for finding in site["findings"])
        missing = len(site.get("missing_required", []))
        key = "nothing" if site["verdict"] == "nothing_found" else "nothing_but" if missing else "nothing_open"
        return t(f"answer.{key}", lang, count=checked, missing=missing, activity=activity)
    first = reasons[0]
    findings = {finding["layer"]: finding for finding in site["findings"]}
    placed = place_of(site, findings[first["layer"]], specs[first["layer"]])
    place = "" if placed is None else placed.text(lang, named=first["position"] == "within_distance")
    parts = [t("answer.by_indicative", lang, place=place) if first["indicative"] else place]
    if activity is None:
        parts.append(t("answer.no_activity", lang))
    elif first["grade"] == "attention":
        parts.append(t("answer.attention", lang, activity=activity))
    else:
        key = f"answer.{'if_' if first['indicative'] else ''}{first['grade']}{'' if first['decided'] else '_open'}"
        parts.append(t(key, lang, activity=activity))
    sentence = t("answer.clause_break", lang).join(parts) + t("answer.full_stop", lang)
    return sentence[:1].upper() + sentence[1:]


def _activity(site: SiteRecord, lang: Lang) -> str | None:
    """Return the name of the activity; None where none was named."""
    code = site.get("activity")
    if code is None:
        return None
    table = activities()
    return str(table.loc[code, "name" if lang == "zh" else "name_en"]) if code in table.index else code


def _not_checked(site: SiteRecord) -> Bilingual | None:
    """Return what could not be checked, by the authority that keeps it, in one line; None where all was."""
    missing = site.get("missing_required", [])
    if not missing:
        return None
    who = keepers()

    def text(lang: Lang) -> str:
        by_keeper: dict[str, list[str]] = {}
        for word in missing:
            name = t(f"siting.layer_{word}", lang) if has(f"siting.layer_{word}") else word
            by_keeper.setdefault(who[word][lang] if word in who else t("answer.keeper_unknown", lang), []).append(name)
        groups = [
            t("answer.of_keeper", lang, whom=whom, layers=t("answer.list", lang).join(names))
            for whom, names in by_keeper.items()
        ]
        return t("answer.not_checked", lang, count=len(missing), groups=t("answer.clause_break", lang).join(groups))

    return _both(text)


def _both(text: Callable[[Lang], str]) -> Bilingual:
    """Return a text in both languages."""
    zh, en = (text(lang) for lang in LANGUAGES)
    return {"zh": zh, "en": en}
