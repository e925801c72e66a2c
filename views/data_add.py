"""Bringing a layer in, step by step: the file, what is wrong with it, what it is, and into the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit import config

from geo.crs import describe
from geo.errors import BadInput, RedlineError
from geo.layer_parts import packed
from geo.read import Inspection, LayerInfo, inspect
from geo.sites import ReadLimits
from layers.boundaries import counties_of
from layers.intake import LAYER_LIMITS, Intake, take_in
from layers.own_layers import Given, keep_layer
from layers.spec_recognise import official_layers
from views.check_read import system_text
from views.check_source import FORMATS
from views.data_places import plain
from views.data_report import show_report
from views.data_say import say_what_it_is
from views.once import once
from views.state import catalogue, current_layers, lang, say, show_fault
from views.tile_progress import make_tiles
from words import has

__all__ = ["show_add"]

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_KEPT_AS: Final = "data-file"
_UPLOAD_VERTICES: Final = 20_000_000
"""More than an upload of 200 MB can hold; a few edges across Earth are cut into as many pieces, and refused by it."""


@dataclass(frozen=True)
class _Brought:
    """A file, and how it is to be read."""

    token: str
    name: str
    content: bytes
    layer: str | None = None
    crs: str | None = None
    swap: bool = False
    accept_repairs: bool = False
    local: bool = False
    """Whether it was named by its path on this machine; what comes over the network is held to `[limits]`."""

    @property
    def limits(self) -> ReadLimits:
        """What it may be at most."""
        if self.local:
            return LAYER_LIMITS
        asked = catalogue().limits
        return replace(
            LAYER_LIMITS, upload_mb=asked.upload_mb, unpacked_mb=asked.unpacked_mb, vertices=_UPLOAD_VERTICES
        )


def show_add() -> None:
    """Draw the steps that can be taken now."""
    st.markdown(f"##### 1 · {say('data.step_file')}")
    brought = _file()
    if brought is None:
        st.caption(say("data.file_help"))
        return
    seen = _inspected(brought)
    if seen is None:
        return
    brought = _choose_layer(brought, seen)
    intake = _taken_in(brought)
    if intake is None:
        return
    st.markdown(f"##### 2 · {say('data.step_report')}")
    wanted = show_report(intake, brought.accept_repairs)
    if wanted != brought.accept_repairs:
        _settle(replace(brought, accept_repairs=wanted))
        st.rerun()
    if _system(brought, intake):
        return
    if intake.stopped:
        return
    st.markdown(f"##### 3 · {say('data.step_what')}")
    given = say_what_it_is(intake, f"{brought.token}-{intake.layer}-{intake.reading.epsg}")
    if given is not None:
        _keep(brought, intake, given)


def _file() -> _Brought | None:
    """Ask for a file, or a path where the server is the user's own machine; the file stays while pages change."""
    limits = catalogue().limits
    uploaded = st.file_uploader(say("data.upload"), type=FORMATS, key="data-upload", label_visibility="collapsed")
    if uploaded is not None and uploaded.file_id != st.session_state.get("data-upload-seen"):
        st.session_state["data-upload-seen"] = uploaded.file_id
        _settle(_Brought(uploaded.file_id, uploaded.name, uploaded.getvalue()))
    if (config.get_option("server.address") or "") in _LOCAL:
        with st.expander(say("data.by_path", limit=LAYER_LIMITS.upload_mb, upload=limits.upload_mb)):
            text = (
                st.text_input(say("data.path"), key="data-path", placeholder=say("data.path_hint")).strip().strip('"')
            )
            if text and st.button(say("data.path_read"), key="data-path-read"):
                try:
                    content, name = packed(Path(text).expanduser(), LAYER_LIMITS.upload_mb)
                except RedlineError as fault:
                    show_fault(fault)
                else:
                    _settle(_Brought(f"path-{hash((text, len(content)))}", name, content, local=True))
    held: _Brought | None = st.session_state.get(_KEPT_AS)
    if held is not None and uploaded is None:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(say("data.held", name=_plain(held.name)))
        if right.button(say("data.other_file"), key="data-other-file", width="stretch"):
            st.session_state.pop(_KEPT_AS, None)
            st.rerun()
    return held


def _settle(brought: _Brought) -> None:
    st.session_state[_KEPT_AS] = brought


def _inspected(brought: _Brought) -> Inspection | None:
    """Look into the file."""
    try:
        with st.spinner(say("data.reading")):
            seen = _inspection(brought)
    except RedlineError as fault:
        show_fault(fault)
        return None
    return seen


def _inspection(brought: _Brought) -> Inspection:
    seen: Inspection = once(
        "data-inspected", brought.token, lambda: inspect(brought.content, brought.name, limits=brought.limits)
    )
    return seen


def _choose_layer(brought: _Brought, seen: Inspection) -> _Brought:
    """Ask which layer of the file, where there are several."""
    names = [info.name for info in seen.layers]
    if len(names) < 2:
        return brought
    counts = {info.name: info.count for info in seen.layers}
    likely = next((at for at, info in enumerate(seen.layers) if _official(info)), 0)
    at = names.index(brought.layer) if brought.layer in names else likely
    chosen = st.selectbox(
        say("data.which", count=len(names)),
        names,
        index=at,
        format_func=lambda name: name if counts[name] is None else f"{name} ({counts[name]:,})",
        key=f"data-layer-{brought.token}",
    )
    if chosen != brought.layer:
        brought = replace(brought, layer=chosen)
        _settle(brought)
    return brought


def _official(info: LayerInfo) -> bool:
    """Tell whether a layer has the fields of an official table: those are most likely what is wanted."""
    columns = {column.upper() for column in info.columns}
    return any(columns.issuperset(official.required) for official in official_layers())


def _taken_in(brought: _Brought) -> Intake | None:
    """Read the layer and look for faults; ask for its system where it declares none."""
    key = (brought.token, brought.layer, brought.crs, brought.swap, brought.accept_repairs)

    def read() -> Intake:
        return take_in(
            brought.content,
            brought.name,
            layer=brought.layer,
            crs=brought.crs,
            swap=brought.swap,
            accept_repairs=brought.accept_repairs,
            counties=counties_of(current_layers()),
            limits=brought.limits,
        )

    try:
        with st.spinner(say("data.checking")):
            intake: Intake = once("data-intake", key, read)
    except RedlineError as fault:
        show_fault(fault)
        _ask_system(brought, fault)
        return None
    return intake


def _ask_system(brought: _Brought, fault: RedlineError) -> None:
    """Offer the systems that the coordinates fit; nothing is applied without the user's word."""
    candidates = fault.values.get("candidates")
    if fault.key in {"geo.swapped_degrees", "geo.swapped_metres"} and not brought.swap:
        if st.button(say("check_page.crs_read_swapped"), key="data-swap"):
            _settle(replace(brought, swap=True))
            st.rerun()
        return
    codes = list(dict.fromkeys(one.crs for one in candidates)) if isinstance(candidates, tuple) else []
    chosen = st.selectbox(
        say("data.ask_crs"),
        codes,
        index=None,
        format_func=system_text,
        accept_new_options=True,
        placeholder=say("data.ask_crs_hint"),
        key=f"data-crs-{brought.token}",
    )
    _use_system(brought, chosen)


def _use_system(brought: _Brought, code: str | None) -> None:
    if not code or code == brought.crs:
        return
    try:
        describe(code, brought.name)
    except BadInput as fault:
        show_fault(fault)
        return
    _settle(replace(brought, crs=code))
    st.rerun()


def _system(brought: _Brought, intake: Intake) -> bool:
    """Say which system it was read in, and let the user name another; True where it is what stops the layer."""
    stops = any(fault.code == "all_outside" for fault in intake.faults)
    with st.expander(say("data.system", system=system_text(f"EPSG:{intake.reading.epsg}")), expanded=stops):
        st.caption(plain(say("data.system_how", how=say("data.comma").join(_evidence(intake)))))
        code = st.text_input(
            say("data.other_crs"), key=f"data-other-crs-{brought.token}", value=brought.crs or ""
        ).strip()
        _use_system(brought, code or None)
    return stops


def _evidence(intake: Intake) -> list[str]:
    known = [f"geo.evidence_{code}" for code in intake.reading.evidence]
    return [say(key) for key in known if has(key)] or [intake.reading.declared]


def _keep(brought: _Brought, intake: Intake, given: Given) -> None:
    """Store the layer, load it, make its tiles; each step is said."""
    with st.status(say("data.keeping"), expanded=True) as status:
        try:
            version = keep_layer(
                intake,
                given,
                brought.content,
                catalogue=catalogue(),
                counties=counties_of(current_layers()),
                step=lambda name: status.write(say(f"data.step_{name}")),
            )
            status.write(say("data.step_load"))
            layer = current_layers()[version.layer.id]
            if layer.fault is not None:
                raise layer.fault
            status.write(say("data.step_tiles"))
            changed = [one for one in current_layers().values() if one.id in {layer.id, given.beside}]
            make_tiles(changed, lang())
        except RedlineError as fault:
            status.update(label=say("data.keeping_failed"), state="error")
            show_fault(fault)
            return
        status.update(label=say("data.kept_label"), state="complete")
    st.session_state["data-told"] = say(
        "data.kept", title=version.layer.title(lang()), number=version.number, count=f"{version.count:,}"
    )
    several = len(_inspection(brought).layers) > 1  # a bureau's database holds the next layer too
    for key in ("data-intake", "data-target", *(() if several else (_KEPT_AS, "data-inspected"))):
        st.session_state.pop(key, None)
    st.session_state["data-show"] = version.layer.id
    st.session_state["data-view-next"] = "list"
    st.rerun()


def _plain(name: str) -> str:
    return "`" + "".join(c for c in name if c.isprintable() and c != "`")[:80] + "`"
