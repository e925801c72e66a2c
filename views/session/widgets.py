"""Values of widgets that outlive the page they stand on."""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["keep", "restore"]


def restore(key: str, default: Any = None) -> str:
    """Give a widget back what it held when another page was looked at; return its key."""
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(f"kept-{key}", default)
    return key


def keep(key: str, value: Any) -> Any:
    """Remember what a widget holds beyond the page; return it."""
    st.session_state[f"kept-{key}"] = value
    return value
