"""Typed values of a session: each key of ``st.session_state`` is declared once, as a `Slot` of the module that owns it.

No other module of ``views`` touches ``st.session_state`` (tests/views/session/test_state.py holds that), so a key has
one name, one type and one default, and who else uses it imports the slot.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import streamlit as st

__all__ = ["KeptWidget", "Slot", "set_widget", "widget_value"]

T = TypeVar("T")


class Slot(Generic[T]):
    """A value of the session under a key.

    Parameters
    ----------
    key : str
        Its key in ``st.session_state``; where a widget has the same key, the value is the widget's.
    default : object
        What `get` returns while nothing is set.
    """

    def __init__(self, key: str, default: T) -> None:
        self.key, self.default = key, default

    def get(self) -> T:
        """Return the value, or the default."""
        value: T = st.session_state.get(self.key, self.default)
        return value

    def set(self, value: T) -> None:
        """Set the value."""
        st.session_state[self.key] = value

    def pop(self) -> T:
        """Return the value, or the default, and clear it."""
        value: T = st.session_state.pop(self.key, self.default)
        return value

    def clear(self) -> None:
        """Go back to the default."""
        st.session_state.pop(self.key, None)

    def is_set(self) -> bool:
        """Return whether a value is set."""
        return self.key in st.session_state

    def of(self, *parts: object) -> Slot[T]:
        """Return the slot of one thing among several: one a map, one a language."""
        return Slot("-".join([self.key, *map(str, parts)]), self.default)


class KeptWidget(Slot[T]):
    """The value of a widget that outlives the page it stands on.

    Streamlit forgets a widget's value when another page is shown. The value is kept beside it and given back when the
    widget is shown again.
    """

    def restored(self, default: T | None = None) -> str:
        """Give the widget its kept value, `default` if there is none; return the widget's key."""
        if self.key not in st.session_state:
            first = self.default if default is None else default
            st.session_state[self.key] = st.session_state.get(self._kept, first)
        return self.key

    def keep(self, value: T) -> T:
        """Keep the widget's value beyond the page; return it."""
        st.session_state[self._kept] = value
        return value

    def hand_over(self, value: T) -> None:
        """Set what the widget will show when its page is opened next."""
        st.session_state.pop(self.key, None)
        st.session_state[self._kept] = value

    def of(self, *parts: object) -> KeptWidget[T]:
        """Return the widget of one thing among several."""
        return KeptWidget("-".join([self.key, *map(str, parts)]), self.default)

    @property
    def _kept(self) -> str:
        return f"kept-{self.key}"


def widget_value(key: str, default: Any = None) -> Any:
    """Return the value of a widget whose key is made at run time, such as a table that is shown anew."""
    return st.session_state.get(key, default)


def set_widget(key: str, value: Any) -> None:
    """Set what a widget shows, before it is drawn, where its key is made at run time."""
    st.session_state[key] = value
