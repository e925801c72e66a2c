"""Texts of a report that stand in the cells of its tables, or in the place of one that has no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layers.law import law_texts
from siting.answer import accuracy_name, standing_of
from siting.records import FindingRecord, RuleRecord, SiteRecord
from snapshot.findings import exact_area_text, length_text
from snapshot.report.model import Items
from words import Lang, t

__all__ = ["margin_text", "nothing_taken_off", "size_text", "wording_of"]


def size_text(site: SiteRecord, lang: Lang) -> str:
    """Return the area of a site, else its length, else what it is."""
    if site["area_m2"] is not None:
        return exact_area_text(site["area_m2"], lang)
    if site["length_m"] is not None:
        return length_text(site["length_m"], lang)
    return t(f"siting.kind_{site['kind']}", lang)


def margin_text(found: FindingRecord, lang: Lang) -> str:
    """Return the margin of a finding against the accuracy of its layer, and what follows from it."""
    if found["margin_m"] is None and found["reason"] == "modelled":
        return t("siting.no_margin_modelled", lang)
    if found["margin_m"] is None or found["state"] == "not_checked":
        return "—"
    margin = ("≥ " if found.get("margin_is") == "at_least" else "") + length_text(found["margin_m"], lang)
    accuracy = "—" if found["accuracy_m"] is None else length_text(found["accuracy_m"], lang)
    key = {True: "firm", False: "not_firm", None: "firm_unknown"}[found["firm"]]
    if key == "firm" and found["state"] == "indicative":
        key = "firm_indicative"  # no margin makes an illustration decide
    return t(f"siting.{key}", lang, margin=margin, accuracy=accuracy, what=accuracy_name(found, lang))


def nothing_taken_off(sites: Sequence[SiteRecord], titles: Mapping[str, str], lang: Lang) -> str:
    """Return the sentence for sites without a way out: what an illustration shows may yet have to be kept clear of."""
    shown = {
        found["layer"]
        for site in sites
        for found in site["findings"]
        if found["state"] == "indicative" and standing_of(found) == "overlap"
        if any(rule["effect"] in {"prohibit", "restrict"} for rule in found["rules"])
    }
    if not shown:
        return t("report.no_way_out", lang)
    layers = t("snapshot.and", lang).join(sorted(titles.get(layer, layer) for layer in shown))
    return t("report.no_way_out_indicative", lang, layers=layers)


def wording_of(rules: Sequence[RuleRecord], lang: Lang) -> list[Items]:
    """Return the wording of the articles that rules name, once each, as far as the office has given it."""
    texts = law_texts()
    quoted = {
        (title, quote.article): t(
            "report.quote", lang, title=title, article=quote.article, text=quote.text.replace("\n", " "),
            file=quote.file, sha256=quote.sha256[:12],
        )
        for rule in rules
        if (title := rule.get("title", ""))
        for quote in texts.quotes(title, rule.get("article", ""))
    }  # fmt: skip
    return [Items(t("report.quotes", lang), tuple(quoted.values()))] if quoted else []
