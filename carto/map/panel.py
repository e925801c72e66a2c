"""JSON for the map in the browser: layers of the panel from top to bottom, symbols, legends, texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import geopandas as gpd

from carto.badges import Anchor, anchors_of, badges_json
from carto.map.drawing_texts import drawing_texts
from carto.scene import LayerDisplay, ordered_ids
from carto.style import (
    LegendEntry,
    Symbol,
    classes_of,
    cluster_entry,
    label_of,
    layer_legend,
    paint_order,
    year_kinds,
    years_json,
)
from carto.tiles import TileKind, has_clusters, has_marks, has_shapes
from geo.memo import per_frame
from layers.catalogue import Layer, LayerSpec
from words import Lang, t

__all__ = ["TileUrl", "browser_texts", "initial_panel", "legend_json", "panel_json", "symbol_json"]

TileUrl = Callable[[Layer, TileKind], str]

_OWN_TEXTS: Final = ("panel", "watermark", "base", "attribution", "zoom_in", "zoom_out")
_ABSENT: Final = {
    "failed": "carto.load_failed",
    "loaded": "carto.under_way",
    "not_loaded": "carto.not_loaded",
    "no_access": "carto.no_access",
}
_NO_MAX_ZOOM: Final = 18
"""A layer whose `max_zoom` reaches this is shown at every higher zoom too."""


def panel_json(
    layers: Sequence[Layer], lang: Lang, tile_url: TileUrl, panel: Sequence[LayerDisplay], visible: set[str] | None
) -> list[dict[str, Any]]:
    """Return the layer panel as the browser reads it: groups of layers, those drawn on top first.

    Parameters
    ----------
    layers : sequence of Layer
        In catalogue order.
    lang : {"zh", "en"}
    tile_url : callable
        Returns the URL of a layer's file of a kind.
    panel : sequence of LayerDisplay
        Display settings from earlier; may be empty, or contain ids of layers that no longer exist.
    visible : set of str or None
        Ids that are on among the layers not in `panel`; None for the catalogue's.
    """
    displays = {display.id: display for display in initial_panel(layers, panel, visible)}
    groups: dict[str, list[dict[str, Any]]] = {}
    anchors = anchors_of(layers)
    for layer in _panel_order(layers, panel):
        row = _layer_json(layer, lang, tile_url, displays.get(layer.id), anchors)
        groups.setdefault(layer.spec.group, []).append(row)
    return [{"id": name, "title": t(f"carto.group_{name}", lang), "layers": rows} for name, rows in groups.items()]


def initial_panel(
    layers: Sequence[Layer], panel: Sequence[LayerDisplay], visible: set[str] | None = None
) -> tuple[LayerDisplay, ...]:
    """Return the display settings of the loaded layers when the map opens, those drawn on top first.

    Parameters
    ----------
    layers, panel, visible
        As in `panel_json`.
    """
    earlier = {display.id: display for display in panel}
    on = visible if visible is not None else {layer.id for layer in layers if layer.spec.on}
    loaded = [layer for layer in _panel_order(layers, panel) if _is_loaded(layer)]
    return tuple(earlier.get(layer.id) or LayerDisplay(layer.id, layer.id in on) for layer in loaded)


def _is_loaded(layer: Layer) -> bool:
    return layer.state == "loaded" and layer.frame is not None


def _panel_order(layers: Sequence[Layer], panel: Sequence[LayerDisplay]) -> list[Layer]:
    """Return the layers of the panel, those drawn on top first, each group contiguous."""
    shown = sorted(
        (layer for layer in layers if layer.spec.role != "raster"), key=lambda layer: -paint_order(layer.spec)
    )
    by_id = {layer.id: layer for layer in shown}
    order = [by_id[name] for name in ordered_ids(list(by_id), [display.id for display in panel])]
    groups = list(dict.fromkeys(layer.spec.group for layer in order))
    return sorted(order, key=lambda layer: groups.index(layer.spec.group))


def _layer_json(
    layer: Layer, lang: Lang, tile_url: TileUrl, display: LayerDisplay | None, anchors: Mapping[str, Anchor]
) -> dict[str, Any]:
    """Return a layer as the browser reads it; without `display`, only its title and why it is not drawn."""
    spec = layer.spec
    head = {"id": spec.id, "title": spec.title(lang), "on": False, "legend": []}
    if display is None:
        return {**head, "absent": t(_ABSENT[layer.state], lang)}
    years = years_json(layer, display)
    return {
        **head,
        "on": display.on,
        "opacity": display.opacity,
        "url": tile_url(layer, "shapes") if has_shapes(layer) else "",
        "marksUrl": tile_url(layer, "marks") if has_marks(layer) else "",
        **_content_json(layer, lang, anchors),
        "label": label_of(spec),
        "years": years,
        "yearless": t("map.years_none", lang) if years is None and year_kinds(layer) else "",
        "notice": t("carto.illustrative", lang) if spec.watermark else "",
        "about": spec.notice(lang) if spec.notice else "",
        "watermark": spec.drawn_by_model,
        "minZoom": spec.min_zoom,
        "maxZoom": 22 if spec.max_zoom >= _NO_MAX_ZOOM else spec.max_zoom,
        "z": paint_order(spec),
    }


def _content_json(layer: Layer, lang: Lang, anchors: Mapping[str, Anchor]) -> dict[str, Any]:
    """Return styles, badges and legend of a layer; made once for all sessions, as they need a look at every row."""
    assert layer.frame is not None
    made = _made(layer.frame)
    found = made.get(lang)
    if found is None or found[0] is not layer.spec or found[1] != anchors:
        content = {
            "styles": [symbol_json(item.symbol) for item in classes_of(layer)[0]],
            "badges": badges_json(layer, layer.frame, anchors),
            "legend": [legend_json(entry) for entry in _legend(layer, lang)],
        }
        made[lang] = found = (layer.spec, anchors, content)
    return found[2]


@per_frame
def _made(frame: gpd.GeoDataFrame) -> dict[Lang, tuple[LayerSpec, Mapping[str, Anchor], dict[str, Any]]]:  # noqa: ARG001
    """Return where what was made for a frame is kept, by language: settings, anchors, `_content_json`."""
    return {}


def _legend(layer: Layer, lang: Lang) -> list[LegendEntry]:
    """Return the legend of a layer on the map, with an entry for clusters of symbols if it has any."""
    return layer_legend(layer, lang) + ([cluster_entry(layer, lang)] if has_clusters(layer) else [])


def symbol_json(symbol: Symbol) -> dict[str, Any]:
    """Return a symbol as the browser reads it, without keys that are None, False or empty; 0 is kept."""
    return {key: value for key, value in symbol.items() if value is not None and value is not False and value != []}


def legend_json(entry: LegendEntry) -> dict[str, Any]:
    """Return a legend entry as the browser reads it."""
    return {"label": entry.label, "kind": entry.kind, "style": symbol_json(entry.symbol), "hollow": entry.hollow}


def _year_texts(lang: Lang) -> dict[str, str]:
    words = {"from": "from", "to": "to", "fromOf": "from_of", "toOf": "to_of", "undated": "undated", "note": "note"}
    words |= {"some": "some", "someUndated": "some_undated"}
    filled = {name: f"{{{name}}}" for name in ("layer", "count", "all", "first", "last")}
    return {name: t(f"map.years_{key}", lang, **filled) for name, key in words.items()}


def browser_texts(lang: Lang) -> dict[str, Any]:
    """Return the texts that scripts write in the browser: panel, tools, attribution."""
    texts: dict[str, Any] = {key: t(f"carto.{key}", lang) for key in _OWN_TEXTS}
    texts["absent"] = t("carto.absent", lang, count="{count}")
    texts["failed"] = t("carto.tiles_failed", lang, layers="{layers}")
    texts["draw"] = drawing_texts(lang)
    texts["panelWords"] = {
        "fold": t("map.fold_group", lang, group="{group}"),
        "settings": t("map.settings", lang, layer="{layer}"),
        "opacity": t("map.opacity", lang),
        "opacityOf": t("map.opacity_of", lang, layer="{layer}"),
        "up": t("map.up", lang, layer="{layer}"),
        "down": t("map.down", lang, layer="{layer}"),
        "drag": t("map.drag", lang, layer="{layer}"),
        "moved": t("map.moved", lang, layer="{layer}", place="{place}", count="{count}"),
        "legend": t("map.legend", lang),
        "closer": t("map.closer", lang),
        "farther": t("map.farther", lang),
        "cells": t("map.cells", lang),
    }
    texts["markWords"] = {word: t(f"map.mark_{word}", lang) for word in ("spot", "shape")}
    texts["yearWords"] = _year_texts(lang)
    texts["linkWords"] = {
        "copy": t("map.copy_link", lang),
        "copied": t("map.link_copied", lang),
        "byHand": t("map.link_by_hand", lang, link="{link}"),
    }
    words = ("length", "area", "close", "hint", "centre", "undo", "finish", "again", "mu", "around")
    texts["measureWords"] = {word: t(f"map.measure_{word}", lang) for word in words}
    sides = ("title", "left", "right", "none", "divider", "hint")
    texts["compareWords"] = {word: t(f"map.compare_{word}", lang) for word in sides}
    texts["whereWords"] = {
        "plane": t("map.plane", lang, zone="{zone}", x="{x}", y="{y}"),
        "system": t("map.plane_system", lang),
    }
    return texts
