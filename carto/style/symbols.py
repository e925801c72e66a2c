"""Symbols of a layer: its `Style` resolved into one symbol per class, the same for map, legend, sheet and file.

Colours follow the practice of Chinese control-line maps (red line green, farmland yellow, town boundary red, water
blue); classes of points differ by shape as well as by colour, for readers who cannot distinguish the colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carto.style.theme import THEME
from geo.memo import per_frame
from layers.catalogue import Layer, LayerSpec, Style
from words import Lang, has, t

__all__ = [
    "OUTLINE_SYMBOL",
    "SITE_FILL",
    "SITE_LINE",
    "SITE_SYMBOL",
    "Label",
    "Shape",
    "Symbol",
    "SymbolClass",
    "classes_of",
    "label_of",
    "paint_order",
    "symbol_of",
]

Shape = Literal["circle", "square", "triangle", "diamond", "pentagon", "inverted", "hexagon", "star"]


class Symbol(TypedDict):
    """One symbol, sizes in screen pixels; the browser's drawing code reads these keys."""

    stroke: str | None
    width: float
    dash: list[float]
    fill: str | None
    opacity: float
    hatch: bool
    radius: float
    shape: Shape


class Label(TypedDict):
    """Text style of the names of a layer, sizes in screen pixels; a lower rank is placed first."""

    size: int
    weight: int
    style: Literal["normal", "italic"]
    colour: str
    rank: int
    minZoom: int
    maxZoom: int
    room: float
    """A name is drawn on an area only if it is narrower than this multiple of the area's width."""


@dataclass(frozen=True)
class SymbolClass:
    """One class of a layer: its value in column ``style.by``, the key of its title, its symbol."""

    value: str | None
    text_key: str | None
    symbol: Symbol

    def title(self, lang: Lang) -> str:
        """Return the name of the class in `lang`."""
        return t(self.text_key, lang) if self.text_key else (self.value or "")


_FAMILIES: Final[dict[str, tuple[str, Shape, str]]] = {
    "water": ("#0072b2", "inverted", "water_works water_supply water_environment sewage"),
    "ecology": (
        "#1b7837",
        "triangle",
        "ecological_restoration mine_restoration forestry biodiversity soil air monitoring",
    ),
    "transport": (THEME["map-label"], "square", "transport_rail transport_road transport_port"),
    "energy": ("#d55e00", "star", "power_grid power_generation energy"),
    "cycle": ("#8c6d31", "hexagon", "waste low_carbon circular_economy"),
    "industry": ("#882255", "pentagon", "industry science digital"),
    "agriculture": ("#b8860b", "diamond", "agriculture"),
    "culture": ("#aa4499", "circle", "tourism culture urban"),
}
"""Families of project categories: colour (dark enough on white, distinct to the colour-blind), shape, categories."""

FAMILY_COLOURS: Final = {family: colour for family, (colour, _, _) in _FAMILIES.items()}
_FAMILY_OF: Final = {value: family for family, (_, _, values) in _FAMILIES.items() for value in values.split()}

_OTHER_COLOURS: Final[tuple[tuple[str, Shape], ...]] = (
    ("#0072b2", "circle"),
    ("#d55e00", "square"),
    ("#009e73", "triangle"),
    ("#cc79a7", "diamond"),
    ("#56b4e9", "pentagon"),
    ("#e69f00", "hexagon"),
    ("#882255", "star"),
    (THEME["map-label"], "inverted"),
)
"""Colour and shape of unknown values: the palette of Okabe and Ito (2008), the darkest last."""

_LABELS: Final[dict[str, Label]] = {
    "province": Label(size=17, weight=700, style="normal", colour="#33363a", rank=0, minZoom=5, maxZoom=6, room=1.0),
    "prefecture": Label(size=14, weight=700, style="normal", colour="#2f3440", rank=1, minZoom=6, maxZoom=10, room=1.0),
    "county": Label(size=12, weight=500, style="normal", colour="#3f4450", rank=2, minZoom=8, maxZoom=22, room=1.0),
    "town": Label(size=11, weight=400, style="normal", colour="#5b6068", rank=7, minZoom=9, maxZoom=22, room=1.0),
    "protection": Label(size=12, weight=500, style="normal", colour="#00564d", rank=3, minZoom=9, maxZoom=22, room=4.0),
    "water": Label(size=12, weight=400, style="italic", colour="#1c5d99", rank=4, minZoom=8, maxZoom=22, room=2.0),
    "plan_project": Label(
        size=11, weight=400, style="italic", colour="#4a5560", rank=5, minZoom=8, maxZoom=22, room=1.0
    ),
    "projects": Label(
        size=11, weight=500, style="normal", colour=THEME["map-ink"], rank=5, minZoom=10, maxZoom=22, room=4.0
    ),
}
_OTHER_LABEL: Final = Label(
    size=12, weight=400, style="normal", colour=THEME["map-label"], rank=6, minZoom=9, maxZoom=22, room=2.0
)


_PAINT_ORDER: Final = {
    "indicators": 0,
    "water": 1,
    "projects": 2,
    "protection": 3,
    "control": 4,
    "boundaries": 5,
    "own": 6,
}
_BOUNDARY_ORDER: Final = {"county": 1, "prefecture": 2, "province": 3}


SITE_LINE: Final = THEME["site"]
SITE_FILL: Final = THEME["site-ground"]


def paint_order(spec: LayerSpec) -> int:
    """Return the paint order of a layer: a higher number is painted later, on top."""
    return 10 * _PAINT_ORDER[spec.group] + _BOUNDARY_ORDER.get(spec.stands_for, 0)


def symbol_of(style: Style) -> Symbol:
    """Return the symbol of a layer that has no classes."""
    return Symbol(
        stroke=style.stroke,
        width=style.stroke_px,
        dash=list(style.dash),
        fill=style.fill,
        opacity=style.fill_opacity,
        hatch=style.hatch,
        radius=style.radius_px,
        shape="circle",
    )


SITE_SYMBOL: Final[Symbol] = symbol_of(Style(stroke=SITE_LINE, stroke_px=2.5, fill=SITE_FILL, fill_opacity=0.25))
OUTLINE_SYMBOL: Final[Symbol] = symbol_of(Style(stroke=SITE_LINE, stroke_px=2.5))
"""Of what was searched for."""


def label_of(spec: LayerSpec) -> Label | None:
    """Return the text style of the names of a layer, None if its names are not drawn."""
    if spec.style.label is None and spec.style.label_ends is None:
        return None
    return _LABELS.get(spec.stands_for) or _LABELS.get(spec.group) or _OTHER_LABEL


def classes_of(layer: Layer) -> tuple[list[SymbolClass], NDArray[np.int64]]:
    """Return the classes of a layer and the class of each row.

    Parameters
    ----------
    layer : Layer
        Loaded. Without ``style.by``, or if its column is missing, there is one class.

    Returns
    -------
    classes : list of SymbolClass
        Only those that occur, in a fixed order.
    of_row : array of int
        Index into `classes` for each row of ``layer.frame``.
    """
    if layer.frame is None:
        raise ValueError(f"layer {layer.id} is not loaded")
    style = layer.spec.style
    base = symbol_of(style)
    if style.by is None or style.by not in layer.frame.columns:
        return [SymbolClass(None, None, base)], np.zeros(len(layer.frame), np.int64)
    cache = _classes_by_column(layer.frame)
    if style.by not in cache:
        cache[style.by] = _classify_column(layer.frame[style.by])
    order, codes = cache[style.by]
    return [_symbol_class(name, position, base) for position, name in enumerate(order)], codes


@per_frame
def _classes_by_column(frame: gpd.GeoDataFrame) -> dict[str, tuple[list[str], NDArray[np.int64]]]:  # noqa: ARG001 -- the key
    """Return a cache of classes by column, empty at first; classes of a million rows take a second."""
    return {}


def _classify_column(column: pd.Series) -> tuple[list[str], NDArray[np.int64]]:
    """Return the class names of a column in legend order, and the index of each row's class."""
    positions, values = pd.factorize(column.astype("string").fillna(""))
    names = [_FAMILY_OF.get(value, value) for value in values]
    order = [name for name in (*_FAMILIES, *sorted(set(names) - set(_FAMILIES))) if name in set(names)]
    index = {name: number for number, name in enumerate(order)}
    codes = np.array([index[name] for name in names], np.int64)[positions]
    codes.setflags(write=False)  # the cached array is shared
    return order, codes


def _symbol_class(name: str, position: int, base: Symbol) -> SymbolClass:
    """Return the class of a value: the colour and shape of its family, else those for its position."""
    colour, shape = _FAMILIES[name][:2] if name in _FAMILIES else _OTHER_COLOURS[position % len(_OTHER_COLOURS)]
    key = f"carto.class_{name or 'none'}"
    symbol: Symbol = {**base, "fill": colour, "stroke": colour, "shape": shape}
    return SymbolClass(name, key if has(key) else None, symbol)
