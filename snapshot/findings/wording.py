"""Words for findings, shared by screen, command line and sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.measure import to_ha, to_mu
from layers.catalogue import Layer
from siting.answer import standing_text
from siting.check import CheckResult
from words import Lang, t

__all__ = ["amount", "county_text", "details", "exact_area_text", "length_text", "site_heading", "site_table"]


def exact_area_text(area_m2: float, lang: Lang) -> str:
    """Return an area as tables have it: hectares to the square metre, and 亩; sentences round (`siting.answer`).

    Examples
    --------
    >>> exact_area_text(20000 / 3, "en")
    '0.6667 ha (10.00 mu)'
    """
    return t("snapshot.area", lang, ha=f"{to_ha(area_m2):,.4f}", mu=f"{to_mu(area_m2):,.2f}")


def length_text(length_m: float, lang: Lang) -> str:
    """Return a length as text in metres, from ten kilometres on in kilometres."""
    if length_m >= 10_000:
        return t("snapshot.kilometres", lang, value=f"{length_m / 1000:,.1f}")
    return t("snapshot.metres", lang, value=f"{length_m:,.1f}" if length_m < 100 else f"{length_m:,.0f}")


def county_text(result: CheckResult, position: int, lang: Lang) -> str:
    """Return the counties of a site as text, with shares if there are several."""
    rows = result.counties[result.counties["site"] == position]
    if rows.empty:
        return t("snapshot.no_county", lang)
    names = rows["name"] if lang == "zh" else rows["name_en"].fillna(rows["name"])
    if len(rows) == 1 or rows["share"].isna().any():
        return t("snapshot.and", lang).join(names)
    parts = [f"{name} {share:.2%}" for name, share in zip(names, rows["share"], strict=True)]
    return t("snapshot.and", lang).join(parts)


def amount(finding: Mapping[str, Any], lang: Lang) -> str:
    """Return the overlap or distance of a finding as text; empty if neither is known."""
    if _known(finding["overlap_m2"]) and finding["overlap_m2"] > 0:
        return t(
            "snapshot.takes", lang, amount=exact_area_text(finding["overlap_m2"], lang), share=f"{finding['share']:.2%}"
        )
    if _known(finding["overlap_m"]) and finding["overlap_m"] > 0:
        length = length_text(finding["overlap_m"], lang)
        if _known(finding["share"]):
            return t("snapshot.takes", lang, amount=length, share=f"{finding['share']:.2%}")
        return t("snapshot.runs", lang, amount=length)
    if finding["relation"] == "disjoint" and _known(finding["distance_m"]):
        return t("snapshot.away", lang, distance=length_text(finding["distance_m"], lang))
    return t(f"siting.relation_{finding['relation']}", lang) if finding["relation"] else ""


def details(finding: Mapping[str, Any], lang: Lang, most: int = 4) -> str:
    """Return the features of a finding and the reason of its state, as text."""
    named = [_name(feature, lang) for feature in finding["features"]]
    if not named and finding["nearest"] is not None and finding["state"] != "not_checked":
        named = [t("snapshot.nearest", lang, name=_name(finding["nearest"], lang))]
    shown = [name for name in dict.fromkeys(named) if name]
    more = len(shown) - most
    text = t("snapshot.and", lang).join(shown[:most]) + (t("snapshot.more", lang, count=more) if more > 0 else "")
    reason = t(f"siting.reason_{finding['reason']}", lang) if finding["reason"] else ""
    vague = [_name(feature, lang) for feature in finding["county_only"]]
    if vague:
        listed = t("snapshot.and", lang).join(vague[:most]) + ("…" if len(vague) > most else "")
        reason = t("snapshot.in_county", lang, names=listed)
    return t("snapshot.sentence_break", lang).join(part for part in (text, reason) if part)


def site_heading(result: CheckResult, position: int, lang: Lang) -> str:
    """Return one line about a site: id, size, county, verdict."""
    site = result.sites.iloc[position]
    size = ""
    if _known(site["area_m2"]):
        size = exact_area_text(site["area_m2"], lang)
    elif _known(site["length_m"]):
        size = length_text(site["length_m"], lang)
    return t(
        "snapshot.heading",
        lang,
        site=site["site_id"],
        size=size or t(f"siting.kind_{site['kind']}", lang),
        county=county_text(result, position, lang),
        verdict=t(f"siting.verdict_{site['verdict']}", lang),
    )


def site_table(result: CheckResult, position: int, layers: Sequence[Layer], lang: Lang) -> pd.DataFrame:
    """Return the findings of one site as a table of texts, in catalogue order."""
    titles = {layer.id: layer.spec.title(lang) for layer in layers}
    findings = result.findings[result.findings["site"] == position].to_dict("records")
    return pd.DataFrame(
        {
            t("snapshot.col_layer", lang): [titles.get(str(f["layer"]), f["layer"]) for f in findings],
            t("snapshot.col_state", lang): [standing_text(_named(f), lang) for f in findings],
            t("snapshot.col_amount", lang): [amount(_named(f), lang) for f in findings],
            t("snapshot.col_details", lang): [details(_named(f), lang) for f in findings],
        }
    )


def _named(record: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in record.items()}


def _name(feature: Mapping[str, Any], lang: Lang) -> str:
    return str(feature.get(f"name_{lang}") or feature.get("name_zh") or t("snapshot.unnamed", lang))


def _known(value: Any) -> bool:
    return value is not None and math.isfinite(value)
