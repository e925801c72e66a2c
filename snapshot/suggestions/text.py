"""A suggestion as text: a table to read, JSON or GeoJSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from tabulate import tabulate

from geo.errors import BadInput
from layers.catalogue import Layer
from siting.answer import distance_text, hectares_text
from siting.law import law_table
from siting.suggest import Suggestion
from snapshot.suggestions.record import answer_text, candidate_records, shape_of, suggestion_record, zone_record
from words import Lang, t

__all__ = ["suggestion_text"]


def suggestion_text(form: str, suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> str:
    """Return a suggestion as text: a table to read, or without what must not be exported JSON or GeoJSON.

    Raises
    ------
    BadInput
        For a form that is no text.
    """
    if form == "table":
        return _table(suggestion, layers, lang)
    record = suggestion_record(suggestion, layers, lang)
    if form == "json":
        return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if form != "geojson":
        raise BadInput("cli.needs_out", form=form)
    candidates = record.pop("candidates")
    features = [{"type": "Feature", "geometry": one.pop("geometry"), "properties": one} for one in candidates]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    made = {"type": "FeatureCollection", "crs": crs, "suggestion": record, "features": features}
    return json.dumps(made, ensure_ascii=False, allow_nan=False) + "\n"


def _table(suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> str:
    """Return a suggestion as text to read."""
    request = suggestion.request
    activity = _activity_name(str(suggestion.settings.activity), lang)
    head = t(
        "suggest.head", lang, land=_area(suggestion.land.area_m2, lang), area=hectares_text(request.area_m2, lang),
        width=f"{request.min_width_m:,.0f}", cell=f"{suggestion.cell_m:g}", activity=activity,
    )  # fmt: skip
    takes: list[tuple[Any, ...]] = [
        (one["title"], _area(one["area_m2"], lang), _share(one["area_m2"], suggestion.land.area_m2),
         t("suggest.indicative" if one["indicative"] else "suggest.firm", lang), one["clause"])
        for one in (zone_record(zone, lang) for zone in suggestion.zones)
    ]  # fmt: skip
    for key, area in (("free", suggestion.free_m2), ("feasible", suggestion.feasible_m2)):
        takes.append((t(f"suggest.row_{key}", lang), _area(area, lang), _share(area, suggestion.land.area_m2), "", ""))
    parts = [head, t("suggest.takes_title", lang), _grid(takes, "take", lang), answer_text(suggestion, lang)]
    candidates = candidate_records(suggestion, layers, lang)
    if candidates:
        parts.append(_candidate_table(suggestion, candidates, layers, lang))
        missing = list(dict.fromkeys(one["not_checked"] for one in candidates))
        alike = len(missing) == 1
        parts += [_candidate_text(one, layers, lang, missing=not alike) for one in candidates]
        parts += [text for text in missing if alike and text]
    return "\n\n".join([*parts, t("suggest.not_law", lang), t("snapshot.disclaimer", lang)]) + "\n"


def _candidate_table(
    suggestion: Suggestion, candidates: list[dict[str, Any]], layers: Mapping[str, Layer], lang: Lang
) -> str:
    """Return the candidates a row each, every wish with its value and score in columns of its own."""
    headings = [t(f"suggest.col_{name}", lang) for name in ("rank", "area", "place", "verdict", "total")]
    for wish in suggestion.request.wishes:
        name = layers[wish.layer].spec.title(lang) if wish.kind in ("near", "away") else ""
        headings.append(t(f"suggest.wish_{wish.kind}", lang, layer=name, weight=f"{wish.weight:g}"))
    rows = []
    for one in candidates:
        shape = shape_of(one["geometry"])
        place = "—" if shape is None else f"{shape.centroid.x:.5f}, {shape.centroid.y:.5f}"
        verdict = t(f"siting.verdict_{one['verdict']}", lang)
        if one["may_be_forbidden"]:
            verdict = t("suggest.may_be_forbidden", lang, verdict=verdict)
        row = [one["rank"], _area(one["area_m2"], lang), place, verdict, _score(one["total"])]
        row += [f"{_value(wish, lang)} ({_score(wish['score'])})" for wish in one["wishes"]]
        rows.append(row)
    return str(tabulate(rows, headers=headings, disable_numparse=True))


def _candidate_text(one: dict[str, Any], layers: Mapping[str, Layer], lang: Lang, *, missing: bool) -> str:
    """Return the reasons and margins of a candidate as lines, and with `missing` what could not be checked."""
    lines = [t("suggest.candidate", lang, rank=one["rank"], sentence=one["sentence"])]
    lines += [f"  - {reason}" for reason in one["reasons"]]
    for margin in one["margins"]:
        named = layers[margin["layer"]].spec.title(lang)
        lines.append("  - " + t("suggest.margin", lang, layer=named, metres=distance_text(margin["margin_m"], lang)))
    if missing and one["not_checked"]:
        lines.append(f"  - {one['not_checked']}")
    return "\n".join(lines)


def _grid(rows: list[tuple[Any, ...]], kind: str, lang: Lang) -> str:
    names = ("layer", "area", "share", "standing", "clause")
    return str(tabulate(rows, headers=[t(f"suggest.{kind}_{name}", lang) for name in names], disable_numparse=True))


def _activity_name(code: str, lang: Lang) -> str:
    known = law_table("activities").set_index("code")
    return str(known.loc[code, "name_en" if lang == "en" else "name"])


def _value(wish: Mapping[str, Any], lang: Lang) -> str:
    value, kind = wish["value"], wish["wish"].partition(":")[0]
    if value is None:
        return "—"
    return t("suggest.degrees", lang, value=f"{value:.1f}") if kind == "slope" else distance_text(value, lang)


def _score(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _area(area_m2: float | None, lang: Lang) -> str:
    return "—" if area_m2 is None or math.isnan(area_m2) else hectares_text(area_m2, lang)


def _share(area_m2: float | None, whole_m2: float) -> str:
    return "—" if area_m2 is None or math.isnan(area_m2) else f"{area_m2 / whole_m2:.1%}"
