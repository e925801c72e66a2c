"""Linear works: corridor width, bridges and tunnels, and where a line enters and leaves each layer by chainage."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
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
from views.parts.intake import Source, current_source
from views.session import Memo, Slot, at_mount, current_layers, lang, rows_of, say, show_fault
from views.work import WorkPart

__all__ = ["STRUCTURES_PART", "centrelines", "show_sections", "show_stored_sections", "structures_of"]

_SECTIONS: Final[Memo[pd.DataFrame]] = Memo("chk-sections")
_ROWS: Final[Slot[list[tuple[str, str, str]]]] = Slot("chk-structure-rows", [])
"""Of each source, by token: start, end and kind of each bridge and tunnel as typed, "" for what is missing."""
_BEGUN: Final[Slot[tuple[Hashable, list[tuple[str, str, str]]] | None]] = Slot("chk-structures-at-mount", None)

_KINDS = ("bridge", "tunnel")
_CENTRELINE: Final = "#111111"


def _dump_structures() -> Any:
    """Return bridges and tunnels of the current source as JSON has them; None where there are none."""
    source = current_source()
    rows = [] if source is None else _ROWS.of(source.token).get()
    return {"token": source.token, "rows": [list(row) for row in rows]} if source is not None and rows else None


def _load_structures(value: Any) -> None:
    """Restore bridges and tunnels; what another version wrote otherwise is left out."""
    try:
        rows = [(str(start), str(end), str(kind)) for start, end, kind in value["rows"]]
        _ROWS.of(str(value["token"])).set(rows)
    except (KeyError, TypeError, ValueError):
        return


STRUCTURES_PART: Final = WorkPart("structures", _dump_structures, _load_structures)


def structures_of(source: Source) -> tuple[tuple[str, float, float], ...]:
    """Return kind, start and end (metres of chainage) of a source's bridges and tunnels, as settings hold them.

    Empty while one of them cannot be read; `show_sections` says which.
    """
    try:
        return tuple((one.kind, one.from_m, one.to_m) for one in _complete(_ROWS.of(source.token).get()))
    except RedlineError:
        return ()


def _complete(rows: Sequence[tuple[str, str, str]]) -> list[Structure]:
    """Return the structures of the rows that have start, end and kind."""
    return [
        Structure(chainage_m(start), chainage_m(end), kind)  # type: ignore[arg-type]
        for start, end, kind in rows
        if start and end and kind in _KINDS
    ]


def show_sections(sites: Sites, position: int, source: Source, token: str) -> None:
    """Show the sections of a line within each layer, by chainage; nothing for a site that is no line.

    Parameters
    ----------
    sites : Sites
        As read: centrelines, not corridors.
    position : int
    source : Source
    token : str
        Identifies the source and how it was read.
    """
    site = sites.frame.iloc[[position]]
    if int(shapely.get_dimensions(site.geometry.iloc[0])) != 1:
        return
    st.markdown(f"**{say('check_page.line')}**")
    rows = _edit_structures(source)
    if rows != _ROWS.of(source.token).get():
        _ROWS.of(source.token).set(rows)
        st.rerun()  # they are settings of the check and stored with it
    try:
        structures = _complete(rows)
        layers = current_layers()
        checked = [layer for layer in layers.values() if layer.spec.checked]
        key = (token, str(site["site_id"].iloc[0]), tuple(structures))
        sections = _SECTIONS.once(key, lambda: linear_sections(site.reset_index(drop=True), checked, structures))
        _show_table(sections, {name: layer.spec for name, layer in layers.items()})
    except RedlineError as fault:
        show_fault(fault)


def _edit_structures(source: Source) -> list[tuple[str, str, str]]:
    """Show the editor of bridges and tunnels, unfolded where there are any; return its rows as typed."""
    before = at_mount(_BEGUN, (source.token, lang()), _ROWS.of(source.token).get())
    with st.expander(say("check_page.structures"), expanded=bool(before)):
        names = {say(f"check_page.structure_{kind}"): kind for kind in _KINDS}
        columns = [say(f"check_page.structure_{part}") for part in ("from", "to", "kind")]
        edited = st.data_editor(
            pd.DataFrame(
                [(start, end, say(f"check_page.structure_{kind}") if kind else None) for start, end, kind in before],
                columns=columns,
                dtype=object,
            ),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            key=f"chk-structures-{source.token[:12]}-{lang()}",
            column_config={
                columns[0]: st.column_config.TextColumn(help="K0+000"),
                columns[1]: st.column_config.TextColumn(help="K0+000"),
                columns[2]: st.column_config.SelectboxColumn(options=list(names)),
            },
        )
    typed = [[cell.strip() if isinstance(cell, str) else "" for cell in row] for row in edited.to_numpy(object)]
    return [(start, end, names.get(kind, "")) for start, end, kind in typed if start or end or kind]


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
