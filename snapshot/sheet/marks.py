"""Symbols and names on paper: names by rank, each where there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from carto.badges import COUNTIES_FROM_ZOOM, Anchor, Badge
from carto.style import SITE_LINE, THEME, Label, Shape, Symbol, classes_of, label_of
from carto.tiles import marks_json
from geo.crs import from_store, transform_points
from layers.catalogue import Layer
from snapshot.sheet.fonts import font, spelled
from snapshot.sheet.layout import PIXEL_MM, PX_PT, Frame
from words import Lang

__all__ = ["Marks", "badge_patch", "marker", "put_text", "text_width_pt"]

_HOLLOW_FROM: Final = 9
"""Symbols of what is somewhere on a water would hide, further out, those of places (``carto/js/draw/marks.js``)."""
_BADGE_PX: Final = (20.0, 4.0, 6.0, 15.0)
"""Height, height of the bar, room beside the text, and how far below its point a badge stands."""
_SITE_NAME: Final = Label(
    size=12, weight=700, style="normal", colour=THEME["schematic"], rank=-1, minZoom=0, maxZoom=99, room=99.0
)
_ALWAYS_NAMED: Final = 10
_NAMES_TAKE: Final = 0.25
"""Of the area that sites are spread over; where their names would take more, none is written."""
_SMALL_MM: Final = 3.0
_GAP: Final = 0.3
"""Between two names in a row, in heights of the text: numbers side by side would read as one."""


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
        self._badges: list[tuple[Badge, str]] = []

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
                self._names.append(_Name(x, y, name, look, 0.0, dot=True))
        if look is None or not look["minZoom"] <= zoom <= look["maxZoom"]:
            return
        world_mm = 256 * 2**zoom * PIXEL_MM
        for (_, _, zh, en, share), (x, y) in _inside(marks["labels"], self._frame):
            name = self._name(zh, en)
            wide_mm = text_width_pt(name, look["size"] * PX_PT) * 25.4 / 72
            if name and wide_mm <= share * world_mm * look["room"]:
                self._names.append(_Name(x, y, name, look, share, dot=False))

    def take_badges(self, badges: Sequence[Badge], anchors: Mapping[str, Anchor]) -> None:
        """Add the numbers of what is known by territories alone, as the screen shows them."""
        for badge in badges:
            number, anchor = str(badge.counts.total()), anchors.get(badge.adcode)
            named = badge.level == "province" or (badge.level == "prefecture" and self._zoom >= COUNTIES_FROM_ZOOM)
            self._badges.append((badge, f"{self._name(anchor.zh, anchor.en)} {number}" if named and anchor else number))

    def take_sites(self, sites: gpd.GeoDataFrame, symbol: Symbol) -> None:
        """Add the ids of checked sites, with a mark on those too small to be seen."""
        shapes = sites.geometry.to_numpy()
        middles = transform_points(shapely.get_coordinates(shapely.point_on_surface(shapes)), self._frame.epsg)
        placed = from_store(gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4490)), self._frame.epsg)
        low_x, low_y, high_x, high_y = shapely.bounds(placed.geometry.to_numpy()).T
        small = np.maximum(high_x - low_x, high_y - low_y) < _SMALL_MM / 1000 * self._frame.scale
        ids = sites["site_id"].astype(str).tolist()
        named = not self._crowded(middles, ids)
        marked: Symbol = {**symbol, "fill": SITE_LINE, "stroke": SITE_LINE, "radius": 5.0 if named else 2.5}
        for (x, y), tiny, name in zip(middles.tolist(), small.tolist(), ids, strict=True):
            if tiny:
                self._dots.append(_Dot(x, y, marked, hollow=False))
            if named:
                self._names.append(_Name(x, y, name, _SITE_NAME, 1.0, dot=True))

    def _crowded(self, places: NDArray[np.float64], ids: Sequence[str]) -> bool:
        """Return whether sites are so many and so close that few of their names would find room, by chance."""
        if len(ids) <= _ALWAYS_NAMED:
            return False
        size = _SITE_NAME["size"] * PX_PT * self._unit
        metres = self._frame.scale * 25.4 / 72 / 1000
        names_m2 = sum(text_width_pt(name, size, bold=True) for name in ids) * 1.25 * size * metres**2
        return bool(names_m2 > _NAMES_TAKE * float(np.prod(np.ptp(places, axis=0))))

    def draw(self, axes: Axes, kept: NDArray[np.float64]) -> None:
        """Draw all symbols, then the names, outside the boxes `kept`."""
        for dot in self._dots:
            marker(axes, dot.x, dot.y, dot.symbol, self._unit, hollow=dot.hollow, opacity=dot.opacity)
        self._write(axes, self._count(axes, kept))

    def _count(self, axes: Axes, kept: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draw the badges, each at the first free of its places; return the boxes `kept` and theirs."""
        per_px = PX_PT * self._unit * self._frame.scale * 25.4 / 72 / 1000
        high, _, beside, below = (size * per_px for size in _BADGE_PX)
        taken = kept
        marks = [[badge.lon, badge.lat, badge, text] for badge, text in self._badges]
        for (_, _, badge, text), (x, y) in _inside(marks, self._frame):
            size = 11 * PX_PT * self._unit * 0.92
            wide = max(26 * per_px, text_width_pt(text, size, bold=True) / (PX_PT * self._unit) * per_px + 2 * beside)
            spots = (
                (-wide / 2, -below - high / 2), (-wide / 2, -below - 2 * high), (-wide / 2, below),
                (wide / 2, -high / 2), (-1.5 * wide, -high / 2),
            )  # fmt: skip
            boxes = [np.array([x + dx, y + dy, x + dx + wide, y + dy + high]) for dx, dy in spots]
            free = [box for box in boxes if not _meets(box, taken)]
            box = free[0] if free else boxes[0]
            taken = np.vstack([taken, box])
            badge_patch(axes, box, badge.counts, text, unit=self._unit, size_pt=size)
        return taken

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
                if out or _meets(box, taken):
                    continue
                taken = np.vstack([taken, box + _GAP * high * np.array([-1.0, 0.0, 1.0, 0.0])])
                put_text(
                    axes, (float(box[0]), float((box[1] + box[3]) / 2)), name.text, font(size, bold=bold), 1.6 * unit,
                    color=name.look["colour"], va="center_baseline", ha="left",
                )  # fmt: skip
                break


def _meets(box: NDArray[np.float64], taken: NDArray[np.float64]) -> bool:
    """Return whether a box overlaps one of those taken."""
    return bool(((taken[:, :2] < box[2:]).all(axis=1) & (taken[:, 2:] > box[:2]).all(axis=1)).any())


def badge_patch(
    axes: Axes, box: NDArray[np.float64], counts: Mapping[str, int], text: str, *, unit: float, size_pt: float
) -> None:
    """Draw a badge into a box of the axes: its text, and below a bar of its counts by colour."""
    (left, low, right, high), total = box.tolist(), sum(counts.values())
    bar = (high - low) * _BADGE_PX[1] / _BADGE_PX[0]
    edge: dict[str, Any] = {"linewidth": PX_PT * unit, "edgecolor": THEME["map-soft"], "clip_on": True}
    round_to = f"round,pad=0,rounding_size={(high - low) * 0.2}"
    axes.add_patch(FancyBboxPatch((left, low), right - left, high - low, round_to, facecolor="#ffffff", **edge))
    x = left
    for colour, number in counts.items():
        wide = (right - left) * number / total
        axes.add_patch(Rectangle((x, low), wide, bar, facecolor=colour, linewidth=0, clip_on=True))
        x += wide
    axes.add_patch(FancyBboxPatch((left, low), right - left, high - low, round_to, facecolor="none", **edge))
    put_text(
        axes, ((left + right) / 2, low + bar + (high - low - bar) / 2), text, font(size_pt, bold=True), 0,
        color=THEME["map-ink"], va="center_baseline", ha="center",
    )  # fmt: skip


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
    """Draw a point symbol; a hollow one is of what is somewhere on a water: it marks no place."""
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
