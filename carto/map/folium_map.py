"""Build the folium map: one start call with everything constant, and feature groups for what a rerun changes.

st_folium remounts the map (flicker, lost zoom) when the generated script changes, so `build_map` gives the same script
for the same layers, language and start; an indicator or a checked site comes as a feature group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import branca.colormap
import folium
import folium.plugins
import geopandas as gpd
from branca.element import Element, MacroElement
from folium.template import Template

from carto.badges import anchors_json
from carto.map.bases import ShadedRelief, allowed_hosts, base_maps
from carto.map.panel import TileUrl, browser_texts, initial_panel, legend_json, panel_json, symbol_json
from carto.scene import Extent, Scene, View
from carto.style import MISSING, SITE_FILL, SITE_LINE, Choropleth, choropleth_legend
from geo.errors import RedlineError
from geo.tiles import LEVEL_DIFF, MIN_ZOOM
from layers.catalogue import Layer, MapSettings
from words import Lang, t

__all__ = [
    "Scene",
    "ShadedRelief",
    "TileUrl",
    "View",
    "build_map",
    "choropleth_group",
    "highlight_group",
    "refuse_remote",
]

_REMOTE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_HIGHLIGHT: Final = {"color": SITE_LINE, "weight": 3, "fillColor": SITE_FILL, "fillOpacity": 0.25}


class _Map(folium.Map):
    """Folium map that loads only this product's script and style sheet, not folium's defaults (jquery, bootstrap)."""

    def __init__(self, assets: str, **options: Any) -> None:
        super().__init__(**options)
        self.default_js = [("redline_js", f"{assets}/map.js")]
        self.default_css = [("redline_css", f"{assets}/map.css")]


class _Draw(folium.plugins.Draw):
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 -- folium's own type
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class _Fullscreen(folium.plugins.Fullscreen):
    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class _Start(MacroElement):
    """Call of ``redline.start`` with the settings; placed before the drawing tools, which take their texts from it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "redline.start({{ this._parent.get_name() }}, {{ this.config|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Start"
        self.config = config


class _Drawings(MacroElement):
    """Call of ``redline.restoreDrawings`` with shapes as they were drawn; placed after the drawing tools."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "redline.restoreDrawings({{ this._parent.get_name() }}, drawnItems_{{ this.tools }}, "
        "{{ this.features|tojson }}, {{ this.style|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, tools: str, features: Sequence[Mapping[str, Any]], style: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = "Drawings"
        self.tools, self.features, self.style = tools, list(features), dict(style)


class _ScriptGroup(folium.FeatureGroup):
    """Feature group built in the browser by the class ``redline.<class_name>`` from JSON data (escaped by `tojson`)."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = new redline.{{ this.class_name }}("
        "{{ this.data|tojson }}, {{ this.path_style|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, class_name: str, data: dict[str, Any], path_style: dict[str, Any] | None = None) -> None:
        super().__init__(name=class_name, control=False)
        self.class_name, self.data, self.path_style = class_name, data, path_style or {}


def build_map(
    layers: Sequence[Layer],
    settings: MapSettings,
    lang: Lang,
    *,
    tile_url: TileUrl,
    assets: str,
    token: str,
    visible: set[str] | None = None,
    scene: Scene | None = None,
    base: ShadedRelief | None = None,
    draw: bool = True,
    drawings: Sequence[Mapping[str, Any]] = (),
    linked: bool = False,
) -> folium.Map:
    """Return a new map with its layers, controls and drawing tools.

    Parameters
    ----------
    layers : sequence of Layer
        In catalogue order; layers that are not loaded are listed in the panel, greyed.
    settings : MapSettings
    lang : {"zh", "en"}
    tile_url : callable
        Returns the URL of a layer's file of a kind, relative to the page of the component.
    assets : str
        Relative URL of the folder of ``map.js`` and ``map.css``.
    token : str
        Sent with every request for tiles.
    visible : set of str, optional
        Ids of the layers that are on at first; those of the catalogue by default.
    scene : Scene, optional
        Initial view, display settings of layers, base map; the catalogue's by default.
    base : ShadedRelief, optional
        Shaded relief, drawn below everything.
    draw : bool
        Whether to add drawing tools: only on pages that use what is drawn.
    drawings : sequence of mapping
        GeoJSON features that the drawing tools begin with; a circle is a point with ``properties.radius`` in metres.
    linked : bool
        Whether the URL of the page describes what the map shows, so that the map has a button to copy it.

    Returns
    -------
    folium.Map
        Never cache it: st_folium modifies it.

    Raises
    ------
    RedlineError
        If anything in it would be loaded from another server that is not allowed.
    """
    initial = scene or Scene()
    view = initial.view or View(settings.centre_lon, settings.centre_lat, settings.zoom)
    result = _Map(
        assets,
        location=[view.lat, view.lon],
        zoom_start=view.zoom,
        tiles=None,
        minZoom=max(settings.min_zoom, MIN_ZOOM + LEVEL_DIFF),
        maxZoom=settings.max_zoom,
        fadeAnimation=False,
        attributionControl=True,
    )
    config = {
        "lang": lang,
        "token": token,
        "levelDiff": LEVEL_DIFF,
        "bases": base_maps(base, settings.online, lang),
        "base": initial.base,
        "compare": _compare_json(initial, layers),
        "groups": panel_json(layers, lang, tile_url, initial.panel, visible),
        "anchors": anchors_json(layers, lang),
        "texts": browser_texts(lang),
        "linked": linked,
        "at": initial.clicked,
        "home": settings.home if initial.view is None else None,
        "site": {"stroke": SITE_LINE, "width": 2, "fill": SITE_FILL, "opacity": 0.25},
    }
    result.add_child(_Start(config))
    if draw:
        tools = _drawing_tools()
        result.add_child(tools)
        if drawings:
            result.add_child(_Drawings(tools.get_name(), drawings, _DRAWN))
    result.add_child(_Fullscreen(title=t("carto.full_screen", lang), title_cancel=t("carto.full_screen_exit", lang)))
    refuse_remote(result, allowed_hosts(settings.online))
    return result


def _compare_json(scene: Scene, layers: Sequence[Layer]) -> dict[str, Any] | None:
    """Return the swipe comparison as the browser reads it, None if neither of its layers is on the map."""
    ids = {display.id for display in initial_panel(layers, ())}
    compare = scene.compare
    if compare is None or not {compare.left, compare.right} & ids:
        return None
    left, right = (side if side in ids else "" for side in (compare.left, compare.right))
    return {"left": left, "right": right, "share": compare.share}


_DRAWN: Final = {"color": SITE_LINE, "weight": 2, "fillOpacity": 0.12}


def _drawing_tools() -> _Draw:
    """Return the toolbar to draw sites: points, lines, areas, rectangles, circles."""
    shape = {"shapeOptions": _DRAWN}
    lines = {**shape, "showLength": False}
    area = {**shape, "allowIntersection": False, "showArea": False}
    return _Draw(
        show_geometry_on_click=False,
        draw_options={
            "polyline": lines,
            "polygon": area,
            "rectangle": {**shape, "showArea": False},
            "circle": shape,
            "marker": True,
            "circlemarker": False,
        },
        edit_options={"poly": {"allowIntersection": False}},
    )


def choropleth_group(
    choropleth: Choropleth, lang: Lang, *, tile_url: TileUrl, side: Literal["", "left", "right"] = ""
) -> folium.FeatureGroup:
    """Return an indicator as a feature group for st_folium: the polygons of its layer coloured by class.

    Parameters
    ----------
    choropleth : Choropleth
    lang : {"zh", "en"}
    tile_url : callable
    side : {"", "left", "right"}
        The side of the divider that it is drawn on, if two are compared.
    """
    data = {
        "side": side,
        "sideWord": t(f"map.side_{side}", lang) if side else "",
        "url": tile_url(choropleth.layer, "regions"),
        "title": _with_unit(choropleth.title(lang), choropleth.unit(lang) if choropleth.unit else "", lang),
        "note": choropleth.note(lang) if choropleth.note else "",
        "styles": [*(symbol_json(symbol) for symbol in choropleth.classes.symbols()), symbol_json(MISSING)],
        "classOf": [int(i) if i >= 0 else len(choropleth.classes.colours) for i in choropleth.classes.of_row],
        "legend": [legend_json(entry) for entry in choropleth_legend(choropleth, lang)],
    }
    return _ScriptGroup("Choropleth", data)


def highlight_group(frame: gpd.GeoDataFrame) -> folium.FeatureGroup:
    """Return shapes to highlight (a checked site, a search result) as a feature group for st_folium.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490. Only its geometries are sent.
    """
    if frame.crs is None or frame.crs.to_epsg() != 4490:
        raise ValueError("highlights are drawn from EPSG:4490")
    features = gpd.GeoDataFrame(geometry=frame.geometry.array).__geo_interface__["features"]
    return _ScriptGroup("Highlight", {"type": "FeatureCollection", "features": features}, _HIGHLIGHT)


def order_group(
    move_to: View | Extent | None = None, number: int = 0, past_click: tuple[float, float] | None = None
) -> folium.FeatureGroup | None:
    """Return a group for st_folium that draws nothing and tells the map what to do; None for nothing.

    Parameters
    ----------
    move_to : View or Extent, optional
        An extent is shown whole at the size that the map has in the browser, beside its panel and tools.
    number : int
        The map moves once for each number and target, however often the group is put up again.
    past_click : tuple of float, optional
        Longitude and latitude, degrees, of a click that no longer counts: its ring goes.
    """
    orders: dict[str, Any] = {}
    if isinstance(move_to, View):
        orders["moveTo"] = {"centre": [move_to.lat, move_to.lon], "zoom": move_to.zoom, "number": number}
    elif move_to is not None:
        box = [float(edge) for edge in (move_to.west, move_to.south, move_to.east, move_to.north)]
        orders["moveTo"] = {"box": box, "zoom": move_to.max_zoom, "number": number}
    if past_click is not None:
        orders["unpin"] = {"lon": past_click[0], "lat": past_click[1]}
    return _ScriptGroup("Order", orders) if orders else None


def refuse_remote(element: Element, allowed: frozenset[str] = frozenset()) -> None:
    """Raise `RedlineError` if an element would load anything from a server that is not allowed.

    Parameters
    ----------
    element : Element
    allowed : frozenset of str
        Hosts that tiles may be loaded from; scripts and style sheets may be from none.

    Raises
    ------
    RedlineError
        With the first such URL. A ``ColorMap`` is refused too: st_folium adds remote scripts for it.
    """
    if isinstance(element, branca.colormap.ColorMap):
        raise RedlineError("carto.remote_link", url="ColorMap (d3)")
    for _, url in [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]:
        if _REMOTE.match(url):
            raise RedlineError("carto.remote_link", url=url)
    for url in _urls(getattr(element, "config", None)) + _urls(getattr(element, "data", None)):
        if _REMOTE.match(url) and urlsplit(url).netloc not in allowed:
            raise RedlineError("carto.remote_link", url=url)
    for child in element._children.values():  # noqa: SLF001 -- branca has no other way
        refuse_remote(child, allowed)


def _urls(node: Any) -> list[str]:
    """Return all strings of nested data whose key is one of a URL (``url``, ``marksUrl``)."""
    if isinstance(node, dict):
        here = [value for key, value in node.items() if key in {"url", "marksUrl"} and isinstance(value, str)]
        return here + [url for value in node.values() for url in _urls(value)]
    if isinstance(node, list):
        return [url for value in node for url in _urls(value)]
    return []


def _with_unit(title: str, unit: str, lang: Lang) -> str:
    if not unit:
        return title
    return f"{title}（{unit}）" if lang == "zh" else f"{title} ({unit})"
