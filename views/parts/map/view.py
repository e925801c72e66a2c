"""Render the map on a page by st_folium, and read its state as the user changed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import folium
import streamlit as st
from streamlit_folium import st_folium

from carto.map import (
    ShadedRelief,
    build_map,
    bundle,
    choropleth_group,
    initial_panel,
    order_group,
    refuse_remote,
)
from carto.scene import Compare, Extent, LayerDisplay, Scene, View
from carto.style import Choropleth
from carto.tiles import TileKind, file_name
from layers.catalogue import Layer, MapSettings
from views.parts.map.tile_progress import drawable_layers, has_regions
from views.server import FROM_COMPONENT, relief_file, session_token
from views.session import PAGE_VISIT, Slot, catalogue
from words import Lang

__all__ = ["MapState", "show_map"]

_SCENE: Final[Slot[Scene | None]] = Slot("map-scene", None)
"""Per map: its current state."""
_INITIAL: Final[Slot[dict[str, Any] | None]] = Slot("map-opened", None)
"""Per map: the scene that it was rendered with, other inputs of its script, and a target that is already done."""
_LAST_TARGET: Final[Slot[View | Extent | None]] = Slot("map-went", None)
"""Per map: what it was moved to last."""
_MOVES: Final[Slot[int]] = Slot("map-moves", 0)
"""Per map: how often that changed."""

_ABOUT: Final[Slot[tuple[str, ...] | None]] = Slot("map-about", None)
"""Per map: what it was about in the last run, as `show_map` was told."""
_PAST_CLICK: Final[Slot[tuple[float, float] | None]] = Slot("map-past-click", None)
"""Per map: the click whose place another subject took."""

_RETURNED = ("last_clicked", "all_drawings", "bounds", "zoom", "center", "selected_layers")


@dataclass(frozen=True)
class MapState:
    """State of a map as the user changed it.

    Attributes
    ----------
    clicked : tuple of float or None
        Longitude and latitude of the last click, degrees; clicks while drawing do not count.
    drawings : list of dict
        GeoJSON features in the order drawn; a circle is a point with ``properties.radius`` in metres.
    scene : Scene
        View, layers with their opacity and order, base map, comparison.
    bounds : tuple of float or None
        West, south, east, north of the visible part, degrees; None until the map was moved.
    """

    clicked: tuple[float, float] | None
    drawings: list[dict[str, Any]]
    scene: Scene
    bounds: tuple[float, float, float, float] | None
    view: View

    @property
    def panel(self) -> tuple[LayerDisplay, ...]:
        """Display settings of the layers, those drawn on top first."""
        return self.scene.panel

    @property
    def visible(self) -> set[str]:
        """Ids of the layers that are on."""
        return {one.id for one in self.scene.panel if one.on}


def show_map(
    layers: Sequence[Layer],
    settings: MapSettings,
    *,
    lang: Lang,
    visible: set[str] | None = None,
    start: View | None = None,
    scene: Scene | None = None,
    go_to: View | Extent | None = None,
    choropleth: Choropleth | None = None,
    beside: Choropleth | None = None,
    groups: Sequence[folium.FeatureGroup] = (),
    height: int = 640,
    draw: bool = True,
    drawings: Sequence[Mapping[str, Any]] = (),
    linked: bool = False,
    about: tuple[str, ...] = (),
    key: str = "map",
) -> MapState:
    """Render the map and return what the user did with it.

    Parameters
    ----------
    layers : sequence of Layer
        In catalogue order.
    settings : MapSettings
    lang : {"zh", "en"}
    visible : set of str, optional
        Layers that are on when the session opens the map; later values are ignored (the user switches them in the map).
    start : View, optional
        View in which the session opens the map; later values are ignored.
    scene : Scene, optional
        Scene in which the session opens the map (a link), instead of `start`; later values are ignored.
    go_to : View or Extent, optional
        What to move to now; the same value again does nothing.
    choropleth : Choropleth, optional
        The indicator to draw.
    beside : Choropleth, optional
        A second indicator: the first is drawn left of a divider and this one right of it.
    groups : sequence of FeatureGroup
        Further feature groups that a rerun may change, such as ``carto.map.folium_map.highlight_group``.
    height : int
        Pixels; the style sheet of a page may override it.
    draw : bool
        Whether to show drawing tools.
    drawings : sequence of mapping
        GeoJSON features that the drawing tools begin with where the map is mounted; later values are ignored.
    linked : bool
        Whether the page keeps its URL in step with the map (``views.screens.map.link``).
    about : tuple of str
        What the page shows besides the last click (a site, a search result), "" for none: when another takes its place,
        the click before it no longer counts, and its ring goes.
    key : str
        Unique among the maps of a page.

    Raises
    ------
    RedlineError
        If front-end files are missing, or something would be loaded from another server.
    """
    layers = drawable_layers(layers, lang)
    past_click = _past_click(key, about)
    inputs = (lang, *_under_way(layers))
    initial, go_to, restored = _initial_scene(key, inputs, scene or Scene(view=start), go_to, drawings)
    folium_map = build_map(
        layers,
        settings,
        lang,
        tile_url=_tile_url,
        assets=f"{FROM_COMPONENT}/assets/{bundle().digest}",
        token=session_token(),
        visible=visible,
        scene=initial,
        base=_relief(),
        draw=draw,
        drawings=restored,
        linked=linked,
    )
    feature_groups = [*groups]
    if choropleth is not None and has_regions(choropleth.layer, lang):
        side: Literal["", "left"] = "left" if beside is not None else ""
        feature_groups.insert(0, choropleth_group(choropleth, lang, tile_url=_tile_url, side=side))
    if choropleth is not None and beside is not None and has_regions(beside.layer, lang):
        feature_groups.insert(1, choropleth_group(beside, lang, tile_url=_tile_url, side="right"))
    orders = order_group(go_to, _MOVES.of(key).get(), past_click)
    if orders is not None:
        feature_groups.append(orders)
    for group in feature_groups:
        refuse_remote(group)
    answer = st_folium(
        folium_map,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=_RETURNED,
        feature_group_to_add=feature_groups or None,
    )
    defaults = Scene(
        view=initial.view or View(settings.centre_lon, settings.centre_lat, settings.zoom),
        panel=initial_panel(layers, initial.panel, visible),
        base=initial.base,
        compare=initial.compare,
        clicked=initial.clicked,
    )
    state = _map_state(answer or {}, defaults, past_click)
    _SCENE.of(key).set(state.scene)
    return state


def _under_way(layers: Sequence[Layer]) -> list[str]:
    """Return the ids of layers whose tiles are being made."""
    return [layer.id for layer in layers if layer.state == "loaded" and layer.frame is None and layer.raster is None]


def _initial_scene(
    key: str,
    script_inputs: tuple[str, ...],
    scene: Scene,
    go_to: View | Extent | None,
    drawings: Sequence[Mapping[str, Any]],
) -> tuple[Scene, View | Extent | None, list[Mapping[str, Any]]]:
    """Return the scene that the map is rendered with, the view to move it to (None for none), and restored drawings.

    The script of a map must not change between reruns, or st_folium would remount it. It is rendered anew when the page
    is entered again, or when the language changes or a layer is ready (`script_inputs`): then in its last state, and
    without moving again to the last target.
    """
    stored, mount = _INITIAL.of(key).get(), (PAGE_VISIT.get(), script_inputs)
    if stored is None:
        stored = {"scene": scene, "mount": mount, "done": None, "drawings": list(drawings)}
    elif stored["mount"] != mount:
        last = _SCENE.of(key).get() or stored["scene"]
        done = _LAST_TARGET.of(key).get()
        stored = {"scene": last, "mount": mount, "done": done, "drawings": list(drawings)}
    _INITIAL.of(key).set(stored)
    if go_to != _LAST_TARGET.of(key).get():
        _MOVES.of(key).set(_MOVES.of(key).get() + 1)
    _LAST_TARGET.of(key).set(go_to)
    if go_to == stored["done"]:
        return stored["scene"], None, stored["drawings"]
    stored["done"] = None
    return stored["scene"], go_to, stored["drawings"]


def _tile_url(layer: Layer, kind: TileKind) -> str:
    return f"{FROM_COMPONENT}/tiles/{layer.id}/{file_name(layer, kind)}"


def _relief() -> ShadedRelief | None:
    """Return the shaded relief with the bounds from the JSON file beside it; None if either is missing."""
    path = relief_file(catalogue())
    if path is None or not path.with_suffix(".json").is_file():
        return None
    return _read_relief(str(path), path.stat().st_mtime_ns)


@st.cache_data(show_spinner=False, max_entries=4)
def _read_relief(name: str, mtime_ns: int) -> ShadedRelief:  # noqa: ARG001 -- part of the cache key
    with open(name, "rb") as file:  # noqa: PTH123 -- the cache wants a plain text key
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    with open(name.removesuffix(".webp") + ".json", encoding="utf-8") as file:  # noqa: PTH123
        metadata = json.load(file)
    (south, west), (north, east) = metadata["bounds"]
    url = f"{FROM_COMPONENT}/base/hillshade.webp?v={digest}"
    return ShadedRelief(url, ((south, west), (north, east)), metadata["background"])


def _past_click(key: str, about: tuple[str, ...]) -> tuple[float, float] | None:
    """Return the click that no longer counts, because the map has become about something else since; None for none."""
    before, scene = _ABOUT.of(key).get(), _SCENE.of(key).get()
    _ABOUT.of(key).set(about)
    replaced = before is not None and any(now and now not in before for now in about)
    if replaced and scene is not None and scene.clicked is not None:
        _PAST_CLICK.of(key).set(scene.clicked)
        _SCENE.of(key).set(replace(scene, clicked=None))
    return _PAST_CLICK.of(key).get()


def _map_state(answer: Mapping[str, Any], defaults: Scene, past_click: tuple[float, float] | None = None) -> MapState:
    """Return the state of the map from st_folium's answer; what is missing in it is taken from `defaults`.

    A click that no longer counts is none.
    """
    clicked, bounds, centre = answer.get("last_clicked"), answer.get("bounds"), answer.get("center")
    visible = None
    if bounds and bounds["_southWest"]["lat"] is not None:
        west, south = bounds["_southWest"]["lng"], bounds["_southWest"]["lat"]
        visible = (west, south, bounds["_northEast"]["lng"], bounds["_northEast"]["lat"])
    assert defaults.view is not None
    view = View(centre["lng"], centre["lat"], answer.get("zoom") or defaults.view.zoom) if centre else defaults.view
    rows = {entry["name"]: entry for entry in answer.get("selected_layers") or []}
    panel = tuple(_layer_display(name, row) for name, row in rows.items() if "on" in row)
    point = (clicked["lng"], clicked["lat"]) if clicked else defaults.clicked
    point = None if point == past_click else point
    map_row = rows.get("@map")
    base, compare = (map_row["base"], _compare(map_row)) if map_row else (defaults.base, defaults.compare)
    return MapState(
        clicked=point,
        drawings=list(answer.get("all_drawings") or []),
        scene=replace(defaults, view=view, panel=panel or defaults.panel, base=base, compare=compare, clicked=point),
        bounds=visible,
        view=view,
    )


def _layer_display(name: str, row: Mapping[str, Any]) -> LayerDisplay:
    """Return the display settings of a layer from its row of the answer."""
    years = row.get("years")
    return LayerDisplay(
        name,
        bool(row["on"]),
        float(row["opacity"]),
        (int(years[0]), int(years[1])) if years else None,
        bool(row.get("undated", True)),
    )


def _compare(row: Mapping[str, Any]) -> Compare | None:
    """Return the swipe comparison from the map's row of the answer, None if both sides are empty."""
    left, right = str(row["left"]), str(row["right"])
    return Compare(left, right, float(row["share"])) if left or right else None
