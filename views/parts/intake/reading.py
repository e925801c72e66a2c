"""Reading the sites of a source: choice of layer, columns and coordinate system, and the notices of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final

import shapely
import streamlit as st

from geo.crs import Candidate
from geo.errors import RedlineError
from geo.notices import Notice
from geo.read import Inspection, LayerInfo, inspect, read_sites, sites_from_text
from geo.sites import Sites, sites_from_drawing
from layers.catalogue import counties_of
from views.parts.intake.source import ReadOptions, Source, current_source
from views.parts.intake.system import LocatedCandidate, System, ask_system, candidate_text, other_system
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
from views.work import WorkPart

__all__ = ["OPTIONS_PART", "read_options_of", "read_source"]

_TABLES: Final = ("CSV", "XLSX")
_SITE_ROLES: Final = ("id", "declared_area_m2", "declared_area_ha", "declared_area_mu")
_COORDINATE_ROLES: Final = ("x", "y", "wkt", "group", "ring", "order")
_SHAPE: Final = "shape"
_SHAPES: Final = ("points", "line", "polygon")
"""What rows of coordinates make: a point each, one line, one area."""
_MAX_SHOWN: Final = 8
_ASKS_FOR_CRS: Final = "txt_crs_"
"""Start of the codes of notices that ask for the coordinate system; not shown once the user has named it."""
_MAX_TRIED: Final = 40
_MAX_BYTES_TRIED: Final = 2_000_000


_OPTIONS: Final[Slot[ReadOptions | None]] = Slot("chk-reading", None)
"""Of each source, by token: the options that the user chose."""
_SITES: Final[Memo[Sites]] = Memo("chk-read")
_INSPECTION: Final[Memo[Inspection]] = Memo("chk-inspected")
_LOCATED: Final[Memo[list[LocatedCandidate]]] = Memo("chk-placed")


def read_options_of(source: Source) -> ReadOptions | None:
    """Return the options that the user chose for reading a source; None if none were chosen."""
    return _OPTIONS.of(source.token).get()


def _dump_options() -> Any:
    """Return the options of the current site as JSON has them; None if none were chosen."""
    source = current_source()
    options = None if source is None else read_options_of(source)
    return None if source is None or options is None else {"token": source.token, **asdict(options)}


def _load_options(value: Any) -> None:
    """Restore options; those that another version wrote otherwise are left out."""
    try:
        columns = tuple((str(role), str(column)) for role, column in value["columns"])
        options = ReadOptions(value["crs"], bool(value["swap"]), value["layer"], columns)
        _OPTIONS.of(str(value["token"])).set(options)
    except (KeyError, TypeError, ValueError):
        return


OPTIONS_PART: Final = WorkPart("options", _dump_options, _load_options)


def read_source(source: Source) -> Sites | None:
    """Return the sites of a source, read with the chosen options; None while it cannot be read.

    Shows the widgets for layer, columns and coordinate system, faults and notices.
    """
    options = _options_of(source)
    inspection = _inspection_of(source)
    if inspection is not None:
        options = _choose_layer(source, inspection, options)
    now = System(options.crs, options.swap)
    try:
        sites = _read(source, options)
    except RedlineError as fault:
        show_fault(fault)
        sentence = fault.text(lang())
        _show_diagnoses([one for one in fault.diagnoses if one.text(lang()) != sentence], opened=True)
        named = ask_system(
            fault,
            now,
            key=f"chk-{source.token}",
            name=source.name,
            locate=lambda some: _locate_candidates(source, options, some),
        )
        _apply_system(source, options, named)
        return None
    if source.kind in {"file", "text"}:
        _apply_system(source, options, other_system(now, key=f"chk-name-{source.token}", name=source.name))
    _show_diagnoses([one for one in sites.notices if options.crs is None or not one.code.startswith(_ASKS_FOR_CRS)])
    return sites


def _options_of(source: Source) -> ReadOptions:
    """Return the options chosen for a source so far, the defaults if none."""
    return read_options_of(source) or ReadOptions()


def _store_options(source: Source, options: ReadOptions) -> None:
    _OPTIONS.of(source.token).set(options)


def _read(source: Source, options: ReadOptions) -> Sites:
    """Return the sites of a source, read once for each set of options."""
    with st.spinner(say("views.reading")):
        return _SITES.once((source.token, options), lambda: _read_now(source, options))


def _read_now(source: Source, options: ReadOptions) -> Sites:
    limits = catalogue().limits
    if source.kind == "drawing":
        return sites_from_drawing(source.drawings, limits=limits)
    if source.kind == "text":
        return sites_from_text(source.text, options.crs, shape=source.shape, swap=options.swap or None, limits=limits)  # type: ignore[arg-type]
    assert source.content is not None
    return read_sites(
        source.content,
        source.name,
        crs=options.crs,
        limits=limits,
        layer=options.layer,
        columns=dict(options.columns),
        swap=options.swap,
    )


def _inspection_of(source: Source) -> Inspection | None:
    """Return the layers and columns of an uploaded file; None for other sources and if it cannot be inspected.

    Why it cannot is shown when it is read.
    """
    if source.kind != "file" or source.content is None:
        return None
    content = source.content
    try:
        return _INSPECTION.once(source.token, lambda: inspect(content, source.name, limits=catalogue().limits))
    except RedlineError:
        return None


def _choose_layer(source: Source, inspection: Inspection, options: ReadOptions) -> ReadOptions:
    """Show the choice of layer (if several) and of columns (if one layer); return and store the options."""
    names = [info.name for info in inspection.layers]
    if len(names) > 1:
        layer = st.selectbox(
            say("check_page.layer"),
            [None, *names],
            index=names.index(options.layer) + 1 if options.layer in names else 0,
            format_func=lambda name: say("check_page.layer_all", count=len(names)) if name is None else name,
            key=f"chk-layer-{source.token}",
        )
        options = replace(options, layer=layer)
    infos = [info for info in inspection.layers if options.layer in {None, info.name}]
    if len(infos) == 1 and infos[0].columns:
        options = replace(options, columns=_choose_columns(source, infos[0], options))
    _store_options(source, options)
    return options


def _choose_columns(source: Source, info: LayerInfo, options: ReadOptions) -> tuple[tuple[str, str], ...]:
    """Show one drop-down a role, with the column found by its name; return the chosen (role, column) pairs."""
    roles = (*_COORDINATE_ROLES, *_SITE_ROLES) if info.kind in _TABLES else _SITE_ROLES
    found, chosen = dict(info.mapping), dict(options.columns)
    with st.expander(say("check_page.columns"), expanded=info.kind in _TABLES and info.fault is not None):
        if info.kind in _TABLES:
            shape = st.segmented_control(
                say("check_page.text_shape"),
                ("auto", *_SHAPES),
                required=True,
                default=chosen.pop(_SHAPE, "auto"),
                format_func=lambda one: say(f"check_page.shape_{one}"),
                key=f"chk-shape-{source.token}-{info.name}",
            )
            if shape in _SHAPES:
                chosen[_SHAPE] = shape
        for role in roles:
            detected = found.get(role)
            auto = say("check_page.column_found", column=detected) if detected else say("check_page.column_auto")
            columns = ["", *info.columns]
            before = chosen.pop(role, "")
            column: str = st.selectbox(
                say(f"check_page.column_{role}"),
                columns,
                index=columns.index(before) if before in columns else 0,
                format_func=partial(_column_text, auto),
                key=f"chk-column-{role}-{source.token}-{info.name}",
            )
            if column:
                chosen[role] = column
    return tuple(sorted(chosen.items()))


def _column_text(auto: str, name: str) -> str:
    """Return the label of a column in the drop-down: its name, or `auto` for the blank option."""
    return name or auto


def _apply_system(source: Source, options: ReadOptions, named: System | None) -> None:
    """Store the system that the user named just now, if any, and rerun."""
    if named is not None:
        _store_options(source, replace(options, crs=named.crs, swap=named.swap))
        st.rerun()


def _locate_candidates(source: Source, options: ReadOptions, candidates: Sequence[Candidate]) -> list[LocatedCandidate]:
    """Return candidate systems with their names and where each puts the site, only those in a county if there are any.

    Of large files candidates are not located.
    """
    unique = list({(one.crs, one.swapped): one for one in candidates}.values())[:_MAX_TRIED]
    if len(source.content or b"") > _MAX_BYTES_TRIED:
        return [LocatedCandidate(one, candidate_text(one), "") for one in unique[:_MAX_SHOWN]]
    return _LOCATED.once((source.token, options, lang()), lambda: _locate_by_reading(source, options, unique))


def _locate_by_reading(source: Source, options: ReadOptions, candidates: list[Candidate]) -> list[LocatedCandidate]:
    """Return candidate systems, located by reading the source in each: those that hit a county, else the others."""
    inside: list[LocatedCandidate] = []
    outside: list[LocatedCandidate] = []
    counties = counties_of(current_layers())
    for one in candidates:
        try:
            sites = _read_now(source, replace(options, crs=one.crs, swap=one.swapped))
        except RedlineError:
            outside.append(LocatedCandidate(one, candidate_text(one), say("check_page.crs_fails")))
            continue
        west, south, east, north = sites.frame.total_bounds
        middle = shapely.Point((west + east) / 2, (south + north) / 2)
        at = counties.sindex.query(middle, predicate="intersects")
        where = {"lon": f"{middle.x:.4f}", "lat": f"{middle.y:.4f}"}
        if len(at):
            row = counties.iloc[int(at[0])]
            name = row["name_en"] if lang() == "en" and "name_en" in counties.columns else row["name_zh"]
            inside.append(LocatedCandidate(one, candidate_text(one), say("check_page.crs_place", place=name, **where)))
        else:
            outside.append(LocatedCandidate(one, candidate_text(one), say("check_page.crs_nowhere", **where)))
    return inside or outside[:_MAX_SHOWN]


def _show_diagnoses(notices: Sequence[Notice], *, opened: bool = False) -> None:
    """Show the notices of the reader, fatal ones first."""
    if not notices:
        return
    with st.expander(say("check_page.diagnoses", count=len(notices)), expanded=opened or len(notices) <= _MAX_SHOWN):
        for notice in sorted(notices, key=lambda one: not one.fatal):
            (st.error if notice.fatal else st.caption)(markdown_text(notice.text(lang())))
