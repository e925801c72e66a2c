"""Where a layer that comes in lies: its shapes over county outlines, rows with faults marked, as one still picture.

A picture and no map: it is drawn in a second or two for a million features, and nothing of the layer has to be stored,
tiled or served before its user has looked at it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from carto.markup import Markup, render
from carto.style import THEME
from layers.own import ROW, Intake
from words import Lang, t

__all__ = ["Picture", "drawn", "told"]

_WIDE: Final = 1280
_HIGH: Final = 880
"""Units of the picture: half a pixel each where there is room for it."""
_STRIP: Final = 330
_ROOM: Final = 0.12
_LEAST_DEG: Final = 0.04
_SMALL: Final = 6.0
"""A shape of fewer units in both directions is a dot."""
_CELL: Final = 4
_MOST_OUTLINED: Final = 3_000
_MOST_POINTS: Final = 24_000
_MOST_MARKS: Final = 300
_NUMBERED: Final = 12
_MOST_NAMES: Final = 16
_NAME_AREA: Final = 14_000.0
_FONT: Final = 30
_LATIN: Final = 0x2FF
_INSET_SHARE: Final = 0.45
_KM_PER_DEGREE: Final = 111.2
_WHOLE: Final = frozenset({"all_outside"})
"""Faults of the layer, not of rows: the picture itself shows them."""
_COLOURS: Final = {
    "stop": THEME["bad"], "warn": "#b45309", "water": "#e9eef0", "ground": "#f5f7f5", "border": THEME["edge"],
    "shape": THEME["accent"], "name": THEME["head"], "bar": THEME["text"], "small": "#dfe7e2",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A picture of a layer, and what it leaves out.

    Attributes
    ----------
    svg : str
    outlined, dotted : int
        Features drawn by their outline, and as dots: too small, or too many.
    marked : mapping of str to int
        Rows marked, by level of their fault.
    unmarked : int
        Rows with a fault that have no mark: they have no shape, or there are too many.
    inset : bool
        Whether all counties stand small beside it; a phone leaves them out.
    """

    svg: str
    outlined: int
    dotted: int
    marked: dict[str, int]
    unmarked: int
    inset: bool

    def image(self, label: str) -> Markup:
        """Return the picture as an ``<img>``; a stranger's text in it cannot become anything else."""
        address = "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()
        return render("views/screens/data/templates/lies.html", picture=self, label=label, address=address)


class _Frame:
    """Degrees to units of the picture: plate carrée, true to scale along the middle parallel."""

    def __init__(self, bounds: Sequence[float], wide: float, high: float, room: float = 0.0) -> None:
        west, south, east, north = bounds
        middle = (south + north) / 2
        self._across = max(math.cos(math.radians(middle)), 0.05)
        deg = max((east - west) * self._across / wide, (north - south) / high) * (1 + 2 * room)
        self.deg_per_unit = max(deg, _LEAST_DEG / high)
        self.west = (west + east) / 2 - wide / 2 * self.deg_per_unit / self._across
        self.north = middle + high / 2 * self.deg_per_unit
        self.bounds = (
            self.west,
            self.north - high * self.deg_per_unit,
            self.west + wide * self.deg_per_unit / self._across,
            self.north,
        )

    def units(self, degrees: NDArray[Any]) -> NDArray[np.float64]:
        """Return points (n, 2) in units."""
        x = (degrees[:, 0] - self.west) * self._across / self.deg_per_unit
        return np.column_stack([x, (self.north - degrees[:, 1]) / self.deg_per_unit])

    def shapes(self, shapes: NDArray[Any], tolerance: float = 1.0) -> NDArray[Any]:
        """Return shapes in units, without what could not be seen."""
        made: NDArray[Any] = shapely.simplify(shapely.transform(shapes, self.units), tolerance)
        return made


def drawn(intake: Intake, counties: gpd.GeoDataFrame, now: Lang) -> Picture:
    """Draw where a layer lies.

    Parameters
    ----------
    intake : Intake
        EPSG:4490.
    counties : GeoDataFrame
        EPSG:4490 with ``name_zh`` and ``name_en``.
    now : str
        Language of the names.
    """
    shapes = np.asarray(intake.frame.geometry.array)
    marks, unmarked = _marks(intake, shapes)
    boxes = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    points = [place for _, _, place in marks]
    if points:
        boxes = np.vstack([boxes, np.tile(np.array(points), 2)])
    if not len(boxes) or any(fault.code in _WHOLE for fault in intake.faults):
        boxes = np.vstack([boxes, counties.total_bounds])  # how far off it is can be seen
    bounds = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    frame = _Frame(bounds, _WIDE, _HIGH, _ROOM)
    features, outlined = _features(shapes, frame)
    inset = _inset(frame, counties)
    svg = render(
        "views/screens/data/lies.svg",
        map_wide=_WIDE,
        wide=_WIDE + (_STRIP if inset else 0),
        high=_HIGH,
        font=_FONT,
        ground=[_path(one) for one in _seen(frame, counties)[0]],
        features=features,
        names=_names(frame, counties, now),
        marks=_marked(frame, marks),
        bar=_scale_bar(frame),
        inset=inset,
        colours=_COLOURS,
    )
    counts = {level: sum(one == level for one, _, _ in marks) for level in ("stop", "warn")}
    return Picture(str(svg), outlined, len(shapes) - outlined, counts, unmarked, bool(inset))


def _marks(intake: Intake, shapes: NDArray[Any]) -> tuple[list[tuple[str, int, tuple[float, float]]], int]:
    """Return level, row and place of rows with faults, the grave ones first, and how many have no mark."""
    held = intake.frame[ROW].to_numpy()
    lost = dict(zip(intake.lost_rows, intake.lost_places, strict=True))
    found: dict[int, tuple[str, int, tuple[float, float]]] = {}
    named: set[int] = set()
    beyond = 0
    for fault in intake.faults:  # those that stop come first
        if fault.code in _WHOLE:
            continue
        beyond += fault.count - len(fault.rows) if fault.rows else 0
        for row in fault.rows:
            named.add(row)
            at = int(np.searchsorted(held, row))
            here = at < len(held) and held[at] == row
            full = sum(level == fault.level for level, _, _ in found.values()) >= _MOST_MARKS
            if row in found or full or not (here or row in lost):
                continue
            middle = shapely.point_on_surface(shapes[at]) if here else None
            found[row] = (fault.level, row, (middle.x, middle.y) if middle is not None else lost[row])
    return list(found.values()), len(named) - len(found) + beyond


def _features(shapes: NDArray[Any], frame: _Frame) -> tuple[dict[str, Any] | None, int]:
    """Return the paths of the largest shapes and of dots for all others, and how many have an outline."""
    if not len(shapes):
        return None, 0
    west, south, east, north = shapely.bounds(shapes).T
    middles = frame.units(np.column_stack([(west + east) / 2, (south + north) / 2]))
    size = np.maximum((east - west) / frame.deg_per_unit, (north - south) / frame.deg_per_unit)
    large = np.flatnonzero(size > _SMALL)
    large = large[np.argsort(-size[large], kind="stable")][:_MOST_OUTLINED]
    thin = frame.shapes(shapes[large])
    room = np.cumsum(shapely.get_num_coordinates(thin)) <= _MOST_POINTS
    large, thin = large[room], thin[room]
    dotted = np.ones(len(shapes), dtype=bool)
    dotted[large] = False
    areal = shapely.get_dimensions(thin) == 2
    areas = [path for path in map(_path, thin[areal]) if path]
    lines = "".join(_path(one) for one in thin[~areal])
    return {"areas": areas, "lines": lines, "dots": _dots(middles[dotted])}, len(large)


def _dots(middles: NDArray[np.float64]) -> dict[str, Any] | None:
    """Return dots: squares of a grid that hold one, each run of them in a row as one stroke."""
    if not len(middles):
        return None
    if len(middles) <= _MOST_MARKS:
        return {"path": "".join(f"M{x:.0f} {y:.0f}h0" for x, y in middles), "wide": 10, "round": True}
    cells = np.unique(np.floor(middles / _CELL).astype(np.int64)[:, ::-1], axis=0)
    rows, columns = cells.T
    begins = np.flatnonzero(np.r_[True, (np.diff(rows) != 0) | (np.diff(columns) != 1)])
    ends = np.r_[begins[1:], len(cells)]
    path = "".join(
        f"M{columns[a] * _CELL} {rows[a] * _CELL + _CELL // 2}h{(b - a) * _CELL}"
        for a, b in zip(begins, ends, strict=True)
    )
    return {"path": path, "wide": _CELL, "round": False}


def _path(shape: Any) -> str:
    """Write the rings or lines of a shape, in whole units, each point by its step from the one before."""
    return "".join(_ring(shapely.get_coordinates(part)) for part in _lines(shape))


def _lines(shape: Any) -> Iterable[Any]:
    parts = shapely.get_parts(shape)
    flat = shapely.get_dimensions(parts) == 2
    return [*shapely.get_parts(shapely.boundary(parts[flat])), *parts[~flat]]


def _ring(points: NDArray[Any]) -> str:
    whole = np.round(points).astype(np.int64)
    steps = np.diff(whole, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    first = f"M{whole[0][0]} {whole[0][1]}"
    return first + ("l" + " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()) if len(steps) else "h1")


def _seen(frame: _Frame, counties: gpd.GeoDataFrame) -> tuple[NDArray[Any], gpd.GeoDataFrame]:
    """Return what of the counties is in the picture, in units."""
    near = counties.iloc[np.unique(counties.sindex.query(shapely.box(*frame.bounds)))]
    clipped = shapely.clip_by_rect(np.asarray(near.geometry.array), *frame.bounds)
    there = ~shapely.is_empty(clipped)
    return frame.shapes(clipped[there]), near[there]


def _names(frame: _Frame, counties: gpd.GeoDataFrame, now: Lang) -> list[tuple[str, str, str]]:
    """Return place and text of the names of the counties that have room for one."""
    shapes, rows = _seen(frame, counties)
    size = shapely.area(shapes)
    names = rows[f"name_{now}"].astype(str).to_numpy()
    written = []
    for at in np.argsort(-size)[:_MOST_NAMES]:
        if size[at] < _NAME_AREA:
            break
        x, y = shapely.get_coordinates(shapely.point_on_surface(shapes[at]))[0]
        half = sum(_FONT if ord(sign) > _LATIN else _FONT * 0.55 for sign in names[at]) / 2
        held = min(max(x, half), _WIDE - half)
        if abs(x - held) > half / 2:
            continue  # it would stand in its neighbour
        x = held
        written.append((f"{x:.0f}", f"{y:.0f}", names[at]))
    return written


def _marked(frame: _Frame, marks: list[tuple[str, int, tuple[float, float]]]) -> list[dict[str, Any]]:
    """Return a cross for what stops the layer, a ring for a warning, with the row's number at the first of them."""
    made = []
    for at, (level, row, place) in reversed(list(enumerate(marks))):
        x, y = np.round(frame.units(np.array([place]))[0]).astype(int)
        sign = f"M{x - 10} {y - 10}l20 20m0-20l-20 20" if level == "stop" else f"M{x - 10} {y}a10 10 0 1 0 0-.1"
        end, over = ("end", -16) if x > _WIDE - 90 else ("start", 16)
        number = row if at < _NUMBERED else None
        made.append({"path": sign, "level": level, "x": x + over, "y": y + 9, "end": end, "row": number})
    return made


def _scale_bar(frame: _Frame) -> dict[str, str]:
    """Return a length of one, two or five times a power of ten that takes up to a fifth of the picture."""
    most_km = _WIDE / 5 * frame.deg_per_unit * _KM_PER_DEGREE
    power = 10 ** math.floor(math.log10(most_km))
    km = max(step * power for step in (1, 2, 5) if step * power <= most_km)
    long = km / (frame.deg_per_unit * _KM_PER_DEGREE)
    label = f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"
    return {"path": f"M24 {_HIGH - 34}v10h{long:.0f}v-10", "label": label}


def _inset(frame: _Frame, counties: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return all counties small, and where the picture lies among them; None where it shows most of them."""
    west, south, east, north = counties.total_bounds
    w, s, e, n = frame.bounds
    if (e - w) > _INSET_SHARE * (east - west) and (n - s) > _INSET_SHARE * (north - south):
        return None
    whole = (min(west, w), min(south, s), max(east, e), max(north, n))
    small = _Frame(whole, _STRIP - 40, _HIGH // 2)
    paths = "".join(_path(one) for one in small.shapes(np.asarray(counties.geometry.array), 1.5))
    corners = small.units(np.array([[w, n], [e, s]]))
    (x, y), (wide, high) = corners[0], np.maximum(corners[1] - corners[0], 10)
    box = {"x": f"{x:.0f}", "y": f"{y:.0f}", "wide": f"{wide:.0f}", "high": f"{high:.0f}"}
    return {"path": paths, **box}


def told(picture: Picture, now: Lang) -> str:
    """Say what the picture shows and what it leaves out."""
    parts = []
    if picture.dotted and picture.outlined:
        parts.append(t("data.lies_mixed", now, outlined=f"{picture.outlined:,}", dotted=f"{picture.dotted:,}"))
    elif picture.dotted or picture.outlined:
        key = "data.lies_dotted" if picture.dotted else "data.lies_outlined"
        parts.append(t(key, now, count=f"{picture.dotted or picture.outlined:,}"))
    marked = [(level, count) for level, count in picture.marked.items() if count]
    parts += [t(f"data.lies_{level}", now, count=f"{count:,}") for level, count in marked]
    if picture.unmarked:
        parts.append(t("data.lies_unmarked", now, count=f"{picture.unmarked:,}"))
    return " ".join(parts) if now == "en" else "".join(parts)
