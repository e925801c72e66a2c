"""HTML on the screen: templates that speak the session's language, and the two ways in which Streamlit shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from carto.markup import Markup, render
from views.session.language import say

__all__ = ["colour_key", "html_of", "show_html", "show_page"]

_BREAK: Final = re.compile(r"\s*\n\s*")


def html_of(name: str, /, **values: Any) -> Markup:
    """Fill a template (`carto.markup.render`) that may `say` what the catalogue of words has."""
    return render(name, say=say, **values)


def colour_key(head: str, signs: Sequence[tuple[str, str]]) -> Markup:
    """Return what colours mean, in one line: a colour and its words each."""
    return html_of("views/session/templates/colour_key.html", head=head, signs=signs)


def show_html(*parts: Markup) -> None:
    """Show HTML in the type and spacing of Streamlit's text; it begins with a block: ``<p>``, ``<div>``, ``<style>``.

    An empty line would end it for Markdown, also one inside somebody's text: what follows would be read as Markdown.
    """
    st.markdown(_BREAK.sub("\n", "".join(parts)), unsafe_allow_html=True)


def show_page(*parts: Markup) -> None:
    """Show HTML by itself, in no other style than its own."""
    st.html("".join(parts))
