"""Buttons that make the report of a check (PDF, DOCX), and files of its sites with their findings for GIS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import streamlit as st

from geo.errors import RedlineError
from geo.progress import Progress
from siting.check import CASE_FIELDS, Case, Run
from snapshot.deliver import Order, deliver
from snapshot.pictures import Picture
from snapshot.report import deliver_report, results_selection
from snapshot.selection import SurveyFormat, check_file_name
from snapshot.sheet import relief_of
from views.parts.takeaway import choose_survey_format, show_exports, start_export
from views.screens.check.case import CASE_FIELD
from views.server import Work, make_file, prepare_exports
from views.session import VERSION, catalogue, lang, ledger, pressed, say, show_fault

__all__ = ["current_case", "show_reports"]

_FORMS: Final = ("gpkg", "shp", "geojson", "kmz", "fgb", "parquet", "dxf", "txt", "pdf")
"""Forms of the sites with their findings; the last is a map sheet."""


def current_case(check_id: str | None) -> Case:
    """Return the case of a stored check, else the case that the form holds."""
    if check_id is not None:
        return ledger().get(check_id).case
    return Case(**{name: CASE_FIELD.of(name).get().strip() for name in CASE_FIELDS})


def show_reports(load_run: Callable[[], Run], case: Case, name: str, check_id: str | None, place: str) -> None:
    """Show the buttons that order a report or a file, and the orders with their progress and downloads.

    Parameters
    ----------
    load_run : callable
        Returns the run; called in the background job.
    case : Case
    name : str
        Name of the checked source, for the file name.
    check_id : str or None
    place : str
        Place on the page: prefix of its widget keys, and of its orders.
    """
    project = case.name or Path(name).stem

    def stem(content: Literal["results", "report"], form: str) -> str:
        return check_file_name(project, content, form, lang(), check_id or "")

    prepare_exports()
    pdf_box, docx_box = st.columns(2)
    form_box, make_box = st.columns([1.5, 1], vertical_alignment="bottom")
    form = form_box.selectbox(
        say("take.site_form"),
        _FORMS,
        format_func=lambda one: say("take.form_site_sheet") if one == "pdf" else say(f"take.form_{one}"),
        key=f"take-{place}-form",
    )
    survey = choose_survey_format(place) if form == "txt" else SurveyFormat()
    for column, suffix in ((pdf_box, "pdf"), (docx_box, "docx")):
        title = f"{say('take.group_report')} · {say(f'take.form_report_{suffix}')}"
        with column:
            if pressed(title, key=f"take-{place}-{suffix}", width="stretch"):
                _submit(place, title, _report_work(load_run, case, f"{stem('report', suffix)}.{suffix}", check_id))
    with make_box:
        if pressed(say("take.make"), key=f"take-{place}-make", width="stretch"):
            title = say("take.form_site_sheet" if form == "pdf" else f"take.form_{form}")
            _submit(place, title, _file_work(load_run, form, stem("results", form), project, survey))
    show_exports(place)


def _submit(place: str, title: str, work: Work) -> None:
    try:
        start_export(place, title, work)
    except RedlineError as fault:
        show_fault(fault)


def _report_work(load_run: Callable[[], Run], case: Case, name: str, check_id: str | None) -> Work:
    """Return the job that writes the report as the file `name`."""
    language, settings = lang(), catalogue()
    relief = relief_of(settings.folder / settings.map.base)

    def work(folder: Path, progress: Progress) -> Path:
        run = load_run()
        return make_file(
            deliver_report, folder / name, run, case, folder=folder, layers=run.layers.values(), lang=language,
            version=VERSION, check_id=check_id or "", user=case.prepared_by, relief=relief, progress=progress,
        )  # fmt: skip

    return work


def _file_work(load_run: Callable[[], Run], form: str, stem: str, title: str, survey: SurveyFormat) -> Work:
    """Return the job that writes the sites with their findings in a form, ``pdf`` as a map sheet."""
    language, settings = lang(), catalogue()
    relief = relief_of(settings.folder / settings.map.base)

    def work(folder: Path, progress: Progress) -> Path:
        run = load_run()
        selection = replace(results_selection(run, language, VERSION), survey=survey)
        if form == "pdf":
            on = tuple(layer.id for layer in run.layers.values() if layer.spec.on and layer.frame is not None)
            chosen = replace(selection, only_sites=False, chosen=on)
            order = Order(form, chosen, Picture(title=title, relief=relief))
        else:
            order = Order(form, selection)
        layers = run.layers.values()
        return make_file(deliver, order, folder / stem, folder=folder, layers=layers, progress=progress)

    return work
