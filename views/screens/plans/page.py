"""The five plan documents as a browsable set: counts, filters, a list and a map that point at each other, cards."""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.map import highlight_group
from carto.markup import Markup
from carto.scene import View
from carto.style import FAMILY_COLOURS
from layers.plans import EntryFilter, PlanSet, entry_counts, filter_entries
from views.parts.entries import (
    TABLE_21,
    background_layers,
    choose_filter,
    choose_kind,
    clear_filter,
    entry_at,
    entry_groups,
    entry_table,
    feature_of,
    highlight_of,
    plan_set,
    show_counts,
    show_document,
    show_entry,
    show_links,
    show_table_21,
    territories_frame,
    view_of,
    view_of_territory,
)
from views.parts.map import show_map
from views.session import Slot, catalogue, html_of, lang, row_of, say, show_html, widget_value

__all__ = ["show"]

_PICKED: Final[Slot[str | None]] = Slot("plans-picked", None)
"""Key of the entry that is chosen."""
_MAP_AT: Final[Slot[str | None]] = Slot("plans-looked", None)
"""Key of the entry that the map was moved to."""
_FIRST: Final[Slot[str | None]] = Slot("plans-first", None)
"""Key of the entry that stands first in the list: the one clicked on the map."""
_CLICKED: Final[Slot[tuple[float, float] | None]] = Slot("plans-click", None)
_TABLE_NUMBER: Final[Slot[int]] = Slot("plans-remade", 0)
"""Part of the table's key: counted up, the table is made anew with another row ticked."""
_VIEW: Final[Slot[View | None]] = Slot("plans-view", None)
_PLACE: Final[Slot[str]] = Slot("plans-went", "")
"""Territory that the map was moved to."""

_MAP_HEIGHT: Final = 560
_TABLE_HEIGHT: Final = 300
_LEGEND: Final = (
    ("▼", "water"),
    ("▲", "ecology"),
    ("■", "transport"),
    ("★", "energy"),
    ("⬢", "cycle"),
    ("⬟", "industry"),
    ("◆", "agriculture"),
    ("●", "culture"),
)


def show() -> None:
    """Draw the page."""
    plans = plan_set()
    st.caption(say("plans_page.lead"))
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        show_counts(plans, entry_counts(plans.entries))
    kind = choose_kind(plans)
    with right:
        wanted = choose_filter(plans, kind)
    found = filter_entries(plans.entries, wanted)
    if wanted.kind == "indicators" and found["id"].str.startswith(TABLE_21).any() and _side_by_side():
        show_table_21(plans, found)
        return
    picked = _picked(found)
    map_box, list_box = st.columns([1.25, 1], gap="small")
    with map_box:
        _show_map(plans, wanted, found, picked)
    with list_box:
        _show_list(plans, wanted, found, picked)
        if picked is not None:
            feature = feature_of(picked)
            show_links(picked, feature)
            show_entry(plans, picked, feature)
        elif len(found):
            st.caption(say("plans_page.pick_hint"))
        if wanted.document:
            show_document(plans, wanted.document)


def _side_by_side() -> bool:
    """Ask whether figures are shown as table 2-1 or as a list of every figure."""
    options = ["table_21", "table_all"]
    return (
        st.segmented_control(
            say("plans_page.table_21"),
            options,
            default=options[0],
            format_func=lambda option: say(f"plans_page.{option}"),
            key="plans-figures",
            label_visibility="collapsed",
        )
        != options[1]
    )


def _picked(found: pd.DataFrame) -> dict[str, Any] | None:
    """Return the entry that is chosen, if it is in the list."""
    mine = found[found["key"] == _PICKED.get()]
    return row_of(mine.iloc[0]) if len(mine) else None


def _show_map(plans: PlanSet, wanted: EntryFilter, found: pd.DataFrame, picked: dict[str, Any] | None) -> None:
    """Show the list on the map with the chosen entry pointed out; a click chooses another."""
    layers, visible = background_layers()
    groups, count = entry_groups(found)
    pointed = highlight_of(plans, picked) if picked is not None else None
    shown = pointed if pointed is not None else territories_frame(wanted.adcode)
    if len(shown):
        groups.append(highlight_group(shown))
    state = show_map(
        layers,
        catalogue().map,
        lang=lang(),
        visible=visible,
        groups=groups,
        go_to=_look(plans, wanted, view_of(pointed) if pointed is not None else None),
        height=_MAP_HEIGHT,
        draw=False,
        key="plans-map",
    )
    show_html(_legend(count))
    if state.clicked is not None and state.clicked != _CLICKED.get():
        _CLICKED.set(state.clicked)
        hit = entry_at(found, *state.clicked, state.view.zoom)
        if hit is not None:
            _PICKED.set(hit)
            _MAP_AT.set(hit)
            _TABLE_NUMBER.set(_TABLE_NUMBER.get() + 1)
            _FIRST.set(hit)
            st.rerun()


def _look(plans: PlanSet, wanted: EntryFilter, chosen: View | None) -> View | None:
    """Return where the map is to move: to an entry just chosen in the list, else to the place just filtered by."""
    key = _PICKED.get()
    if chosen is not None and key != _MAP_AT.get():
        _MAP_AT.set(key)
        _VIEW.set(chosen)
    place = wanted.adcode or (str(plans.documents.loc[wanted.document, "adcode"]) if wanted.document else "")
    if place != _PLACE.get():
        _PLACE.set(place)
        _VIEW.set(view_of_territory(place))
    return _VIEW.get()


def _legend(count: int) -> Markup:
    """Return what the symbols mean, as one line below the map."""
    signs = [(FAMILY_COLOURS[name], sign, say(f"carto.class_{name}")) for sign, name in _LEGEND]
    signs.append(("#00695c", "○", say("plans_page.sites_legend")))
    return html_of("views/screens/plans/templates/legend.html", count=count, signs=signs)


def _show_list(plans: PlanSet, wanted: EntryFilter, found: pd.DataFrame, picked: dict[str, Any] | None) -> None:
    """Show the list; ticking a row chooses the entry."""
    total = len(plans.entries)
    if found.empty:
        st.info(say("plans_page.nothing"))
        st.button(say("plans_page.clear"), on_click=clear_filter)
        return
    key = "plans_page.found" if len(found) == total else "plans_page.found_of"
    head, reset, _ = st.columns([1.5, 1.1, 1], vertical_alignment="center")  # tools of the table open at the right
    head.markdown(f"**{say(key, count=len(found), total=total)}**")
    if wanted != EntryFilter():
        reset.button(say("plans_page.clear"), on_click=clear_filter, width="stretch")
    first = found["key"] == _FIRST.get()
    ordered = pd.concat([found[first], found[~first]])
    keys = ordered["key"].tolist()
    asked = hashlib.sha256(repr((astuple(wanted), lang())).encode()).hexdigest()[:12]
    table = f"plans-table-{_TABLE_NUMBER.get()}-{asked}"
    rows = [keys.index(picked["key"])] if picked is not None else []
    st.dataframe(
        entry_table(plans, ordered, wanted.kind),
        hide_index=True,
        height=_TABLE_HEIGHT,
        width="stretch",
        key=table,
        on_select=lambda: _chosen(table, keys),
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
    )


def _chosen(table: str, keys: list[str]) -> None:
    """Take the row that was just ticked in the list."""
    rows = widget_value(table)["selection"]["rows"]
    _PICKED.set(keys[rows[0]] if rows else None)
    _MAP_AT.clear()
