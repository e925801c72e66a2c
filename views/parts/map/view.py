"""The map on a page: rendered through st_folium, and what the user did with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import folium
import streamlit as st
from streamlit_folium import st_folium

from carto.map import ShadedRelief, build_map, bundle, choropleth_group, initial_panel, refuse_remote
from carto.scene import Compare, LayerDisplay, Scene, View
from carto.style import Choropleth
from carto.tiles import TileKind, ensure_file, file_name
from layers.catalogue import Layer, MapSettings
from views.parts.map.tile_progress import drawable
from views.server import FROM_COMPONENT, relief_file, session_token, tiles_folder
from views.session import PAGE_ENTERED, Slot
from words import Lang

__all__ = ["MapState", "show_map"]

_SCENE: Final[Slot[Scene | None]] = Slot("map-scene", None)
"""Of each map: what it shows now."""
_OPENED: Final[Slot[dict[str, Any] | None]] = Slot("map-opened", None)
"""Of each map: what it was put up with."""
_WENT: Final[Slot[View | None]] = Slot("map-went", None)
"""Of each map: where it was moved last."""

_RETURNED = ("last_clicked", "all_drawings", "bounds", "zoom", "center", "selected_layers")


@dataclass(frozen=True)
class MapState:
    """What the user did.

    Attributes
    ----------
    clicked : tuple of float or None
        Longitude and latitude of the last click, degrees; clicks of a drawing do not count.
    drawings : list of dict
        GeoJSON features in the order drawn; a circle is a point with ``properties.radius`` in metres.
    scene : Scene
        The map as it stands: place, layers with their opacity and order.
    bounds : tuple of float or None
        West, south, east, north of what is seen; None until the map was moved.
    """

    clicked: tuple[float, float] | None
    drawings: list[dict[str, Any]]
    scene: Scene
    bounds: tuple[float, float, float, float] | None
    view: View

    @property
    def panel(self) -> tuple[LayerDisplay, ...]:
        """How each layer stands, what is drawn on top first."""
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
    go_to: View | None = None,
    choropleth: Choropleth | None = None,
    beside: Choropleth | None = None,
    groups: Sequence[folium.FeatureGroup] = (),
    height: int = 640,
    draw: bool = True,
    linked: bool = False,
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
        Layers that are on when the session opens the map; later values are ignored (the user switches in the map).
    start : View, optional
        Where the session opens the map; later values are ignored.
    scene : Scene, optional
        How the session opens the map (a link), in place of `start`; later values are ignored.
    go_to : View, optional
        Where to move now; the same value again does nothing.
    choropleth : Choropleth, optional
        The indicator to draw.
    beside : Choropleth, optional
        A second one: then the first is drawn left of a divider and this one right of it.
    groups : sequence of FeatureGroup
        More that a rerun may change, such as ``carto.map.folium_map.highlight_group``.
    height : int
        Pixels; a page may say otherwise in its sheet, the map fills what it is given.
    draw : bool
        Whether there are tools to draw with.
    linked : bool
        Whether the page keeps its address in step with the map (``views.screens.map.link``).
    key : str
        One per map of a page.

    Raises
    ------
    RedlineError
        If front-end files are missing, or something would be loaded from another server.
    """
    layers = drawable(layers, lang)
    opened, go_to = _opened(key, (lang, *_under_way(layers)), scene or Scene(view=start), go_to)
    drawn = build_map(
        layers,
        settings,
        lang,
        tile_url=_tile_url,
        assets=f"{FROM_COMPONENT}/assets/{bundle().digest}",
        token=session_token(),
        visible=visible,
        scene=opened,
        base=_relief(),
        draw=draw,
        linked=linked,
    )
    changing = [*groups]
    if choropleth is not None:
        ensure_file(choropleth.layer, "regions", tiles_folder())
        side: Literal["", "left"] = "left" if beside is not None else ""
        changing.insert(0, choropleth_group(choropleth, lang, tile_url=_tile_url, side=side))
    if choropleth is not None and beside is not None:
        ensure_file(beside.layer, "regions", tiles_folder())
        changing.insert(1, choropleth_group(beside, lang, tile_url=_tile_url, side="right"))
    for group in changing:
        refuse_remote(group)
    answer = st_folium(
        drawn,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=_RETURNED,
        feature_group_to_add=changing or None,
        center=(go_to.lat, go_to.lon) if go_to else None,
        zoom=go_to.zoom if go_to else None,
    )
    begun = Scene(
        view=opened.view or View(settings.centre_lon, settings.centre_lat, settings.zoom),
        panel=initial_panel(layers, opened.panel, visible),
        base=opened.base,
        compare=opened.compare,
        clicked=opened.clicked,
    )
    state = _state(answer or {}, begun)
    _SCENE.of(key).set(state.scene)
    return state


def _under_way(layers: Sequence[Layer]) -> list[str]:
    """Return the layers whose tiles are being made."""
    return [layer.id for layer in layers if layer.state == "loaded" and layer.frame is None and layer.raster is None]


def _opened(key: str, told: tuple[str, ...], scene: Scene, go_to: View | None) -> tuple[Scene, View | None]:
    """Return how the map is put up, and where it moves now.

    What the script of a map says must stay while the map stands, or it would be put up anew. It is put up anew when the
    page is entered again, or the language changes or a layer is ready (`told`): then as the user left it, without going
    where it went before.
    """
    opened = _OPENED.of(key).get()
    if opened is None:
        opened = {"scene": scene, "told": told, "been": None}
    elif opened["told"] != told or PAGE_ENTERED.get():
        left = _SCENE.of(key).get() or opened["scene"]
        opened = {"scene": left, "told": told, "been": _WENT.of(key).get()}
    _OPENED.of(key).set(opened)
    _WENT.of(key).set(go_to)
    if go_to == opened["been"]:
        return opened["scene"], None
    opened["been"] = None
    return opened["scene"], go_to


def _tile_url(layer: Layer, kind: TileKind) -> str:
    return f"{FROM_COMPONENT}/tiles/{layer.id}/{file_name(layer, kind)}"


def _relief() -> ShadedRelief | None:
    """Return the shaded relief with the bounds that stand beside it."""
    path = relief_file()
    if path is None or not path.with_suffix(".json").is_file():
        return None
    return _read_relief(str(path), path.stat().st_mtime_ns)


@st.cache_data(show_spinner=False, max_entries=4)
def _read_relief(name: str, changed: int) -> ShadedRelief:  # noqa: ARG001 -- part of the cache key
    with open(name, "rb") as file:  # noqa: PTH123 -- the cache wants a plain text key
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    with open(name.removesuffix(".webp") + ".json", encoding="utf-8") as file:  # noqa: PTH123
        note = json.load(file)
    (south, west), (north, east) = note["bounds"]
    address = f"{FROM_COMPONENT}/base/hillshade.webp?v={digest}"
    return ShadedRelief(address, ((south, west), (north, east)), note["background"])


def _state(answer: Mapping[str, Any], begun: Scene) -> MapState:
    """Read st_folium's answer; until the user does something it holds only defaults."""
    clicked, bounds, centre = answer.get("last_clicked"), answer.get("bounds"), answer.get("center")
    seen = None
    if bounds and bounds["_southWest"]["lat"] is not None:
        west, south = bounds["_southWest"]["lng"], bounds["_southWest"]["lat"]
        seen = (west, south, bounds["_northEast"]["lng"], bounds["_northEast"]["lat"])
    assert begun.view is not None
    view = View(centre["lng"], centre["lat"], answer.get("zoom") or begun.view.zoom) if centre else begun.view
    told = {entry["name"]: entry for entry in answer.get("selected_layers") or []}
    panel = tuple(_layer_show(name, one) for name, one in told.items() if "on" in one)
    at = (clicked["lng"], clicked["lat"]) if clicked else begun.clicked
    whole = told.get("@map")
    base, compare = (whole["base"], _compare(whole)) if whole else (begun.base, begun.compare)
    return MapState(
        clicked=at,
        drawings=list(answer.get("all_drawings") or []),
        scene=replace(begun, view=view, panel=panel or begun.panel, base=base, compare=compare, clicked=at),
        bounds=seen,
        view=view,
    )


def _layer_show(name: str, told: Mapping[str, Any]) -> LayerDisplay:
    """Read how a layer stands."""
    years = told.get("years")
    return LayerDisplay(
        name,
        bool(told["on"]),
        float(told["opacity"]),
        (int(years[0]), int(years[1])) if years else None,
        bool(told.get("undated", True)),
    )


def _compare(told: Mapping[str, Any]) -> Compare | None:
    """Read the sides of a comparison; None for none."""
    left, right = str(told["left"]), str(told["right"])
    return Compare(left, right, float(told["share"])) if left or right else None
