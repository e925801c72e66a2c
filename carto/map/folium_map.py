"""The folium map assembled: one start call with everything that stays, feature groups with what a rerun changes.

st_folium remounts the map (flicker, lost zoom) when the generated script changes, so `build_map` gives the same script
for the same layers, language and start; an indicator or a checked site comes as a feature group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import branca.colormap
import folium
import folium.plugins
import geopandas as gpd
from branca.element import Element, MacroElement
from folium.template import Template

from carto.map.bases import Base, allowed_hosts, bases_of
from carto.map.panel import TileUrl, groups_of, initial_panel, legend_json, symbol_json, texts_of
from carto.scene import Scene, View
from carto.style import MISSING, SITE_FILL, SITE_RED, Choropleth, choropleth_legend
from geo.errors import RedlineError
from geo.tiles import LEVEL_DIFF, MIN_ZOOM
from layers.catalogue import Layer, MapSettings
from words import Lang, t

__all__ = ["Base", "Scene", "TileUrl", "View", "build_map", "choropleth_group", "highlight_group", "refuse_remote"]

_REMOTE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_HIGHLIGHT: Final = {"color": SITE_RED, "weight": 3, "fillColor": SITE_FILL, "fillOpacity": 0.25}


class _Map(folium.Map):
    """A map whose script and sheet are ours; folium's own lists (jquery, bootstrap, fonts) are for others."""

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
    """Hands the settings to our script, before the drawing tools that take their texts from it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "redline.start({{ this._parent.get_name() }}, {{ this.config|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Start"
        self.config = config


class _ScriptGroup(folium.FeatureGroup):
    """A feature group that our script builds from plain data (`tojson` escapes what could be code)."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = new redline.{{ this.maker }}({{ this.data|tojson }}, {{ this.look|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, maker: str, data: dict[str, Any], look: dict[str, Any] | None = None) -> None:
        super().__init__(name=maker, control=False)
        self.maker, self.data, self.look = maker, data, look or {}


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
    base: Base | None = None,
    draw: bool = True,
    linked: bool = False,
) -> folium.Map:
    """Assemble the map.

    Parameters
    ----------
    layers : sequence of Layer
        In catalogue order; layers that are not loaded stand in the panel, greyed.
    settings : MapSettings
    lang : {"zh", "en"}
    tile_url : callable
        Address of a layer's file of a kind, relative to the page of the component.
    assets : str
        Relative address of the folder that holds ``map.js`` and ``map.css``.
    token : str
        Sent with every request for tiles.
    visible : set of str, optional
        Ids of the layers that are on at first; those of the catalogue by default.
    scene : Scene, optional
        Where the map opens and how its layers stand; the catalogue's by default.
    base : Base, optional
        Shaded relief below everything.
    draw : bool
        Whether there are tools to draw with: only where something is done with a drawing.
    linked : bool
        Whether the address of the page stands for what the map shows, so that the map offers it to be copied.

    Returns
    -------
    folium.Map
        A new one: never cache it, st_folium changes it.

    Raises
    ------
    RedlineError
        If anything in it would leave this server.
    """
    opened = scene or Scene()
    place = opened.view or View(settings.centre_lon, settings.centre_lat, settings.zoom)
    drawn = _Map(
        assets,
        location=[place.lat, place.lon],
        zoom_start=place.zoom,
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
        "bases": bases_of(base, settings.online, lang),
        "base": opened.base,
        "compare": _compare(opened, layers),
        "groups": groups_of(layers, lang, tile_url, opened.panel, visible),
        "texts": texts_of(lang),
        "linked": linked,
        "at": opened.at,
        "home": settings.home if opened.view is None else None,
    }
    drawn.add_child(_Start(config))
    if draw:
        drawn.add_child(_drawing_tools())
    drawn.add_child(_Fullscreen(title=t("carto.full_screen", lang), title_cancel=t("carto.full_screen_exit", lang)))
    refuse_remote(drawn, allowed_hosts(settings.online))
    return drawn


def _compare(opened: Scene, layers: Sequence[Layer]) -> dict[str, Any] | None:
    """Return the comparison, without sides that are not here."""
    here = {one.id for one in initial_panel(layers, ())}
    asked = opened.compare
    if asked is None or not {asked.left, asked.right} & here:
        return None
    left, right = (side if side in here else "" for side in (asked.left, asked.right))
    return {"left": left, "right": right, "share": asked.share}


def _drawing_tools() -> _Draw:
    """Return the tools to draw a site with."""
    shape = {"shapeOptions": {"color": SITE_RED, "weight": 2, "fillOpacity": 0.12}}
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
    shown: Choropleth, lang: Lang, *, tile_url: TileUrl, side: Literal["", "left", "right"] = ""
) -> folium.FeatureGroup:
    """Return an indicator as the feature group of a rerun: polygons of its layer coloured by class.

    Parameters
    ----------
    shown : Choropleth
    lang : {"zh", "en"}
    tile_url : callable
    side : {"", "left", "right"}
        Where two are compared: on which side of the divider it is drawn.
    """
    data = {
        "side": side,
        "sideWord": t(f"map.side_{side}", lang) if side else "",
        "url": tile_url(shown.layer, "regions"),
        "title": _with_unit(shown.title(lang), shown.unit(lang) if shown.unit else "", lang),
        "note": shown.note(lang) if shown.note else "",
        "styles": [*(symbol_json(symbol) for symbol in shown.classes.symbols()), symbol_json(MISSING)],
        "classOf": [int(place) if place >= 0 else len(shown.classes.colours) for place in shown.classes.of_row],
        "legend": [legend_json(entry) for entry in choropleth_legend(shown, lang)],
    }
    return _ScriptGroup("Choropleth", data)


def highlight_group(frame: gpd.GeoDataFrame) -> folium.FeatureGroup:
    """Return shapes to be pointed out (a checked site, a found place) as the feature group of a rerun.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490. Only the shapes are sent.
    """
    if frame.crs is None or frame.crs.to_epsg() != 4490:
        raise ValueError("highlights are drawn from EPSG:4490")
    features = gpd.GeoDataFrame(geometry=frame.geometry.array).__geo_interface__["features"]
    return _ScriptGroup("Highlight", {"type": "FeatureCollection", "features": features}, _HIGHLIGHT)


def refuse_remote(element: Element, allowed: frozenset[str] = frozenset()) -> None:
    """Raise if an element would load anything from another server.

    Parameters
    ----------
    element : Element
    allowed : frozenset of str
        Hosts from which the configuration lets tiles come; scripts and sheets never do.

    Raises
    ------
    RedlineError
        Naming the first such address. A ``ColorMap`` is one: st_folium adds remote scripts for it.
    """
    if isinstance(element, branca.colormap.ColorMap):
        raise RedlineError("carto.remote_link", url="ColorMap (d3)")
    for _, url in [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]:
        if _REMOTE.match(url):
            raise RedlineError("carto.remote_link", url=url)
    for url in _addresses(getattr(element, "config", None)) + _addresses(getattr(element, "data", None)):
        if _REMOTE.match(url) and urlsplit(url).netloc not in allowed:
            raise RedlineError("carto.remote_link", url=url)
    for child in element._children.values():  # noqa: SLF001 -- branca has no other way
        refuse_remote(child, allowed)


def _addresses(node: Any) -> list[str]:
    """Return every text of nested data that stands under a key for an address."""
    if isinstance(node, dict):
        here = [value for key, value in node.items() if key in {"url", "marksUrl"} and isinstance(value, str)]
        return here + [url for value in node.values() for url in _addresses(value)]
    if isinstance(node, list):
        return [url for value in node for url in _addresses(value)]
    return []


def _with_unit(title: str, unit: str, lang: Lang) -> str:
    if not unit:
        return title
    return f"{title}（{unit}）" if lang == "zh" else f"{title} ({unit})"
