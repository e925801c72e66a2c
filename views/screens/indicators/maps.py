"""The maps of the indicators page: one of an indicator, one beside it of another, and what was clicked in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import shapely
import streamlit as st

from carto.map import highlight_group
from carto.markup import Markup
from carto.scene import View
from layers.catalogue import Layer
from views.parts.entries import territories_frame, view_of_territory
from views.parts.indicators import MappedIndicator, current_choice, labels_of, mapped_indicator, picture_group, subjects
from views.parts.map import show_map
from views.session import Slot, catalogue, current_layers, html_of, lang, say, set_widget, widget_value

__all__ = ["legend", "second_indicator", "show_figures"]

_CLICKED: Final[Slot[tuple[float, float] | None]] = Slot("indicator-click", None)
"""Of each map: the click that was answered last."""
_PREFECTURE: Final[Slot[str]] = Slot("indicator-went", "")
"""Of each map: the prefecture that it was moved to."""
_VIEW: Final[Slot[View | None]] = Slot("indicator-view", None)
"""Of each map: where it is to move."""

_HEIGHT: Final = 600


def second_indicator() -> MappedIndicator | None:
    """Ask for an indicator to stand beside the first; it is classed as the first is."""
    offered = {name: one for name, one in subjects().items() if name != current_choice().id}
    labels = labels_of(offered)
    key = f"indicator-second-{lang()}"
    if widget_value(key, "") not in ["", *offered]:
        set_widget(key, "")
    name = st.selectbox(
        say("indicator_page.second"),
        ["", *offered],
        format_func=lambda code: labels[code] if code else say("carto.indicator_none"),
        key=key,
    )
    if not name:
        return None
    scheme = "natural_breaks" if current_choice().scheme == "by_hand" else current_choice().scheme
    return mapped_indicator(replace(current_choice(), id=name, year="", mode="value", limits="", scheme=scheme))


def legend(found: MappedIndicator) -> Markup:
    """Return the classes in one line, low to high, and what has no figure."""
    classes = found.choropleth.classes
    return html_of(
        "views/screens/indicators/templates/legend.html",
        classes=list(zip(classes.colours, classes.captions(), strict=True)),
        missing=bool((classes.of_row < 0).any()),
    )


def show_figures(found: MappedIndicator, picked: str, prefecture: str, *, key: str, as_picture: bool = False) -> str:
    """Show the map of an indicator; return the territory that was just clicked, "" for none.

    Parameters
    ----------
    found : Shown
    picked : str
        Adcode of the territory to outline; "" for none.
    prefecture : str
        Where to look; "" for the whole.
    key : str
        One per map.
    as_picture : bool
        Show the raster that the figures are from, and not the figures.
    """
    layers = [layer for layer in current_layers().values() if layer.spec.group == "boundaries"]
    groups = [picture_group()] if as_picture else []
    if picked:
        groups.append(highlight_group(territories_frame(picked)))
    state = show_map(
        layers,
        catalogue().map,
        lang=lang(),
        choropleth=None if as_picture else found.choropleth,
        groups=groups,
        go_to=_look(prefecture, key),
        height=_HEIGHT,
        key=key,
        draw=False,
    )
    if state.clicked is None or state.clicked == _CLICKED.of(key).get():
        return ""
    _CLICKED.of(key).set(state.clicked)
    return _territory_at(found.choropleth.layer, *state.clicked)


def _look(prefecture: str, key: str) -> View | None:
    """Return where to move: to the prefecture that was just chosen, or back to the whole."""
    if prefecture != _PREFECTURE.of(key).get():
        _PREFECTURE.of(key).set(prefecture)
        _VIEW.of(key).set(view_of_territory(prefecture) if prefecture else _whole())
    return _VIEW.of(key).get()


def _whole() -> View:
    settings = catalogue().map
    return View(settings.centre_lon, settings.centre_lat, settings.zoom)


def _territory_at(layer: Layer, lon: float, lat: float) -> str:
    """Return the adcode of the territory at a place (degrees); "" where there is none."""
    assert layer.frame is not None
    inside = shapely.intersects_xy(layer.frame.geometry.to_numpy(), lon, lat)
    return str(layer.frame["adcode"].to_numpy()[inside][0]) if inside.any() else ""
