"""Navigation between pages with parameters, safe against reruns of the old page."""

from __future__ import annotations

import time
from typing import Any, Final, NoReturn

import streamlit as st

from views.session.language import lang
from views.session.state import PAGE_SHOWN, Slot

__all__ = ["PAGES", "PAGE_SHOWN", "PAGE_VISIT", "finish_navigation", "has_page", "open_page", "resume_navigation"]

PAGES: Final[Slot[dict[str, Any]]] = Slot("redline-pages", {})
"""The pages of the app by path."""
PAGE_VISIT: Final[Slot[int]] = Slot("page_visit", 0)
"""Number of times that another page was shown; the same in all runs of a visit, of which the first may be cut short."""
_PENDING: Final[Slot[tuple[str, dict[str, str], float] | None]] = Slot("redline-going", None)
"""The page to be opened, its parameters, and when it was requested (monotonic clock, seconds)."""
_TIMEOUT_S: Final = 5.0


def open_page(path: str, **parameters: str) -> NoReturn:
    """Switch to a page by its path; the language is passed on in the URL."""
    if "lang" in st.query_params:
        parameters = {"lang": lang(), **parameters}
    _PENDING.set((path, parameters, time.monotonic()))
    _switch(path, parameters)


def resume_navigation(page: Any) -> None:
    """Switch to the pending page again if a late rerun of the old page has replaced it.

    A map that still moves when a button is pressed requests a rerun of its own page; that request may arrive after the
    new page has started, and would return to the old page.

    Parameters
    ----------
    page : StreamlitPage
        The page about to run.
    """
    pending = _PENDING.get()
    if pending is None:
        return
    path, parameters, since = pending
    if time.monotonic() - since > _TIMEOUT_S:
        _PENDING.clear()
    elif page.url_path != PAGES.get()[path].url_path:
        _switch(path, parameters)


def finish_navigation() -> None:
    """Clear the pending page, once a page has run to its end."""
    _PENDING.clear()


def _switch(path: str, parameters: dict[str, str]) -> NoReturn:
    st.switch_page(PAGES.get()[path], query_params=parameters)


def has_page(path: str) -> bool:
    """Return whether the app has a page with this path."""
    return path in PAGES.get()
