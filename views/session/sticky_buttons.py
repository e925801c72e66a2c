"""Presses that are kept until they are answered.

A map that settles asks for another run of the script; work that a press started would be dropped with the run it
started in, and the press with it. A kept press starts its work again in the run that gets to its end.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import streamlit as st

__all__ = ["answered", "asked", "pressed"]


def asked(label: str, *, key: str, about: Hashable, **options: Any) -> bool:
    """Show a button; tell whether it was pressed about this and has had no answer yet."""
    st.button(label, key=key, on_click=_keep, args=(key, about), **options)
    return bool(st.session_state.get(_name(key)) == (about,))


def pressed(label: str, *, key: str, **options: Any) -> bool:
    """Show a button; tell once that it was pressed, in the first run that gets here.

    For what is done at once: nothing may be shown between this and the work, or the press could still be dropped.
    """
    st.button(label, key=key, on_click=_keep, args=(key, None), **options)
    return st.session_state.pop(_name(key), None) is not None


def answered(key: str) -> None:
    """Forget the press: its work is done, or was refused."""
    st.session_state.pop(_name(key), None)


def _keep(key: str, about: Hashable) -> None:
    st.session_state[_name(key)] = (about,)


def _name(key: str) -> str:
    return f"asked-{key}"
