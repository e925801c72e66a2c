"""What the browser must know of the layers: the panel in the order of drawing, and the texts that it writes itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from carto.map.drawing_texts import draw_words
from carto.scene import LayerShow, arranged
from carto.style import (
    LegendEntry,
    Symbol,
    classes_of,
    crowd_entry,
    label_of,
    layer_legend,
    paint_order,
    year_kinds,
    years_shown,
)
from carto.tiles import TileKind, has_crowds, has_marks, has_shapes
from layers.catalogue import Layer
from words import Lang, t

__all__ = ["TileUrl", "groups_of", "initial_panel", "legend_json", "symbol_json", "texts_of"]

TileUrl = Callable[[Layer, TileKind], str]

_OWN_TEXTS: Final = ("panel", "watermark", "base", "attribution", "zoom_in", "zoom_out", "county_only")
_ABSENT: Final = {"failed": "carto.load_failed", "loaded": "carto.under_way", "not_loaded": "carto.not_loaded"}
_ALWAYS: Final = 18
"""A layer that shows up to here shows on every closer zoom too."""


def groups_of(
    layers: Sequence[Layer], lang: Lang, tile_url: TileUrl, panel: Sequence[LayerShow], visible: set[str] | None
) -> list[dict[str, Any]]:
    """Return the panel: what is drawn on top first, by group.

    Parameters
    ----------
    layers : sequence of Layer
        In catalogue order.
    lang : {"zh", "en"}
    tile_url : callable
        Address of a layer's file of a kind.
    panel : sequence of LayerShow
        How the user left it; may be empty, or name layers that are no more.
    visible : set of str or None
        Where `panel` does not name a layer: whether it is on.
    """
    stands = {one.id: one for one in initial_panel(layers, panel, visible)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for layer in _ordered(layers, panel):
        groups.setdefault(layer.spec.group, []).append(_definition(layer, lang, tile_url, stands.get(layer.id)))
    return [{"id": name, "title": t(f"carto.group_{name}", lang), "layers": rows} for name, rows in groups.items()]


def initial_panel(
    layers: Sequence[Layer], panel: Sequence[LayerShow], visible: set[str] | None = None
) -> tuple[LayerShow, ...]:
    """Return how the loaded layers stand when the map opens, what is drawn on top first.

    Parameters
    ----------
    layers, panel, visible
        As in `groups_of`.
    """
    left = {one.id: one for one in panel}
    first = visible if visible is not None else {layer.id for layer in layers if layer.spec.on}
    there = [layer for layer in _ordered(layers, panel) if _there(layer)]
    return tuple(left.get(layer.id) or LayerShow(layer.id, layer.id in first) for layer in there)


def _there(layer: Layer) -> bool:
    return layer.state == "loaded" and layer.frame is not None


def _ordered(layers: Sequence[Layer], panel: Sequence[LayerShow]) -> list[Layer]:
    """Return what stands in the panel, top first, the layers of a group together."""
    shown = sorted((layer for layer in layers if layer.spec.role != "raster"), key=lambda one: -paint_order(one.spec))
    by_id = {layer.id: layer for layer in shown}
    order = [by_id[name] for name in arranged(list(by_id), [one.id for one in panel])]
    groups = list(dict.fromkeys(layer.spec.group for layer in order))
    return sorted(order, key=lambda layer: groups.index(layer.spec.group))


def _definition(layer: Layer, lang: Lang, tile_url: TileUrl, stands: LayerShow | None) -> dict[str, Any]:
    """Return what the browser must know of a layer."""
    spec = layer.spec
    head = {"id": spec.id, "title": spec.title(lang), "on": False, "legend": []}
    if stands is None:
        return {**head, "absent": t(_ABSENT[layer.state], lang)}
    classes, _ = classes_of(layer)
    years = years_shown(layer, stands)
    return {
        **head,
        "on": stands.on,
        "opacity": stands.opacity,
        "url": tile_url(layer, "shapes") if has_shapes(layer) else "",
        "marksUrl": tile_url(layer, "marks") if has_marks(layer) else "",
        "styles": [symbol_json(item.symbol) for item in classes],
        "label": label_of(spec),
        "years": years,
        "yearless": t("map.years_none", lang) if years is None and year_kinds(layer) else "",
        "legend": [legend_json(entry) for entry in _legend(layer, lang)],
        "notice": t("carto.illustrative", lang) if spec.watermark else "",
        "about": spec.notice(lang) if spec.notice else "",
        "watermark": spec.watermark,
        "minZoom": spec.min_zoom,
        "maxZoom": 22 if spec.max_zoom >= _ALWAYS else spec.max_zoom,
        "z": paint_order(spec),
    }


def _legend(layer: Layer, lang: Lang) -> list[LegendEntry]:
    """Return the legend of a layer on the map, where symbols may stand for many."""
    return layer_legend(layer, lang) + ([crowd_entry(layer, lang)] if has_crowds(layer) else [])


def symbol_json(symbol: Symbol) -> dict[str, Any]:
    """Return a symbol as the browser reads it, without keys that are unset (0 is set: it draws nothing)."""
    return {key: value for key, value in symbol.items() if value is not None and value is not False and value != []}


def legend_json(entry: LegendEntry) -> dict[str, Any]:
    """Return a legend entry as the browser reads it."""
    return {"label": entry.label, "kind": entry.kind, "style": symbol_json(entry.symbol), "hollow": entry.hollow}


def _year_words(lang: Lang) -> dict[str, str]:
    words = {"from": "from", "to": "to", "fromOf": "from_of", "toOf": "to_of", "undated": "undated", "note": "note"}
    words |= {"some": "some", "someUndated": "some_undated"}
    filled = {name: f"{{{name}}}" for name in ("layer", "count", "all", "first", "last")}
    return {name: t(f"map.years_{key}", lang, **filled) for name, key in words.items()}


def texts_of(lang: Lang) -> dict[str, Any]:
    """Return the texts that the browser writes itself."""
    texts: dict[str, Any] = {key: t(f"carto.{key}", lang) for key in _OWN_TEXTS}
    texts["absent"] = t("carto.absent", lang, count="{count}")
    texts["failed"] = t("carto.tiles_failed", lang, layers="{layers}")
    texts["draw"] = draw_words(lang)
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
    texts["yearWords"] = _year_words(lang)
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
