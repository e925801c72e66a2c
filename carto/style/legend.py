"""Legend entries: the symbols that the map draws, with their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import shapely

from carto.style.classes import MISSING, Choropleth
from carto.style.symbols import Symbol, classes_of
from carto.style.theme import THEME
from layers.catalogue import Layer, known_by_territory
from words import Lang, t

__all__ = ["LegendEntry", "choropleth_legend", "cluster_entry", "layer_legend"]

Kind = Literal["area", "line", "point", "crowd", "badge", "share"]
_KINDS: Final[tuple[Kind, ...]] = ("point", "line", "area")


@dataclass(frozen=True)
class LegendEntry:
    """One entry of a legend.

    Attributes
    ----------
    label : str
    kind : {"area", "line", "point", "crowd", "badge", "share"}
        ``crowd``: a ring with the number of a cluster; ``badge``: the number of what is known by a territory alone;
        ``share``: a class of which there is nothing but a share of those numbers.
    symbol : Symbol
    hollow : bool
        Somewhere on the water drawn, nobody knows where.
    """

    label: str
    kind: Kind
    symbol: Symbol
    hollow: bool = False


def layer_legend(layer: Layer, lang: Lang, *, on_paper: bool = False) -> list[LegendEntry]:
    """Return the legend entries of a layer.

    One per class that occurs (or one with the layer's title), as a share where all of its features are known by a
    territory only; then one for each further kind of shape in it, and those that say what hollow and a badge mean.

    Parameters
    ----------
    layer : Layer
        With the features that are shown.
    lang : {"zh", "en"}
    on_paper : bool
        Nothing is said of what shows when one zooms in.
    """
    if layer.frame is None or layer.frame.empty:
        return []
    classes, of_row = classes_of(layer)
    located = layer.frame["located"].to_numpy(bool)
    counted = known_by_territory(layer.frame)
    kinds = _kinds(layer)
    single = classes[0].value is None
    entries = [
        LegendEntry(
            layer.spec.title(lang) if single else item.title(lang),
            "share" if kinds[0] == "point" and counted[of_row == at].all() else kinds[0],
            item.symbol,
            hollow=kinds[0] == "point" and not (located | counted)[of_row == at].any(),
        )
        for at, item in enumerate(classes)
    ]
    unclassed = classes[0].symbol if single else _grey(classes[0].symbol)
    entries += [LegendEntry(t(f"carto.also_{kind}", lang), kind, unclassed) for kind in kinds[1:]]
    if not (located | counted).all():
        key = "carto.on_water_paper" if on_paper else "carto.on_water_entry"
        entries.append(LegendEntry(t(key, lang), "point", unclassed, hollow=True))
    if counted.any():
        entries.append(LegendEntry(t("carto.badge_entry", lang), "badge", unclassed))
    return entries


def cluster_entry(layer: Layer, lang: Lang) -> LegendEntry:
    """Return the legend entry of a cluster: the ring drawn for many symbols close together."""
    classes, _ = classes_of(layer)
    single = len(classes) == 1
    symbol = classes[0].symbol if single else _grey(classes[0].symbol)
    return LegendEntry(t(f"carto.crowd_{'one' if single else 'mixed'}", lang), "crowd", symbol)


def choropleth_legend(choropleth: Choropleth, lang: Lang) -> list[LegendEntry]:
    """Return the legend entries of an indicator: its classes, high to low, and missing values if there are any."""
    pairs = zip(choropleth.classes.captions(), choropleth.classes.symbols(), strict=True)
    entries = [LegendEntry(caption, "area", symbol) for caption, symbol in pairs][::-1]
    if (choropleth.classes.of_row < 0).any():
        entries.append(LegendEntry(t("carto.missing", lang), "area", MISSING))
    return entries


def _kinds(layer: Layer) -> list[Kind]:
    """Return the kinds of shape of a layer, the main one first: areas, or points if the layer has classes."""
    if layer.frame is None or layer.spec.role == "boundary":
        return ["line"]
    has_classes = layer.spec.style.by is not None
    counted = layer.frame if has_classes else layer.frame[layer.frame["located"]]
    present = set(shapely.get_dimensions(counted.geometry.array).tolist()) or {0}
    order = (0, 2, 1) if has_classes else (2, 1, 0)
    return [_KINDS[dimension] for dimension in order if dimension in present]


def _grey(symbol: Symbol) -> Symbol:
    """Return a symbol in grey and as a circle, for all classes of a layer together."""
    return {**symbol, "shape": "circle", "fill": THEME["map-soft"], "stroke": THEME["map-soft"]}
