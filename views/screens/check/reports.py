"""What a check gives to take away besides its tables: the report to be filed, the sites with their findings for GIS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import streamlit as st

from geo.errors import RedlineError
from geo.progress import Progress
from siting.check import CASE_FIELDS, Case, Run
from snapshot.deliver import Order, deliver
from snapshot.pictures import Picture
from snapshot.report import deliver_report, results_selection
from snapshot.selection import safe_name
from snapshot.sheet import PAPER, relief_of
from views.parts.takeaway import show_exports, start_export
from views.screens.check.case import CASE_FIELD
from views.server import Work
from views.session import VERSION, catalogue, lang, ledger, pressed, say, show_fault

__all__ = ["case_now", "show_reports"]

_FORMS: Final = ("gpkg", "shp", "geojson", "kmz", "fgb", "parquet", "dxf", "txt", "pdf")
"""Of the sites with their findings; the last is a map sheet of them."""


def case_now(check_id: str | None) -> Case:
    """Return the case of a check: as stored, else as it stands in the form."""
    if check_id is not None:
        return ledger().get(check_id).case
    return Case(**{name: CASE_FIELD.of(name).get().strip() for name in CASE_FIELDS})


def show_reports(run_of: Callable[[], Run], case: Case, name: str, check_id: str | None, place: str) -> None:
    """Show the buttons that order a report or a file, and what was ordered.

    Parameters
    ----------
    run_of : callable
        Gives the check; called beside the page, where it may take its time.
    case : Case
    name : str
        Of what was checked.
    check_id : str or None
    place : str
        Where it shows: one of a page.
    """
    stem = safe_name(f"{case.name or Path(name).stem}-{check_id or 'redline'}")
    first, second, third, fourth = st.columns([1, 1, 1.5, 0.8], vertical_alignment="bottom")
    form = third.selectbox(
        say("take.site_form"),
        _FORMS,
        format_func=lambda one: say("take.form_site_sheet") if one == "pdf" else say(f"take.form_{one}"),
        key=f"take-{place}-form",
    )
    for column, suffix in ((first, "pdf"), (second, "docx")):
        title = f"{say('take.group_report')} · {say(f'take.form_report_{suffix}')}"
        with column:
            if pressed(title, key=f"take-{place}-{suffix}", width="stretch"):
                _order(place, title, _report(run_of, case, f"{stem}.{suffix}", check_id))
    with fourth:
        if pressed(say("take.make"), key=f"take-{place}-make", width="stretch"):
            title = say("take.form_site_sheet" if form == "pdf" else f"take.form_{form}")
            _order(place, title, _file(run_of, form, stem))
    show_exports(place)


def _order(place: str, title: str, work: Work) -> None:
    try:
        start_export(place, title, work)
    except RedlineError as fault:
        show_fault(fault)


def _report(run_of: Callable[[], Run], case: Case, name: str, check_id: str | None) -> Work:
    """Return the work that writes the report."""
    now, settings = lang(), catalogue()
    relief = relief_of(settings.folder / settings.map.base)

    def work(folder: Path, progress: Progress) -> Path:
        run = run_of()
        with PAPER:
            return deliver_report(
                folder / name, run, case, lang=now, version=VERSION, check_id=check_id or "",
                user=case.prepared_by, relief=relief, progress=progress,
            )  # fmt: skip

    return work


def _file(run_of: Callable[[], Run], form: str, stem: str) -> Work:
    """Return the work that writes the sites with their findings, or a sheet of them."""
    now, settings = lang(), catalogue()
    relief = relief_of(settings.folder / settings.map.base)

    def work(folder: Path, progress: Progress) -> Path:
        run = run_of()
        selection = results_selection(run, now, VERSION)
        if form != "pdf":
            return deliver(Order(form, selection), folder / stem, progress)
        on = tuple(layer.id for layer in run.layers.values() if layer.spec.on and layer.frame is not None)
        chosen = replace(selection, only_sites=False, chosen=on)
        with PAPER:
            return deliver(Order(form, chosen, Picture(title=stem, relief=relief)), folder / stem, progress)

    return work
