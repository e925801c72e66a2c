"""The search box: suggestions for what is typed; the chosen result is put into the URL, centred and highlighted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import folium
import geopandas as gpd
import shapely
import streamlit as st
from streamlit import config

from carto.map import highlight_group
from carto.markup import Markup, style
from carto.scene import Extent
from geo.crs import STORE_CRS
from layers.catalogue import Layer, counties_of
from layers.gazetteer import county_at, hit_of
from layers.paths import PRODUCT
from snapshot.selection import Outlined
from views.parts.entries import highlight_of, plan_set, territories_frame
from views.parts.map import MAP_TARGET
from views.server import FIND_PATH, hit_title, search_index, session_token, suggestion
from views.session import (
    Memo,
    Slot,
    current_layers,
    html_of,
    lang,
    markdown_text,
    region_text,
    regions_text,
    say,
    show_html,
)

__all__ = [
    "FIND_SHOWN",
    "SearchResult",
    "found_key",
    "highlight_groups",
    "outlined",
    "search_result",
    "show_result",
    "show_search",
    "unresolved_key",
]

_SCRIPTS: Final = PRODUCT / "views" / "js"
_MAX_ZOOM: Final = {"point": 15, "place": 13}
_PARAMETER: Final = "find"
_HTML: Final = """
<div class="find">
  <label for="redline-find"></label>
  <input id="redline-find" type="text" role="combobox" autocomplete="off" spellcheck="false" maxlength="200"
    aria-expanded="false" aria-autocomplete="list" aria-controls="redline-find-list">
  <button type="button" hidden>✕</button>
  <ul id="redline-find-list" role="listbox" hidden></ul>
  <div role="status" aria-live="polite"></div>
</div>
"""


@dataclass(frozen=True)
class SearchResult:
    """What a key of the search index stands for, with what is needed to show it.

    Attributes
    ----------
    key : str
        As in the URL: ``county:361002``, ``layer:projects:…``, ``point:116.35,27.95``.
    title : str
    about : str
        Kind and territory, as in the list of suggestions.
    note : str
        A sentence where only its territory is known, else "".
    view : Extent or None
    shapes : GeoDataFrame
        EPSG:4490, to be highlighted on the map.
    point : tuple of float or None
        Longitude and latitude where coordinates were typed; treated as a click there.
    feature : tuple of str or None
        Layer and feature id.
    entry : dict or None
        Row of `PlanSet.entries`, where it is an entry of the plans.
    adcode : str
        The county it lies in, or is; "" where there are several or none.
    """

    key: str
    title: str
    about: str
    note: str
    view: Extent | None
    shapes: gpd.GeoDataFrame
    point: tuple[float, float] | None = None
    feature: tuple[str, str] | None = None
    entry: dict[str, Any] | None = None
    adcode: str = ""


FIND_SHOWN: Final[Slot[str]] = Slot("find-looked", "")
"""Key of the search result that the map was moved to."""
_HANDLED_AT: Final[Slot[Any]] = Slot("find-at", None)
"""Time stamp of the choice that was handled last."""
_RESULT: Final[Memo[SearchResult | None]] = Memo("find-memo")


def show_search() -> None:
    """Show the search box; put a new choice into the URL and move the map to it."""
    result = search_result()
    texts = {name: say(f"search.{name}") for name in ("label", "hint", "clear", "nothing", "failed")}
    texts["count"] = say("search.count", count="{count}")
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    choice = _component()(
        key="find-box",
        data={
            "url": (f"/{base}" if base else "") + FIND_PATH,
            "token": session_token(),
            "lang": lang(),
            "texts": texts,
            "value": result.title if result else "",
        },
        on_chosen_change=lambda: None,
    )
    if choice.chosen is not None and choice.chosen.get("at") != _HANDLED_AT.get():
        _HANDLED_AT.set(choice.chosen["at"])
        _apply_choice(str(choice.chosen.get("key", "")))


def _component() -> Any:
    """Return the Streamlit component, registered anew when its script or style sheet changes."""
    script, sheet = (_SCRIPTS / f"search_box.{kind}" for kind in ("js", "css"))
    return _register(script.stat().st_mtime_ns, sheet.stat().st_mtime_ns)


@st.cache_resource(show_spinner=False, max_entries=1)
def _register(script: int, sheet: int) -> Any:  # noqa: ARG001 -- the key
    texts = {kind: (_SCRIPTS / f"search_box.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")}
    return st.components.v2.component("redline_find", html=_HTML, js=texts["js"], css=texts["css"])


def _apply_choice(key: str) -> None:
    """Put a key into the URL (remove it for ""), and move the map to its result."""
    if key:
        st.query_params[_PARAMETER] = key
    else:
        st.query_params.pop(_PARAMETER, None)
    result = search_result()
    FIND_SHOWN.set(key)
    if result is not None and result.view is not None:
        MAP_TARGET.set(result.view)


def search_result() -> SearchResult | None:
    """Return the search result of the URL; None where it names none, or one that no longer exists."""
    key = str(st.query_params.get(_PARAMETER, ""))[:200]
    if not key:
        return None
    result = _RESULT.once((key, lang()), lambda: _resolve(key))
    if result is not None and FIND_SHOWN.get() != key:  # the page was opened by a link, or from a county page
        FIND_SHOWN.set(key)
        if result.view is not None:
            MAP_TARGET.set(result.view)
    return result


def unresolved_key() -> str:
    """Return the key in the URL if nothing has it any more, escaped for Markdown; "" otherwise."""
    key = str(st.query_params.get(_PARAMETER, ""))[:80]
    if not key or search_result() is not None:
        return ""
    return markdown_text("".join(c for c in key if c.isprintable()))


def found_key() -> str:
    """Return the key of the search result that is shown; "" without one."""
    result = search_result()
    return "" if result is None else result.key


def highlight_groups() -> list[folium.FeatureGroup]:
    """Return the map group that highlights the search result; empty without one."""
    result = search_result()
    return [highlight_group(result.shapes)] if result is not None and len(result.shapes) else []


def outlined() -> Outlined | None:
    """Return what the search result outlines on the map, None where there is nothing."""
    result = search_result()
    return Outlined(result.title, result.shapes) if result is not None and len(result.shapes) else None


def show_result(result: SearchResult, card: Markup) -> None:
    """Show title, kind and territory of a search result, then `card`.

    Parameters
    ----------
    result : SearchResult
    card : Markup
        HTML of the feature; "" where it is no feature of a layer.
    """
    show_title = result.entry is None  # the card of an entry has the title
    if not (show_title or result.note or card):
        return
    head = html_of("views/screens/map/templates/found.html", result=result, show_title=show_title)
    show_html(head, card, style("views/screens/map/templates/found.css"))


def _resolve(key: str) -> SearchResult | None:
    """Return the search result of a key; None where nothing has that key."""
    if key.startswith("point:"):
        return _resolve_point(key)
    hit = hit_of(search_index(), key)
    if hit is None:
        return None
    layers = current_layers()
    about = suggestion(hit, layers, lang())["about"]
    codes = [code for code in hit.adcodes.split(";") if code]
    county = codes[0] if len(codes) == 1 and not codes[0].endswith("00") else ""
    outlines = territories_frame(hit.adcodes) if codes else _frame([])
    note = ""
    if not hit.exact:
        note = say("search.exact_not", where=regions_text(hit.adcodes)) if codes else say("search.exact_nowhere")
    if hit.layer:
        layer = layers[hit.layer]
        assert layer.frame is not None
        features = layer.frame[layer.frame["name_zh"] == hit.name_zh]
        row = features.iloc[0]
        entry = _plan_entry(layer, str(row["feature_id"]))
        if entry is not None:
            shapes = highlight_of(plan_set(), entry)
        else:
            shapes = features[["geometry"]] if hit.exact else _frame([*outlines.geometry, *features.geometry])
        if not county and hit.exact and hit.lon is not None and hit.lat is not None:
            county_row = county_at(hit.lon, hit.lat, counties_of(layers))
            county = county_row["adcode"] if county_row is not None and not codes else county
        return SearchResult(
            hit.key, hit_title(hit, lang()), about, note, _view_of(shapes if hit.exact else outlines, "place"), shapes,
            feature=(layer.id, str(row["feature_id"])), entry=entry, adcode=county,
        )  # fmt: skip
    is_point = hit.lon is not None and hit.kind not in ("county", "prefecture", "province")
    shapes = _frame([shapely.Point(hit.lon, hit.lat)]) if is_point else outlines
    return SearchResult(hit.key, hit_title(hit, lang()), about, note, _view_of(shapes, "place"), shapes, adcode=county)


def _plan_entry(layer: Layer, feature_id: str) -> dict[str, Any] | None:
    """Return the row of `PlanSet.entries` that a feature was made from; None where the layer is not of the plans."""
    if layer.spec.source.kind != "plans":
        return None
    entries = plan_set().entries
    matches = entries[entries["key"] == f"{layer.spec.source.table}:{feature_id}"]
    return {str(name): value for name, value in matches.iloc[0].items()} if len(matches) else None


def _resolve_point(key: str) -> SearchResult | None:
    """Return the result of ``point:lon,lat`` in degrees; None where those are no coordinates of a Mercator map."""
    try:
        lon, lat = (float(part) for part in key.removeprefix("point:").split(","))
    except ValueError:
        return None
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        return None
    county = county_at(lon, lat, counties_of(current_layers()))
    title = say("search.point", lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    about = region_text(county["adcode"]) if county else say("search.nowhere")
    shapes = _frame([shapely.Point(lon, lat)])
    adcode = county["adcode"] if county else ""
    return SearchResult(key, title, about, "", _view_of(shapes, "point"), shapes, point=(lon, lat), adcode=adcode)


def _view_of(shapes: gpd.GeoDataFrame, kind: str) -> Extent | None:
    """Return what shows all shapes; `kind`, point or place, limits its zoom. None without shapes."""
    if shapes.empty:
        return None
    west, south, east, north = shapes.total_bounds
    return Extent(west, south, east, north, _MAX_ZOOM[kind]).enlarged(1.25)


def _frame(shapes: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=STORE_CRS))
