"""Buttons whose press survives reruns until it is handled.

A map that settles asks for another run of the script; work that a press started would be dropped with the run it
started in, and the press with it. A kept press starts its work again in the run that gets to its end.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import streamlit as st

from views.session.state import Slot

__all__ = ["press_handled", "pressed", "pressed_until_handled"]

_PRESSES: Final[Slot[tuple[Hashable] | None]] = Slot("asked", None)
"""Of each button: what its press is about, until that is handled."""


def pressed_until_handled(label: str, *, key: str, about: Hashable, **options: Any) -> bool:
    """Show a button; return whether it was pressed about this and `press_handled` was not called since."""
    st.button(label, key=key, on_click=_keep, args=(key, about), **options)
    return bool(_PRESSES.of(key).get() == (about,))


def pressed(label: str, *, key: str, **options: Any) -> bool:
    """Show a button; return True once for a press, in the first run that gets here.

    For what is done at once: nothing may be shown between this and the work, or the press could still be dropped.
    """
    st.button(label, key=key, on_click=_keep, args=(key, None), **options)
    return _PRESSES.of(key).pop() is not None


def press_handled(key: str) -> None:
    """Forget the press of a button: its work is done, or was refused."""
    _PRESSES.of(key).clear()


def _keep(key: str, about: Hashable) -> None:
    _PRESSES.of(key).set((about,))
