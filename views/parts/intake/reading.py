"""Reading a site: which layer and columns, which coordinate system (declared, or asked with evidence), what was odd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import shapely
import streamlit as st

from geo.crs import Candidate
from geo.errors import RedlineError
from geo.notices import Notice
from geo.read import Inspection, LayerInfo, inspect, read_sites, sites_from_text
from geo.sites import Sites, sites_from_drawing
from layers.catalogue import counties_of
from views.parts.intake.source import Reading, Source
from views.parts.intake.system import Placed, System, ask_system, candidate_text, other_system
from views.session import (
    Memo,
    Slot,
    catalogue,
    current_layers,
    lang,
    markdown_text,
    say,
    show_fault,
)

__all__ = ["read_source", "reading_of"]

_TABLES: Final = ("CSV", "XLSX")
_OWN: Final = ("id", "declared_area_m2", "declared_area_ha", "declared_area_mu")
_COORDINATES: Final = ("x", "y", "wkt", "group", "ring", "order")
_SHOWN: Final = 8
_SETTLED: Final = "txt_crs_"
"""Diagnoses that ask for the system: answered once the user has named it."""
_TRIED: Final = 40
_LARGE: Final = 2_000_000


_READINGS: Final[Slot[Reading | None]] = Slot("chk-reading", None)
"""Of each source: how the user wants it read."""
_SITES: Final[Memo[Sites]] = Memo("chk-read")
_INSPECTION: Final[Memo[Inspection]] = Memo("chk-inspected")
_PLACED: Final[Memo[list[Placed]]] = Memo("chk-placed")


def reading_of(source: Source) -> Reading | None:
    """Return how the user wants a source read; None if nothing was said of it."""
    return source.reading or _READINGS.of(source.token).get()


def read_source(source: Source) -> Sites | None:
    """Read a source as the user wants it, asking where something is open; None while it cannot be used."""
    if source.sites is not None:
        return source.sites
    how = _wanted(source)
    seen = _inspected(source)
    if seen is not None:
        how = _choose_layer(source, seen, how)
    now = System(how.crs, how.swap)
    try:
        sites = _read(source, how)
    except RedlineError as fault:
        show_fault(fault)
        sentence = fault.text(lang())
        _show_diagnoses([one for one in fault.diagnoses if one.text(lang()) != sentence], opened=True)
        named = ask_system(
            fault, now, key=f"chk-{source.token}", name=source.name, place=lambda some: _placed(source, how, some)
        )
        _settle_system(source, how, named)
        return None
    if source.kind in {"file", "text"}:
        _settle_system(source, how, other_system(now, key=f"chk-name-{source.token}", name=source.name))
    _show_diagnoses([one for one in sites.notices if how.crs is None or not one.code.startswith(_SETTLED)])
    return sites


def _wanted(source: Source) -> Reading:
    """Return how the source is to be read, as settled so far."""
    return reading_of(source) or Reading()


def _settle(source: Source, how: Reading) -> None:
    _READINGS.of(source.token).set(how)


def _read(source: Source, how: Reading) -> Sites:
    """Read a source, once for each way of reading it."""
    with st.spinner(say("views.reading")):
        return _SITES.once((source.token, how), lambda: _read_now(source, how))


def _read_now(source: Source, how: Reading) -> Sites:
    limits = catalogue().limits
    if source.kind == "drawing":
        return sites_from_drawing(source.drawings, limits=limits)
    if source.kind == "text":
        return sites_from_text(source.text, how.crs, shape=source.shape, swap=how.swap or None, limits=limits)  # type: ignore[arg-type]
    assert source.content is not None
    return read_sites(
        source.content,
        source.name,
        crs=how.crs,
        limits=limits,
        layer=how.layer,
        columns=dict(how.columns),
        swap=how.swap,
    )


def _inspected(source: Source) -> Inspection | None:
    """Look into a file; None where there is nothing to choose, or it cannot be opened (reading says why)."""
    if source.kind != "file" or source.content is None:
        return None
    content = source.content
    try:
        return _INSPECTION.once(source.token, lambda: inspect(content, source.name, limits=catalogue().limits))
    except RedlineError:
        return None


def _choose_layer(source: Source, seen: Inspection, how: Reading) -> Reading:
    """Ask which layer of the file, and what its columns are, where there is a choice."""
    names = [info.name for info in seen.layers]
    if len(names) > 1:
        layer = st.selectbox(
            say("check_page.layer"),
            [None, *names],
            index=names.index(how.layer) + 1 if how.layer in names else 0,
            format_func=lambda name: say("check_page.layer_all", count=len(names)) if name is None else name,
            key=f"chk-layer-{source.token}",
        )
        how = replace(how, layer=layer)
    infos = [info for info in seen.layers if how.layer in {None, info.name}]
    if len(infos) == 1 and infos[0].columns:
        how = replace(how, columns=_choose_columns(source, infos[0], how))
    _settle(source, how)
    return how


def _choose_columns(source: Source, info: LayerInfo, how: Reading) -> tuple[tuple[str, str], ...]:
    """Ask which column is what; what was found by name is said."""
    roles = (*_COORDINATES, *_OWN) if info.kind in _TABLES else _OWN
    found, chosen = dict(info.mapping), dict(how.columns)
    with st.expander(say("check_page.columns"), expanded=info.kind in _TABLES and info.fault is not None):
        for role in roles:
            taken = found.get(role)
            auto = say("check_page.column_found", column=taken) if taken else say("check_page.column_auto")
            options = ["", *info.columns]
            before = chosen.pop(role, "")
            column: str = st.selectbox(
                say(f"check_page.column_{role}"),
                options,
                index=options.index(before) if before in options else 0,
                format_func=partial(_column_text, auto),
                key=f"chk-column-{role}-{source.token}-{info.name}",
            )
            if column:
                chosen[role] = column
    return tuple(sorted(chosen.items()))


def _column_text(auto: str, name: str) -> str:
    """Return a column of the file by its name; what is blank is found by itself."""
    return name or auto


def _settle_system(source: Source, how: Reading, named: System | None) -> None:
    """Read the source in the system that the user named just now."""
    if named is not None:
        _settle(source, replace(how, crs=named.crs, swap=named.swap))
        st.rerun()


def _placed(source: Source, how: Reading, candidates: Sequence[Candidate]) -> list[Placed]:
    """Return candidates with their name and where each would put the site; those in our counties come first."""
    known = list({(one.crs, one.swapped): one for one in candidates}.values())[:_TRIED]
    if len(source.content or b"") > _LARGE:
        return [Placed(one, candidate_text(one), "") for one in known[:_SHOWN]]
    return _PLACED.once((source.token, how, lang()), lambda: _tried(source, how, known))


def _tried(source: Source, how: Reading, candidates: list[Candidate]) -> list[Placed]:
    """Read a source by each candidate and see where it lies."""
    inside: list[Placed] = []
    outside: list[Placed] = []
    counties = counties_of(current_layers())
    for one in candidates:
        try:
            sites = _read_now(source, replace(how, crs=one.crs, swap=one.swapped))
        except RedlineError:
            outside.append(Placed(one, candidate_text(one), say("check_page.crs_fails")))
            continue
        west, south, east, north = sites.frame.total_bounds
        middle = shapely.Point((west + east) / 2, (south + north) / 2)
        at = counties.sindex.query(middle, predicate="intersects")
        where = {"lon": f"{middle.x:.4f}", "lat": f"{middle.y:.4f}"}
        if len(at):
            row = counties.iloc[int(at[0])]
            name = row["name_en"] if lang() == "en" and "name_en" in counties.columns else row["name_zh"]
            inside.append(Placed(one, candidate_text(one), say("check_page.crs_place", place=name, **where)))
        else:
            outside.append(Placed(one, candidate_text(one), say("check_page.crs_nowhere", **where)))
    return inside or outside[:_SHOWN]


def _show_diagnoses(notices: Sequence[Notice], *, opened: bool = False) -> None:
    """List what was noticed while the source was read, the grave ones first."""
    if not notices:
        return
    with st.expander(say("check_page.diagnoses", count=len(notices)), expanded=opened or len(notices) <= _SHOWN):
        for notice in sorted(notices, key=lambda one: not one.fatal):
            (st.error if notice.fatal else st.caption)(markdown_text(notice.text(lang())))
