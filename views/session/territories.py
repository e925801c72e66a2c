"""Names for the data page: territories, and a stranger's words as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from layers.catalogue.counties import territory_names
from views.session.workspace import Stamp, current_layers, lang, stamp
from words import Lang, t

__all__ = ["plain", "territories", "territory_text"]

_SHOWN: Final = 4
_LEVELS: Final = ("province", "prefecture", "county")


def territories(now: Lang | None = None) -> dict[str, str]:
    """Return every territory by adcode with its name, in the session's language unless told otherwise."""
    return _named(now or lang(), stamp())


def territory_text(extent: Sequence[str], now: Lang | None = None) -> str:
    """Write where a layer is complete, in the session's language unless told otherwise."""
    now = now or lang()
    if not extent:
        return t("data.everywhere", now)
    named = _named(now, stamp())
    names = [named.get(code, code) for code in extent]
    text = t("data.comma", now).join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else t("data.and_more", now, names=text, count=len(names) - _SHOWN)


@st.cache_data(show_spinner=False, max_entries=4)
def _named(now: Lang, state: Stamp) -> dict[str, str]:  # noqa: ARG001 -- the key
    return territory_names(current_layers(), now)


def plain(text: str) -> str:
    """Write text of a stranger's file so that Markdown leaves it alone: no link, no picture from elsewhere."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:&" else c for c in text)
