"""The furniture of a sheet: legend, grid, scale bar, north arrow, inset, watermark, source lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from carto.legend import LegendEntry
from geo.crs import transform_points
from layers.model import Layer
from snapshot.fonts import font, refuse_missing
from snapshot.sheet_draw import area_patch, draw_layers, line_pen
from snapshot.sheet_layout import Frame, Rect
from snapshot.sheet_marks import marker, put_text, text_width_pt
from words import Lang, t

__all__ = ["draw_grid", "draw_inset", "draw_legend", "draw_north", "draw_scale", "draw_watermark", "wrap", "write"]

_INK: Final = "#222222"
_SOFT: Final = "#555555"
_GRID: Final = "#51606a"
_LEAST_SIZE: Final = 0.4
_DEGREE_STEPS: Final = (2.0, 1.0, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360)
_MM_PT: Final = 25.4 / 72


def write(
    axes: Axes, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = _INK,
    ha: str = "left", va: str = "baseline", halo: float = 0.0, turn: float = 0.0, alpha: float = 1.0,
) -> None:  # fmt: skip
    """Write one line of text at a place of the axes; a character that the font has not is an error."""
    put_text(
        axes, (x, y), refuse_missing(text), font(size, bold=bold), halo,
        color=colour, ha=ha, va=va, rotation=turn, alpha=alpha, clip_on=False,
    )  # fmt: skip


def wrap(text: str, width_mm: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most a width: between words, and between any two Chinese characters.

    Examples
    --------
    >>> wrap("一二三四五六", 8, 10)
    ['一二', '三四', '五六']
    """
    lines, line = [], ""
    for token in _tokens(text):
        if line and text_width_pt(line + token.rstrip(), size, bold=bold) * _MM_PT > width_mm:
            lines.append(line.rstrip())
            line = token.lstrip()
        else:
            line += token
    return [*lines, line.rstrip()] if line.strip() else lines


def _tokens(text: str) -> list[str]:
    """Cut a text where a line may end; closing marks stay with what is before them."""
    found: list[str] = []
    for letter in text:
        wide = ord(letter) > 0x2E7F
        closes = letter in "，。、；：！？）》】”’〕"
        if found and (closes or (not wide and not found[-1].endswith(" ") and ord(found[-1][-1]) <= 0x2E7F)):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def draw_legend(
    axes: Axes, box: Rect, groups: Sequence[tuple[str, Sequence[LegendEntry]]], notes: Sequence[str],
    lang: Lang, *, columns: int, unit: float,
) -> None:  # fmt: skip
    """Write the legend into its box, smaller until all of it has room: nothing shown on the map is left out.

    Parameters
    ----------
    axes : Axes
        In millimetres of the box.
    groups : sequence of (title, entries)
        An empty title: the first entry carries the name.
    notes : sequence of str
        Written below.
    """
    axes.add_patch(Rectangle((0, 0), box.w, box.h, fill=False, edgecolor=_INK, linewidth=0.6 * unit, clip_on=False))
    factor = 1.0
    while True:
        rows = _legend_rows(groups, notes, box.w / columns, factor * unit)
        placed = _in_columns(rows, box.h - 9 * unit * factor, columns)
        if placed is not None or factor <= _LEAST_SIZE:
            break
        factor *= 0.94
    grown = factor * unit
    write(axes, 2.5 * grown, box.h - 5.2 * grown, t("sheet.legend", lang), 9.5 * grown, bold=True)
    for column, y, row in placed or []:
        _draw_row(axes, column * box.w / columns, box.h - 8 * grown - y, row, grown)


Row = tuple[str, str | LegendEntry, float]


def _legend_rows(
    groups: Sequence[tuple[str, Sequence[LegendEntry]]], notes: Sequence[str], width_mm: float, unit: float
) -> list[Row]:
    """Return the lines of a legend: kind, what is written, height in millimetres."""
    rows: list[Row] = []
    for title, entries in groups:
        if title:
            lines = wrap(title, width_mm - 4 * unit, 7 * unit, bold=True)
            rows += [("head", line, (4.4 if not at else 3.1) * unit) for at, line in enumerate(lines)]
        for entry in entries:
            first, *rest = wrap(entry.label, width_mm - 14 * unit, 6.8 * unit) or [""]
            rows.append(("entry", LegendEntry(first, entry.kind, entry.symbol, entry.hollow), 4.2 * unit))
            rows += [("more", line, 3.0 * unit) for line in rest]
    for note in notes:
        lines = wrap(note, width_mm - 5 * unit, 5.6 * unit)
        rows += [("note", line, (3.6 if not at else 2.6) * unit) for at, line in enumerate(lines)]
    return rows


def _in_columns(rows: Sequence[Row], height_mm: float, columns: int) -> list[tuple[int, float, Row]] | None:
    """Put lines one below the other, column by column; None if there is no room."""
    placed: list[tuple[int, float, Row]] = []
    column, y = 0, 0.0
    for at, row in enumerate(rows):
        follow = rows[at + 1][2] if row[0] == "head" and at + 1 < len(rows) else 0.0
        if y + row[2] + follow > height_mm:
            column, y = column + 1, 0.0
            if column == columns:
                return None
        y += row[2]
        placed.append((column, y, row))
    return placed


def _draw_row(axes: Axes, x: float, y: float, row: Row, unit: float) -> None:
    """Draw one line of the legend, its swatch drawn by the code that draws the map."""
    kind, what, _ = row
    if isinstance(what, LegendEntry):
        _swatch(axes, x + 2.5 * unit, y + 1.0 * unit, what, unit)
        write(axes, x + 12 * unit, y, what.label, 6.8 * unit)
    elif kind == "head":
        write(axes, x + 2.5 * unit, y, what, 7 * unit, bold=True)
    elif kind == "more":
        write(axes, x + 12 * unit, y, what, 6.8 * unit)
    else:
        write(axes, x + 2.5 * unit, y, what, 5.6 * unit, colour=_SOFT)


def _swatch(axes: Axes, x: float, y: float, entry: LegendEntry, unit: float) -> None:
    wide, high = 8.0 * unit, 3.0 * unit
    if entry.kind == "point":
        marker(axes, x + wide / 2, y, entry.symbol, unit, hollow=entry.hollow)
    elif entry.kind == "line":
        axes.plot([x, x + wide], [y, y], **line_pen(entry.symbol, unit))
    else:
        ring = Outline(
            [(x, y - high / 2), (x + wide, y - high / 2), (x + wide, y + high / 2), (x, y + high / 2), (x, 0)],
            closed=True,
        )
        for patch in area_patch(ring, entry.symbol, unit):
            axes.add_patch(patch)


def draw_grid(axes: Axes, frame: Frame, kind: str, unit: float) -> None:
    """Draw a graticule of degrees, or the grid of the projection, with its figures inside the frame."""
    if kind == "gk":
        _plane_grid(axes, frame, unit)
    elif kind == "graticule":
        _graticule(axes, frame, unit)


def _plane_grid(axes: Axes, frame: Frame, unit: float) -> None:
    step = _nice((frame.east - frame.west) / 5)
    for x in _multiples(frame.west, frame.east, step):
        _grid_line(axes, np.array([[x, frame.south], [x, frame.north]]), unit)
        _figure(axes, x, frame.north, f"{x / 1000:.10g} km", unit, vertical=True)
    for y in _multiples(frame.south, frame.north, step):
        _grid_line(axes, np.array([[frame.west, y], [frame.east, y]]), unit)
        _figure(axes, frame.west, y, f"{y / 1000:.10g} km", unit, vertical=False)


def _graticule(axes: Axes, frame: Frame, unit: float) -> None:
    west, south, east, north = frame.degrees()
    step = next((step for step in _DEGREE_STEPS if (east - west) / step >= 4), _DEGREE_STEPS[-1])
    for lon in _multiples(west, east, step):
        line = np.column_stack([np.full(60, lon), np.linspace(south, north, 60)])
        xy = transform_points(line, frame.epsg)
        _grid_line(axes, xy, unit)
        _figure(
            axes, float(np.interp(frame.north, xy[:, 1], xy[:, 0])), frame.north, _dms(lon, "E"), unit, vertical=True
        )
    for lat in _multiples(south, north, step):
        line = np.column_stack([np.linspace(west, east, 60), np.full(60, lat)])
        xy = transform_points(line, frame.epsg)
        _grid_line(axes, xy, unit)
        _figure(
            axes, frame.west, float(np.interp(frame.west, xy[:, 0], xy[:, 1])), _dms(lat, "N"), unit, vertical=False
        )


def _grid_line(axes: Axes, xy: NDArray[np.float64], unit: float) -> None:
    axes.plot(xy[:, 0], xy[:, 1], color=_GRID, linewidth=0.3 * unit, alpha=0.55, zorder=1.5)


def _figure(axes: Axes, x: float, y: float, text: str, unit: float, *, vertical: bool) -> None:
    """Write the figure of a grid line at the frame's upper or left edge."""
    low_x, high_x = axes.get_xlim()
    low_y, high_y = axes.get_ylim()
    inside = low_x + 0.03 * (high_x - low_x) < x < high_x - 0.03 * (high_x - low_x) if vertical else low_y < y < high_y
    if not inside:
        return
    gap = 0.006 * (high_y - low_y)
    place = (x, high_y - gap) if vertical else (low_x + gap, y)
    ha, va = ("center", "top") if vertical else ("left", "center")
    write(axes, *place, text, 5.4 * unit, colour=_GRID, ha=ha, va=va, halo=1.6 * unit)


def _nice(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _dms(value: float, side: str) -> str:
    """Write degrees, minutes and seconds, as many as are not nought.

    Examples
    --------
    >>> _dms(116.5, "E"), _dms(28, "N")
    ('116°30′E', '28°N')
    """
    seconds = round(value * 3600)
    degrees, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    return f"{degrees}°" + (f"{minutes:02d}′" if minutes or rest else "") + (f"{rest:02d}″" if rest else "") + side


def draw_scale(axes: Axes, frame: Frame, lang: Lang, unit: float) -> None:
    """Draw a bar of four parts at the lower left."""
    part = _nice((frame.east - frame.west) / 26)
    high = 0.0012 * unit * frame.scale
    x, y = frame.west + 0.005 * unit * frame.scale, frame.south + 0.006 * unit * frame.scale
    pad = 0.002 * unit * frame.scale
    axes.add_patch(
        Rectangle((x - pad, y - pad), 4 * part + 7 * pad, high + 2.7 * pad, color="#ffffff", alpha=0.85, zorder=8)
    )
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
            refuse_missing(text),
            (x + at * part, y + 1.6 * high),
            fontproperties=font(5.8 * unit),
            ha="center",
            zorder=9,
        )


def draw_north(axes: Axes, frame: Frame, lang: Lang, unit: float) -> None:
    """Draw an arrow at the upper right that points to true north, which the grid's north is not off the meridian."""
    size = 0.009 * unit * frame.scale
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
    """Draw where the sheet lies: outlines of the territory, and the frame in it."""
    axes.set(xlim=(whole.west, whole.east), ylim=(whole.south, whole.north), xticks=[], yticks=[], facecolor="#ffffff")
    draw_layers(axes, outlines, whole, lang, unit=0.45, names=False)
    edge = shapely.get_coordinates(
        shapely.segmentize(shapely.box(frame.west, frame.south, frame.east, frame.north), 5e4)
    )
    ring = transform_points(transform_points(edge, frame.epsg, inverse=True), whole.epsg)
    axes.add_patch(Polygon(ring, closed=True, facecolor="#d0000022", edgecolor="#d00000", linewidth=1.0, zorder=20))


def draw_watermark(axes: Axes, text: str, unit: float) -> None:
    """Write 示意 across the map."""
    for row in range(5):
        for column in range(4):
            axes.text(
                (column + (0.25 if row % 2 else 0.6)) / 4.2,
                (row + 0.5) / 5,
                refuse_missing(text),
                transform=axes.transAxes,
                fontproperties=font(15 * unit, bold=True),
                color="#7a1f1f",
                alpha=0.2,
                rotation=24,
                ha="center",
                va="center",
                zorder=7,
                clip_on=True,
            )
