"""Names of provinces, prefectures and counties, in the session's or another language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from layers.catalogue import territory_names
from views.session.language import lang
from views.session.workspace import Stamp, current_layers, stamp
from words import LANGUAGES, Lang, t

__all__ = ["names_by_language", "region_text", "regions_text", "territories", "territory_text"]

_SHOWN: Final = 4


def territories(language: Lang | None = None) -> dict[str, str]:
    """Return the names of all territories (provinces, prefectures, counties) by adcode."""
    return names_by_language()[language or lang()]


def names_by_language() -> dict[Lang, dict[str, str]]:
    """Return the names of all territories by language and adcode, cached."""
    return _names(stamp())


@st.cache_resource(show_spinner=False, max_entries=4)
def _names(stamp_key: Stamp) -> dict[Lang, dict[str, str]]:  # noqa: ARG001 -- the key
    return {language: territory_names(current_layers(), language) for language in LANGUAGES}


def region_text(code: str, language: Lang | None = None) -> str:
    """Return the name of a territory; the code itself if it is unknown."""
    return territories(language).get(code, code)


def regions_text(adcodes: str, language: Lang | None = None) -> str:
    """Return the names of territories as one text, from adcodes separated by ``;``."""
    now = language or lang()
    return t("snapshot.and", now).join(region_text(code, now) for code in adcodes.split(";") if code)


def territory_text(extent: Sequence[str], language: Lang | None = None) -> str:
    """Return the extent of a layer as text: everywhere if it has no codes, and only the first few of many."""
    now = language or lang()
    if not extent:
        return t("data.everywhere", now)
    names = [region_text(code, now) for code in extent]
    text = t("data.comma", now).join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else t("data.and_more", now, names=text, count=len(names) - _SHOWN)
