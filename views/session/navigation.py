"""The way from one page to another, with what it is to show."""

from __future__ import annotations

import time
from typing import Any, Final, NoReturn

import streamlit as st

from views.session.state import Slot

__all__ = ["PAGES", "PAGE_ENTERED", "PAGE_SHOWN", "arrived", "has_page", "keep_going", "open_page"]

PAGES: Final[Slot[dict[str, Any]]] = Slot("redline-pages", {})
"""The pages of the app by path."""
PAGE_SHOWN: Final[Slot[str]] = Slot("page_shown", "")
"""Path of the page that is shown."""
PAGE_ENTERED: Final[Slot[bool]] = Slot("page_entered", default=False)
"""Whether this run is the first of its page since another was shown."""
_GOING: Final[Slot[tuple[str, dict[str, str], float] | None]] = Slot("redline-going", None)
"""The page that was asked for, its parameters, and when."""
_PATIENCE_S: Final = 5.0


def open_page(path: str, **parameters: str) -> NoReturn:
    """Open a page by its path; the language stays in the address."""
    if "lang" in st.query_params:
        parameters = {"lang": st.query_params["lang"], **parameters}
    _GOING.set((path, parameters, time.monotonic()))
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
    going = _GOING.get()
    if going is None:
        return
    path, parameters, since = going
    if time.monotonic() - since > _PATIENCE_S:
        _GOING.clear()
    elif page.url_path != PAGES.get()[path].url_path:
        _switch(path, parameters)


def arrived() -> None:
    """Say that the page ran to its end: nothing can call another back that was asked for before."""
    _GOING.clear()


def _switch(path: str, parameters: dict[str, str]) -> NoReturn:
    st.switch_page(PAGES.get()[path], query_params=parameters)


def has_page(path: str) -> bool:
    """Return whether there is a page of this path."""
    return path in PAGES.get()
