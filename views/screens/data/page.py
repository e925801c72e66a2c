"""The Data page: layers of the catalogue with source and accuracy, import of a user's layer, snapshots compared."""

from __future__ import annotations

from typing import Final

import streamlit as st

from geo.confined import confinement
from geo.errors import RedlineError
from layers.access import Role
from layers.clock import local_text
from layers.law import law_texts
from layers.own import use_version
from views.screens.data.add import show_add
from views.screens.data.audit import keeps_audit_log, show_audit
from views.screens.data.compare import show_compare
from views.screens.data.detail import show_detail
from views.screens.data.next_run import LAYER_NEXT, MESSAGE, NOT_STORED, VIEW_NEXT
from views.screens.data.state import show_state
from views.screens.data.table import filter_layers, show_table
from views.session import (
    Slot,
    catalogue_in_use,
    current_layers,
    lang,
    markdown_text,
    may,
    record,
    require,
    say,
    show_fault,
)

__all__ = ["show"]

_VIEW: Final[Slot[str | None]] = Slot("data-view", None)
_LAYER: Final[Slot[str | None]] = Slot("data-layer", None)
"""Id of the layer whose panel is shown above the list."""

_VIEWS: Final[dict[str, Role]] = {"list": "viewer", "add": "manager", "compare": "checker", "audit": "administrator"}
"""The views of the page, and who may open them."""


def show() -> None:
    """Show the page: pending messages, the choice of view, and that view."""
    st.subheader(say("views.page_data"))
    show_state()
    if message := MESSAGE.pop():
        st.success(markdown_text(message))
        st.toast(markdown_text(message), icon="✅")  # the page may be scrolled below the message
    for text in NOT_STORED.pop():
        st.error(markdown_text(text))
    if view_next := VIEW_NEXT.pop():
        _VIEW.set(view_next)
    view = st.segmented_control(
        say("data.view"),
        [name for name, role in _VIEWS.items() if may(role) and (name != "audit" or keeps_audit_log())],
        required=True,
        default=None if _VIEW.is_set() else "list",
        format_func=lambda name: say(f"data.view_{name}"),
        key=_VIEW.key,
        label_visibility="collapsed",
    )
    if view == "add":
        require(_VIEWS[view])
        show_add()
        st.caption(_reading_note())
    elif view == "compare":
        require(_VIEWS[view])
        show_compare()
        st.caption(_reading_note())
    elif view == "audit":
        require(_VIEWS[view])
        show_audit()
    else:
        _show_list()


def _reading_note() -> str:
    """Return how files are read on this machine: by a process of its own, kept from what, and from what not."""
    found = confinement()
    doors = {"memory": found.memory, "files": found.files, "network": found.network}
    kept, open_still = (
        say("data.kept_join").join(say(f"data.kept_{name}") for name, shut in doors.items() if shut is on)
        for on in (True, False)
    )
    note = say("data.read_apart", kept=kept or say("data.kept_nothing"))
    return f"{note} {say('data.read_apart_not', kept=open_still)}" if open_still else note


def _show_list() -> None:
    """Show the table of layers with its filters, above it the panel of the chosen layer."""
    layers = list(current_layers().values())
    user_catalogue = catalogue_in_use().user_catalogue
    faulty = sum(layer.state == "failed" for layer in layers)
    missing = sum(layer.state == "not_loaded" for layer in layers)
    st.caption(say("data.lead", total=len(layers), missing=missing, faulty=faulty))
    if layer_next := LAYER_NEXT.pop():
        _LAYER.set(layer_next)
    titles = {layer.id: layer.spec.title(lang()) for layer in layers if layer.state != "no_access"}
    if _LAYER.get() not in {None, *titles}:
        _LAYER.set(None)
    chosen = st.selectbox(
        say("data.look_at"),
        list(titles),
        index=None,
        format_func=lambda layer_id: f"{titles[layer_id]} · {layer_id}",
        placeholder=say("data.look_at_hint"),
        key=_LAYER.key,
    )
    with st.container():  # always there, so that the table below it stays
        if chosen is not None:
            show_detail(current_layers()[chosen])
        _show_out_of_use(set(titles))
    show_table(filter_layers(layers, user_catalogue), user_catalogue)
    st.caption(say("data.sources"))
    _show_law_texts()


def _show_law_texts() -> None:
    """Show which laws the office has given in full, and what is wrong with other files of the folder."""
    texts = law_texts()
    titles = say("snapshot.and").join(texts.files.values())
    key = "law.texts_in_use" if texts.files else "law.texts_none"
    st.caption(markdown_text(say(key, count=len(texts.files), titles=titles)))
    for fault in texts.faults:
        show_fault(fault)


def _show_out_of_use(shown: set[str]) -> None:
    """Show the user's layers of which no version is in use, each version with a button that puts it into use."""
    removed = [
        entry for entry in catalogue_in_use().user_catalogue.entry if entry.in_use is None and entry.id not in shown
    ]
    if not removed or not may("manager"):
        return
    with st.expander(say("data.out_of_use", count=len(removed)), expanded=True):
        for entry in removed:
            for version in reversed(entry.version):
                left, right = st.columns([4, 1], vertical_alignment="center")
                name = say("data.version_short", number=version.number)
                made = local_text(version.made_at, day=True)
                left.text(f"{version.layer.title(lang())} · {entry.id} · {name} · {made}")
                if right.button(say("data.restore"), key=f"data-restore-{entry.id}-{version.number}", width="stretch"):
                    _restore(entry.id, version.number)


def _restore(layer: str, number: int) -> None:
    """Put a version into use and rerun the page with its panel open; show the fault where it cannot be."""
    try:
        require("manager")
        record("change", layer)
        use_version(layer, number)
    except RedlineError as fault:
        show_fault(fault)
        return
    MESSAGE.set(say("data.rolled", number=number))
    LAYER_NEXT.set(layer)
    st.rerun()
