"""Export panel: the content of the map in any form; files are made in the background and then downloaded."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Final

import streamlit as st

from geo.errors import RedlineError
from geo.progress import Progress
from snapshot.deliver import Order, check_order, deliver
from snapshot.pictures import PICTURES
from snapshot.selection import export_name
from views.parts.takeaway.form import ExportContext, choose_form, choose_order, form_title
from views.parts.takeaway.orders import show_exports, start_export
from views.server import Work, make_file
from views.session import may, pressed, say, show_fault, who_may

__all__ = ["show_export"]


def show_export(context: ExportContext) -> None:
    """Show format, button, folded settings, and the exports of this session."""
    if not may("checker"):
        st.caption(who_may("checker"))
        return
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
    outlined = order.picture.outlined
    place = outlined.title if outlined is not None and order.form in PICTURES else ""
    name = _unused(export_name(order.selection, order.form, order.selection.lang, place))

    def work(folder: Path, progress: Progress) -> Path:
        layers = order.selection.layers.values()
        return make_file(deliver, order, folder / name, folder=folder, layers=layers, progress=progress)

    return work


_USED: Final[deque[str]] = deque(maxlen=200)
"""Names of the latest exports of this process."""


def _unused(name: str) -> str:
    """Return a name that no recent export has: two of one minute are told apart by a number."""
    number = 1 + sum(used == name for used in _USED)
    _USED.append(name)
    return name if number == 1 else f"{name}-{number}"
