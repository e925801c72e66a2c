"""Linear works: corridor width, bridges and tunnels, and where a line enters and leaves each layer by chainage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import folium
import pandas as pd
import shapely
import streamlit as st

from carto.map import site_group
from geo.errors import RedlineError
from geo.sites import Sites
from layers.catalogue import LayerSpec
from siting.check import Structure, chainage_m, linear_sections
from siting.records import SectionRecord
from snapshot.findings import section_sums
from views.parts.findings import SiteResult, layer_title
from views.session import Memo, Slot, current_layers, lang, rows_of, say, show_fault

__all__ = ["STRUCTURES", "centrelines", "show_sections", "show_stored_sections"]

_SECTIONS: Final[Memo[pd.DataFrame]] = Memo("chk-sections")
STRUCTURES: Final[Slot[tuple[tuple[str, float, float], ...]]] = Slot("chk-structures-told", ())
"""Kind, start and end (metres of chainage) of each bridge and tunnel, as the settings of a check hold them."""

_KINDS = ("bridge", "tunnel")
_CENTRELINE: Final = "#111111"


def show_sections(sites: Sites, position: int, token: str) -> None:
    """Show the sections of a line within each layer, by chainage; nothing for a site that is no line.

    Parameters
    ----------
    sites : Sites
        As read: centrelines, not corridors.
    position : int
    token : str
        Identifies the source and how it was read.
    """
    site = sites.frame.iloc[[position]]
    if int(shapely.get_dimensions(site.geometry.iloc[0])) != 1:
        return
    st.markdown(f"**{say('check_page.line')}**")
    try:
        structures = _edit_structures()
        layers = current_layers()
        checked = [layer for layer in layers.values() if layer.spec.checked]
        key = (token, str(site["site_id"].iloc[0]), tuple(structures))
        sections = _SECTIONS.once(key, lambda: linear_sections(site.reset_index(drop=True), checked, structures))
        _show_table(sections, {name: layer.spec for name, layer in layers.items()})
    except RedlineError as fault:
        show_fault(fault)
        return
    named = tuple((structure.kind, structure.from_m, structure.to_m) for structure in structures)
    if named != STRUCTURES.get():
        STRUCTURES.set(named)
        st.rerun()  # they are settings of the check and stored with it


def _edit_structures() -> list[Structure]:
    """Show the editor of bridges and tunnels; return its complete rows."""
    with st.expander(say("check_page.structures")):
        names = {say(f"check_page.structure_{kind}"): kind for kind in _KINDS}
        columns = [say(f"check_page.structure_{part}") for part in ("from", "to", "kind")]
        edited = st.data_editor(
            pd.DataFrame({name: pd.Series(dtype=str) for name in columns}),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            key="chk-structures",
            column_config={
                columns[0]: st.column_config.TextColumn(help="K0+000"),
                columns[1]: st.column_config.TextColumn(help="K0+000"),
                columns[2]: st.column_config.SelectboxColumn(options=list(names)),
            },
        )
    return [
        Structure(chainage_m(str(start)), chainage_m(str(end)), names[str(kind)])  # type: ignore[arg-type]
        for start, end, kind in edited.itertuples(index=False, name=None)
        if all(isinstance(cell, str) and cell.strip() for cell in (start, end, kind))
    ]


def show_stored_sections(site_result: SiteResult) -> None:
    """Show the sections of a stored line within each layer; nothing where the check did not compute them."""
    sections = site_result.site.get("sections")  # absent in checks stored by earlier versions
    if sections is None:
        return
    st.markdown(f"**{say('check_page.line')}**")
    _show_table(pd.DataFrame(sections), site_result.specs)


def centrelines(sites: Sites) -> folium.FeatureGroup | None:
    """Return the map group of the sites that are lines, to be drawn over their corridors; None without lines."""
    lines = sites.frame[["geometry"]][shapely.get_dimensions(sites.frame.geometry.to_numpy()) == 1]
    return site_group(lines, _CENTRELINE, dashed=True, width_px=1) if len(lines) else None


def _show_table(sections: pd.DataFrame, specs: Mapping[str, LayerSpec]) -> None:
    """Show sections as a table, with their sums by layer above it."""
    if sections.empty:
        st.caption(say("check_page.line_none"))
        return
    titles = {name: layer_title(specs, name) for name in sections["layer"].unique()}
    sums = section_sums(cast("list[SectionRecord]", rows_of(sections)), titles, lang())
    st.caption("　".join(sums))
    columns: dict[str, list[Any]] = {
        "section_from": list(sections["from_k"]),
        "section_to": list(sections["to_k"]),
        "section_length": [f"{value:,.1f}" if value else "—" for value in sections["length_m"]],
        "occ_layer": [layer_title(specs, name) for name in sections["layer"]],
        "section_kind": [say(f"check_page.section_{kind}") for kind in sections["kind"]],
        "section_structure": [say(f"check_page.structure_{kind}") for kind in sections["structure"]],
        "section_features": list(sections["features"]),
    }
    frame = pd.DataFrame({say(f"check_page.{key}"): values for key, values in columns.items()})
    st.dataframe(frame, hide_index=True, width="stretch")
