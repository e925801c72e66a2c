"""HTML on the screen: templates with texts in the session's language, and two ways of showing it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from carto.markup import Markup, render
from views.session.language import say

__all__ = ["colour_key", "html_of", "show_html", "show_page", "show_way_down"]

_WAY_DOWN: Final = Markup('<p><a class="rl-way-down" href="#" data-to="{}">{}</a></p>')
_BREAK: Final = re.compile(r"\s*\n\s*")


def html_of(name: str, /, **values: Any) -> Markup:
    """Return a template rendered by `carto.markup.render`, with ``say(key)`` for texts in the session's language."""
    return render(name, say=say, **values)


def colour_key(head: str, signs: Sequence[tuple[str, str]]) -> Markup:
    """Return a one-line colour legend as HTML: pairs of colour and text after a heading."""
    return html_of("views/session/templates/colour_key.html", head=head, signs=signs)


def show_html(*parts: Markup) -> None:
    """Show HTML in the font and spacing of Streamlit's text; it must begin with a block element, such as ``<p>``.

    Empty lines are removed: in Markdown one ends the HTML, even inside a text, and the rest is read as Markdown.
    """
    st.markdown(_BREAK.sub("\n", "".join(parts)), unsafe_allow_html=True)


def show_way_down(selector: str, text: str) -> None:
    """Show on a phone a link to a part of the page that lies below the screen there (``views/js/leads.js``)."""
    show_html(_WAY_DOWN.format(selector, text))


def show_page(*parts: Markup) -> None:
    """Show HTML without Streamlit's text styles."""
    st.html("".join(parts))
