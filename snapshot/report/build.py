"""The siting report: content assembled, and written as PDF or DOCX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geo.errors import BadInput
from geo.measure import MEETING
from geo.progress import Progress, no_progress
from geo.whole_file import whole_file
from layers.clock import zone_text
from siting.check import Case, Run, software_now
from siting.records import SiteRecord
from snapshot.findings import report_json
from snapshot.proof import seal
from snapshot.report.chapters import Chapters
from snapshot.report.docx import write_docx
from snapshot.report.model import (
    Block,
    Facts,
    Numbers,
    Picture,
    Report,
    Signatures,
    Text,
    rewritten,
    texts_of,
)  # fmt: skip
from snapshot.report.pdf import write_pdf
from snapshot.sheet import Relief, map_picture, now_text, spelled, writable
from words import Lang, in_language, t

__all__ = ["build_report", "write_report"]

_MOST_SITES = 20
_MOST_MAPS = 4
_MAP_MM = (160.0, 84.0)
_FIRST_MAP_MM = (160.0, 58.0)
_TALL_MAP_MM = (160.0, 104.0)
"""Where no table of the sites stands on the first page."""
_LEGEND_MM = 42.0
_LEAST_DEGREES = 0.012


def write_report(
    target: Path,
    run: Run,
    case: Case,
    *,
    lang: Lang,
    check_id: str = "",
    user: str = "",
    relief: Relief | None = None,
    manifest: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> None:
    """Write the report of a check as PDF or DOCX, whole or not at all.

    Parameters
    ----------
    target : Path
        ``.pdf`` or ``.docx``.
    run : Run
        From `siting.check.run.run_check`.
    case : Case
    lang : {"zh", "en"}
    check_id : str
        Under which the check is stored; empty if it is not.
    user : str
        Who makes the report.
    relief : Relief, optional
        Below the maps.
    manifest : mapping, optional
        Sealed into the file (``snapshot.proof.sealing``).
    progress : Progress

    Raises
    ------
    BadInput
        On another suffix.
    """
    writers = {".pdf": write_pdf, ".docx": write_docx}
    writer = writers.get(target.suffix.lower())
    if writer is None:
        raise BadInput("report.no_format", suffix=target.suffix)
    report = build_report(run, case, lang=lang, check_id=check_id, user=user, relief=relief, progress=progress)
    if writer is write_pdf and not all(writable(text) for text in texts_of(report)):
        report = rewritten(report, spelled, Text(t("report.spelled", lang), "small"))
    progress(0.7)
    with whole_file(target) as draft:
        writer(draft, report)
        if manifest is not None:
            seal(draft, manifest)
    progress(1.0)


def build_report(
    run: Run, case: Case, *, lang: Lang, check_id: str = "", user: str = "", relief: Relief | None = None,
    progress: Progress = no_progress,
) -> Report:  # fmt: skip
    """Return the content of a report, without what must not be exported."""
    exported = report_json(run, check_id or None)
    numbers = Numbers()
    chapters = Chapters(run, exported["sites"], lang, numbers)
    software = software_now()
    size_mm = _TALL_MAP_MM if chapters.many else _FIRST_MAP_MM
    first_map = _first_map(run, exported["sites"], size_mm, lang, numbers, relief=relief)
    progress(0.2)
    first_page: list[Block] = [
        Facts(_case_facts(run, case, lang, check_id), pairs=2),
        *chapters.answer(),
        first_map,
        _signatures(case, lang),
        Text(t("snapshot.disclaimer", lang), "small"),
    ]
    blocks: list[Block] = []

    def chapter(name: str, *parts: list[Block]) -> None:
        blocks.append(numbers.heading(t(f"report.chapter_{name}", lang)))
        blocks.extend(block for part in parts for block in part)

    chapter("site", chapters.evidence(), _maps(run, lang, numbers, relief), chapters.areas())
    progress(0.5)
    blocks.append(numbers.heading(t("report.chapter_findings", lang)))
    blocks += [*(chapters.verdicts() if chapters.many else []), *chapters.not_checked()]
    for site in exported["sites"][:_MOST_SITES]:
        blocks.append(numbers.heading(t("report.site", lang, site=site["id"]), 2))
        blocks += chapters.findings(site) + chapters.line(site)
    if len(exported["sites"]) > _MOST_SITES:
        blocks.append(Text(t("report.more_sites", lang, count=len(exported["sites"]) - _MOST_SITES), "warning"))
    chapter("occupation", chapters.occupation())
    chapter("clauses", [Text(t("report.clauses_day", lang, day=run.result.as_of))], chapters.clauses(applying=True))
    chapter("path", chapters.path())
    chapter("ways_out", chapters.ways_out())
    chapter("layers", chapters.layers(), [Text(t("report.layers_note", lang), "small")])
    what = [Text(t(f"report.is_{number}", lang)) for number in (1, 2, 3, 4)]
    reopen = t("report.reopen", lang, id=check_id) if check_id else t("report.not_stored", lang)
    versions = t("report.versions", lang, redline=software.redline, geos=software.geos, proj=software.proj)
    chapter("what", list[Block](what), [Text(reopen, "strong"), Text(versions, "small")])
    chapter("appendix", [Text(t("report.appendix_note", lang))], chapters.clauses(applying=False))
    title, subject = t("report.title", lang), case.name or in_language(run.sites.name, lang)
    return Report(
        lang, title, subject, f"{title}　{subject}"[:60], check_id,
        user or case.prepared_by, f"Redline {software.redline}", tuple(first_page), tuple(blocks),
    )  # fmt: skip


def _case_facts(run: Run, case: Case, lang: Lang, check_id: str) -> tuple[tuple[str, str], ...]:
    """Return the facts on the cover."""
    names = ("name", "code", "builder", "stage", "file_number")
    rows = [(_capital(t(f"cli.case_{name}", lang)), getattr(case, name) or "—") for name in names]
    activity = run.settings.activity
    rows += [
        (t("report.activity", lang), _activity(activity, lang) if activity else t("report.none_named", lang)),
        (t("report.works", lang), t(f"siting.works_{run.settings.works}", lang)),
        (t("report.as_of", lang), run.result.as_of),
        (t("report.check_id", lang), check_id or t("report.no_id", lang)),
        (t("report.made", lang, zone=zone_text(lang)), now_text()),
    ]
    return tuple(rows)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _activity(code: str, lang: Lang) -> str:
    from siting.law import activities  # noqa: PLC0415 -- a table is read

    return str(activities().loc[code, "name" if lang == "zh" else "name_en"])


def _signatures(case: Case, lang: Lang) -> Signatures:
    names = (("prepared", case.prepared_by), ("reviewed", case.reviewed_by), ("office", ""), ("date", ""))
    return Signatures(tuple((t(f"report.sign_{name}", lang), value) for name, value in names))


def _first_map(
    run: Run, sites: Sequence[SiteRecord], size_mm: tuple[float, float], lang: Lang, numbers: Numbers, *,
    relief: Relief | None,
) -> Picture:  # fmt: skip
    """Return the map of the first page: all sites, with legend and scale.

    Of several sites it shows the layers that they meet: over a wide extent the legend of all layers cannot be read.
    """
    frame, layers = run.sites.frame, list(run.layers.values())
    shown = [layer for layer in layers if layer.spec.on or layer.spec.checked]
    if len(frame) > 1 and (met := _layers_met(sites)):
        shown = [layer for layer in shown if layer.spec.role == "boundary" or layer.spec.id in met]
    bounds = _around(frame.total_bounds, 0.5, _LEAST_DEGREES)
    made = map_picture(
        shown, bounds, *size_mm, catalogue=layers, lang=lang, sites=frame, relief=relief, legend_mm=_LEGEND_MM
    )
    title = t("report.map_scale", lang, title=t("report.map_sites", lang), scale=f"{made.scale:,.0f}")
    caption = t("report.picture", lang, number=numbers.picture(), title=title)
    return Picture(made.png, *size_mm, caption)


def _layers_met(sites: Sequence[SiteRecord]) -> set[str]:
    """Return the ids of layers that share ground with a site, or that a site comes too near to."""
    rows = [row for site in sites for row in site["findings"]]
    return {row["layer"] for row in rows if row["relation"] in MEETING or row["state"] == "hit"}


def _maps(run: Run, lang: Lang, numbers: Numbers, relief: Relief | None) -> list[Block]:
    """Return the overview map and, of several sites, a map of each."""
    frame = run.sites.frame
    layers = list(run.layers.values())
    outlines = [layer for layer in layers if layer.spec.role == "boundary"]
    shown = [layer for layer in layers if layer.spec.on or layer.spec.checked]
    wanted = [(t("report.map_locator", lang), _around(frame.total_bounds, 1.0, 0.6), outlines)]
    for position in range(min(len(frame), _MOST_MAPS) if len(frame) > 1 else 0):
        title = t("report.map_detail", lang, site=frame["site_id"].iloc[position])
        wanted.append((title, _around(frame.geometry.iloc[position].bounds, 0.5, _LEAST_DEGREES), shown))
    made: list[Block] = []
    for title, bounds, drawn in wanted:
        picture = map_picture(
            drawn, bounds, *_MAP_MM, catalogue=layers, lang=lang, sites=frame, relief=relief, legend_mm=_LEGEND_MM
        )
        scaled = t("report.map_scale", lang, title=title, scale=f"{picture.scale:,.0f}")
        made.append(Picture(picture.png, *_MAP_MM, t("report.picture", lang, number=numbers.picture(), title=scaled)))
    made.append(Text(t("report.maps_note", lang), "small"))
    return made


def _around(box: Any, share: float, least: float) -> tuple[float, float, float, float]:
    """Return bounds widened by a share of their size, at least by so many degrees."""
    west, south, east, north = (float(edge) for edge in box)
    pad = max(share * max(east - west, north - south), least)
    return west - pad, south - pad, east + pad, north + pad
