"""The legend of a sheet, and lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Outline

from carto.style import THEME, LegendEntry
from snapshot.sheet.draw import area_patch, line_pen
from snapshot.sheet.fonts import font
from snapshot.sheet.layout import Rect
from snapshot.sheet.marks import badge_patch, marker, put_text, text_width_pt
from words import Lang, t

__all__ = ["draw_legend", "wrap", "write"]

_INK: Final = THEME["map-ink"]
_SOFT: Final = THEME["map-soft"]
_LEAST_SIZE: Final = 0.4
_MM_PT: Final = 25.4 / 72


def write(
    axes: Axes, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = _INK,
    ha: str = "left", va: str = "baseline", halo: float = 0.0, turn: float = 0.0, alpha: float = 1.0,
) -> None:  # fmt: skip
    """Write one line of text at a place of the axes."""
    put_text(
        axes, (x, y), text, font(size, bold=bold), halo,
        color=colour, ha=ha, va=va, rotation=turn, alpha=alpha, clip_on=False,
    )  # fmt: skip


def wrap(text: str, width_mm: float, size: float, *, bold: bool = False) -> list[str]:
    """Return a text broken into lines of at most a width: between words, or between Chinese characters.

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
    """Draw the legend into its box, in smaller type until all of it fits.

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
    """Return the places of lines in columns; None if there is no room."""
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
    elif entry.kind == "badge":
        box = np.array([x + wide * 0.1, y - high * 0.6, x + wide * 0.9, y + high * 0.6])
        badge_patch(axes, box, {entry.symbol["fill"] or "": 1}, "12", unit=unit, size_pt=6.0 * unit)
    elif entry.kind == "share":
        corner = (x + wide * 0.15, y - high * 0.25)
        axes.add_patch(Rectangle(corner, wide * 0.7, high * 0.5, facecolor=entry.symbol["fill"], linewidth=0))
    elif entry.kind == "line":
        axes.plot([x, x + wide], [y, y], **line_pen(entry.symbol, unit))
    else:
        ring = Outline(
            [(x, y - high / 2), (x + wide, y - high / 2), (x + wide, y + high / 2), (x, y + high / 2), (x, 0)],
            closed=True,
        )
        for patch in area_patch(ring, entry.symbol, unit):
            axes.add_patch(patch)
