"""Results of a check as JSON, CSV, workbook or GeoPackage, without what must not be exported."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import geopandas as gpd
import pandas as pd

from geo.errors import BadInput
from geo.whole_file import whole_file
from layers.catalogue import licence_text, withheld_ids
from siting.answer import with_summaries
from siting.check import (
    Run,
    occupation,
    places_of,
    result_columns,
    result_without_withheld,
    software_now,
    with_results,
    without_withheld,
)
from siting.records import Report
from snapshot.findings.page import Page
from snapshot.findings.site_text import overview_text, reading_text, section_table, site_text
from snapshot.findings.workbook import write_csv, write_workbook
from words import Lang, in_language, t

if TYPE_CHECKING:  # imported where a form needs it: it brings symbols, rasters and indicators, a quarter of a second
    from snapshot.selection import Sheet

__all__ = ["FORMATS", "Form", "as_text", "report_json", "without_withheld_measures", "write_results"]

Form = Literal["table", "json", "csv", "gpkg", "xlsx"]
FORMATS: Final[tuple[str, ...]] = get_args(Form)
_SUFFIX: Final = {"table": ".txt", "json": ".json", "csv": ".csv", "gpkg": ".gpkg", "xlsx": ".xlsx"}
_MOST_SITES_IN_FULL: Final = 20
_MOST_ANSWERS: Final = 200
_MOST_FINDINGS: Final = 60_000
_GPKG_OWN: Final = frozenset({"fid", "geom", "geometry"})


def write_results(
    target: Path,
    form: Form,
    run: Run,
    lang: Lang,
    *,
    check_id: str | None = None,
    bom: bool = True,
) -> Path:
    """Write the results of a check, whole or not at all; return the file written.

    Parameters
    ----------
    target : Path
        A file, replaced if it is there; or a folder, which gets a file named after the input.
    form : {"table", "json", "csv", "gpkg", "xlsx"}
    run : Run
    lang : {"zh", "en"}
    check_id : str, optional
        Under which the check is stored.
    bom : bool
        Whether a CSV starts with a byte order mark, by which Excel knows UTF-8.

    Raises
    ------
    BadInput
        If the place cannot be written to.
    """
    if target.is_dir():
        from snapshot.selection import safe_name  # noqa: PLC0415

        target = target / safe_name(
            f"{Path(in_language(run.sites.name, lang)).stem}-{check_id or 'check'}{_SUFFIX[form]}"
        )
    try:
        if form == "xlsx":
            write_workbook(target, _pages(run, lang, check_id))
        elif form == "gpkg":
            from snapshot.selection import write_geopackage  # noqa: PLC0415

            written = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            write_geopackage(target, _sheets(run, lang, check_id), written=written, lang=lang)
        else:
            with whole_file(target) as draft:
                draft.write_bytes(
                    as_text(form, without_withheld_measures(run), lang, check_id=check_id, bom=bom).encode()
                )
    except OSError as fault:
        raise BadInput("cli.cannot_write", file=target.name, fault=fault.strerror or type(fault).__name__) from None
    return target


def as_text(form: Form, run: Run, lang: Lang, *, check_id: str | None = None, bom: bool = False) -> str:
    """Return the results as text.

    Raises
    ------
    BadInput
        For a form that is no text.
    """
    if form == "json":
        return _json_text(report_json(run, check_id))
    if form == "csv":
        stream = io.StringIO(newline="")
        write_csv(stream, with_results(run), bom=bom)
        return stream.getvalue()
    if form == "table":
        count = len(run.sites)
        many = count > _MOST_SITES_IN_FULL
        parts = [overview_text(run, lang)] if many else [site_text(run, position, lang) for position in range(count)]
        return "\n\n".join([reading_text(run, lang), *parts, t("snapshot.disclaimer", lang)]) + "\n"
    raise BadInput("cli.needs_out", form=form)


def _json_text(report: Report) -> str:
    """Return a report as JSON text: a key a line for a few sites, a site a line for many."""
    if len(report["sites"]) <= _MOST_SITES_IN_FULL:
        return json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    head = json.dumps({**report, "sites": []}, ensure_ascii=False)
    sites = ",\n".join(json.dumps(site, ensure_ascii=False) for site in report["sites"])
    return head.replace('"sites": []', f'"sites": [\n{sites}\n]', 1) + "\n"


def report_json(run: Run, check_id: str | None = None) -> Report:
    """Return the report of a run with its summaries, without what must not be exported (docs/check.schema.json)."""
    specs = [layer.spec for layer in run.layers.values()]
    return with_summaries(without_withheld(run.report(check_id), specs), specs)


def without_withheld_measures(run: Run) -> Run:
    """Return a run without measurements against layers with ``export = "none"``, for files of text.

    On screen the measurements stay.
    """
    specs = [layer.spec for layer in run.layers.values()]
    withheld, sections = withheld_ids(specs), run.sections
    if sections is not None:
        sections = sections[~sections["layer"].isin(withheld)]
    return replace(run, result=result_without_withheld(run.result, specs), sections=sections)


def _about(run: Run, lang: Lang, check_id: str | None) -> pd.DataFrame:
    """Return the settings, input and versions of a check, one line each."""
    software, settings = software_now(), run.settings
    readings = "; ".join(dict.fromkeys(f"{one.declared} → EPSG:{one.epsg}" for one in run.sites.crs))
    lines: list[tuple[str, object]] = [
        ("check_id", check_id),
        ("input", in_language(run.sites.name, lang)),
        ("sha256", run.sites.sha256),
        ("crs", readings),
        ("activity", settings.activity),
        ("as_of", settings.as_of),
        ("software", f"Redline {software.redline}, GEOS {software.geos}, PROJ {software.proj}"),
        ("disclaimer", t("snapshot.disclaimer", lang)),
    ]
    rows = [(t(f"cli.about_{key}", lang), "" if value is None else str(value)) for key, value in lines]
    rows += [
        (t("cli.about_layer", lang, layer=layer.spec.title(lang)), " · ".join(_layer_facts(layer, lang)))
        for layer in run.layers.values()
        if layer.spec.checked
    ]
    return pd.DataFrame(rows, columns=["key", "value"])


def _layer_facts(layer: Any, lang: Lang) -> list[str]:
    spec = layer.spec
    if layer.state == "no_access":
        return [t("layers.state_no_access", lang)]
    facts = [t(f"layers.state_{layer.state}", lang), t(f"layers.basis_{spec.basis}", lang), spec.as_of]
    facts += [spec.publisher(lang), licence_text(spec.licence, lang), f"SHA-256 {layer.digest}" if layer.digest else ""]
    return [fact for fact in [*facts, spec.notice(lang) if spec.notice else ""] if fact]


def _labelled(run: Run, lang: Lang) -> tuple[pd.DataFrame, list[str]]:
    """Return the input's columns and the results with codes in words and readable headings."""
    frame = with_results(run)
    ours = list(result_columns(run).columns)
    names = list(frame.columns)
    start = len(names) - len(ours)
    headings = names[:start] + [_heading(name, run, lang) for name in ours]
    for at, name in enumerate(ours, start=start):
        if name == "rl_verdict":
            frame[names[at]] = [t(f"siting.verdict_{code}", lang) for code in frame[names[at]]]
        elif name.endswith("_state"):
            frame[names[at]] = [t(f"siting.state_{code}", lang) for code in frame[names[at]]]
        elif name == "rl_layers":
            titles = {layer.id: layer.spec.title(lang) for layer in run.layers.values()}
            frame[names[at]] = [";".join(titles.get(i, i) for i in ids.split(";")) for ids in frame[names[at]]]
    return frame, headings


def _heading(name: str, run: Run, lang: Lang) -> str:
    """Return the heading of a result column."""
    if name.startswith("rl_"):
        return t(f"cli.col_{name}", lang)
    for suffix in ("state", "distance_m", "share", "m2", "m"):
        layer = run.layers.get(name.removesuffix(f"_{suffix}"))
        if layer is not None:
            return t(f"cli.col_{suffix}", lang, layer=layer.spec.title(lang))
    return name


def _findings(run: Run, lang: Lang) -> pd.DataFrame:
    """Return findings a row each; if there are too many to read, those that meet something."""
    from snapshot.selection import findings_table  # noqa: PLC0415

    table = findings_table(run.result, run.layers.values(), lang)
    if len(table) <= _MOST_FINDINGS:
        return table
    return table[~table["state"].isin(["clear", "not_checked"]) & table["relation"].ne("disjoint")]


def _occupation(run: Run, lang: Lang) -> pd.DataFrame:
    """Return the 占压 table with layers and levels in words."""
    table = occupation(run)
    titles = {layer.id: layer.spec.title(lang) for layer in run.layers.values()}
    level = table["level"].map({code: t(f"cli.level_{code}", lang) for code in ("layer", "county", "class")})
    elsewhere = (table["level"] != "layer") & (table["adcode"] == "")
    county = table["county"].mask(elsewhere, t("cli.elsewhere", lang))
    return table.assign(layer=table["layer"].map(titles), level=level, county=county).drop(columns="area_m2")


def _pages(run: Run, lang: Lang, check_id: str | None) -> list[Page]:
    sites, headings = _labelled(run, lang)
    taken = _occupation(run, lang)
    exact = {name: f"#,##0.{'0' * digits}".rstrip(".") for name, digits in _decimals(run).items()}
    about, lines = _about(run, lang, check_id), section_table(without_withheld_measures(run), lang)
    answers = _answers(run, lang)
    return [
        *([Page(t("answer.page", lang), answers)] if len(answers) else []),
        Page(t("cli.page_sites", lang), sites, headings),
        Page(t("cli.page_occupation", lang), taken, [t(f"cli.occ_{name}", lang) for name in taken.columns], exact),
        *([Page(t("cli.page_sections", lang), lines)] if len(lines) else []),
        Page(t("snapshot.findings", lang), _findings(run, lang)),
        Page(t("snapshot.about", lang), about, [t("cli.about_key", lang), t("cli.about_value", lang)]),
    ]


def _answers(run: Run, lang: Lang) -> pd.DataFrame:
    """Return the answer for each site, a row each; none for more sites than one reads one by one."""
    if len(run.sites) > _MOST_ANSWERS:
        return pd.DataFrame()
    rows = []
    for site in report_json(run)["sites"]:
        summary = site["summary"]
        missing = summary["not_checked"]
        rows.append(
            {
                t("cli.head_site", lang): site["id"],
                t("cli.head_verdict", lang): t(f"siting.verdict_{summary['verdict']}", lang),
                t("answer.head_sentence", lang): summary["sentence"][lang],
                t("answer.head_reasons", lang): "\n".join(reason["text"][lang] for reason in summary["reasons"]),
                t("answer.head_steps", lang): "\n".join(step["text"][lang] for step in summary["next_steps"]),
                t("answer.head_open", lang): "" if missing is None else missing[lang],
            }
        )
    return pd.DataFrame(rows)


def _decimals(run: Run) -> dict[str, int]:
    """Return the decimals of each column of figures, moved ones included."""
    places = places_of(run)
    units = {"m2": places.m2, "ha": places.ha, "mu": places.mu}
    return units | {f"{unit}_moved": digits for unit, digits in units.items()}


def _sheets(run: Run, lang: Lang, check_id: str | None) -> list[Sheet]:
    table = with_results(run)
    table.columns = pd.Index(_for_sqlite([str(name) for name in table.columns]))
    shapes, crs = _own_shapes(run)
    sites = gpd.GeoDataFrame(table, geometry=shapes, crs=crs)
    tables = {
        "occupation": (t("cli.page_occupation", lang), _occupation(run, lang)),
        "sections": (t("cli.page_sections", lang), section_table(without_withheld_measures(run), lang)),
        "findings": (t("snapshot.findings", lang), _findings(run, lang)),
        "about": (t("snapshot.about", lang), _about(run, lang, check_id)),
    }
    from carto.style import SITE_SYMBOL  # noqa: PLC0415
    from snapshot.selection import Sheet  # noqa: PLC0415

    sheet = Sheet("sites", t("cli.page_sites", lang), run.sites.name, sites, SITE_SYMBOL, label="rl_site")
    return [sheet, *(Sheet(name, title, title, frame) for name, (title, frame) in tables.items())]


def _own_shapes(run: Run) -> tuple[Any, Any]:
    """Return the shapes as in the input, in its system; else those that were checked.

    A file whose parts are in different systems, and one in a web map's shifted degrees, has no system of its own.
    """
    read = run.read
    systems = {reading.epsg for reading in read.crs}
    if read.originals is None or len(systems) != 1 or any(reading.shifted for reading in read.crs):
        return read.frame.geometry.to_numpy(), read.frame.crs
    return read.originals.reindex(read.frame["site_id"]).to_numpy(), f"EPSG:{systems.pop()}"


def _for_sqlite(names: list[str]) -> list[str]:
    """Return columns renamed where SQLite takes two for one (``ID``, ``id``) or GeoPackage reserves the name."""
    taken: set[str] = set()
    made = []
    for name in names:
        fresh = name
        while fresh.casefold() in taken | _GPKG_OWN:
            fresh += "_"
        taken.add(fresh.casefold())
        made.append(fresh)
    return made
