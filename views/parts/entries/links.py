"""From an entry of the plans to where it can be seen: the map, the pages of its counties, the indicators."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from views.parts.entries.shapes import drawing_layer
from views.parts.indicators import subjects, update_choice
from views.session import has_page, open_page, pressed, region_text, say

__all__ = ["show_links"]

_MOST: Final = 4


def show_links(entry: dict[str, Any], feature: dict[str, Any] | None) -> None:
    """Show the ways that an entry has.

    Parameters
    ----------
    entry : dict
        A row of ``plans.entries``.
    feature : dict or None
        The row of the layer that draws it.
    """
    ways: list[tuple[str, str, dict[str, str]]] = []
    layer = drawing_layer(entry)
    if feature is not None and layer is not None:
        ways.append((say("plans_page.to_map"), "map", {"find": f"layer:{layer.id}:{feature['feature_id']}"}))
    subject = _subject_of(entry)
    if subject:
        ways.append((say("plans_page.to_indicator"), "indicators", {"id": subject}))
    counties = [code for code in str(entry["adcodes"]).split(";") if code and not code.endswith("00")]
    ways += [
        (say("plans_page.to_county", name=region_text(code)), "county", {"adcode": code}) for code in counties[:_MOST]
    ]
    ways = [way for way in ways if has_page(way[1])]
    if not ways:
        return
    with st.container(key="plans_links", horizontal=True):
        for label, page, asked in ways:
            if pressed(label, key=f"plans-way-{page}-{'-'.join(asked.values())}"):
                if page == "indicators":
                    update_choice(**asked)
                    open_page(page)
                open_page(page, **asked)


def _subject_of(entry: dict[str, Any]) -> str:
    """Return the subject of the indicators page that tells a figure; "" where none does."""
    if entry["kind"] not in {"indicators", "limits"}:
        return ""
    for subject in subjects().values():
        if subject.rows is not None and entry["id"] in set(subject.rows["id"]):
            return subject.id
    return ""
