"""The way from one page to another, with what it is to show."""

from __future__ import annotations

import time
from typing import Any, Final, NoReturn

import streamlit as st

__all__ = ["PAGES_KEY", "arrived", "has_page", "keep_going", "open_page"]

PAGES_KEY: Final = "redline-pages"
_GOING: Final = "redline-going"
_PATIENCE_S: Final = 5.0


def open_page(path: str, **parameters: str) -> NoReturn:
    """Open a page by its path; the language stays in the address."""
    if "lang" in st.query_params:
        parameters = {"lang": st.query_params["lang"], **parameters}
    st.session_state[_GOING] = (path, parameters, time.monotonic())
    _switch(path, parameters)


def keep_going(page: Any) -> None:
    """Go on to the page that was asked for, where the browser has called the old one back meanwhile.

    A map that still moves when the button is pressed asks for a run of its own page; that request may arrive after the
    new page has begun, and would win.

    Parameters
    ----------
    page : StreamlitPage
        What is about to run.
    """
    going = st.session_state.get(_GOING)
    if going is None:
        return
    path, parameters, since = going
    if time.monotonic() - since > _PATIENCE_S:
        del st.session_state[_GOING]
    elif page.url_path != st.session_state[PAGES_KEY][path].url_path:
        _switch(path, parameters)


def arrived() -> None:
    """Say that the page ran to its end: nothing can call another back that was asked for before."""
    st.session_state.pop(_GOING, None)


def _switch(path: str, parameters: dict[str, str]) -> NoReturn:
    pages: dict[str, Any] = st.session_state[PAGES_KEY]
    st.switch_page(pages[path], query_params=parameters)


def has_page(path: str) -> bool:
    """Tell whether there is a page."""
    return path in st.session_state.get(PAGES_KEY, {})
