"""What is to be taken away, as a person chooses it: format first, all else folded and already sensible."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from carto.scene import LayerShow, View
from carto.style import Choropleth
from geo.crs import from_world_square, gk3_epsg, to_world_square
from layers.catalogue import Layer, counties_of, may_export
from snapshot.deliver import ALL_FORMS, Order
from snapshot.pictures import PICTURES, Picture
from snapshot.selection import Filter, Selection
from snapshot.sheet import relief_of
from snapshot.vector import FORMS
from views.parts.findings import KeyedRun
from views.session import VERSION, Slot, Stamp, catalogue, current_layers, lang, say, stamp, territories

__all__ = ["Shown", "box_of", "choose_form", "choose_order", "form_title"]

_LAYERS_ON: Final[Slot[list[str]]] = Slot("take-on", [])
"""Layers that were on when the choice was proposed."""
_LAYERS_TAKEN: Final[Slot[list[str]]] = Slot("take-layers", [])

_FEW: Final = 60
"""A column of more different values is not offered to filter by."""
_MOST_CELLS: Final = 4e6
_DEGREE_M: Final = 111_000.0
_MAP_PX: Final = (820, 640)
"""What a map shows at least on a desktop screen, width and height."""
_CELLS: Final = (10, 20, 30, 50, 100, 200, 250, 500, 1000, 2000)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes
    ----------
    panel : tuple of LayerShow
        Layers as they stand in the map, top first.
    bounds : tuple of float
        West, south, east, north, degrees.
    checked : Checked or None
    indicator : tuple of Choropleth and Series, or None
    """

    panel: tuple[LayerShow, ...]
    bounds: Box
    checked: KeyedRun | None
    indicator: tuple[Choropleth, pd.Series] | None


def box_of(view: View) -> Box:
    """Return what a map of a usual size shows of a view: before it was moved, it does not say.

    Examples
    --------
    >>> [round(edge, 1) for edge in box_of(View(116.0, 27.0, 8))]
    [113.7, 25.4, 118.3, 28.6]
    """
    half = np.array([_MAP_PX[0], -_MAP_PX[1]]) / 2 / 256 / 2**view.zoom
    middle = to_world_square([(view.lon, view.lat)])
    (west, south), (east, north) = from_world_square(np.vstack([middle - half, middle + half])).tolist()
    return west, south, east, north


def form_title(form: str) -> str:
    """Return what a form is called, its group first."""
    return f"{say(f'take.group_{ALL_FORMS[form].group}')} · {say(f'take.form_{form}')}"


def choose_form() -> str:
    """Show the choice of formats; return the one chosen."""
    return str(st.selectbox(say("take.form"), list(ALL_FORMS), format_func=form_title, key="take-form"))


def choose_order(form: str, shown: Shown) -> tuple[Order, str | None]:
    """Show the settings of a form; return the order, and why it cannot be placed yet."""
    layers = current_layers()
    chosen, why = _layers(layers, shown)
    extent, adcodes, problem = _extent(form, shown)
    with_site = shown.checked is not None and st.checkbox(say("take.site"), value=True, key="take-site")
    epsg = _epsg(form)
    picture = _picture(form, extent or shown.bounds, shown.panel)
    filters = _filter(layers, chosen)
    selection = Selection(
        layers,
        chosen=tuple(chosen),
        epsg=epsg,
        extent=extent,
        adcodes=adcodes,
        filters=filters,
        sites=shown.checked.sites if with_site and shown.checked else None,
        result=shown.checked.result if with_site and shown.checked else None,
        shown=shown.indicator,
        lang=lang(),
        version=VERSION,
        only_sites=not chosen,
    )
    nothing = why if not with_site and shown.indicator is None else None
    return Order(form, selection, picture), problem or nothing


def _layers(layers: Mapping[str, Layer], shown: Shown) -> tuple[list[str], str | None]:
    """Choose layers; those that are on until others are chosen."""
    able = [name for name, layer in layers.items() if may_export(layer, layers)]
    seen = [one.id for one in shown.panel if one.on]
    on = [name for name in able if name in seen]
    if _LAYERS_ON.get() != on:
        _LAYERS_ON.set(on)
        _LAYERS_TAKEN.set(on)
    now = lang()
    chosen = st.multiselect(
        say("take.layers"), able, format_func=lambda name: layers[name].spec.title(now), key=_LAYERS_TAKEN.key
    )
    kept = [layers[name].spec.title(now) for name in seen if name not in able and layers[name].frame is not None]
    if kept:
        st.caption(say("take.kept", layers=say("snapshot.and").join(kept)))
    return list(chosen), None if chosen else say("take.none_on")


def _extent(form: str, shown: Shown) -> tuple[Box | None, tuple[str, ...], str | None]:
    """Choose where: pictures show what the map shows, tables hold all, until something else is chosen."""
    kinds = ["view", "counties", *(["site"] if shown.checked else []), "all"]
    kind = st.selectbox(
        say("take.extent"),
        kinds,
        index=0 if form in PICTURES else len(kinds) - 1,
        format_func=lambda one: say(f"take.extent_{one}"),
        key=f"take-extent-{'picture' if form in PICTURES else 'table'}-{len(kinds)}",
    )
    if form in FORMS and kind != "all":
        st.caption(say("take.whole"))
    if kind == "view":
        return shown.bounds, (), None
    if kind == "site" and shown.checked is not None:
        west, south, east, north = (float(edge) for edge in shown.checked.sites.frame.total_bounds)
        pad = max(east - west, north - south, 0.01)
        return (west - pad, south - pad, east + pad, north + pad), (), None
    if kind == "counties":
        names = {code: name for code, name in territories().items() if not code.endswith("0000")}
        picked = st.multiselect(say("take.counties"), list(names), format_func=lambda code: names[code], key="take-adm")
        return None, tuple(picked), None if picked else say("take.no_county")
    return None, (), None


def _epsg(form: str) -> int | None:
    """Choose the system of the coordinates among those that the form can hold."""
    systems = ALL_FORMS[form].systems
    if systems == "wgs84":
        st.caption(say("take.crs_fixed"))
    if systems in {"wgs84", "none"}:
        return None
    west, _, east, _ = (float(edge) for edge in counties_of(current_layers()).total_bounds)
    zones: dict[int | None, str] = {}
    for zone in range(round(west / 3), round(east / 3) + 1):
        told = {"zone": zone, "meridian": 3 * zone}
        zones[gk3_epsg(3.0 * zone, prefix=True)] = say("take.crs_zone", epsg=gk3_epsg(3.0 * zone, prefix=True), **told)
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


def _filter(layers: Mapping[str, Layer], chosen: Sequence[str]) -> tuple[Filter, ...]:
    """Choose features of one layer by the values of a column."""
    now = lang()
    able = [name for name in chosen if _columns(layers[name])]
    name = st.selectbox(
        say("take.filter"),
        [None, *able],
        format_func=lambda one: say("take.filter_none") if one is None else layers[one].spec.title(now),
        key="take-filter",
    )
    if name is None:
        return ()
    left, right = st.columns([1, 2])
    column = left.selectbox(say("take.filter_column"), _columns(layers[name]), key=f"take-column-{name}")
    frame = layers[name].frame
    assert frame is not None
    values = sorted(frame[column].dropna().astype(str).unique())
    wanted = right.multiselect(say("take.filter_values"), values, key=f"take-values-{name}-{column}")
    return (Filter(name, str(column), tuple(wanted)),) if wanted else ()


def _columns(layer: Layer) -> list[str]:
    """Return the columns that have few values, so that one can choose among them."""
    return _few(layer.id, stamp(), layer)


@st.cache_data(show_spinner=False, max_entries=128)
def _few(name: str, now: Stamp, _layer: Layer) -> list[str]:  # noqa: ARG001 -- the key
    frame = _layer.frame
    assert frame is not None
    plain = [column for column in frame.columns if column != frame.geometry.name and frame[column].dtype.kind in "OUTb"]
    return [str(column) for column in plain if 1 < frame[column].astype(str).nunique() <= _FEW]


def _picture(form: str, bounds: Box, panel: tuple[LayerShow, ...]) -> Picture:
    """Choose how a sheet, a raster or a page is made."""
    if form not in PICTURES:
        return Picture()
    settings = catalogue()
    asked: dict[str, Any] = {"relief": relief_of(settings.folder / settings.map.base), "panel": panel}
    if form == "tif":
        asked["raster"] = st.selectbox(
            say("take.raster"),
            ["distance", "constraint"],
            format_func=lambda one: say(f"take.raster_{one}"),
            key="take-raster",
        )
        least = _least_cell(bounds)
        asked["cell_m"] = float(
            st.number_input(say("take.cell"), 1, 10_000, value=least, step=10, key=f"take-cell-{least}")
        )
        return Picture(**asked)
    asked["title"] = st.text_input(say("take.title"), placeholder=say("snapshot.sheet_title"), key="take-title")
    if form in {"pdf", "png"}:
        asked |= _sheet(form)
    asked["user"] = st.text_input(say("take.user"), key="take-user")
    return Picture(**asked)


def _sheet(form: str) -> dict[str, Any]:
    """Choose paper, scale, grid and marks."""
    first, second, third = st.columns(3)
    asked: dict[str, Any] = {
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
    asked["scale"] = float(scale) if scale else None
    asked["grid"] = second.selectbox(
        say("take.grid"),
        ["graticule", "gk", "none"],
        format_func=lambda one: say(f"take.grid_{one}"),
        key="take-grid",
    )
    asked["approval"] = st.text_input(say("take.approval"), key="take-approval")
    asked["internal"] = st.checkbox(say("take.internal"), key="take-internal")
    return asked


def _least_cell(bounds: Box) -> int:
    """Return the cell that makes a raster of some million cells of an extent."""
    west, south, east, north = bounds
    wide = (east - west) * _DEGREE_M * math.cos(math.radians((south + north) / 2))
    area = wide * (north - south) * _DEGREE_M
    return next((cell for cell in _CELLS if area / cell**2 <= _MOST_CELLS), _CELLS[-1])
