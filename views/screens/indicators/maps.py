"""Maps of the Indicators page: of one indicator, or of two side by side, with the territory clicked in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import shapely
import streamlit as st

from carto.map import highlight_group
from carto.markup import Markup
from carto.scene import Extent, View
from layers.catalogue import Layer
from views.parts.entries import territories_frame, view_of_territory
from views.parts.indicators import (
    MappedIndicator,
    current_choice,
    labels_of,
    mapped_indicator,
    outline_groups,
    picture_group,
    subjects,
)
from views.parts.map import show_map
from views.session import Slot, catalogue, current_layers, html_of, lang, say, set_widget, widget_value

__all__ = ["legend_html", "second_indicator", "show_indicator_map"]

_HANDLED_CLICK: Final[Slot[tuple[float, float] | None]] = Slot("indicator-click", None)
"""Per map: longitude and latitude of the click handled last."""
_NOWHERE: Final = ("", ())
_TARGET: Final[Slot[tuple[str, tuple[str, ...]]]] = Slot("indicator-went", _NOWHERE)
"""Per map: the prefecture, and the territories, that it was moved to."""
_VIEW: Final[Slot[View | Extent | None]] = Slot("indicator-view", None)
"""Per map: the view to move it to."""

_HEIGHT_PX: Final = 600


def second_indicator() -> MappedIndicator | None:
    """Ask for an indicator to compare with the first; return it, classified by the same scheme, or None."""
    options = {name: subject for name, subject in subjects().items() if name != current_choice().id}
    labels = labels_of(options)
    key = f"indicator-second-{lang()}"
    if widget_value(key, "") not in ["", *options]:
        set_widget(key, "")
    name = st.selectbox(
        say("indicator_page.second"),
        ["", *options],
        format_func=lambda code: labels[code] if code else say("carto.indicator_none"),
        key=key,
    )
    if not name:
        return None
    scheme = "natural_breaks" if current_choice().scheme == "by_hand" else current_choice().scheme
    return mapped_indicator(replace(current_choice(), id=name, year="", mode="value", limits="", scheme=scheme))


def legend_html(mapped: MappedIndicator) -> Markup:
    """Return the legend of the classes in one line, low to high, with that of missing values if there are any."""
    classes = mapped.choropleth.classes
    return html_of(
        "views/screens/indicators/templates/legend.html",
        classes=list(zip(classes.colours, classes.captions(), strict=True)),
        missing=bool((classes.of_row < 0).any()),
    )


def show_indicator_map(
    mapped: MappedIndicator, picked: str, prefecture: str, *, key: str, as_picture: bool = False
) -> str:
    """Show the map of an indicator; return the adcode of the territory that was just clicked, "" for none.

    Parameters
    ----------
    mapped : MappedIndicator
    picked : str
        Adcode of the territory to outline; "" for none.
    prefecture : str
        Adcode of the prefecture to zoom to; "" for the default view.
    key : str
        Widget key of the map.
    as_picture : bool
        Show the raster that the values were computed from instead of the values.
    """
    layers = [layer for layer in current_layers().values() if layer.spec.group == "boundaries"]
    groups = [picture_group()] if as_picture else outline_groups(mapped)
    if picked:
        groups.append(highlight_group(territories_frame(picked)))
    state = show_map(
        layers,
        catalogue().map,
        lang=lang(),
        choropleth=None if as_picture or mapped.lone else mapped.choropleth,
        groups=groups,
        go_to=_map_view(mapped, prefecture, key),
        height=_HEIGHT_PX,
        key=key,
        draw=False,
    )
    if state.clicked is None or state.clicked == _HANDLED_CLICK.of(key).get():
        return ""
    _HANDLED_CLICK.of(key).set(state.clicked)
    return _territory_at(mapped.choropleth.layer, *state.clicked)


def _map_view(mapped: MappedIndicator, prefecture: str, key: str) -> View | Extent | None:
    """Return the view to move a map to: the prefecture chosen last, else the territories that have values.

    A map that is where it should be is not moved: the first indicator is shown in the default view.
    """
    of_part = _territories_with_values(mapped) if mapped.subject.basis == "own" or mapped.lone else ()
    target = (prefecture, of_part)
    before = _TARGET.of(key).get()
    if target != before:
        _TARGET.of(key).set(target)
        if prefecture:
            _VIEW.of(key).set(view_of_territory(prefecture))
        elif of_part:
            frame = mapped.choropleth.layer.frame
            assert frame is not None
            bounds = frame[frame["adcode"].astype(str).isin(of_part)].total_bounds
            _VIEW.of(key).set(Extent(*bounds))
        elif before != _NOWHERE:
            _VIEW.of(key).set(_default_view())
    return _VIEW.of(key).get()


def _territories_with_values(mapped: MappedIndicator) -> tuple[str, ...]:
    """Return the adcodes of the territories that have a value."""
    frame = mapped.choropleth.layer.frame
    assert frame is not None
    return tuple(frame["adcode"].astype(str)[mapped.by_region.notna().to_numpy()])


def _default_view() -> View:
    settings = catalogue().map
    return View(settings.centre_lon, settings.centre_lat, settings.zoom)


def _territory_at(layer: Layer, lon: float, lat: float) -> str:
    """Return the adcode of the territory at a point (degrees); "" where there is none."""
    assert layer.frame is not None
    inside = shapely.intersects_xy(layer.frame.geometry.to_numpy(), lon, lat)
    return str(layer.frame["adcode"].to_numpy()[inside][0]) if inside.any() else ""
