"""Layout of a sheet: paper, map frame, legend and foot, in millimetres from the lower left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely

from geo.crs import gk3_epsg, transform_points
from geo.errors import BadInput

__all__ = [
    "PAPERS",
    "PIXEL_MM",
    "PX_PT",
    "Frame",
    "Layout",
    "Paper",
    "Rect",
    "fit",
    "lay_out",
    "map_epsg",
    "round_scale",
]

Paper = Literal["A4", "A3", "A2", "A1", "A0"]
PAPERS: Final[dict[str, tuple[float, float]]] = {
    "A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189),
}  # fmt: skip
"""Width and height in millimetres, ISO 216, upright."""
PX_PT: Final = 0.75
"""Points of print for a pixel of the screen: 96 pixels an inch."""
PIXEL_MM: Final = 25.4 / 96
_STEPS: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_ROOM: Final = 1.05


@dataclass(frozen=True)
class Rect:
    """A rectangle: lower left corner, width and height, in millimetres."""

    x: float
    y: float
    w: float
    h: float

    def of(self, width_mm: float, height_mm: float) -> tuple[float, float, float, float]:
        """Return the rectangle as shares of the paper."""
        return self.x / width_mm, self.y / height_mm, self.w / width_mm, self.h / height_mm


@dataclass(frozen=True)
class Layout:
    """The parts of a sheet; `columns` of the legend, `unit` by which type and gaps grow on large paper."""

    width_mm: float
    height_mm: float
    title: Rect
    map: Rect
    legend: Rect
    foot: Rect
    columns: int
    unit: float


@dataclass(frozen=True)
class Frame:
    """What the map shows: a system in metres, its bounds there, and the scale at which it is printed."""

    epsg: int
    west: float
    south: float
    east: float
    north: float
    scale: float

    def degrees(self) -> tuple[float, float, float, float]:
        """Return the smallest box of EPSG:4490 degrees that holds all of the frame."""
        edge = shapely.get_coordinates(
            shapely.segmentize(shapely.box(self.west, self.south, self.east, self.north), (self.east - self.west) / 16)
        )
        lonlat = transform_points(edge, self.epsg, inverse=True)
        low, high = lonlat.min(axis=0), lonlat.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def lay_out(paper: str, *, landscape: bool) -> Layout:
    """Return the layout of a sheet: title on top, sources below, legend at the right or (upright) under the map.

    Raises
    ------
    BadInput
        On a paper that there is not.
    """
    if paper not in PAPERS:
        raise BadInput("report.no_paper", paper=paper, known=", ".join(PAPERS))
    short, long = PAPERS[paper]
    width, height = (long, short) if landscape else (short, long)
    unit = max(1.0, math.sqrt(short / 210))
    edge, head, foot, gap = 10.0 * unit, 15 * unit, 22 * unit, 3 * unit
    title = Rect(edge, height - edge - head, width - 2 * edge, head)
    base = Rect(edge, edge - 2 * unit, width - 2 * edge, foot)
    low, high = base.y + base.h + gap, title.y - 1 * unit
    if landscape:
        side = 62 * unit
        plot = Rect(edge, low, width - 2 * edge - side - gap, high - low)
        legend = Rect(plot.x + plot.w + gap, low, side, high - low)
        return Layout(width, height, title, plot, legend, base, 1, unit)
    deep = 72 * unit
    plot = Rect(edge, low + deep + gap, width - 2 * edge, high - low - deep - gap)
    return Layout(width, height, title, plot, Rect(edge, low, width - 2 * edge, deep), base, 3, unit)


def map_epsg(bounds: tuple[float, float, float, float]) -> int:
    """Return the 3-degree zone of an extent (degrees), by its middle, without prefix."""
    return gk3_epsg((bounds[0] + bounds[2]) / 2)


def round_scale(least: float) -> float:
    """Return the next round scale denominator.

    Examples
    --------
    >>> round_scale(8_120), round_scale(1_200_001)
    (10000, 1500000)
    """
    power = 10 ** math.floor(math.log10(least))
    return next(int(step * power) for step in _STEPS if step * power >= least * (1 - 1e-9))


def fit(
    bounds: tuple[float, float, float, float], width_mm: float, height_mm: float, scale: float | None = None
) -> Frame:
    """Return the frame that shows an extent on a map of some size, at a round scale.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees of EPSG:4490.
    width_mm, height_mm : float
    scale : float, optional
        Denominator; default: the largest round scale at which all of it is seen.
    """
    epsg = map_epsg(bounds)
    corners = shapely.get_coordinates(shapely.segmentize(shapely.box(*bounds), 0.5))
    xy = transform_points(corners, epsg)
    low, high = xy.min(axis=0), xy.max(axis=0)
    wide, tall = np.maximum((high - low) * _ROOM, 1.0)
    if scale is None:
        scale = round_scale(max(wide / width_mm, tall / height_mm) * 1000)
    middle = (low + high) / 2
    half = np.array([width_mm, height_mm]) / 2000 * scale
    west, south = middle - half
    east, north = middle + half
    return Frame(epsg, float(west), float(south), float(east), float(north), float(scale))
