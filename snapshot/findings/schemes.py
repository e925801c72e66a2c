"""Comparison of two to five schemes or routes, as text and as a file."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd
from tabulate import tabulate

from geo.errors import BadInput
from geo.measure import length_m
from geo.whole_file import whole_file
from layers.catalogue import LayerSpec, withheld_ids
from siting.check import Run, compare, one_site
from siting.records import Comparison, SchemeRecord
from snapshot.findings.page import Page
from snapshot.findings.wording import exact_area_text, length_text
from snapshot.findings.workbook import write_csv, write_workbook
from words import Lang, has, t

__all__ = ["Schemes", "labels_of", "schemes_of", "schemes_text", "write_schemes"]

_NAMES: Final = ("方案", "name", "名称", "项目名称", "地块名称", "Name", "NAME")
_MEASURES: Final = ("overlap_m2", "overlap_m")
_LISTS: Final = ("hit_layers", "missing_required")


@dataclass(frozen=True)
class Schemes:
    """A comparison of schemes.

    Attributes
    ----------
    table : DataFrame
        From `siting.check.remainder.compare`, without what must not leave; with ``line_m``, the length of the
        centrelines, where lines were checked as corridors.
    specs : mapping of str to LayerSpec
    withheld : tuple of str
        Layers that some scheme meets and whose measures must not leave.
    as_of : str
        The day whose law applies.
    activity : str or None
    """

    table: pd.DataFrame
    specs: Mapping[str, LayerSpec]
    withheld: tuple[str, ...]
    as_of: str
    activity: str | None


def labels_of(run: Run) -> list[str]:
    """Return the label of each site: its id, with its name if the source has one."""
    frame = run.sites.frame
    ids = [str(one) for one in frame["site_id"]]
    named = next((column for column in _NAMES if column in frame.columns), None)
    if named is None:
        return ids
    both = zip(ids, frame[named], strict=True)
    return [f"{one} {name}" if isinstance(name, str) and name not in {"", one} else one for one, name in both]


def schemes_of(runs: Mapping[str, Run]) -> Schemes:
    """Return the comparison of runs, one scheme a run; of a single run, one scheme a site.

    Raises
    ------
    BadInput
        With fewer than two schemes or more than five.
    """
    first = next(iter(runs.values()))
    if len(runs) == 1:
        count = len(first.sites)
        results = {name: one_site(first.result, at) for at, name in enumerate(labels_of(first)[:6])} if count else {}
    else:
        results = {name: run.result for name, run in runs.items()}
    table = compare(results)
    if first.settings.corridor_m:
        frames = [first.read.frame.iloc[[at]] for at in range(len(results))] if len(runs) == 1 else None
        frames = frames or [run.read.frame for run in runs.values()]
        place = list(table.columns).index("length_m") + 1
        table.insert(place, "line_m", [length_m(frame).sum(min_count=1) for frame in frames])
    specs = {layer.id: layer.spec for layer in first.layers.values()}
    withheld = withheld_ids(specs.values())
    hidden = [name for name in table.columns if ":" in name and name.split(":", 1)[1] in withheld]
    met = tuple(dict.fromkeys(name.split(":", 1)[1] for name in hidden))
    for name, result in results.items():
        ways = [way for way in result.sites["way_out"] if way and withheld & set(way["layers"])]
        if ways:
            table.loc[table["scheme"] == name, ["way_out_m2", "way_out_m"]] = float("nan")
    return Schemes(table.drop(columns=hidden), specs, met, first.settings.as_of, first.settings.activity)


def schemes_text(form: str, schemes: Schemes, lang: Lang, *, bom: bool = False) -> str:
    """Return a comparison as text.

    Parameters
    ----------
    form : {"table", "json", "csv"}
    schemes : Schemes
    lang : {"zh", "en"}
    bom : bool
        Whether a CSV starts with a byte order mark.
    """
    if form == "json":
        return json.dumps(_to_json(schemes), ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        stream = io.StringIO(newline="")
        write_csv(stream, schemes.table, bom=bom)
        return stream.getvalue()
    rows = [[label, *values] for label, values in _rows(schemes, lang, counted=True)]
    heads = ["", *(str(name) for name in schemes.table["scheme"])]
    parts = [str(tabulate(rows, headers=heads, disable_numparse=True, colalign=("left",) * len(heads)))]
    missing = schemes.table.groupby("missing_required", sort=False)["scheme"].agg(list)
    for words, names in missing.items():
        if words:
            values = {"schemes": t("snapshot.and", lang).join(map(str, names)), "layers": _words(str(words), lang)}
            parts.append(t("cli.schemes_missing", lang, **values))
    if schemes.withheld:
        parts.append(t("cli.schemes_withheld", lang, layers=_titles(schemes.withheld, schemes.specs, lang)))
    return "\n\n".join([*parts, t("snapshot.disclaimer", lang)]) + "\n"


def write_schemes(target: Path, form: str, schemes: Schemes, lang: Lang, *, bom: bool = True) -> None:
    """Write a comparison, whole or not at all.

    Raises
    ------
    BadInput
        If the place cannot be written to.
    """
    try:
        if form == "xlsx":
            rows = _rows(schemes, lang)
            columns = {"": [label for label, _ in rows]}
            columns |= {str(name): [v[at] for _, v in rows] for at, name in enumerate(schemes.table["scheme"])}
            exact = schemes.table.rename(columns={name: _heading(name, schemes.specs, lang) for name in schemes.table})
            pages = [
                Page(t("cli.page_schemes", lang), pd.DataFrame(columns)),
                Page(t("cli.page_figures", lang), exact, formats=dict.fromkeys(exact.columns[3:5], "#,##0.00")),
            ]
            write_workbook(target, pages)
        else:
            with whole_file(target) as draft:
                draft.write_bytes(schemes_text(form, schemes, lang, bom=bom).encode())
    except OSError as fault:
        raise BadInput("cli.cannot_write", file=target.name, fault=fault.strerror or type(fault).__name__) from None


def _to_json(schemes: Schemes) -> Comparison:
    """Return one object a scheme; None where a value is not known or does not apply, never 0."""
    layers = _layers(schemes.table)
    records: list[SchemeRecord] = []
    for row in schemes.table.to_dict("records"):
        plain = {str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
        one: dict[str, Any] = {key: value for key, value in plain.items() if ":" not in key}
        one |= {name: list(filter(None, one[name].split(";"))) for name in _LISTS}
        one["layers"] = {name: {measure: plain.get(f"{measure}:{name}") for measure in _MEASURES} for name in layers}
        records.append(cast("SchemeRecord", one))
    return {
        "activity": schemes.activity,
        "as_of": schemes.as_of,
        "withheld": list(schemes.withheld),
        "schemes": records,
    }


def _layers(table: pd.DataFrame) -> list[str]:
    """Return the ids of layers that any scheme meets, in the order of the table."""
    return list(dict.fromkeys(column.split(":", 1)[1] for column in table.columns if ":" in column))


def _rows(schemes: Schemes, lang: Lang, *, counted: bool = False) -> list[tuple[str, list[str]]]:
    """Return the comparison as text, one row a question; missing layers as a count if requested."""
    table, specs = schemes.table, schemes.specs
    sizes = zip(table["area_m2"], table["length_m"], strict=True)
    left = zip(table["way_out_m2"], table["way_out_m"], strict=True)
    rows = [
        ("verdict", [t(f"siting.verdict_{code}", lang) for code in table["verdict"]]),
        ("size", [_size(*pair, lang) for pair in sizes]),
        ("prohibited", [str(n) for n in table["prohibited"]]),
        ("prohibited_if", [str(n) for n in table["prohibited_if_official"]]),
        ("review", [str(n) for n in table["review_required"]]),
        ("not_firm", [str(n) for n in table["not_firm"]]),
        ("way", [_size(*pair, lang) for pair in left]),
        ("missing", [_count(text) if counted else _words(text, lang) for text in table["missing_required"]]),
    ]
    lines = [(t(f"check_page.scheme_{key}", lang), values) for key, values in rows]
    if "line_m" in table:
        lines.insert(2, (t("cli.scheme_line", lang), [_size(math.nan, value, lang) for value in table["line_m"]]))
    for name in _layers(table):
        heading = t("check_page.scheme_takes", lang, layer=_titles([name], specs, lang))
        lines.append((heading, [_takes(row, name, lang) for row in table.to_dict("records")]))
    return lines


def _size(area_m2: float, length_m: float, lang: Lang) -> str:
    if not math.isnan(area_m2):
        return exact_area_text(area_m2, lang)
    return "—" if math.isnan(length_m) else length_text(length_m, lang)


def _takes(row: Mapping[Any, Any], name: str, lang: Lang) -> str:
    """Return how much a scheme takes of a layer, as text."""
    area, length = (float(row.get(f"{measure}:{name}", math.nan)) for measure in _MEASURES)
    if math.isnan(area) and math.isnan(length):
        return t("check_page.scheme_unchecked", lang)
    if not area > 0 and not length > 0:
        return t("check_page.scheme_met", lang) if row.get(f"met:{name}", 0) > 0 else "0"
    return exact_area_text(area, lang) if area > 0 else length_text(length, lang)


def _count(text: str) -> str:
    return str(len(list(filter(None, text.split(";")))))


def _words(text: str, lang: Lang) -> str:
    """Return the names of required layers."""
    names = [
        t(f"check_page.word_{w}", lang) if has(f"check_page.word_{w}") else w for w in filter(None, text.split(";"))
    ]
    return t("snapshot.and", lang).join(names) or "—"


def _titles(names: Sequence[str], specs: Mapping[str, LayerSpec], lang: Lang) -> str:
    return t("snapshot.and", lang).join(specs[name].title(lang) if name in specs else name for name in names)


def _heading(name: Any, specs: Mapping[str, LayerSpec], lang: Lang) -> str:
    """Return the heading of a column of exact figures."""
    measure, sign, layer = str(name).partition(":")
    return f"{_titles([layer], specs, lang)} {measure}" if sign else str(name)
