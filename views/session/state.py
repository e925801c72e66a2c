"""Typed values of a session: each key of ``st.session_state`` is declared once, as a `Slot`.

No other module of ``views`` touches ``st.session_state`` (checked by tests/views/session/test_state.py), so a key
has one name, one type and one default; other modules import the slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = [
    "PAGE_SHOWN", "PersistentWidget", "Slot", "keep_choices", "persistent_values", "set_persistent_values",
    "set_widget", "widget_value",
]  # fmt: skip

T = TypeVar("T")
_CHOICES: Final = ("string_value", "string_array_value")
"""What Streamlit calls the values of widgets with options, and of text fields."""
_PAGE: Final = "shown-on-"
"""Before the key of a persistent widget: the key of the page that showed it last."""
_COPY: Final = "kept-"
"""Before the key of a persistent widget: the key of the copy that outlives the page."""


class Slot(Generic[T]):
    """A typed value of the session state, with its key and default.

    Parameters
    ----------
    key : str
        Key in ``st.session_state``; if a widget has the same key, the value is the widget's.
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
        """Clear the value; return what it was, or the default."""
        value: T = st.session_state.pop(self.key, self.default)
        return value

    def clear(self) -> None:
        """Remove the value, so that `get` returns the default."""
        st.session_state.pop(self.key, None)

    def is_set(self) -> bool:
        """Return whether a value is set."""
        return self.key in st.session_state

    def of(self, *parts: object) -> Slot[T]:
        """Return a slot of its own for `parts`, such as one per map or language."""
        return Slot("-".join([self.key, *map(str, parts)]), self.default)


PAGE_SHOWN: Final[Slot[str]] = Slot("page_shown", "")
"""Path of the page shown."""


class PersistentWidget(Slot[T]):
    """A widget value that survives a change of page.

    Streamlit drops a widget's value when another page is shown. A copy under a second key is restored when the widget
    is shown again, be it on another page: there the key still stands for the widget of the page before, whose value
    the new one does not take over.
    """

    def restore(self, default: T | None = None) -> str:
        """Restore the widget's value from its copy, else set `default`; return the widget's key."""
        page = PAGE_SHOWN.get()
        if self.key not in st.session_state or st.session_state.get(self._page_key, page) != page:
            first = self.default if default is None else default
            st.session_state[self.key] = st.session_state.get(self._copy_key, first)
        st.session_state[self._page_key] = page
        return self.key

    def set(self, value: T) -> None:
        """Set the value, and its copy: it counts on every page."""
        super().set(value)
        st.session_state[self._copy_key] = value

    def keep(self, value: T) -> T:
        """Copy the widget's value, so that it survives a change of page; return it."""
        st.session_state[self._copy_key] = value
        return value

    def kept(self) -> T:
        """Return the widget's value, where it is not shown the value kept beyond the page, else the default."""
        value: T = st.session_state.get(self.key, st.session_state.get(self._copy_key, self.default))
        return value

    def set_next(self, value: T) -> None:
        """Set the value that the widget will have when it is shown next."""
        st.session_state.pop(self.key, None)
        st.session_state[self._copy_key] = value

    def of(self, *parts: object) -> PersistentWidget[T]:
        """Return a widget value of its own for `parts`."""
        return PersistentWidget("-".join([self.key, *map(str, parts)]), self.default)

    @property
    def _copy_key(self) -> str:
        return f"{_COPY}{self.key}"

    @property
    def _page_key(self) -> str:
        return f"{_PAGE}{self.key}"


def persistent_values(prefix: str) -> dict[str, Any]:
    """Return the kept values of all persistent widgets whose key begins with `prefix`, by key."""
    start = f"{_COPY}{prefix}"
    return {
        str(key).removeprefix(_COPY): value for key, value in st.session_state.items() if str(key).startswith(start)
    }


def set_persistent_values(prefix: str, values: Mapping[str, Any]) -> None:
    """Replace the kept values of all persistent widgets whose key begins with `prefix`; widgets show them next."""
    for key in persistent_values(prefix):
        st.session_state.pop(key, None)
        st.session_state.pop(f"{_COPY}{key}", None)
    for key, value in values.items():
        if key.startswith(prefix):
            st.session_state[f"{_COPY}{key}"] = value


def widget_value(key: str, default: Any = None) -> Any:
    """Return the value of a widget whose key is made at run time, such as a numbered table."""
    return st.session_state.get(key, default)


def set_widget(key: str, value: Any) -> None:
    """Set the value of a widget whose key is made at run time; call it before the widget is drawn."""
    st.session_state[key] = value


def keep_choices(*, other_than: str) -> None:
    """Keep what is chosen in drop-downs and the like while the language changes.

    The browser names an option by its label, and that is another one in the other language: an option that only the
    browser knows of would come back as an unknown text. Set from here, it goes out under its new label.

    Parameters
    ----------
    other_than : str
        Key of a widget that this run has shown already: it can no longer be set.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    state = context.session_state._state  # noqa: SLF001 -- the public state does not tell widgets apart
    for widget_id, key in list(state._key_id_mapper.id_key_mapping.items()):  # noqa: SLF001
        about = state._new_widget_state.widget_metadata.get(widget_id)  # noqa: SLF001
        if key == other_than or about is None or about.value_type not in _CHOICES or key not in st.session_state:
            continue
        chosen = st.session_state[key]
        if not isinstance(chosen, dict):  # the rows selected in a table, which cannot be set
            st.session_state[key] = chosen
