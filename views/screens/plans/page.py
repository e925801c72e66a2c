"""The Plans page: entries of the plan documents, filtered, as a list and a map with one entry picked in both."""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.map import highlight_group
from carto.markup import Markup
from carto.scene import Extent, View
from carto.style import FAMILY_COLOURS
from layers.plans import EntryFilter, PlanSet, entry_counts, filter_entries
from views.parts.entries import (
    TABLE_21,
    background_layers,
    choose_filter,
    choose_kind,
    clear_filter,
    counted_entries,
    counted_territory,
    entries_at,
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
from views.session import Slot, catalogue, html_of, lang, region_text, row_of, say, show_html, widget_value

__all__ = ["show"]

_PICKED: Final[Slot[str | None]] = Slot("plans-picked", None)
"""Key of the picked entry."""
_MAP_MOVED_TO: Final[Slot[str | None]] = Slot("plans-looked", None)
"""Key of the entry that the map was moved to."""
_FIRST: Final[Slot[tuple[str, ...]]] = Slot("plans-first", ())
"""Keys of the entries that stand first in the list: the one clicked on the map, or those that a badge counts."""
_LIT: Final[Slot[str]] = Slot("plans-lit", "")
"""Adcode of the territory whose badge was clicked on the map."""
_HANDLED_CLICK: Final[Slot[tuple[float, float] | None]] = Slot("plans-click", None)
_TABLE_NUMBER: Final[Slot[int]] = Slot("plans-remade", 0)
"""Part of the key of the table: incremented, so that it is recreated with another row selected."""
_VIEW: Final[Slot[View | Extent | None]] = Slot("plans-view", None)
_TERRITORY: Final[Slot[str]] = Slot("plans-went", "")
"""Adcode of the territory that the map was moved to."""

_MAP_HEIGHT_PX: Final = 560
_TABLE_HEIGHT_PX: Final = 300
_SYMBOLS: Final = (
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
    """Show the page: counts and filters, then map and list of the entries, and the card of the picked one."""
    plans = plan_set()
    st.caption(say("plans_page.lead"))
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        show_counts(plans, entry_counts(plans.entries))
    kind = choose_kind(plans)
    with right:
        filters = choose_filter(plans, kind)
    entries = filter_entries(plans.entries, filters)
    has_table_21 = filters.kind == "indicators" and entries["id"].str.startswith(TABLE_21).any()
    with st.container():  # always there, so that the map below it stays
        as_table_21 = has_table_21 and _shows_table_21()
    if as_table_21:
        show_table_21(plans, entries)
        return
    picked = _picked(entries)
    map_box, list_box = st.columns([1.25, 1], gap="small")
    with map_box:
        _show_map(plans, filters, entries, picked)
    with list_box:
        _show_list(plans, filters, entries, picked)
        if picked is not None:
            feature = feature_of(picked)
            show_links(picked, feature)
            show_entry(plans, picked, feature)
        elif len(entries):
            st.caption(say("plans_page.pick_hint"))
        if filters.document:
            show_document(plans, filters.document)


def _shows_table_21() -> bool:
    """Ask whether to show indicators as table 2-1 or as a list; return whether as the table."""
    options = ["table_21", "table_all"]
    return (
        st.segmented_control(
            say("plans_page.table_21"),
            options,
            required=True,
            default=options[0],
            format_func=lambda option: say(f"plans_page.{option}"),
            key="plans-figures",
            label_visibility="collapsed",
        )
        != options[1]
    )


def _picked(entries: pd.DataFrame) -> dict[str, Any] | None:
    """Return the picked entry; None where it is not among `entries`."""
    rows = entries[entries["key"] == _PICKED.get()]
    return row_of(rows.iloc[0]) if len(rows) else None


def _show_map(plans: PlanSet, filters: EntryFilter, entries: pd.DataFrame, picked: dict[str, Any] | None) -> None:
    """Show the entries on the map, the picked one highlighted; a click picks another."""
    layers, visible = background_layers()
    groups, count = entry_groups(entries)
    picked_shapes = highlight_of(plans, picked) if picked is not None else None
    highlighted = picked_shapes if picked_shapes is not None else territories_frame(_LIT.get() or filters.adcode)
    if len(highlighted):
        groups.append(highlight_group(highlighted))
    state = show_map(
        layers,
        catalogue().map,
        lang=lang(),
        visible=visible,
        groups=groups,
        go_to=_map_view(plans, filters, view_of(picked_shapes) if picked_shapes is not None else None),
        height=_MAP_HEIGHT_PX,
        draw=False,
        key="plans-map",
    )
    show_html(_legend(count))
    if state.clicked is not None and state.clicked != _HANDLED_CLICK.get():
        _HANDLED_CLICK.set(state.clicked)
        if territory := counted_territory(*state.clicked):
            _put_first(tuple(counted_entries(entries, territory)["key"]), picked=None, territory=territory)
        elif found := entries_at(entries, *state.clicked, state.view.zoom):
            _put_first(tuple(found), picked=found[0])


def _put_first(keys: tuple[str, ...], *, picked: str | None, territory: str = "") -> None:
    """Put what was clicked on the map first in the list, one of it picked, or a territory lit; run the page again."""
    _PICKED.set(picked)
    _MAP_MOVED_TO.set(picked)
    _TABLE_NUMBER.set(_TABLE_NUMBER.get() + 1)
    _FIRST.set(keys)
    _LIT.set(territory)
    st.rerun()


def _map_view(plans: PlanSet, filters: EntryFilter, picked_view: Extent | None) -> View | Extent | None:
    """Return the view to move the map to: an entry just picked in the list, or the territory just filtered by."""
    key = _PICKED.get()
    if picked_view is not None and key != _MAP_MOVED_TO.get():
        _MAP_MOVED_TO.set(key)
        _VIEW.set(picked_view)
    territory = filters.adcode or (str(plans.documents.loc[filters.document, "adcode"]) if filters.document else "")
    if territory != _TERRITORY.get():
        _TERRITORY.set(territory)
        _VIEW.set(view_of_territory(territory))
    return _VIEW.get()


def _legend(count: int) -> Markup:
    """Return the legend of the symbols in one line."""
    signs = [(FAMILY_COLOURS[name], sign, say(f"carto.class_{name}")) for sign, name in _SYMBOLS]
    signs.append(("#00695c", "○", say("plans_page.sites_legend")))
    return html_of("views/screens/plans/templates/legend.html", count=count, signs=signs)


def _show_list(plans: PlanSet, filters: EntryFilter, entries: pd.DataFrame, picked: dict[str, Any] | None) -> None:
    """Show the list of entries; selecting a row picks its entry."""
    total = len(plans.entries)
    if entries.empty:
        st.info(say("plans_page.nothing"))
        st.button(say("plans_page.clear"), on_click=clear_filter)
        return
    key = "plans_page.found" if len(entries) == total else "plans_page.found_of"
    head, reset, _ = st.columns([1.5, 1.1, 1], vertical_alignment="center")  # the table's toolbar opens at the right
    head.markdown(f"**{say(key, count=len(entries), total=total)}**")
    if filters != EntryFilter():
        reset.button(say("plans_page.clear"), on_click=clear_filter, width="stretch")
    is_first = entries["key"].isin(_FIRST.get())
    ordered = pd.concat([entries[is_first], entries[~is_first]])
    if _LIT.get() and is_first.any():
        st.caption(say("plans_page.counted_first", count=int(is_first.sum()), name=region_text(_LIT.get())))
    keys = ordered["key"].tolist()
    state = hashlib.sha256(repr((astuple(filters), lang())).encode()).hexdigest()[:12]
    table = f"plans-table-{_TABLE_NUMBER.get()}-{state}"
    rows = [keys.index(picked["key"])] if picked is not None else []
    st.dataframe(
        entry_table(plans, ordered, filters.kind),
        hide_index=True,
        height=_TABLE_HEIGHT_PX,
        width="stretch",
        key=table,
        on_select=lambda: _pick_from_list(table, keys),
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
    )


def _pick_from_list(table: str, keys: list[str]) -> None:
    """Pick the entry whose row was just selected in the list; none where the selection was cleared."""
    rows = widget_value(table)["selection"]["rows"]
    _PICKED.set(keys[rows[0]] if rows else None)
    _MAP_MOVED_TO.clear()
    _LIT.clear()
