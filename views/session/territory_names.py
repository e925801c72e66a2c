"""Names of provinces, prefectures and counties, in the session's language or in a named one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from layers.catalogue import territory_names
from views.session.language import lang
from views.session.workspace import Stamp, current_layers, stamp
from words import LANGUAGES, Lang, t

__all__ = ["region_names", "region_text", "regions_text", "territories", "territory_text"]

_SHOWN: Final = 4


def territories(language: Lang | None = None) -> dict[str, str]:
    """Return the name of every territory by adcode: provinces, prefectures, counties."""
    return region_names()[language or lang()]


def region_names() -> dict[Lang, dict[str, str]]:
    """Return the names of all territories by language and adcode; who names hundreds asks once."""
    return _names(stamp())


@st.cache_resource(show_spinner=False, max_entries=2)
def _names(now: Stamp) -> dict[Lang, dict[str, str]]:  # noqa: ARG001 -- the key
    return {language: territory_names(current_layers(), language) for language in LANGUAGES}


def region_text(code: str, language: Lang | None = None) -> str:
    """Return the name of a territory; the code itself where it is not one of ours."""
    return territories(language).get(code, code)


def regions_text(adcodes: str, language: Lang | None = None) -> str:
    """Return the names of territories, from codes separated by ``;``."""
    now = language or lang()
    return t("snapshot.and", now).join(region_text(code, now) for code in adcodes.split(";") if code)


def territory_text(extent: Sequence[str], language: Lang | None = None) -> str:
    """Write where a layer is complete; no code means everywhere, of many the first few are named."""
    now = language or lang()
    if not extent:
        return t("data.everywhere", now)
    names = [region_text(code, now) for code in extent]
    text = t("data.comma", now).join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else t("data.and_more", now, names=text, count=len(names) - _SHOWN)
