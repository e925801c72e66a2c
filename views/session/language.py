"""The session's language, and the texts of ``words/text`` in it."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st

from views.session.state import Slot, keep_choices
from views.session.workspace import catalogue
from words import LANGUAGES, Lang, t

__all__ = ["lang", "say", "switch_language"]

_SWITCH: Final = "language_switch"
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
    if st.query_params.get("lang", now) != now:
        # a browser that asked for this run before it had the new address still sends the old one
        st.query_params["lang"] = now
    chosen = st.segmented_control(
        say("views.language"),
        options=list(LANGUAGES),
        required=True,
        default=now,
        format_func=lambda code: {"zh": "中文", "en": "English"}[code],
        key=_SWITCH,
        label_visibility="collapsed",
    )
    if chosen and chosen != now:
        keep_choices(other_than=_SWITCH)
        _LANG.set(chosen)
        st.query_params["lang"] = chosen
        st.rerun()


def say(key: str, /, **values: object) -> str:
    """Return the text of a key of ``words/text`` in the session's language, formatted with `values`."""
    return t(key, lang(), **values)
