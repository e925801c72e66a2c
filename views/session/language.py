"""The session's language, and the texts of ``words/text`` in it."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from views.session.state import Slot
from views.session.workspace import catalogue
from words import LANGUAGES, Lang, t

__all__ = ["lang", "say", "switch_language"]

_SWITCH: Final = "language_switch"
_CHOICES: Final = ("string_value", "string_array_value")
"""What Streamlit calls the values of widgets with options, and of text fields."""
_LANG: Final[Slot[Lang | None]] = Slot("lang", None)


def lang() -> Lang:
    """Return the session's language: from the switch, else the URL (``?lang=en``), else the configuration."""
    chosen = _LANG.get()
    if chosen is None:
        in_url = st.query_params.get("lang")
        chosen = cast("Lang", in_url if in_url in LANGUAGES else catalogue().language)
        _LANG.set(chosen)
    return chosen


def switch_language() -> None:
    """Show the switch between Chinese and English; the choice is also written to the URL (``?lang=``)."""
    now = lang()
    chosen = st.segmented_control(
        say("views.language"),
        options=list(LANGUAGES),
        default=now,
        format_func=lambda code: {"zh": "中文", "en": "English"}[code],
        key=_SWITCH,
        label_visibility="collapsed",
    )
    if chosen and chosen != now:
        _keep_choices()
        _LANG.set(chosen)
        st.query_params["lang"] = chosen
        st.rerun()


def _keep_choices() -> None:
    """Keep what is chosen in drop-downs and the like on the page that follows the switch.

    The browser names an option by its label, and that is another one in the other language: an option that only the
    browser knows of would come back as an unknown text. Set from here, it goes out under its new label.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    state = context.session_state._state  # noqa: SLF001 -- the public state does not tell widgets apart
    for widget_id, key in list(state._key_id_mapper.id_key_mapping.items()):  # noqa: SLF001
        about = state._new_widget_state.widget_metadata.get(widget_id)  # noqa: SLF001
        if key == _SWITCH or about is None or about.value_type not in _CHOICES or key not in st.session_state:
            continue
        chosen = st.session_state[key]
        if not isinstance(chosen, dict):  # the rows selected in a table, which cannot be set
            st.session_state[key] = chosen


def say(key: str, /, **values: object) -> str:
    """Return the text of a key of ``words/text`` in the session's language, formatted with `values`."""
    return t(key, lang(), **values)
