"""The language of the session, and what the catalogue of words says in it."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st

from views.session.state import Slot
from views.session.workspace import catalogue
from words import LANGUAGES, Lang, t

__all__ = ["lang", "say", "switch_language"]

_LANG: Final[Slot[Lang | None]] = Slot("lang", None)


def lang() -> Lang:
    """Return the session's language: the switch, else the address (``?lang=en``), else the configuration."""
    chosen = _LANG.get()
    if chosen is None:
        named = st.query_params.get("lang")
        chosen = cast("Lang", named if named in LANGUAGES else catalogue().language)
        _LANG.set(chosen)
    return chosen


def switch_language() -> None:
    """Show the one switch between Chinese and English; it keeps itself in the address."""
    now = lang()
    chosen = st.segmented_control(
        say("views.language"),
        options=list(LANGUAGES),
        default=now,
        format_func=lambda code: {"zh": "中文", "en": "English"}[code],
        key="language_switch",
        label_visibility="collapsed",
    )
    if chosen and chosen != now:
        _LANG.set(chosen)
        st.query_params["lang"] = chosen
        st.rerun()


def say(key: str, /, **values: object) -> str:
    """Return a string of the catalogue of words in the session's language."""
    return t(key, lang(), **values)
