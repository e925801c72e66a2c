"""Symbols and names on paper: names by rank, each where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from carto.style import SITE_LINE, THEME, Label, Shape, Symbol, classes_of, label_of
from carto.tiles import marks_json
from geo.crs import from_store, transform_points
from layers.catalogue import Layer
from snapshot.sheet.fonts import font, spelled
from snapshot.sheet.layout import PIXEL_MM, PX_PT, Frame
from words import Lang, t

__all__ = ["Marks", "marker", "put_text", "text_width_pt"]

_HOLLOW_FROM: Final = 9
"""Symbols that mark no place would hide, further out, those that do (``carto/js/draw/marks.js``)."""
_SITE_NAME: Final = Label(
    size=12, weight=700, style="normal", colour=THEME["schematic"], rank=-1, minZoom=0, maxZoom=99, room=99.0
)
_SMALL_MM: Final = 3.0


@dataclass(frozen=True)
class _Dot:
    x: float
    y: float
    symbol: Symbol
    hollow: bool
    opacity: float = 1.0


@dataclass(frozen=True)
class _Name:
    x: float
    y: float
    text: str
    look: Label
    weight: float
    dot: bool


class Marks:
    """Symbols and names of one map, collected layer by layer, then drawn together."""

    def __init__(self, frame: Frame, zoom: int, lang: Lang, unit: float) -> None:
        self._frame, self._zoom, self._lang, self._unit = frame, zoom, lang, unit
        self._dots: list[_Dot] = []
        self._names: list[_Name] = []

    def take(self, layer: Layer, opacity: float = 1.0) -> None:
        """Add the symbols of a layer inside the frame, and the names that have room."""
        assert layer.frame is not None
        classes, _ = classes_of(layer)
        marks = marks_json(layer, layer.frame)
        look, zoom = label_of(layer.spec), self._zoom
        shrink = min(1.0, max(0.5, 0.5 + (zoom - 7) / 6))
        for (_, _, zh, en, place, located), (x, y) in _inside(marks["points"], self._frame):
            if not located and zoom < _HOLLOW_FROM:
                continue
            symbol = classes[place].symbol.copy()
            symbol["radius"] *= shrink
            self._dots.append(_Dot(x, y, symbol, hollow=not located, opacity=opacity))
            name = self._name(zh, en)
            if look is not None and zoom >= look["minZoom"] and name:
                note = "" if located else t("carto.county_only", self._lang)
                self._names.append(_Name(x, y, name + note, look, 0.0, dot=True))
        if look is None or not look["minZoom"] <= zoom <= look["maxZoom"]:
            return
        world_mm = 256 * 2**zoom * PIXEL_MM
        for (_, _, zh, en, share), (x, y) in _inside(marks["labels"], self._frame):
            name = self._name(zh, en)
            wide_mm = text_width_pt(name, look["size"] * PX_PT) * 25.4 / 72
            if name and wide_mm <= share * world_mm * look["room"]:
                self._names.append(_Name(x, y, name, look, share, dot=False))

    def take_sites(self, sites: gpd.GeoDataFrame, symbol: Symbol) -> None:
        """Add the ids of checked sites, with a mark on those too small to be seen."""
        shapes = sites.geometry.to_numpy()
        middles = transform_points(shapely.get_coordinates(shapely.point_on_surface(shapes)), self._frame.epsg)
        placed = from_store(gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4490)), self._frame.epsg)
        low_x, low_y, high_x, high_y = shapely.bounds(placed.geometry.to_numpy()).T
        small = np.maximum(high_x - low_x, high_y - low_y) < _SMALL_MM / 1000 * self._frame.scale
        marked: Symbol = {**symbol, "fill": SITE_LINE, "stroke": SITE_LINE, "radius": 5.0}
        for (x, y), tiny, name in zip(middles.tolist(), small.tolist(), sites["site_id"].astype(str), strict=True):
            if tiny:
                self._dots.append(_Dot(x, y, marked, hollow=False))
            self._names.append(_Name(x, y, name, _SITE_NAME, 1.0, dot=True))

    def draw(self, axes: Axes, kept: NDArray[np.float64]) -> None:
        """Draw all symbols, then the names, outside the boxes `kept`."""
        for dot in self._dots:
            marker(axes, dot.x, dot.y, dot.symbol, self._unit, hollow=dot.hollow, opacity=dot.opacity)
        self._write(axes, kept)

    def _name(self, zh: str, en: str) -> str:
        return en if self._lang == "en" and en else zh

    def _write(self, axes: Axes, kept: NDArray[np.float64]) -> None:
        """Draw names by rank, each at the first free of its places."""
        frame, dots, unit = self._frame, self._dots, self._unit
        per_pt = frame.scale * 25.4 / 72 / 1000  # metres of ground for a point of paper
        taken = kept
        reach = 5 * PX_PT * unit * per_pt
        ordered = sorted(self._names, key=lambda name: (name.look["rank"], name.dot, -name.weight))
        marked = False
        for name in ordered:
            if name.dot and name.look["rank"] >= 0 and not marked and dots:
                here = np.array([[dot.x - reach, dot.y - reach, dot.x + reach, dot.y + reach] for dot in dots])
                taken, marked = np.vstack([taken, here]), True
            size = name.look["size"] * PX_PT * unit * 0.92
            bold = name.look["weight"] >= 700
            wide, high = text_width_pt(name.text, size, bold=bold) * per_pt, size * 1.25 * per_pt
            for dx, dy in _spots(wide, high, 9 * PX_PT * unit * per_pt, dot=name.dot):
                box = np.array([name.x + dx, name.y + dy, name.x + dx + wide, name.y + dy + high])
                out = box[0] < frame.west or box[2] > frame.east or box[1] < frame.south or box[3] > frame.north
                hit = (taken[:, :2] < box[2:]).all(axis=1) & (taken[:, 2:] > box[:2]).all(axis=1)
                if out or hit.any():
                    continue
                taken = np.vstack([taken, box])
                put_text(
                    axes, (float(box[0]), float((box[1] + box[3]) / 2)), name.text, font(size, bold=bold), 1.6 * unit,
                    color=name.look["colour"], va="center_baseline", ha="left",
                )  # fmt: skip
                break


def _inside(marks: list[list[Any]], frame: Frame) -> list[tuple[list[Any], tuple[float, float]]]:
    """Return the marks inside the frame, in its system."""
    if not marks:
        return []
    xy = transform_points(np.array([mark[:2] for mark in marks], dtype=float), frame.epsg)
    east = (xy[:, 0] >= frame.west) & (xy[:, 0] <= frame.east)
    north = (xy[:, 1] >= frame.south) & (xy[:, 1] <= frame.north)
    return [(marks[at], (float(xy[at, 0]), float(xy[at, 1]))) for at in np.flatnonzero(east & north).tolist()]


def _spots(wide: float, high: float, away: float, *, dot: bool) -> list[tuple[float, float]]:
    if dot:
        return [(away, -high / 2), (-away - wide, -high / 2), (-wide / 2, away / 2), (-wide / 2, -away / 2 - high)]
    return [(-wide / 2, -high / 2), (-wide / 2, -high * 1.6), (-wide / 2, high * 0.6)]


def _polygon(reach: float, sides: int, turn: float) -> Outline:
    angle = np.radians(turn + 360 / sides * np.arange(sides + 1))
    return Outline(reach * np.column_stack([np.cos(angle), np.sin(angle)]), closed=True)


def _star() -> Outline:
    angle = np.radians(36 * np.arange(11) + 90)
    reach = 1.35 * np.where(np.arange(11) % 2, 0.45, 1.0)
    return Outline(np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None], closed=True)


_SHAPES: Final[dict[Shape, Outline]] = {
    "circle": Outline.unit_circle(),
    "square": Outline(0.88 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]), closed=True),
    "triangle": _polygon(1.2, 3, 90),
    "diamond": _polygon(1.2, 4, 90),
    "pentagon": _polygon(1.1, 5, 90),
    "inverted": _polygon(1.2, 3, -90),
    "hexagon": _polygon(1.1, 6, 0),
    "star": _star(),
}
"""Outlines of point symbols, of radius one: those of ``carto/js/draw/paint.js``."""


def marker(axes: Axes, x: float, y: float, symbol: Symbol, unit: float, *, hollow: bool, opacity: float = 1.0) -> None:
    """Draw a point symbol; a hollow one is known by county only: it marks no place."""
    outline = _SHAPES[symbol["shape"]]
    size = 2 * symbol["radius"] * PX_PT * unit * float(np.abs(outline.vertices).max())
    axes.plot(
        [x],
        [y],
        marker=outline,
        markersize=size,
        markerfacecolor="#ffffff" if hollow else symbol["fill"] or symbol["stroke"],
        markeredgecolor=(symbol["fill"] or symbol["stroke"]) if hollow else "#ffffff",
        markeredgewidth=(1.4 if hollow else 0.9) * PX_PT * unit,
        linestyle="none",
        clip_on=True,
        alpha=opacity,
    )


_measure: Final = TextToPath()


def put_text(axes: Axes, at: tuple[float, float], text: str, face: FontProperties, halo: float, **how: Any) -> None:
    """Draw a line of text; characters that the font lacks as their codes.

    The halo is drawn first, for itself: text with an effect would become outlines in a PDF.
    """
    text = spelled(text)
    if halo:
        ring = {**how, "path_effects": [Stroke(linewidth=halo, foreground="#ffffff")]}
        axes.text(*at, text, fontproperties=face, parse_math=False, **ring)
    axes.text(*at, text, fontproperties=face, parse_math=False, **how)


def text_width_pt(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return the printed width of a line of text, pt."""
    wide, _, _ = _measure.get_text_width_height_descent(spelled(text), font(size_pt, bold=bold), ismath=False)
    return float(wide)
