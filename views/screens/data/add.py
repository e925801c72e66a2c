"""Bringing a layer in, step by step: the file, what is wrong with it, what it is, and into the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from geo.crs import Candidate
from geo.errors import RedlineError
from geo.read import Inspection
from layers.catalogue import counties_of
from layers.own import Intake, LayerDeclaration, has_official_fields, store_layer
from views.parts.intake import (
    LayerFile,
    LocatedCandidate,
    System,
    ask_layer_file,
    ask_system,
    candidate_text,
    forget_layer_file,
    inspect_layer_file,
    store_layer_file,
    system_input,
)
from views.parts.map import make_tiles
from views.screens.data.database import asks_for_many
from views.screens.data.describe import say_what_it_is
from views.screens.data.next_run import LAYER_NEXT, MESSAGE, TARGET, VIEW_NEXT
from views.screens.data.report import show_report
from views.session import Memo, catalogue, current_layers, lang, markdown_text, say, show_fault, system_text
from words import has

__all__ = ["show_add"]

_INTAKE: Final[Memo[Intake]] = Memo("data-intake")


def show_add() -> None:
    """Draw the steps that can be taken now."""
    st.markdown(f"##### 1 · {say('data.step_file')}")
    brought = ask_layer_file()
    if brought is None:
        st.caption(say("data.file_help"))
        return
    seen = _looked_into(brought)
    if seen is None or asks_for_many(brought, seen):
        return
    brought = _choose_layer(brought, seen)
    intake = _taken_in(brought)
    if intake is None:
        return
    st.markdown(f"##### 2 · {say('data.step_report')}")
    wanted = show_report(intake, brought.accept_repairs)
    if wanted != brought.accept_repairs:
        store_layer_file(replace(brought, accept_repairs=wanted))
        st.rerun()
    if _system(brought, intake):
        return
    if intake.blocked:
        return
    st.markdown(f"##### 3 · {say('data.step_what')}")
    given = say_what_it_is(intake, f"{brought.token}-{intake.layer}-{intake.reading.epsg}")
    if given is not None:
        _keep(brought, intake, given)


def _looked_into(brought: LayerFile) -> Inspection | None:
    """Look into the file, or say why that cannot be."""
    try:
        with st.spinner(say("data.reading")):
            return inspect_layer_file(brought)
    except RedlineError as fault:
        show_fault(fault)
        return None


def _choose_layer(brought: LayerFile, seen: Inspection) -> LayerFile:
    """Ask which layer of the file, where there are several."""
    names = [info.name for info in seen.layers]
    if len(names) < 2:
        return brought
    counts = {info.name: info.count for info in seen.layers}
    likely = next((at for at, info in enumerate(seen.layers) if has_official_fields(info.columns)), 0)
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
        store_layer_file(brought)
    return brought


def _taken_in(brought: LayerFile) -> Intake | None:
    """Read the layer and look for faults; ask for its system where it declares none."""
    key = (brought.token, brought.layer, brought.crs, brought.swap, brought.accept_repairs)

    try:
        with st.spinner(say("data.checking")):
            return _INTAKE.once(key, lambda: brought.read_layer(brought.layer))
    except RedlineError as fault:
        show_fault(fault)
        _ask_system(brought, fault)
        return None


def _ask_system(brought: LayerFile, fault: RedlineError) -> None:
    """Ask for the system of a layer that declares none; candidates are not tried out, as the layer may be large."""
    named = ask_system(
        fault,
        System(brought.crs, brought.swap),
        key=f"data-{brought.token}",
        name=brought.name,
        locate=lambda some: [LocatedCandidate(one, candidate_text(one), "") for one in _each_once(some)],
    )
    _use_system(brought, named)


def _each_once(candidates: Sequence[Candidate]) -> list[Candidate]:
    return list({(one.crs, one.swapped): one for one in candidates}.values())


def _use_system(brought: LayerFile, named: System | None) -> None:
    """Read the layer in the system that the user named just now."""
    if named is not None:
        store_layer_file(replace(brought, crs=named.crs, swap=named.swap))
        st.rerun()


def _system(brought: LayerFile, intake: Intake) -> bool:
    """Say which system it was read in, and let the user name another; True where it is what stops the layer."""
    stops = any(fault.code == "all_outside" for fault in intake.faults)
    with st.expander(say("data.system", system=system_text(f"EPSG:{intake.reading.epsg}")), expanded=stops):
        st.caption(markdown_text(say("data.system_how", how=say("data.comma").join(_evidence(intake)))))
        now = System(brought.crs, brought.swap)
        _use_system(brought, system_input(now, key=f"data-other-{brought.token}", name=brought.name))
    return stops


def _evidence(intake: Intake) -> list[str]:
    known = [f"geo.evidence_{code}" for code in intake.reading.evidence]
    return [say(key) for key in known if has(key)] or [intake.reading.declared]


def _keep(brought: LayerFile, intake: Intake, given: LayerDeclaration) -> None:
    """Store the layer, load it, make its tiles; each step is said."""
    with st.status(say("data.keeping"), expanded=True) as status:
        try:
            version = store_layer(
                intake,
                given,
                brought.content,
                catalogue=catalogue(),
                counties=counties_of(current_layers()),
                progress=lambda _share, doing="": status.write(say(f"data.step_{doing}")),
            )
            status.write(say("data.step_load"))
            layer = current_layers()[version.layer.id]
            if layer.fault is not None:
                raise layer.fault
            status.write(say("data.step_tiles"))
            changed = [one for one in current_layers().values() if one.id in {layer.id, given.supersedes}]
            make_tiles(changed, lang())
        except RedlineError as fault:
            status.update(label=say("data.keeping_failed"), state="error")
            show_fault(fault)
            return
        status.update(label=say("data.kept_label"), state="complete")
    MESSAGE.set(say("data.kept", title=version.layer.title(lang()), number=version.number, count=f"{version.count:,}"))
    several = len(inspect_layer_file(brought).layers) > 1  # a bureau's database holds the next layer too
    _INTAKE.forget()
    TARGET.clear()
    if not several:
        forget_layer_file()
    LAYER_NEXT.set(version.layer.id)
    VIEW_NEXT.set("list")
    st.rerun()
