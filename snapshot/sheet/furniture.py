"""Map furniture on paper: grid, scale bar, north arrow, inset, watermark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from carto.style import SITE_LINE, THEME
from geo.crs import transform_points
from layers.catalogue import Layer
from snapshot.sheet.draw import draw_layers
from snapshot.sheet.fonts import font, spelled
from snapshot.sheet.layout import Frame
from snapshot.sheet.legend_box import write
from snapshot.sheet.marks import text_width_pt
from words import Lang, t

__all__ = ["draw_grid", "draw_inset", "draw_north", "draw_scale", "draw_watermark", "furniture"]

_INK: Final = THEME["map-ink"]
_GRID: Final = "#51606a"
_DEGREE_STEPS: Final = (2.0, 1.0, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360)
_FIGURE_PT: Final = 5.4
_SCALE_PT: Final = 5.8
_MM_PT: Final = 25.4 / 72


@dataclass(frozen=True)
class _GridLine:
    """A line of a grid, metres, and its figure at the upper (`upright`) or left edge of the frame."""

    xy: NDArray[np.float64]
    at: float
    text: str
    upright: bool


def furniture(frame: Frame, unit: float, *, grid: str, inset_mm: float = 0.0) -> NDArray[np.float64]:
    """Return the boxes of the furniture, which names of the map must leave free.

    Parameters
    ----------
    frame : Frame
    unit : float
        By how much symbols and text grow.
    grid : {"graticule", "gk", "none"}
    inset_mm : float
        Side of the square in the lower right corner; 0 for none.

    Returns
    -------
    ndarray, shape (n, 4)
        West, south, east, north in the frame's system, metres.
    """
    ground = frame.scale / 1000
    x, y, wide, high = _scale_plate(frame, unit)
    size = _arrow_m(frame, unit)
    boxes = [
        (x, y, x + wide, y + high),
        (frame.east - 2 * size, frame.north - 3.4 * size, frame.east, frame.north),
    ]
    if inset_mm:
        boxes.append((frame.east - inset_mm * ground, frame.south, frame.east, frame.south + inset_mm * ground))
    tall = 1.3 * _FIGURE_PT * unit * _MM_PT * ground
    gap = _figure_gap(frame)
    for line in _grid_lines(frame, grid):
        half = text_width_pt(line.text, _FIGURE_PT * unit) * _MM_PT * ground / 2
        if line.upright:
            boxes.append((line.at - half, frame.north - gap - tall, line.at + half, frame.north))
        else:
            boxes.append((frame.west, line.at - tall / 2, frame.west + gap + 2 * half, line.at + tall / 2))
    return np.array(boxes)


def draw_grid(axes: Axes, frame: Frame, kind: str, unit: float) -> None:
    """Draw a graticule of degrees, or the grid of the projection, with its figures inside the frame.

    Parameters
    ----------
    axes : Axes
    frame : Frame
    kind : {"graticule", "gk", "none"}
    unit : float
    """
    gap = _figure_gap(frame)
    for line in _grid_lines(frame, kind):
        axes.plot(line.xy[:, 0], line.xy[:, 1], color=_GRID, linewidth=0.3 * unit, alpha=0.55, zorder=1.5)
        if not _figured(frame, line):
            continue
        place = (line.at, frame.north - gap) if line.upright else (frame.west + gap, line.at)
        ha, va = ("center", "top") if line.upright else ("left", "center")
        write(axes, *place, line.text, _FIGURE_PT * unit, colour=_GRID, ha=ha, va=va, halo=1.6 * unit)


def _figured(frame: Frame, line: _GridLine) -> bool:
    """Return whether the figure of a grid line has room inside the frame."""
    if not line.upright:
        return frame.south < line.at < frame.north
    edge = 0.03 * (frame.east - frame.west)
    return frame.west + edge < line.at < frame.east - edge


def _figure_gap(frame: Frame) -> float:
    return 0.006 * (frame.north - frame.south)


def _grid_lines(frame: Frame, kind: str) -> Iterator[_GridLine]:
    if kind == "gk":
        yield from _plane_grid(frame)
    elif kind == "graticule":
        yield from _graticule(frame)


def _plane_grid(frame: Frame) -> Iterator[_GridLine]:
    step = _nice((frame.east - frame.west) / 5)
    for x in _multiples(frame.west, frame.east, step):
        yield _GridLine(np.array([[x, frame.south], [x, frame.north]]), x, f"{x / 1000:.10g} km", upright=True)
    for y in _multiples(frame.south, frame.north, step):
        yield _GridLine(np.array([[frame.west, y], [frame.east, y]]), y, f"{y / 1000:.10g} km", upright=False)


def _graticule(frame: Frame) -> Iterator[_GridLine]:
    west, south, east, north = frame.degrees()
    step = next((step for step in _DEGREE_STEPS if (east - west) / step >= 4), _DEGREE_STEPS[-1])
    for lon in _multiples(west, east, step):
        xy = transform_points(np.column_stack([np.full(60, lon), np.linspace(south, north, 60)]), frame.epsg)
        yield _GridLine(xy, float(np.interp(frame.north, xy[:, 1], xy[:, 0])), _dms(lon, "E"), upright=True)
    for lat in _multiples(south, north, step):
        xy = transform_points(np.column_stack([np.linspace(west, east, 60), np.full(60, lat)]), frame.epsg)
        yield _GridLine(xy, float(np.interp(frame.west, xy[:, 0], xy[:, 1])), _dms(lat, "N"), upright=False)


def _nice(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _dms(value: float, side: str) -> str:
    """Return degrees, minutes and seconds as text, without parts that are 0.

    Examples
    --------
    >>> _dms(116.5, "E"), _dms(28, "N")
    ('116°30′E', '28°N')
    """
    seconds = round(value * 3600)
    degrees, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    return f"{degrees}°" + (f"{minutes:02d}′" if minutes or rest else "") + (f"{rest:02d}″" if rest else "") + side


def _scale_plate(frame: Frame, unit: float) -> tuple[float, float, float, float]:
    """Return left, bottom, width and height of the plate of the scale bar, m."""
    pad = 0.002 * unit * frame.scale
    x, y = frame.west + 0.005 * unit * frame.scale, frame.south + 0.006 * unit * frame.scale
    return x - pad, y - pad, 4 * _scale_part(frame) + 7 * pad, 0.0012 * unit * frame.scale + 2.7 * pad


def _scale_part(frame: Frame) -> float:
    return _nice((frame.east - frame.west) / 26)


def draw_scale(axes: Axes, frame: Frame, lang: Lang, unit: float) -> None:
    """Draw a bar of four parts at the lower left."""
    part = _scale_part(frame)
    high = 0.0012 * unit * frame.scale
    left, bottom, wide, tall = _scale_plate(frame, unit)
    axes.add_patch(Rectangle((left, bottom), wide, tall, color="#ffffff", alpha=0.85, zorder=8))
    pad = 0.002 * unit * frame.scale
    x, y = left + pad, bottom + pad
    for at in range(4):
        colour = _INK if at % 2 == 0 else "#ffffff"
        axes.add_patch(
            Rectangle((x + at * part, y), part, high, facecolor=colour, edgecolor=_INK, linewidth=0.5 * unit, zorder=9)
        )
    key, size = ("sheet.km", 1000) if part >= 500 else ("sheet.m", 1)
    for at in (0, 1, 2, 4):
        figure = f"{at * part / size:.10g}"
        text = t(key, lang, value=figure) if at == 4 else figure
        axes.annotate(
            spelled(text),
            (x + at * part, y + 1.6 * high),
            fontproperties=font(_SCALE_PT * unit),
            ha="center",
            zorder=9,
        )


def _arrow_m(frame: Frame, unit: float) -> float:
    """Return half the length of the north arrow, m."""
    return 0.009 * unit * frame.scale


def draw_north(axes: Axes, frame: Frame, lang: Lang, unit: float) -> None:
    """Draw an arrow at the upper right that points to true north."""
    size = _arrow_m(frame, unit)
    x, y = frame.east - 1.1 * size, frame.north - 1.9 * size
    lon, lat = transform_points(np.array([[x, y]]), frame.epsg, inverse=True)[0]
    ahead = transform_points(np.array([[lon, lat + 1e-3]]), frame.epsg)[0]
    angle = math.atan2(ahead[0] - x, ahead[1] - y)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    for shape, colour in (([(0, 1), (-0.45, -0.5), (0, -0.2)], _INK), ([(0, 1), (0.45, -0.5), (0, -0.2)], "#ffffff")):
        points = np.array(shape) * size @ turn + (x, y)
        axes.add_patch(Polygon(points, closed=True, facecolor=colour, edgecolor=_INK, linewidth=0.6 * unit, zorder=9))
    write(axes, x, y + 1.12 * size, t("sheet.north", lang), 8 * unit, bold=True, ha="center", halo=2 * unit)


def draw_inset(axes: Axes, outlines: Sequence[Layer], frame: Frame, whole: Frame, lang: Lang) -> None:
    """Draw the inset: outlines of the territory with the frame of the sheet."""
    axes.set(xlim=(whole.west, whole.east), ylim=(whole.south, whole.north), xticks=[], yticks=[], facecolor="#ffffff")
    draw_layers(axes, outlines, whole, lang, unit=0.45, names=False)
    edge = shapely.get_coordinates(
        shapely.segmentize(shapely.box(frame.west, frame.south, frame.east, frame.north), 5e4)
    )
    ring = transform_points(transform_points(edge, frame.epsg, inverse=True), whole.epsg)
    axes.add_patch(
        Polygon(ring, closed=True, facecolor=f"{SITE_LINE}22", edgecolor=SITE_LINE, linewidth=1.0, zorder=20)
    )


def draw_watermark(axes: Axes, text: str, unit: float) -> None:
    """Write 示意 across the map."""
    for row in range(5):
        for column in range(4):
            axes.text(
                (column + (0.25 if row % 2 else 0.6)) / 4.2,
                (row + 0.5) / 5,
                spelled(text),
                transform=axes.transAxes,
                fontproperties=font(15 * unit, bold=True),
                color=THEME["watermark"],
                alpha=0.2,
                rotation=24,
                ha="center",
                va="center",
                zorder=7,
                clip_on=True,
            )
