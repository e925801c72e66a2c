"""Show untrusted text without its being read as Markdown or HTML."""

from __future__ import annotations

import re

import streamlit as st

from geo.errors import RedlineError
from views.session.language import lang

__all__ = ["file_name_text", "markdown_text", "show_fault"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
_LONGEST_NAME = 80


def markdown_text(text: object) -> str:
    """Return text with all Markdown characters escaped: no links, remote images, formulas or colours."""
    return _MARKDOWN.sub(r"\\\1", str(text))


def file_name_text(name: str) -> str:
    """Return a file name as a Markdown code span: only its printable characters, shortened."""
    return "`" + "".join(c for c in name if c.isprintable() and c != "`")[:_LONGEST_NAME] + "`"


def show_fault(fault: RedlineError) -> None:
    """Show the message of an error in the session's language."""
    st.error(markdown_text(fault.text(lang())))
