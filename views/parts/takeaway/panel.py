"""Export panel: the content of the map in any form; files are made in the background and then downloaded."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.errors import RedlineError
from layers.clock import stamp_text
from snapshot.deliver import Order, check_order, deliver
from snapshot.sheet import PAPER
from views.parts.takeaway.form import ExportContext, choose_form, choose_order, form_title
from views.parts.takeaway.orders import show_exports, start_export
from views.server import Work
from views.session import pressed, say, show_fault

__all__ = ["show_export"]


def show_export(context: ExportContext) -> None:
    """Show format, button, folded settings, and the exports of this session."""
    _choose(context)
    show_exports("map")


@st.fragment
def _choose(context: ExportContext) -> None:
    """Show the settings and start an export when the button is pressed; a fragment, so the page is not rerun."""
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        form = choose_form()
    with st.expander(say("take.more")):
        settings, why_not = choose_order(form, context)
    with right:
        started = pressed(say("take.make"), type="primary", width="stretch", key="take-make", disabled=bool(why_not))
    if started:
        try:
            check_order(settings)
            start_export("map", form_title(form), export_work(settings))
        except RedlineError as fault:
            show_fault(fault)
        else:
            st.rerun()
    if why_not:
        st.caption(why_not)


def export_work(order: Order) -> Work:
    """Return the work of a job that writes the file of an order into a folder."""

    def work(folder: Path, progress: object) -> Path:
        target = folder / f"redline-{stamp_text()}"
        if order.form not in {"pdf", "png"}:
            return deliver(order, target, progress)  # type: ignore[arg-type]
        with PAPER:
            return deliver(order, target, progress)  # type: ignore[arg-type]

    return work
