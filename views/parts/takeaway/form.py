"""Settings of an export on the screen: format first, all others folded away with sensible defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import streamlit as st

from carto.scene import LayerDisplay, View
from carto.style import Choropleth
from geo.crs import from_world_square, gk3_epsg, to_world_square
from layers.catalogue import Layer, counties_of, known_by_territory, may_export
from snapshot.deliver import ALL_FORMS, Order
from snapshot.pictures import PICTURES, Picture
from snapshot.selection import Filter, Outlined, Selection, SurveyFormat
from snapshot.sheet import relief_of
from snapshot.vector import FORMS
from views.parts.findings import KeyedRun
from views.parts.takeaway.survey_format import choose_survey_format
from views.session import VERSION, Slot, Stamp, catalogue, current_layers, lang, say, stamp, territories

__all__ = ["ExportContext", "choose_form", "choose_order", "form_title", "view_bounds"]

_LAYERS_ON: Final[Slot[list[str]]] = Slot("take-on", [])
"""Layers that were on when the selection of layers was last set by default."""
_LAYERS_CHOSEN: Final[Slot[list[str]]] = Slot("take-layers", [])

_MAX_VALUES: Final = 60
"""Columns with more different values are not offered as filters."""
_MAX_CELLS: Final = 4e6
_DEGREE_M: Final = 111_000.0
_MAP_PX: Final = (820, 640)
"""Least width and height of a map on a desktop screen."""
_CELLS: Final = (10, 20, 30, 50, 100, 200, 250, 500, 1000, 2000)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ExportContext:
    """Content of a page that can be exported.

    Attributes
    ----------
    panel : tuple of LayerDisplay
        Display settings of the layers, those drawn on top first.
    bounds : tuple of float
        Visible part of the map: west, south, east, north, degrees.
    checked : KeyedRun or None
        The checked sites.
    indicator : tuple of Choropleth and Series, or None
        The indicator shown and its figures.
    outlined : Outlined or None
        What was searched for.
    """

    panel: tuple[LayerDisplay, ...]
    bounds: Box
    checked: KeyedRun | None
    indicator: tuple[Choropleth, pd.Series] | None
    outlined: Outlined | None = None


def view_bounds(view: View) -> Box:
    """Return the bounds (degrees) that a map of usual size shows of a view, for maps that have not reported theirs.

    Examples
    --------
    >>> [round(edge, 1) for edge in view_bounds(View(116.0, 27.0, 8))]
    [113.7, 25.4, 118.3, 28.6]
    """
    half = np.array([_MAP_PX[0], -_MAP_PX[1]]) / 2 / 256 / 2**view.zoom
    middle = to_world_square([(view.lon, view.lat)])
    (west, south), (east, north) = from_world_square(np.vstack([middle - half, middle + half])).tolist()
    return west, south, east, north


def form_title(form: str) -> str:
    """Return the title of an export form, with its group first."""
    return f"{say(f'take.group_{ALL_FORMS[form].group}')} · {say(f'take.form_{form}')}"


def choose_form() -> str:
    """Show the select box of export forms; return the code of the one chosen."""
    return str(st.selectbox(say("take.form"), list(ALL_FORMS), format_func=form_title, key="take-form"))


def choose_order(form: str, context: ExportContext) -> tuple[Order, str | None]:
    """Show the settings of a form; return the order, and the reason why it cannot be exported yet, None if it can."""
    layers = current_layers()
    chosen, why = _layers(layers, context)
    extent, adcodes, problem = _extent(form, context)
    with_site = context.checked is not None and st.checkbox(say("take.site"), value=True, key="take-site")
    epsg = _epsg(form)
    survey = choose_survey_format("map") if form == "txt" else SurveyFormat()
    picture = replace(_picture(form, extent or context.bounds, context.panel), outlined=context.outlined)
    filters = _filter(layers, chosen)
    unplaced = _unplaced(form, layers, chosen)
    selection = Selection(
        layers,
        chosen=tuple(chosen),
        epsg=epsg,
        extent=extent,
        adcodes=adcodes,
        filters=filters,
        sites=context.checked.sites if with_site and context.checked else None,
        result=context.checked.result if with_site and context.checked else None,
        shown=context.indicator,
        lang=lang(),
        version=VERSION,
        only_sites=not chosen,
        survey=survey,
        unplaced=unplaced,
    )
    nothing = why if not with_site and context.indicator is None else None
    return Order(form, selection, picture), problem or nothing


def _layers(layers: Mapping[str, Layer], context: ExportContext) -> tuple[list[str], str | None]:
    """Show the choice of layers, by default those that are on; return their ids, and a message if there are none."""
    exportable = [name for name, layer in layers.items() if may_export(layer, layers)]
    visible = [one.id for one in context.panel if one.on]
    on = [name for name in exportable if name in visible]
    if _LAYERS_ON.get() != on or not _LAYERS_CHOSEN.is_set():  # Streamlit forgets it with the page
        _LAYERS_ON.set(on)
        _LAYERS_CHOSEN.set(on)
    now = lang()
    chosen = st.multiselect(
        say("take.layers"), exportable, format_func=lambda name: layers[name].spec.title(now), key=_LAYERS_CHOSEN.key
    )
    withheld = [
        layers[name].spec.title(now) for name in visible if name not in exportable and layers[name].frame is not None
    ]
    if withheld:
        st.caption(say("take.kept", layers=say("snapshot.and").join(withheld)))
    return list(chosen), None if chosen else say("take.none_on")


def _extent(form: str, context: ExportContext) -> tuple[Box | None, tuple[str, ...], str | None]:
    """Show the choice of extent; return bounds (degrees), adcodes, and a message if it is incomplete.

    Default: the visible part of the map.
    """
    kinds = ["view", "counties", *(["site"] if context.checked else []), "all"]
    kind = st.selectbox(
        say("take.extent"),
        kinds,
        format_func=lambda one: say(f"take.extent_{one}"),
        key=f"take-extent-{'picture' if form in PICTURES else 'table'}-{len(kinds)}",
    )
    if form in FORMS and kind != "all":
        st.caption(say("take.whole"))
    if kind == "view":
        return context.bounds, (), None
    if kind == "site" and context.checked is not None:
        west, south, east, north = (float(edge) for edge in context.checked.sites.frame.total_bounds)
        pad = max(east - west, north - south, 0.01)
        return (west - pad, south - pad, east + pad, north + pad), (), None
    if kind == "counties":
        names = {code: name for code, name in territories().items() if not code.endswith("0000")}
        picked = st.multiselect(say("take.counties"), list(names), format_func=lambda code: names[code], key="take-adm")
        return None, tuple(picked), None if picked else say("take.no_county")
    return None, (), None


def _epsg(form: str) -> int | None:
    """Show the coordinate systems of the form; return the chosen EPSG code, None if there is no choice or "auto"."""
    systems = ALL_FORMS[form].systems
    if systems == "wgs84":
        st.caption(say("take.crs_fixed"))
    if systems in {"wgs84", "none"}:
        return None
    west, _, east, _ = (float(edge) for edge in counties_of(current_layers()).total_bounds)
    zones: dict[int | None, str] = {}
    for zone in range(round(west / 3), round(east / 3) + 1):
        values = {"zone": zone, "meridian": 3 * zone}
        zones[gk3_epsg(3.0 * zone, prefix=True)] = say(
            "take.crs_zone", epsg=gk3_epsg(3.0 * zone, prefix=True), **values
        )
    for zone in range(round(west / 3), round(east / 3) + 1):
        epsg = gk3_epsg(3.0 * zone, prefix=False)
        zones[epsg] = say("take.crs_plain", epsg=epsg, meridian=3 * zone)
    first: dict[int | None, str] = {None: say("take.crs_auto")}
    if systems == "any":
        default = FORMS[form].default
        codes = sorted((4490, 4326), key=lambda code: code != default)
        first = {code: say(f"take.crs_{code}") for code in codes}
    offered = first | zones
    key = f"take-epsg-{systems}-{next(iter(first))}"
    return st.selectbox(say("take.crs"), list(offered), format_func=lambda code: offered[code], key=key)


def _unplaced(form: str, layers: Mapping[str, Layer], chosen: Sequence[str]) -> Literal["table", "county"]:
    """Show the choice of how a form holds what is known by county or city only, if a layer chosen has such features."""
    frames = [layers[name].frame for name in chosen]
    if form not in FORMS or not any(frame is not None and known_by_territory(frame).any() for frame in frames):
        return "table"
    at_county = st.checkbox(say("take.unplaced"), help=say("take.unplaced_help"), key="take-unplaced")
    return "county" if at_county else "table"


def _filter(layers: Mapping[str, Layer], chosen: Sequence[str]) -> tuple[Filter, ...]:
    """Show the choice of features of one layer by the values of a column; return at most one filter."""
    now = lang()
    filterable = [name for name in chosen if _filter_columns(layers[name])]
    name = st.selectbox(
        say("take.filter"),
        [None, *filterable],
        format_func=lambda one: say("take.filter_none") if one is None else layers[one].spec.title(now),
        key="take-filter",
    )
    if name is None:
        return ()
    left, right = st.columns([1, 2])
    column = left.selectbox(say("take.filter_column"), _filter_columns(layers[name]), key=f"take-column-{name}")
    frame = layers[name].frame
    assert frame is not None
    values = sorted(frame[column].dropna().astype(str).unique())
    selected = right.multiselect(say("take.filter_values"), values, key=f"take-values-{name}-{column}")
    return (Filter(name, str(column), tuple(selected)),) if selected else ()


def _filter_columns(layer: Layer) -> list[str]:
    """Return the columns with at most `_MAX_VALUES` different values."""
    return _cached_filter_columns(layer.id, stamp(), layer)


@st.cache_data(show_spinner=False, max_entries=128)
def _cached_filter_columns(name: str, now: Stamp, _layer: Layer) -> list[str]:  # noqa: ARG001 -- the key
    frame = _layer.frame
    assert frame is not None
    plain = [column for column in frame.columns if column != frame.geometry.name and frame[column].dtype.kind in "OUTb"]
    return [str(column) for column in plain if 1 < frame[column].astype(str).nunique() <= _MAX_VALUES]


def _picture(form: str, bounds: Box, panel: tuple[LayerDisplay, ...]) -> Picture:
    """Show the settings of a sheet, raster or page; return them."""
    if form not in PICTURES:
        return Picture()
    settings = catalogue()
    fields: dict[str, Any] = {"relief": relief_of(settings.folder / settings.map.base), "panel": panel}
    if form == "tif":
        fields["raster"] = st.selectbox(
            say("take.raster"),
            ["distance", "constraint"],
            format_func=lambda one: say(f"take.raster_{one}"),
            key="take-raster",
        )
        cell_m = _default_cell_m(bounds)
        fields["cell_m"] = float(
            st.number_input(say("take.cell"), 1, 10_000, value=cell_m, step=10, key=f"take-cell-{cell_m}")
        )
        return Picture(**fields)
    fields["title"] = st.text_input(say("take.title"), placeholder=say("take.title_auto"), key="take-title")
    if form in {"pdf", "png"}:
        fields |= _sheet(form)
    fields["user"] = st.text_input(say("take.user"), key="take-user")
    return Picture(**fields)


def _sheet(form: str) -> dict[str, Any]:
    """Show paper, scale, grid and marks of a sheet; return them as fields of `Picture`."""
    first, second, third = st.columns(3)
    fields: dict[str, Any] = {
        "paper": first.selectbox(say("take.paper"), ["A4", "A3", "A2", "A1", "A0"], key="take-paper"),
        "landscape": second.selectbox(
            say("take.turn"),
            [True, False],
            format_func=lambda wide: say("take.landscape" if wide else "take.portrait"),
            key="take-turn",
        ),
        "dpi": third.selectbox(say("take.dpi"), [150, 200, 300, 400, 600], index=2, key=f"take-dpi-{form}"),
    }
    first, second = st.columns(2)
    scale = first.number_input(
        say("take.scale"), 500, 20_000_000, value=None, step=1000, placeholder=say("take.scale_auto"), key="take-scale"
    )
    fields["scale"] = float(scale) if scale else None
    fields["grid"] = second.selectbox(
        say("take.grid"),
        ["graticule", "gk", "none"],
        format_func=lambda one: say(f"take.grid_{one}"),
        key="take-grid",
    )
    fields["approval"] = st.text_input(say("take.approval"), key="take-approval")
    fields["internal"] = st.checkbox(say("take.internal"), key="take-internal")
    return fields


def _default_cell_m(bounds: Box) -> int:
    """Return the smallest cell size (m) that gives at most `_MAX_CELLS` cells for an extent."""
    west, south, east, north = bounds
    width_m = (east - west) * _DEGREE_M * math.cos(math.radians((south + north) / 2))
    area_m2 = width_m * (north - south) * _DEGREE_M
    return next((cell for cell in _CELLS if area_m2 / cell**2 <= _MAX_CELLS), _CELLS[-1])
