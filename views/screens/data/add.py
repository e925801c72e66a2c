"""Import of a user's layer, step by step: choose a file, read the report of faults, declare the layer, store it."""

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
from views.screens.data.database import imports_all_tables
from views.screens.data.describe import ask_declaration
from views.screens.data.next_run import LAYER_NEXT, MESSAGE, TARGET, VIEW_NEXT
from views.screens.data.report import show_report
from views.session import (
    Memo,
    catalogue,
    current_layers,
    lang,
    markdown_text,
    record,
    require,
    say,
    show_fault,
    system_text,
)
from words import has

__all__ = ["show_add"]

_INTAKE: Final[Memo[Intake]] = Memo("data-intake")


def show_add() -> None:
    """Show the steps of the import that the answers so far allow."""
    st.markdown(f"##### 1 · {say('data.step_file')}")
    layer_file = ask_layer_file()
    if layer_file is None:
        st.caption(say("data.file_help"))
        return
    inspection = _inspect(layer_file)
    if inspection is None or imports_all_tables(layer_file, inspection):
        return
    layer_file = _choose_layer(layer_file, inspection)
    intake = _read_layer(layer_file)
    if intake is None:
        return
    st.markdown(f"##### 2 · {say('data.step_report')}")
    accept_repairs = show_report(intake, layer_file.accept_repairs)
    if accept_repairs != layer_file.accept_repairs:
        store_layer_file(replace(layer_file, accept_repairs=accept_repairs))
        st.rerun()
    if _show_system(layer_file, intake):
        return
    if intake.blocked:
        return
    st.markdown(f"##### 3 · {say('data.step_what')}")
    declaration = ask_declaration(intake, f"{layer_file.token}-{intake.layer}-{intake.reading.epsg}")
    if declaration is not None:
        _store(layer_file, intake, declaration)


def _inspect(layer_file: LayerFile) -> Inspection | None:
    """Return the layers that the file holds; show the fault and return None where it cannot be read."""
    try:
        with st.spinner(say("data.reading")):
            return inspect_layer_file(layer_file)
    except RedlineError as fault:
        show_fault(fault)
        return None


def _choose_layer(layer_file: LayerFile, inspection: Inspection) -> LayerFile:
    """Ask for the layer where the file has several; return `layer_file` with that layer set."""
    names = [info.name for info in inspection.layers]
    if len(names) < 2:
        return layer_file
    counts = {info.name: info.count for info in inspection.layers}
    default_at = next((at for at, info in enumerate(inspection.layers) if has_official_fields(info.columns)), 0)
    at = names.index(layer_file.layer) if layer_file.layer in names else default_at
    name = st.selectbox(
        say("data.which", count=len(names)),
        names,
        index=at,
        format_func=lambda name: name if counts[name] is None else f"{name} ({counts[name]:,})",
        key=f"data-layer-{layer_file.token}",
    )
    if name != layer_file.layer:
        layer_file = replace(layer_file, layer=name)
        store_layer_file(layer_file)
    return layer_file


def _read_layer(layer_file: LayerFile) -> Intake | None:
    """Return the layer as read and validated; None, with the fault shown, where it cannot be read or has no CRS."""
    key = (layer_file.token, layer_file.layer, layer_file.crs, layer_file.swap, layer_file.accept_repairs)

    try:
        with st.spinner(say("data.checking")):
            return _INTAKE.once(key, lambda: layer_file.read_layer(layer_file.layer))
    except RedlineError as fault:
        show_fault(fault)
        _ask_system(layer_file, fault)
        return None


def _ask_system(layer_file: LayerFile, fault: RedlineError) -> None:
    """Ask for the CRS of a layer that declares none; candidates are not tried out, as the layer may be large."""
    system = ask_system(
        fault,
        System(layer_file.crs, layer_file.swap),
        key=f"data-{layer_file.token}",
        name=layer_file.name,
        locate=lambda candidates: [LocatedCandidate(one, candidate_text(one), "") for one in _distinct(candidates)],
    )
    _use_system(layer_file, system)


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return one candidate for each pair of CRS and axis order, the last of equal ones."""
    return list({(one.crs, one.swapped): one for one in candidates}.values())


def _use_system(layer_file: LayerFile, system: System | None) -> None:
    """Rerun the page with the CRS that the user chose just now; do nothing for None."""
    if system is not None:
        store_layer_file(replace(layer_file, crs=system.crs, swap=system.swap))
        st.rerun()


def _show_system(layer_file: LayerFile, intake: Intake) -> bool:
    """Show the CRS of the layer and a choice of another; return whether the layer lies outside all counties in it."""
    blocks = any(fault.code == "all_outside" for fault in intake.faults)
    with st.expander(say("data.system", system=system_text(f"EPSG:{intake.reading.epsg}")), expanded=blocks):
        st.caption(markdown_text(say("data.system_how", how=say("data.comma").join(_evidence_texts(intake)))))
        current_system = System(layer_file.crs, layer_file.swap)
        _use_system(
            layer_file, system_input(current_system, key=f"data-other-{layer_file.token}", name=layer_file.name)
        )
    return blocks


def _evidence_texts(intake: Intake) -> list[str]:
    """Return the reasons for the CRS in the user's language; the declared CRS where there are none."""
    known = [f"geo.evidence_{code}" for code in intake.reading.evidence]
    return [say(key) for key in known if has(key)] or [intake.reading.declared]


def _store(layer_file: LayerFile, intake: Intake, declaration: LayerDeclaration) -> None:
    """Store the layer, load it, make its tiles, with progress shown; then rerun the page on the list of layers."""
    with st.status(say("data.keeping"), expanded=True) as status:
        try:
            require("manager")
            record("import", declaration.id)
            version = store_layer(
                intake,
                declaration,
                layer_file.content,
                catalogue=catalogue(),
                counties=counties_of(current_layers()),
                progress=lambda _share, doing="": status.write(say(f"data.step_{doing}")),
            )
            status.write(say("data.step_load"))
            layer = current_layers()[version.layer.id]
            if layer.fault is not None:
                raise layer.fault
            status.write(say("data.step_tiles"))
            changed = [one for one in current_layers().values() if one.id in {layer.id, declaration.supersedes}]
            make_tiles(changed, lang())
        except RedlineError as fault:
            status.update(label=say("data.keeping_failed"), state="error")
            show_fault(fault)
            return
        status.update(label=say("data.kept_label"), state="complete")
    MESSAGE.set(say("data.kept", title=version.layer.title(lang()), number=version.number, count=f"{version.count:,}"))
    several = len(inspect_layer_file(layer_file).layers) > 1  # the file has further layers to import
    _INTAKE.forget()
    TARGET.clear()
    if not several:
        forget_layer_file()
    LAYER_NEXT.set(version.layer.id)
    VIEW_NEXT.set("list")
    st.rerun()
