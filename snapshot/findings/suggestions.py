"""Suggestions (where an activity could stand) as a table to read, JSON, GeoJSON and GeoPackage."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd
import shapely
from tabulate import tabulate

from carto.style import SITE_SYMBOL
from geo.errors import BadInput
from geo.whole_file import whole_file
from layers.catalogue import Layer, withheld_ids
from siting.answer import distance_text, hectares_text, with_summaries
from siting.check import software_now
from siting.law import law_table
from siting.suggest import Suggestion, Wish, Zone, closed_zones, suggestion_without_withheld
from snapshot.selection import Sheet, write_geopackage
from words import Lang, t

__all__ = ["SuggestionForm", "suggestion_text", "write_feasible", "write_suggestion"]

SuggestionForm = Literal["table", "json", "geojson", "gpkg"]
_MOST_MARGINS: Final = 3


def write_suggestion(
    target: Path, form: SuggestionForm, suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang
) -> None:
    """Write a suggestion, whole or not at all, without what must not be exported.

    Raises
    ------
    BadInput
        If the place cannot be written to.
    """
    if form != "gpkg":
        open_one = suggestion_without_withheld(suggestion, withheld_ids(one.spec for one in layers.values()))
        text = suggestion_text(form, open_one, layers, lang)
        with _written_to(target), whole_file(target) as draft:
            draft.write_bytes(text.encode())
        return
    record = _record(suggestion, layers, lang)
    shapes = [_shape(one.pop("geometry")) for one in record["candidates"]]
    rows = [_flat(one) for one in record["candidates"]]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs="EPSG:4490")
    takes = pd.DataFrame([one | {"rules": ";".join(one["rules"])} for one in record["takes"]])
    about = pd.DataFrame([(key, _cell(value)) for key, value in record.items() if key not in ("candidates", "takes")])
    about.columns = pd.Index(["key", "value"])
    title = t("suggest.candidates", lang)
    sheets = [
        Sheet("candidates", title, t("suggest.not_law", lang), frame, SITE_SYMBOL, label="rank"),
        Sheet("takes", t("suggest.takes_title", lang), "", takes),
        Sheet("about", t("snapshot.about", lang), "", about),
    ]
    _write(target, [sheet for sheet in sheets if len(sheet.frame)], lang)


def write_feasible(target: Path, suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> None:
    """Write the feasible areas, from which the candidates are cut, as a GeoPackage or GeoJSON (by its ending).

    Raises
    ------
    BadInput
        If a layer that must not be exported takes land: the edges would be its edges. If the place cannot be written.
    """
    hidden = closed_zones(suggestion, withheld_ids(one.spec for one in layers.values()))
    if hidden:
        names = t("snapshot.and", lang).join(layers[name].spec.title(lang) for name in hidden)
        raise BadInput("suggest.feasible_withheld", layers=names)
    frame = suggestion.feasible
    if target.suffix.lower() == ".gpkg":
        title = t("suggest.feasible_title", lang)
        _write(target, [Sheet("feasible", title, t("suggest.not_law", lang), frame, SITE_SYMBOL)], lang)
        return
    with _written_to(target), whole_file(target) as draft:
        draft.write_bytes(frame.to_json(drop_id=True, to_wgs84=False).encode())


def _write(target: Path, sheets: list[Sheet], lang: Lang) -> None:
    with _written_to(target):
        write_geopackage(target, sheets, written=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), lang=lang)


@contextmanager
def _written_to(target: Path) -> Iterator[None]:
    """Say in a sentence that a place cannot be written to."""
    try:
        yield
    except OSError as fault:
        raise BadInput("cli.cannot_write", file=target.name, fault=fault.strerror or type(fault).__name__) from None


def suggestion_text(form: str, suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> str:
    """Return a suggestion as text: a table to read, or without what must not be exported JSON or GeoJSON.

    Raises
    ------
    BadInput
        For a form that is no text.
    """
    if form == "table":
        return _table(suggestion, layers, lang)
    record = _record(suggestion, layers, lang)
    if form == "json":
        return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if form != "geojson":
        raise BadInput("cli.needs_out", form=form)
    candidates = record.pop("candidates")
    features = [{"type": "Feature", "geometry": one.pop("geometry"), "properties": one} for one in candidates]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    made = {"type": "FeatureCollection", "crs": crs, "suggestion": record, "features": features}
    return json.dumps(made, ensure_ascii=False, allow_nan=False) + "\n"


def _record(suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> dict[str, Any]:
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
        "takes": [_take(zone, lang) for zone in shown.zones],
        "forbidden_everywhere": [_clause(rule, lang) for rule in shown.everywhere],
        "wishes": [
            {"wish": _code(wish), "weight": wish.weight, "better": "more" if wish.more_is_better else "less"}
            for wish in request.wishes
        ],
        "answer": _answer(suggestion, lang),
        "notice": t("suggest.not_law", lang),
        "candidates": _candidates(shown, layers, lang),
    }


def _candidates(suggestion: Suggestion, layers: Mapping[str, Layer], lang: Lang) -> list[dict[str, Any]]:
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


def _take(zone: Zone, lang: Lang) -> dict[str, Any]:
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


def _answer(suggestion: Suggestion, lang: Lang) -> str:
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
        for one in (_take(zone, lang) for zone in suggestion.zones)
    ]  # fmt: skip
    for key, area in (("free", suggestion.free_m2), ("feasible", suggestion.feasible_m2)):
        takes.append((t(f"suggest.row_{key}", lang), _area(area, lang), _share(area, suggestion.land.area_m2), "", ""))
    parts = [head, t("suggest.takes_title", lang), _grid(takes, "take", lang), _answer(suggestion, lang)]
    candidates = _candidates(suggestion, layers, lang)
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
        shape = _shape(one["geometry"])
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


def _shape(mapping: Any) -> Any:
    return None if mapping is None else shapely.geometry.shape(mapping)


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    """Return a candidate as one row: lists as text, a column for the value and the score of every wish."""
    row = {key: _cell(value) for key, value in one.items() if key != "wishes"}
    for wish in one["wishes"]:
        name = wish["wish"].replace(":", "_")
        row |= {f"{name}_value": wish["value"], f"{name}_score": wish["score"], f"{name}_weight": wish["weight"]}
    return row


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return "\n".join(value) if all(isinstance(one, str) for one in value) else json.dumps(value, ensure_ascii=False)
    return value
