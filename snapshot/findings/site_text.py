"""One checked site as plain text: heading, findings, clauses of the verdict, next steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from tabulate import tabulate

from geo.measure import MEETING
from layers.clock import local_text
from siting.check import Check, Run
from siting.records import FindingRecord, SectionRecord
from snapshot.findings.answer_text import answer_lines, run_summary
from snapshot.findings.wording import exact_area_text, length_text, site_heading, site_table
from words import Lang, in_language, t

__all__ = ["overview_text", "reading_text", "section_table", "site_text", "stored_text"]


def reading_text(run: Run, lang: Lang) -> str:
    """Return how the input was read, as text: coordinate systems with evidence, and notices."""
    lines = []
    for one in run.read.crs:
        evidence = t("snapshot.and", lang).join(t(f"geo.evidence_{code}", lang) for code in one.evidence)
        lines.append(t("cli.crs_read", lang, declared=one.declared, epsg=one.epsg, evidence=evidence))
    lines += [notice.text(lang) for notice in run.read.notices]
    if run.settings.corridor_m:
        lines.append(t("cli.corridor", lang, width=f"{run.settings.corridor_m:g}"))
    return "\n".join(dict.fromkeys(lines))


def section_table(run: Run, lang: Lang, position: int | None = None) -> pd.DataFrame:
    """Return the sections of lines in words, of all sites or of one."""
    found = run.sections
    if found is None:
        return pd.DataFrame()
    if position is not None:
        found = found[found["site"] == position]
    titles = {layer.id: layer.spec.title(lang) for layer in run.layers.values()}
    ids = run.result.sites["site_id"].to_numpy()
    columns = {
        t("cli.head_site", lang): ids[found["site"].to_numpy(int)],
        t("check_page.section_from", lang): found["from_k"],
        t("check_page.section_to", lang): found["to_k"],
        t("check_page.section_length", lang): found["length_m"],
        t("cli.head_id", lang): found["layer"].map(titles),
        t("check_page.section_kind", lang): [t(f"check_page.section_{kind}", lang) for kind in found["kind"]],
        t("check_page.section_structure", lang): [t(f"check_page.structure_{one}", lang) for one in found["structure"]],
        t("check_page.section_features", lang): found["features"],
    }
    table = pd.DataFrame({name: list(values) for name, values in columns.items()})
    return table if position is None else table.iloc[:, 1:]


def section_sums(sections: Sequence[SectionRecord], titles: Mapping[str, str], lang: Lang) -> list[str]:
    """Return a sentence a layer: how much of a line lies inside or along it, and how often the line crosses it.

    Parameters
    ----------
    sections : sequence of SectionRecord
    titles : mapping of str to str
        By layer id.
    lang : {"zh", "en"}
    """
    sums: dict[str, dict[str, float]] = {}
    for one in sections:
        mine = sums.setdefault(one["layer"], {"inside": 0.0, "along": 0.0, "crossing": 0})
        mine[one["kind"]] += 1 if one["kind"] == "crossing" else one["length_m"]
    sentences = []
    for name, mine in sums.items():
        lengths = {kind: mine[kind] for kind in ("inside", "along") if mine[kind]}
        parts = [t(f"check_page.sum_{kind}", lang, length=f"{length:,.1f}") for kind, length in lengths.items()]
        parts += [t("check_page.sum_crossed", lang, count=int(mine["crossing"]))] if mine["crossing"] else []
        what = t("snapshot.and", lang).join(parts)
        sentences.append(t("check_page.section_total", lang, layer=titles.get(name, name), what=what))
    return sentences


def site_text(run: Run, position: int, lang: Lang) -> str:
    """Return the answer for one site and its findings, as text."""
    layers = list(run.layers.values())
    table = site_table(run.result, position, layers, lang)
    parts = [
        site_heading(run.result, position, lang),
        *answer_lines(run_summary(run, position), lang),
        str(tabulate(table, headers="keys", showindex=False, missingval="", floatfmt=".4f")),
        *_sections(run, position, lang),
        *_notes(run, position, lang),
    ]
    return "\n".join(parts)


def overview_text(run: Run, lang: Lang) -> str:
    """Return one line a site, for more sites than can be read one by one."""
    sites = run.result.sites
    counties = run.result.counties.groupby("site")["name"].agg("、".join).reindex(range(len(sites))).fillna("")
    met = run.result.findings[run.result.findings["overlap_m2"].gt(0) | run.result.findings["overlap_m"].gt(0)]
    titles = {layer.id: layer.spec.title(lang) for layer in run.layers.values()}
    named = met.assign(title=met["layer"].map(titles)).groupby("site")["title"].agg("、".join)
    rows = [
        [site.site_id, t(f"siting.verdict_{site.verdict}", lang), _size(site, lang), counties[at], named.get(at, "")]
        for at, site in enumerate(sites.itertuples())
    ]
    heads = [t(f"cli.head_{name}", lang) for name in ("site", "verdict", "size", "county", "layers_met")]
    return str(tabulate(rows, headers=heads, missingval=""))


def _size(site: Any, lang: Lang) -> str:
    if site.area_m2 == site.area_m2:  # not NaN
        return exact_area_text(site.area_m2, lang)
    return length_text(site.length_m, lang) if site.length_m == site.length_m else ""


def _sections(run: Run, position: int, lang: Lang) -> Iterator[str]:
    """Yield the table of sections of a line, if there are any."""
    table = section_table(run, lang, position)
    if len(table):
        yield str(tabulate(table, headers="keys", showindex=False, floatfmt=".3f"))


def _notes(run: Run, position: int, lang: Lang) -> Iterator[str]:
    """Yield the lines below the table: repairs, margins, way out."""
    site = run.result.sites.iloc[position]
    findings = run.result.findings[run.result.findings["site"] == position].to_dict("records")
    titles = {layer.id: layer.spec.title(lang) for layer in run.layers.values()}
    if site["repair"]:
        what = t("snapshot.and", lang).join(t(f"geo.repair_{code}", lang) for code in site["repair"])
        yield t("cli.mended", lang, what=what, area=f"{site['repair_area_m2']:+,.4f}")
    for found in findings:
        if found["firm"] is False:
            values = {
                "margin": length_text(found["margin_m"], lang),
                "accuracy": length_text(found["accuracy_m"], lang),
            }
            key = "cli.survey_needed" if found["margin_is"] == "exact" else "cli.survey_needed_least"
            yield t(key, lang, layer=titles[found["layer"]], **values)
    way_out = site["way_out"]
    if way_out is not None:
        left = way_out["area_m2"]
        if way_out["share"] is None:
            return  # what is left would draw a line that must not leave
        size = exact_area_text(left, lang) if left is not None else length_text(way_out["length_m"] or 0.0, lang)
        yield t("cli.way_out", lang, size=size, share=f"{way_out['share']:.2%}")


def _meets(found: FindingRecord) -> bool:
    """Return whether a finding meets its layer; by its state where the relation is withheld."""
    return bool(found["state"] == "hit" if found.get("withheld") else found["relation"] in MEETING)


def stored_text(check: Check, lang: Lang) -> str:
    """Return a stored check as text: case, input, versions, and verdict and hits of each site."""
    titles = {seen.spec.id: seen.spec.title(lang) for seen in check.layers}
    case = [(t(f"cli.case_{name}", lang), value) for name, value in vars(check.case).items() if value]
    software = f"Redline {check.software.redline}, GEOS {check.software.geos}, PROJ {check.software.proj}"
    facts = [
        (t("cli.about_check_id", lang), check.id),
        (t("cli.head_stored_at", lang), local_text(check.stored_at)),
        *case,
        (t("cli.about_input", lang), in_language(check.input_name, lang)),
        (t("cli.about_sha256", lang), check.input_sha256 or ""),
        (t("cli.about_activity", lang), check.settings.activity or ""),
        (t("cli.about_as_of", lang), check.settings.as_of),
        (t("cli.about_software", lang), software),
    ]
    noticed = [notice[lang] for notice in check.report["run"]["input"].get("notices", [])]
    rows = []
    for site in check.report["sites"]:
        met = [titles.get(f["layer"], f["layer"]) for f in site["findings"] if _meets(f)]
        rows.append([site["id"], t(f"siting.verdict_{site['verdict']}", lang), t("snapshot.and", lang).join(met)])
    heads = [t(f"cli.head_{name}", lang) for name in ("site", "verdict", "layers_met")]
    parts = [str(tabulate(facts, tablefmt="plain")), "\n".join(noticed), str(tabulate(rows, headers=heads))]
    return "\n\n".join([*filter(None, parts), t("snapshot.disclaimer", lang)])
