"""The search box: what is typed becomes suggestions, a choice becomes the place that the map goes to and points out."""

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
from carto.scene import View
from geo.crs import STORE_CRS
from layers.catalogue import Layer, counties_of
from layers.gazetteer import county_at, hit_of
from layers.paths import PRODUCT
from views.parts.entries import highlight_of, plan_set, territories_frame
from views.parts.map import MAP_GOES_TO, look_at
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

__all__ = ["FIND_SHOWN", "Found", "found", "gone", "groups", "show_found", "show_search"]

_HERE: Final = PRODUCT / "views" / "js"
_CLOSEST: Final = {"point": 15, "place": 13}
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
class Found:
    """What was chosen in the box.

    Attributes
    ----------
    key : str
        As in the address: ``county:361002``, ``layer:projects:…``, ``point:116.35,27.95``.
    title : str
    about : str
        What it is.
    note : str
        Where only its territory is known: that this is so.
    view : View or None
    shapes : GeoDataFrame
        EPSG:4490, to be pointed out.
    point : tuple of float or None
        Longitude and latitude of chosen coordinates: the click that they stand for.
    feature : tuple of str or None
        Layer and feature id.
    entry : dict or None
        Of the plans, where it is one of theirs.
    adcode : str
        The county it lies in, or is; "" where there are several or none.
    """

    key: str
    title: str
    about: str
    note: str
    view: View | None
    shapes: gpd.GeoDataFrame
    point: tuple[float, float] | None = None
    feature: tuple[str, str] | None = None
    entry: dict[str, Any] | None = None
    adcode: str = ""


FIND_SHOWN: Final[Slot[str]] = Slot("find-looked", "")
"""Key of the find that the map was moved to."""
_ANSWERED: Final[Slot[Any]] = Slot("find-at", None)
"""When the choice was made that was answered last."""
_FOUND: Final[Memo[Found | None]] = Memo("find-memo")


def show_search() -> None:
    """Show the box; what is chosen in it goes into the address and moves the map."""
    chosen = found()
    texts = {name: say(f"search.{name}") for name in ("label", "hint", "clear", "nothing", "failed")}
    texts["count"] = say("search.count", count="{count}")
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    answer = _component()(
        key="find-box",
        data={
            "url": (f"/{base}" if base else "") + FIND_PATH,
            "token": session_token(),
            "lang": lang(),
            "texts": texts,
            "value": chosen.title if chosen else "",
        },
        on_chosen_change=lambda: None,
    )
    if answer.chosen is not None and answer.chosen.get("at") != _ANSWERED.get():
        _ANSWERED.set(answer.chosen["at"])
        _go(str(answer.chosen.get("key", "")))


def _component() -> Any:
    """Return the component, registered once for the script and sheet as they are."""
    script, sheet = (_HERE / f"search_box.{kind}" for kind in ("js", "css"))
    return _registered(script.stat().st_mtime_ns, sheet.stat().st_mtime_ns)


@st.cache_resource(show_spinner=False, max_entries=1)
def _registered(script: int, sheet: int) -> Any:  # noqa: ARG001 -- the key
    texts = {kind: (_HERE / f"search_box.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")}
    return st.components.v2.component("redline_find", html=_HTML, js=texts["js"], css=texts["css"])


def _go(key: str) -> None:
    """Take a choice: into the address, and the map there."""
    if key:
        st.query_params[_PARAMETER] = key
    else:
        st.query_params.pop(_PARAMETER, None)
    chosen = found()
    FIND_SHOWN.set(key)
    if chosen is not None and chosen.view is not None:
        MAP_GOES_TO.set(chosen.view)


def found() -> Found | None:
    """Return what the address points at, None where it points at nothing or at what is gone."""
    key = str(st.query_params.get(_PARAMETER, ""))[:200]
    if not key:
        return None
    chosen = _FOUND.once((key, lang()), lambda: _found(key))
    if chosen is not None and FIND_SHOWN.get() != key:  # a link, or the way back from a county page
        FIND_SHOWN.set(key)
        if chosen.view is not None:
            MAP_GOES_TO.set(chosen.view)
    return chosen


def gone() -> str:
    """Return the key of the address that stands for nothing any more, fit for Markdown; "" where there is none."""
    key = str(st.query_params.get(_PARAMETER, ""))[:80]
    if not key or found() is not None:
        return ""
    return markdown_text("".join(c for c in key if c.isprintable()))


def groups() -> list[folium.FeatureGroup]:
    """Return what was found, to be pointed out on the map."""
    chosen = found()
    return [highlight_group(chosen.shapes)] if chosen is not None and len(chosen.shapes) else []


def show_found(chosen: Found, card: Markup) -> None:
    """Show what was found.

    Parameters
    ----------
    chosen : Found
    card : Markup
        The feature's own card; "" where it is no feature of a layer.
    """
    named = chosen.entry is None  # an entry's own card says so
    if not (named or chosen.note or card):
        return
    head = html_of("views/screens/map/templates/found.html", found=chosen, named=named)
    show_html(head, card, style("views/screens/map/templates/found.css"))


def _found(key: str) -> Found | None:
    """Return what a key stands for, ready to be shown."""
    if key.startswith("point:"):
        return _found_point(key)
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
        mine = layer.frame[layer.frame["name_zh"] == hit.name_zh]
        row = mine.iloc[0]
        entry = _entry(layer, str(row["feature_id"]))
        if entry is not None:
            shapes = highlight_of(plan_set(), entry)
        else:
            shapes = mine[["geometry"]] if hit.exact else _frame([*outlines.geometry, *mine.geometry])
        if not county and hit.exact and hit.lon is not None and hit.lat is not None:
            here = county_at(hit.lon, hit.lat, counties_of(layers))
            county = here["adcode"] if here is not None and not codes else county
        return Found(
            hit.key, hit_title(hit, lang()), about, note, _view(shapes if hit.exact else outlines, "place"), shapes,
            feature=(layer.id, str(row["feature_id"])), entry=entry, adcode=county,
        )  # fmt: skip
    at = hit.lon is not None and hit.kind not in ("county", "prefecture", "province")
    shapes = _frame([shapely.Point(hit.lon, hit.lat)]) if at else outlines
    return Found(hit.key, hit_title(hit, lang()), about, note, _view(shapes, "place"), shapes, adcode=county)


def _entry(layer: Layer, feature_id: str) -> dict[str, Any] | None:
    """Return the entry of the plans that a feature of a layer draws; None where it is none."""
    if layer.spec.source.kind != "plans":
        return None
    entries = plan_set().entries
    mine = entries[entries["key"] == f"{layer.spec.source.table}:{feature_id}"]
    return {str(name): value for name, value in mine.iloc[0].items()} if len(mine) else None


def _found_point(key: str) -> Found | None:
    try:
        lon, lat = (float(part) for part in key.removeprefix("point:").split(","))
    except ValueError:
        return None
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        return None
    here = county_at(lon, lat, counties_of(current_layers()))
    title = say("search.point", lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    about = region_text(here["adcode"]) if here else say("search.nowhere")
    shapes = _frame([shapely.Point(lon, lat)])
    adcode = here["adcode"] if here else ""
    return Found(key, title, about, "", _view(shapes, "point"), shapes, point=(lon, lat), adcode=adcode)


def _view(shapes: gpd.GeoDataFrame, kind: str) -> View | None:
    if shapes.empty:
        return None
    view = look_at(*shapes.total_bounds, margin=1.25)
    return View(view.lon, view.lat, min(view.zoom, _CLOSEST[kind]))


def _frame(shapes: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=STORE_CRS))
