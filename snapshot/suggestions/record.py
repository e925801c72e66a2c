"""A suggestion as data: what JSON, GeoJSON and tables are made from; without what must not be exported."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

import shapely

from layers.catalogue import Layer, withheld_ids
from siting.answer import hectares_text, with_summaries
from siting.check import software_now
from siting.suggest import Suggestion, Wish, Zone, suggestion_without_withheld
from words import Lang, t

__all__ = ["answer_text", "candidate_records", "cell_text", "shape_of", "suggestion_record", "zone_record"]

_MOST_MARGINS: Final = 3


def suggestion_record(suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> dict[str, Any]:
    """Return a suggestion as JSON has it, without what must not be exported; texts in one language."""
    shown = suggestion_without_withheld(suggestion, withheld_ids(one.spec for one in layers.values()))
    request = shown.request
    return {
        "version": software_now().redline,
        "activity": shown.settings.activity,
        "as_of": shown.settings.as_of,
        "flags": list(shown.settings.flags),
        "works": shown.settings.works,
        "adcodes": list(request.adcodes),
        "area_sought_m2": request.area_m2,
        "min_width_m": request.min_width_m,
        "cell_m": shown.cell_m,
        "land_m2": shown.land.area_m2,
        "free_m2": _number(shown.free_m2),
        "feasible_m2": _number(shown.feasible_m2),
        "rejected": shown.rejected,
        "takes": [zone_record(zone, lang) for zone in shown.zones],
        "forbidden_everywhere": [_clause(rule, lang) for rule in shown.everywhere],
        "wishes": [
            {"wish": _code(wish), "weight": wish.weight, "better": "more" if wish.more_is_better else "less"}
            for wish in request.wishes
        ],
        "answer": answer_text(suggestion, lang),
        "notice": t("suggest.not_law", lang),
        "candidates": candidate_records(shown, layers, lang),
    }


def candidate_records(suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> list[dict[str, Any]]:
    """Return the candidates with verdict, reasons, margins and every wish, best first."""
    run = suggestion.run
    if run is None:
        return []
    specs = {layer.id: layer.spec for layer in layers.values()}
    sites = with_summaries(run.report(), specs.values())["sites"]
    made = []
    rows = suggestion.candidates.to_dict("records")
    for at, (row, site) in enumerate(zip(rows, sites, strict=True)):
        summary, findings = site["summary"], site["findings"]
        margins = sorted((one["margin_m"], one["layer"]) for one in findings if one["margin_m"] is not None)
        shape = row["geometry"]
        made.append(
            {
                "rank": int(row["rank"]),
                "area_m2": _number(row["area_m2"]),
                "feasible_part_m2": _number(row["part_m2"]),
                "verdict": site["verdict"],
                "may_be_forbidden": bool(row["may_be_forbidden"]),
                "indicative": any(one["state"] != "clear" for one in findings if one["state"] != "hit"),
                "sentence": summary["sentence"][lang],
                "reasons": [reason["text"][lang] for reason in summary["reasons"]],
                "margins": [{"layer": name, "margin_m": metres} for metres, name in margins[:_MOST_MARGINS]],
                "not_checked": None if summary["not_checked"] is None else summary["not_checked"][lang],
                "total": _number(row["total"], 4),
                "wishes": [
                    {
                        "wish": _code(wish), "weight": wish.weight,
                        "value": _number(suggestion.measured[at, n]), "score": _number(suggestion.scores[at, n], 4),
                    }
                    for n, wish in enumerate(suggestion.request.wishes)
                ],
                "geometry": None if shape is None else shapely.geometry.mapping(shape),
            }
        )  # fmt: skip
    return made


def _code(wish: Wish) -> str:
    """Return a wish as it is written on the command line."""
    return f"{wish.kind}:{wish.layer}" if wish.kind in ("near", "away") else wish.kind


def _number(value: float, digits: int = 2) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), digits)


def zone_record(zone: Zone, lang: Lang) -> dict[str, Any]:
    """Return what one layer takes, with the clause that comes first in the tables."""
    first = zone.bans[0].rule.row if zone.bans else None
    return {
        "layer": zone.layer.id,
        "title": zone.layer.spec.title(lang),
        "area_m2": _number(zone.area_m2),
        "indicative": zone.layer.spec.indicative,
        "clause": t("suggest.kept_off", lang) if first is None else _clause(first, lang),
        "rules": [ban.rule.id for ban in zone.bans],
    }


def _clause(rule: Mapping[str, Any], lang: Lang) -> str:
    """Return a clause as it is cited."""
    if lang == "zh" or not rule.get("title_en"):
        return str(rule["clause"])
    return f"{rule['title_en']}{t('answer.article', lang, article=rule['article'])}"


def answer_text(suggestion: Suggestion, lang: Lang) -> str:
    """Return the answer in a sentence: how many candidates, or why there is none."""
    count = len(suggestion.candidates)
    sought = hectares_text(suggestion.request.area_m2, lang)
    width = f"{suggestion.request.min_width_m:,.0f}"
    if count:
        return t("suggest.found", lang, count=count, area=sought, width=width)
    if suggestion.everywhere:
        return t("suggest.forbidden_everywhere", lang, clause=_clause(suggestion.everywhere[0], lang))
    if suggestion.rejected:
        return t("suggest.all_rejected", lang, count=suggestion.rejected)
    return t("suggest.nothing_fits", lang, area=sought, width=width)


def shape_of(mapping: Any) -> Any:
    """Return the shape of a GeoJSON geometry; None for None."""
    return None if mapping is None else shapely.geometry.shape(mapping)


def cell_text(value: Any) -> Any:
    """Return a value of a record as a cell of a table: lists of texts a line each, what is nested as JSON."""
    if isinstance(value, list | dict):
        return "\n".join(value) if all(isinstance(one, str) for one in value) else json.dumps(value, ensure_ascii=False)
    return value
