"""Work that a page does once for a key, whatever how often its script runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from geo.errors import RedlineError

__all__ = ["once"]


def once(kind: str, key: Any, make: Callable[[], Any]) -> Any:
    """Do something once for a key: its value or its fault is kept in the session until the next key.

    Raises
    ------
    RedlineError
        What `make` raised for this key, again in every run.
    """
    held = st.session_state.get(kind)
    if held is None or held[0] != key:
        try:
            held = (key, make(), None)
        except RedlineError as fault:
            held = (key, None, fault)
        st.session_state[kind] = held
    if held[2] is not None:
        raise held[2]
    return held[1]
