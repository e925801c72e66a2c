"""Take away: what the map shows, in any form; the file is made beside the page and fetched when it is there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from geo.errors import RedlineError
from snapshot.deliver import Order, check_order, deliver
from snapshot.sheet import PAPER
from views.parts.takeaway.form import Shown, choose_form, choose_order, form_title
from views.parts.takeaway.orders import order, show_orders
from views.server import Work
from views.session import pressed, say, show_fault

__all__ = ["show_take"]


def show_take(shown: Shown) -> None:
    """Show the format, the button, the settings folded, and what was ordered."""
    _choose(shown)
    show_orders("map")


@st.fragment
def _choose(shown: Shown) -> None:
    """Choose what to take; choosing draws nothing else again."""
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        form = choose_form()
    with st.expander(say("take.more")):
        placed, why_not = choose_order(form, shown)
    with right:
        wanted = pressed(say("take.make"), type="primary", width="stretch", key="take-make", disabled=bool(why_not))
    if wanted:
        try:
            check_order(placed)
            order("map", form_title(form), work_of(placed))
        except RedlineError as fault:
            show_fault(fault)
        else:
            st.rerun()
    if why_not:
        st.caption(why_not)


def work_of(placed: Order) -> Work:
    """Return the work that writes an order into a folder."""

    def work(folder: Path, progress: object) -> Path:
        target = folder / f"redline-{datetime.now(UTC):%Y%m%d-%H%M}"
        if placed.form not in {"pdf", "png"}:
            return deliver(placed, target, progress)  # type: ignore[arg-type]
        with PAPER:
            return deliver(placed, target, progress)  # type: ignore[arg-type]

    return work
