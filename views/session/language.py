"""The language of the session, and what the catalogue of words says in it."""

from __future__ import annotations

import streamlit as st

from views.session.workspace import catalogue
from words import LANGUAGES, Lang, t

__all__ = ["lang", "say", "switch_language"]


def lang() -> Lang:
    """Return the session's language: the switch, else the address (``?lang=en``), else the configuration."""
    if "lang" not in st.session_state:
        asked = st.query_params.get("lang")
        st.session_state["lang"] = asked if asked in LANGUAGES else catalogue().language
    chosen: Lang = st.session_state["lang"]
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
        st.session_state["lang"] = chosen
        st.query_params["lang"] = chosen
        st.rerun()


def say(key: str, /, **values: object) -> str:
    """Return a string of the catalogue of words in the session's language."""
    return t(key, lang(), **values)
