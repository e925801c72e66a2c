"""Help: the three jobs, shown to a browser on its first visit and whenever "?" is pressed. All of it in the browser."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from layers.paths import PRODUCT
from views.session import lang, say

__all__ = ["show_help"]

_HERE: Final = PRODUCT / "views" / "js"
_JOBS: Final = ("browse", "check", "take")
_HTML: Final = """
<button type="button" class="open">?</button>
<dialog><h2 tabindex="-1" autofocus></h2><ol></ol><p class="mind"></p><button type="button"></button></dialog>
"""


def show_help() -> None:
    """Show the button; it opens by itself in a browser that has not closed it before.

    The browser remembers (``localStorage``), the server does not: there are no accounts, and a cookie would have to be
    asked for. The language of the page is told to the browser here as well, for screen readers and hyphenation.
    """
    _component()(
        key="help",
        data={
            "lang": lang(),
            "open": say("help.open"),
            "title": say("help.title"),
            "jobs": [[say(f"help.{job}"), say(f"help.{job}_text")] for job in _JOBS],
            "mind": say("help.mind"),
            "close": say("help.close"),
        },
    )


@st.cache_resource(show_spinner=False, max_entries=1)
def _component() -> Any:
    texts = {kind: (_HERE / f"help.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")}
    return st.components.v2.component("redline_help", html=_HTML, js=texts["js"], css=texts["css"])
