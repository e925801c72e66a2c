"""What a badge of the map counts: the entries known by one county, prefecture or province alone, with their cards."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.badges import territory_at
from layers.catalogue import Layer, known_by_territory
from views.parts.entries.card import show_entry
from views.parts.entries.filter import plan_set
from views.parts.entries.shapes import entry_layers, feature_of
from views.parts.entries.table import entry_table
from views.session import (
    Slot,
    current_layers,
    has_page,
    lang,
    open_page,
    pressed,
    region_text,
    row_of,
    say,
    widget_value,
)

__all__ = ["counted_entries", "counted_territory", "show_counted"]

_PICKED: Final[Slot[str | None]] = Slot("counted-picked", None)
"""Key of the entry whose card is open."""
_NARROW: Final = ("name", "status", "clause", "document", "category", "kind")
"""Columns of the list, which stands beside the map; the place is the same in each row."""
_WIDTHS_PX: Final = (130, 64)
_MOST_HEIGHT_PX: Final = 320
_ROW_PX: Final = 35


def counted_territory(lon: float, lat: float) -> str:
    """Return the adcode of the territory whose badge stands for a point (degrees); "" if none does."""
    return territory_at(current_layers(), lon, lat)


def counted_entries(entries: pd.DataFrame, adcode: str, shown: Collection[str] | None = None) -> pd.DataFrame:
    """Return the entries known by a territory alone, those of a prefecture or province before those of its counties.

    Parameters
    ----------
    entries : DataFrame
        Rows of ``plans.entries``.
    adcode : str
        Of a prefecture also those known by one of its counties alone are returned: further out its badge counts them.
    shown : collection of str, optional
        Ids of the layers that are on; None for all.
    """
    keys: dict[str, bool] = {}
    for layer, kind in entry_layers():
        if shown is None or layer.spec.id in shown:
            keys |= {f"{kind}:{one}": own for one, own in _known_in(layer, adcode)}
    found = entries[entries["key"].isin(keys)]
    return found.iloc[(~found["key"].map(keys).astype(bool)).argsort(kind="stable")]


def _known_in(layer: Layer, adcode: str) -> list[tuple[Any, bool]]:
    """Return the id of each feature of a layer known by a territory alone, and whether by itself, not by its county."""
    assert layer.frame is not None
    frame = layer.frame[known_by_territory(layer.frame)]
    codes = frame["known_in"].str.split(";").explode()
    own = (codes == adcode).groupby(level=0).any()
    stem = adcode[:4] if adcode.endswith("00") and not adcode.endswith("0000") else adcode
    inside = codes.str.startswith(stem).groupby(level=0).any()
    return [(frame.loc[row, "id"], bool(own[row])) for row in frame.index[inside.reindex(frame.index).to_numpy(bool)]]


def show_counted(adcode: str, shown: Collection[str] | None = None) -> None:
    """Show the list of what is known by a territory alone, the card of the row chosen, and a way to its county page."""
    plans = plan_set()
    entries = counted_entries(plans.entries, adcode, shown)
    name = region_text(adcode)
    st.markdown(f"**{say('plans_page.counted', count=len(entries), name=name)}**")
    st.caption(say("plans_page.counted_note"))
    offered = not adcode.endswith("00") and has_page("county")
    if offered and pressed(say("search.county_page", name=name), key="counted-county", width="stretch"):
        open_page("county", adcode=adcode)
    if entries.empty:
        return
    keys = entries["key"].tolist()
    picked = _PICKED.get()
    rows = [keys.index(picked)] if picked in keys else []
    table = f"counted-{adcode}-{len(keys)}-{lang()}"
    rows_shown = entry_table(plans, entries, "", _NARROW)
    widths = zip(rows_shown.columns, _WIDTHS_PX, strict=False)
    st.dataframe(
        rows_shown,
        hide_index=True,
        height=min(_MOST_HEIGHT_PX, _ROW_PX * (len(keys) + 1) + 3),
        width="stretch",
        column_config={str(name): st.column_config.Column(width=pixels) for name, pixels in widths},
        key=table,
        on_select=lambda: _pick(table, keys),
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
    )
    if picked in keys:
        entry = row_of(entries.iloc[keys.index(picked)])
        show_entry(plans, entry, feature_of(entry))


def _pick(table: str, keys: list[str]) -> None:
    """Open the card of the row just chosen; none where the choice was cleared."""
    rows = widget_value(table)["selection"]["rows"]
    _PICKED.set(keys[rows[0]] if rows else None)
