"""Buttons whose press survives reruns until it is handled.

A map that settles triggers a rerun; without this, both the press and the work that it started would be lost with the
interrupted run. A stored press starts its work again in the next run.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import streamlit as st

from views.session.state import Slot

__all__ = ["press_handled", "pressed", "pressed_until_handled"]

_PRESSES: Final[Slot[tuple[Hashable] | None]] = Slot("asked", None)
"""Per button: the `about` of a press that is not handled yet, as a tuple of one."""


def pressed_until_handled(label: str, *, key: str, about: Hashable, **options: Any) -> bool:
    """Show a button; return whether it was pressed for the same `about`, until `press_handled` is called."""
    st.button(label, key=key, on_click=_store_press, args=(key, about), **options)
    return bool(_PRESSES.of(key).get() == (about,))


def pressed(label: str, *, key: str, **options: Any) -> bool:
    """Show a button; return True once per press, in the first run that reaches it.

    For short work: nothing may be drawn between this call and the work, or the press could still be lost.
    """
    st.button(label, key=key, on_click=_store_press, args=(key, None), **options)
    return _PRESSES.of(key).pop() is not None


def press_handled(key: str) -> None:
    """Clear the press of a button, once its work is done or refused."""
    _PRESSES.of(key).clear()


def _store_press(key: str, about: Hashable) -> None:
    _PRESSES.of(key).set((about,))
