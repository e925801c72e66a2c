"""Text on the screen that came from elsewhere: never taken for Markdown or HTML."""

from __future__ import annotations

import re

import streamlit as st

from geo.errors import RedlineError
from views.session.language import lang

__all__ = ["file_name_text", "markdown_text", "show_fault"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
_LONGEST_NAME = 80


def markdown_text(text: object) -> str:
    """Escape text so that Markdown leaves it alone: no link, no picture from elsewhere, no formula, no colour."""
    return _MARKDOWN.sub(r"\\\1", str(text))


def file_name_text(name: str) -> str:
    """Return a file name as a code span: what can be printed of it, shortened."""
    return "`" + "".join(c for c in name if c.isprintable() and c != "`")[:_LONGEST_NAME] + "`"


def show_fault(fault: RedlineError) -> None:
    """Show a fault as its one sentence."""
    st.error(markdown_text(fault.text(lang())))
