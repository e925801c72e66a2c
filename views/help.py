"""Help dialog on the three main tasks, opened at a browser's first visit and by the "?" button; runs in the browser."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from layers.paths import PRODUCT
from views.session import lang, say

__all__ = ["show_help"]

_SCRIPTS: Final = PRODUCT / "views" / "js"
_TASKS: Final = (("check", "check"), ("county", "county"), ("replace", "data"))
"""What one comes for, and the page on which it is done."""
_HTML: Final = """
<button type="button" class="open">?</button>
<dialog>
<h2 tabindex="-1" autofocus></h2><ol></ol><p class="mind"></p><button type="button" class="close"></button>
</dialog>
"""


def show_help() -> None:
    """Show the "?" button; the dialog opens by itself in a browser in which it was never closed.

    That is stored in the browser (``localStorage``), not on the server: there are no accounts, and a cookie would need
    consent. The component also sets the language of the page, for screen readers and hyphenation.
    """
    _component()(
        key="help",
        data={
            "lang": lang(),
            "open": say("help.open"),
            "title": say("help.title"),
            "jobs": [[say(f"help.{task}"), say(f"help.{task}_text"), page] for task, page in _TASKS],
            "mind": say("help.mind"),
            "close": say("help.close"),
        },
    )


@st.cache_resource(show_spinner=False, max_entries=1)
def _component() -> Any:
    texts = {kind: (_SCRIPTS / f"help.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")}
    return st.components.v2.component("redline_help", html=_HTML, js=texts["js"], css=texts["css"])
