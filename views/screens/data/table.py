"""Table of layers with state, basis, date, accuracy, publisher and export, and its filters; cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from carto.markup import Markup, style
from layers.catalogue import Layer, UserCatalogue, licence_text
from views.session import html_of, lang, say, show_html, territory_text

__all__ = ["CSS", "chip", "date_text", "filter_layers", "metres_text", "show_table", "tone_of_state"]

_GROUPS: Final = ("control", "protection", "water", "projects", "boundaries", "indicators", "own")
_HEADS: Final = ("layer", "state", "basis", "count", "as_of", "accuracy", "publisher", "export", "digest")
_NUMBERS: Final = ("count", "accuracy")
_FIELDS: Final = (
    "basis", "sub", "fault", "basis_chip", "count", "as_of", "accuracy", "publisher", "licence", "where", "export",
    "digest",
)  # fmt: skip
"""What the template writes of a layer beside its title and state."""
_STATES: Final = ("loaded", "not_loaded", "failed", "no_access", "mine")
_BASIS_TONES: Final = {
    "statutory": "ok", "published": "plain", "derived": "plain", "modelled": "warn", "approximate": "warn",
}  # fmt: skip
"""Badge of the basis of a layer that is loaded."""
_STATE_TONES: Final = {"loaded": "ok", "not_loaded": "none", "failed": "bad", "no_access": "none"}
CSS: Final = "views/screens/data/templates/table.css"


def filter_layers(layers: Sequence[Layer], user_catalogue: UserCatalogue) -> list[Layer]:
    """Show the filters by group and state; return the layers that match."""
    left, right = st.columns([3, 2])
    groups = [name for name in _GROUPS if any(layer.spec.group == name for layer in layers)]
    with left:
        chosen_groups = st.pills(
            say("data.filter_group"),
            groups,
            format_func=lambda name: say(f"carto.group_{name}"),
            selection_mode="multi",
            key="data-groups",
        )
    with right:
        chosen_states = st.pills(
            say("data.filter_state"),
            [name for name in _STATES if any(_has_state(layer, name, user_catalogue) for layer in layers)],
            format_func=lambda name: say("data.state_mine") if name == "mine" else say(f"layers.state_{name}"),
            selection_mode="multi",
            key="data-states",
        )
    return [
        layer
        for layer in layers
        if (not chosen_groups or layer.spec.group in chosen_groups)
        and (not chosen_states or any(_has_state(layer, one, user_catalogue) for one in chosen_states))
    ]


def _has_state(layer: Layer, state: str, user_catalogue: UserCatalogue) -> bool:
    """Return whether a layer has a state of the filter; ``mine`` is a layer with a user's version in use."""
    if state == "mine":
        entry = user_catalogue.of(layer.id)
        return entry is not None and entry.in_use is not None
    return layer.state == state


def show_table(layers: Sequence[Layer], user_catalogue: UserCatalogue) -> None:
    """Show the table of layers, by group."""
    groups = {
        group: rows
        for group in _GROUPS
        if (rows := [_row(layer, user_catalogue) for layer in layers if layer.spec.group == group])
    }
    table = html_of(
        "views/screens/data/templates/table.html", heads=_HEADS, numbers=_NUMBERS, groups=groups, count=len(layers)
    )
    show_html(style(CSS), table)


def _row(layer: Layer, user_catalogue: UserCatalogue) -> dict[str, Any]:
    """Return the template's context of one row of the table."""
    spec, now = layer.spec, lang()
    entry = user_catalogue.of(layer.id)
    subtitle = [spec.id]
    if entry is not None and entry.in_use is not None:
        subtitle.append(say("data.version_short", number=entry.current))
    there = layer.state == "loaded"
    if layer.state == "no_access":  # no layer, but that there are such
        head = {"id": spec.id, "state": layer.state, "title": spec.title(now)}
        return {**dict.fromkeys(_FIELDS, ""), **head, "state_chip": chip(say("layers.state_no_access"), "none")}
    extent = territory_text(spec.extent) if spec.extent or layer.state != "not_loaded" else ""
    return {
        "id": spec.id,
        "state": layer.state,
        "basis": spec.basis,
        "title": spec.title(now),
        "sub": " · ".join(subtitle),
        "state_chip": chip(say(f"layers.state_{layer.state}"), tone_of_state(layer)),
        "fault": None if layer.fault is None else layer.fault.text(now),
        "basis_chip": chip(say(f"layers.basis_{spec.basis}"), _BASIS_TONES[spec.basis] if there else "none"),
        "count": "" if layer.frame is None else f"{len(layer.frame):,}",
        "as_of": date_text(spec.as_of),
        "accuracy": metres_text(spec.accuracy_m),
        "publisher": spec.publisher(now),
        "licence": licence_text(spec.licence, now),
        "where": extent,
        "export": say(f"layers.export_{spec.export}"),
        "digest": layer.digest[:10] if layer.digest else "",
    }


def tone_of_state(layer: Layer) -> str:
    """Return the badge of a layer's state: what only illustrates is loaded, but not good for everything."""
    return "plain" if layer.state == "loaded" and layer.spec.indicative else _STATE_TONES[layer.state]


def chip(text: str, tone: str) -> Markup:
    """Return a text as a coloured badge; `tone` is its CSS class: ok, warn, bad, plain or none."""
    return Markup('<span class="rl-chip {}">{}</span>').format(tone, text)


def metres_text(accuracy_m: float | None) -> str:
    """Return an accuracy in whole metres; a dash where none is stated."""
    return "—" if accuracy_m is None else f"{accuracy_m:,.0f}"


def date_text(as_of: str) -> str:
    """Return a date; the word for unknown where it is ``unknown``."""
    return say("views.unknown") if as_of == "unknown" else as_of
