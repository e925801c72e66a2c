"""Subjects that the user added in this session: from a table or a raster of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from layers.indicators import Subject
from views.parts.indicators.choice import choose, chosen
from views.parts.indicators.figures import OWN

__all__ = ["add_own", "forget_own", "today"]


_MOST_OWN: Final = 12


def today() -> str:
    """Return the date."""
    return f"{datetime.now(UTC).astimezone():%Y-%m-%d}"


def add_own(subject: Subject) -> None:
    """Add a subject to the session's own, the oldest going, and show it."""
    own: dict[str, Subject] = {**st.session_state.get(OWN, {}), subject.id: subject}
    st.session_state[OWN] = dict(list(own.items())[-_MOST_OWN:])
    choose(id=subject.id, year="", mode="value")
    st.session_state["own-added"] = len(subject.adcodes)


def forget_own() -> None:
    """Take the session's own subjects back."""
    own = st.session_state.pop(OWN, {})
    if chosen().id in own:
        choose(id="")
