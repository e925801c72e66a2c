"""The table of layers: where each comes from, how far it may be trusted, whether it is sound. Cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from carto.markup import Markup, style
from layers.catalogue import Layer, Overlay, licence_text
from views.session import html_of, lang, say, show_html, territory_text

__all__ = ["CSS", "chip", "date_text", "filtered", "metres_text", "show_table"]

_GROUPS: Final = ("control", "protection", "water", "projects", "boundaries", "indicators", "own")
_HEADS: Final = ("layer", "state", "basis", "count", "as_of", "accuracy", "publisher", "export", "digest")
_NUMBERS: Final = ("count", "accuracy")
_STATES: Final = ("loaded", "not_loaded", "failed", "mine")
_TONES: Final = {
    "loaded": "ok", "not_loaded": "none", "failed": "bad", "statutory": "ok", "published": "plain", "derived": "plain",
    "modelled": "warn", "approximate": "warn",
}  # fmt: skip
CSS: Final = "views/screens/data/templates/table.css"


def filtered(layers: Sequence[Layer], overlay: Overlay) -> list[Layer]:
    """Show the filters; return the layers that they leave."""
    left, right = st.columns([3, 2])
    groups = [name for name in _GROUPS if any(layer.spec.group == name for layer in layers)]
    with left:
        wanted = st.pills(
            say("data.filter_group"),
            groups,
            format_func=lambda name: say(f"carto.group_{name}"),
            selection_mode="multi",
            key="data-groups",
        )
    with right:
        states = st.pills(
            say("data.filter_state"),
            [name for name in _STATES if any(_is(layer, name, overlay) for layer in layers)],
            format_func=lambda name: say("data.state_mine") if name == "mine" else say(f"layers.state_{name}"),
            selection_mode="multi",
            key="data-states",
        )
    return [
        layer
        for layer in layers
        if (not wanted or layer.spec.group in wanted)
        and (not states or any(_is(layer, one, overlay) for one in states))
    ]


def _is(layer: Layer, state: str, overlay: Overlay) -> bool:
    """Tell whether a layer has a state of the filter; a user's own is one besides."""
    if state == "mine":
        entry = overlay.of(layer.id)
        return entry is not None and entry.in_use is not None
    return layer.state == state


def show_table(layers: Sequence[Layer], overlay: Overlay) -> None:
    """Draw the table, group by group."""
    groups = {
        group: mine
        for group in _GROUPS
        if (mine := [_row(layer, overlay) for layer in layers if layer.spec.group == group])
    }
    table = html_of(
        "views/screens/data/templates/table.html", heads=_HEADS, numbers=_NUMBERS, groups=groups, count=len(layers)
    )
    show_html(style(CSS), table)


def _row(layer: Layer, overlay: Overlay) -> dict[str, Any]:
    """Return what the template writes of a layer."""
    spec, now = layer.spec, lang()
    entry = overlay.of(layer.id)
    sub = [spec.id]
    if entry is not None and entry.in_use is not None:
        sub.append(say("data.version_short", number=entry.current))
    where = territory_text(spec.extent) if spec.extent or layer.state != "not_loaded" else ""
    return {
        "id": spec.id,
        "state": layer.state,
        "basis": spec.basis,
        "title": spec.title(now),
        "sub": " · ".join(sub),
        "state_chip": chip(say(f"layers.state_{layer.state}"), _TONES[layer.state]),
        "fault": None if layer.fault is None else layer.fault.text(now),
        "basis_chip": chip(say(f"layers.basis_{spec.basis}"), _TONES[spec.basis]),
        "count": "" if layer.frame is None else f"{len(layer.frame):,}",
        "as_of": date_text(spec.as_of),
        "accuracy": metres_text(spec.accuracy_m),
        "publisher": spec.publisher(now),
        "licence": licence_text(spec.licence, now),
        "where": where,
        "export": say(f"layers.export_{spec.export}"),
        "digest": layer.digest[:10] if layer.digest else "",
    }


def chip(text: str, tone: str) -> Markup:
    """Return a word in a coloured field."""
    return Markup('<span class="rl-chip {}">{}</span>').format(tone, text)


def metres_text(accuracy_m: float | None) -> str:
    """Write an accuracy; a dash where none is stated."""
    return "—" if accuracy_m is None else f"{accuracy_m:,.0f}"


def date_text(as_of: str) -> str:
    """Write a date, or that it is not known."""
    return say("views.unknown") if as_of == "unknown" else as_of
