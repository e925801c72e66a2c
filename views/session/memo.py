"""Work that a page does once for a question, whatever how often its script runs: the one memory of a session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from geo.errors import RedlineError
from siting.law import day_of
from views.session.workspace import stamp

__all__ = ["forget", "once"]


def once(kind: str, key: Hashable, make: Callable[[], Any]) -> Any:
    """Do something once for a key: its value or its fault is kept in the session until the next key.

    It is done anew, too, when layers, settings or tables of rules change (`stamp`), and on the next day,
    whose law may be another: what is kept never outlives what it was made from.

    Parameters
    ----------
    kind : str
        Name of the one place in the session that holds it.
    key : hashable
        All that was asked; never the identity of an object, which another may bear later.
    make : callable

    Raises
    ------
    RedlineError
        What `make` raised for this key, again in every run.
    """
    now = (key, stamp(), day_of(None))
    held = st.session_state.get(kind)
    if held is None or held[0] != now:
        try:
            held = (now, make(), None)
        except RedlineError as fault:
            held = (now, None, fault)
        st.session_state[kind] = held
    if held[2] is not None:
        raise held[2]
    return held[1]


def forget(*kinds: str) -> None:
    """Let go of what is kept, so that it is made anew."""
    for kind in kinds:
        st.session_state.pop(kind, None)
