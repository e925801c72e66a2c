"""Buttons from an entry of the plans to other pages: the map, its indicator, its counties."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from views.parts.entries.shapes import drawing_layer
from views.parts.indicators import subjects, update_choice
from views.session import has_page, open_page, pressed, region_text, say

__all__ = ["show_links"]

_MAX_COUNTIES: Final = 4


def show_links(entry: dict[str, Any], feature: dict[str, Any] | None) -> None:
    """Show a button for each page that shows an entry, and open the page whose button is pressed.

    Parameters
    ----------
    entry : dict
        A row of ``plans.entries``.
    feature : dict or None
        The row of the layer that draws it, if one does.
    """
    links: list[tuple[str, str, dict[str, str]]] = []
    layer = drawing_layer(entry)
    if feature is not None and layer is not None:
        links.append((say("plans_page.to_map"), "map", {"find": f"layer:{layer.id}:{feature['feature_id']}"}))
    subject = _subject_id_of(entry)
    if subject:
        links.append((say("plans_page.to_indicator"), "indicators", {"id": subject}))
    counties = [code for code in str(entry["adcodes"]).split(";") if code and not code.endswith("00")]
    links += [
        (say("plans_page.to_county", name=region_text(code)), "county", {"adcode": code})
        for code in counties[:_MAX_COUNTIES]
    ]
    links = [link for link in links if has_page(link[1])]
    if not links:
        return
    with st.container(key="plans_links", horizontal=True):
        for label, page, query in links:
            if pressed(label, key=f"plans-way-{page}-{'-'.join(query.values())}"):
                if page == "indicators":
                    update_choice("indicators", **query)
                    open_page(page)
                open_page(page, **query)


def _subject_id_of(entry: dict[str, Any]) -> str:
    """Return the id of the indicator subject that contains the figure of an entry; "" if there is none."""
    if entry["kind"] not in {"indicators", "limits"}:
        return ""
    for subject in subjects().values():
        if subject.rows is not None and entry["id"] in set(subject.rows["id"]):
            return subject.id
    return ""
