"""Streamlit's own English words, put into the language of the session by a script in the browser."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from layers.paths import PRODUCT
from views.session import lang
from words import LANGUAGES, t

__all__ = ["put_own_words"]

_SCRIPT: Final = PRODUCT / "views" / "js" / "own_words.js"
_PHRASES: Final = {
    "Connection error": "connection_lost",
    "Streamlit server is not responding. Are you connected to the internet?": "no_answer",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": "no_answer",
    "streamlit run yourscript.py": "work_is_kept",
    "No results": "no_results",
    "Choose an option": "choose",
    "Choose options": "choose",
    "Select all": "select_all",
    "Clear all": "clear_all",
    "Clear value": "clear_value",
    "Clear selection": "clear_selection",
    "Open": "open_list",
    "Selected values": "selected_values",
    "Increment": "more",
    "Decrement": "less",
    "Fullscreen": "fullscreen",
    "Close fullscreen": "close_fullscreen",
    "Download as CSV": "download_csv",
    "Download as PNG": "download_png",
    "Show data": "show_data",
    "Show/hide columns": "columns",
    "Search": "search",
    "Close Search": "close_search",
    "Sort ascending": "sort_up",
    "Sort descending": "sort_down",
    "Autosize": "autosize",
    "Pin column": "pin",
    "Unpin column": "unpin",
    "Hide column": "hide",
    "Copy column name": "copy_name",
    "Format": "format",
    "Statistics": "statistics",
    "Automatic": "automatic",
    "Add row": "add_row",
    "Delete row(s)": "delete_rows",
    "Link to heading": "link_to_heading",
    "Vega visualization": "chart",
    "file upload": "file_upload",
    "Upload": "upload",
    "Add files": "upload",
    "Drag and drop a file here": "drop_here",
    "Drag and drop files here": "drop_here",
    "Skip to main content": "skip",
    "Close": "close",
    "Calendar": "calendar",
    "Remove ": "remove",
    "Help for ": "help_for",
    "Choose date": "choose_date",
    "App pages": "pages",
    "Copy Vega-Lite spec": "copy_chart",
}
"""What Streamlit writes, and the key of ``frame`` that says it in our languages; one that ends with a blank goes on."""


def put_own_words() -> None:
    """Mount the script that replaces Streamlit's words on the page; it stays at work while the server is away."""
    phrases = {phrase: {one: t(f"frame.{key}", one) for one in LANGUAGES} for phrase, key in _PHRASES.items()}
    _component()(key="own-words", data={"lang": lang(), "phrases": phrases})


@st.cache_resource(show_spinner=False, max_entries=1)
def _component() -> Any:
    script = _SCRIPT.read_text(encoding="utf-8")
    return st.components.v2.component("redline_own_words", html="<span hidden></span>", js=script)
