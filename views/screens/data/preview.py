"""Overview picture (SVG) of a layer to import: its shapes over county outlines, rows with faults marked.

A picture instead of a map: it is drawn in a second or two for a million features, and the layer need not be stored,
tiled or served before the user has seen it.
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

__all__ = ["Picture", "caption", "draw_picture"]

_WIDE: Final = 1280
_HIGH: Final = 880
"""Size of the picture in its own units: half a pixel each at full width."""
_INSET_WIDE: Final = 330
_MARGIN: Final = 0.12
_MIN_HEIGHT_DEG: Final = 0.04
_DOT_SIZE: Final = 6.0
"""Shapes up to so many units wide and high are drawn as dots."""
_CELL: Final = 4
_MAX_OUTLINED: Final = 3_000
_MAX_VERTICES: Final = 24_000
_MAX_MARKS: Final = 300
_MAX_NUMBERED: Final = 12
_MAX_LABELS: Final = 16
_MIN_LABEL_AREA: Final = 14_000.0
_FONT: Final = 30
_LAST_LATIN: Final = 0x2FF
_INSET_SHARE: Final = 0.45
_KM_PER_DEGREE: Final = 111.2
_LAYER_FAULTS: Final = frozenset({"all_outside"})
"""Codes of faults of the whole layer, which mark no row."""
_COLOURS: Final = {
    "stop": THEME["bad"], "warn": "#b45309", "water": "#e9eef0", "ground": "#f5f7f5", "border": THEME["edge"],
    "shape": THEME["accent"], "name": THEME["head"], "bar": THEME["text"], "small": "#dfe7e2",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """An overview picture of a layer, with counts of what it draws and leaves out.

    Attributes
    ----------
    svg : str
    outlined, dotted : int
        Number of features drawn by their outline, and as dots because they are too small or too many.
    marked : mapping of str to int
        Number of rows marked, by level of fault: stop, warn.
    unmarked : int
        Number of faulty rows without a mark: they have no shape, or there are too many.
    inset : bool
        Whether a small map of all counties stands beside it; CSS hides it on a phone.
    """

    svg: str
    outlined: int
    dotted: int
    marked: dict[str, int]
    unmarked: int
    inset: bool

    def image(self, label: str) -> Markup:
        """Return the picture as an ``<img>`` with a ``data:`` URI: text of the file cannot become markup."""
        address = "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()
        return render("views/screens/data/templates/lies.html", picture=self, label=label, address=address)


class _Projection:
    """Conversion of degrees to units of the picture: equirectangular, true to scale along the middle parallel."""

    def __init__(self, bounds: Sequence[float], wide: float, high: float, margin: float = 0.0) -> None:
        west, south, east, north = bounds
        middle = (south + north) / 2
        self._across = max(math.cos(math.radians(middle)), 0.05)
        deg_per_unit = max((east - west) * self._across / wide, (north - south) / high) * (1 + 2 * margin)
        self.deg_per_unit = max(deg_per_unit, _MIN_HEIGHT_DEG / high)
        self.west = (west + east) / 2 - wide / 2 * self.deg_per_unit / self._across
        self.north = middle + high / 2 * self.deg_per_unit
        self.bounds = (
            self.west,
            self.north - high * self.deg_per_unit,
            self.west + wide * self.deg_per_unit / self._across,
            self.north,
        )

    def units(self, degrees: NDArray[Any]) -> NDArray[np.float64]:
        """Return points (n, 2), longitude and latitude in degrees, in units of the picture."""
        x = (degrees[:, 0] - self.west) * self._across / self.deg_per_unit
        return np.column_stack([x, (self.north - degrees[:, 1]) / self.deg_per_unit])

    def shapes(self, shapes: NDArray[Any], tolerance: float = 1.0) -> NDArray[Any]:
        """Return shapes in units of the picture, simplified to `tolerance` units."""
        simplified: NDArray[Any] = shapely.simplify(shapely.transform(shapes, self.units), tolerance)
        return simplified


def draw_picture(intake: Intake, counties: gpd.GeoDataFrame, lang: Lang) -> Picture:
    """Return the overview picture of a layer.

    Parameters
    ----------
    intake : Intake
        EPSG:4490.
    counties : GeoDataFrame
        EPSG:4490 with ``name_zh`` and ``name_en``.
    lang : str
        Language of the county names.
    """
    shapes = np.asarray(intake.frame.geometry.array)
    marks, unmarked = _fault_marks(intake, shapes)
    boxes = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    points = [point for _, _, point in marks]
    if points:
        boxes = np.vstack([boxes, np.tile(np.array(points), 2)])
    if not len(boxes) or any(fault.code in _LAYER_FAULTS for fault in intake.faults):
        boxes = np.vstack([boxes, counties.total_bounds])  # shows how far off the layer lies
    bounds = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    projection = _Projection(bounds, _WIDE, _HIGH, _MARGIN)
    features, outlined = _feature_paths(shapes, projection)
    inset = _inset(projection, counties)
    svg = render(
        "views/screens/data/lies.svg",
        map_wide=_WIDE,
        wide=_WIDE + (_INSET_WIDE if inset else 0),
        high=_HIGH,
        font=_FONT,
        ground=[_path(shape) for shape in _counties_in_view(projection, counties)[0]],
        features=features,
        names=_county_labels(projection, counties, lang),
        marks=_mark_symbols(projection, marks),
        bar=_scale_bar(projection),
        inset=inset,
        colours=_COLOURS,
    )
    counts = {level: sum(marked == level for marked, _, _ in marks) for level in ("stop", "warn")}
    return Picture(str(svg), outlined, len(shapes) - outlined, counts, unmarked, bool(inset))


def _fault_marks(intake: Intake, shapes: NDArray[Any]) -> tuple[list[tuple[str, int, tuple[float, float]]], int]:
    """Return level, row number and lon/lat of each marked faulty row, stops first, and the number without a mark."""
    valid_rows = intake.frame[ROW].to_numpy()
    lost_points = dict(zip(intake.lost_rows, intake.lost_places, strict=True))
    marks: dict[int, tuple[str, int, tuple[float, float]]] = {}
    faulty: set[int] = set()
    unlisted = 0
    for fault in intake.faults:  # those that stop come first
        if fault.code in _LAYER_FAULTS:
            continue
        unlisted += fault.count - len(fault.rows) if fault.rows else 0
        for row in fault.rows:
            faulty.add(row)
            position = int(np.searchsorted(valid_rows, row))
            is_valid = position < len(valid_rows) and valid_rows[position] == row
            full = sum(level == fault.level for level, _, _ in marks.values()) >= _MAX_MARKS
            if row in marks or full or not (is_valid or row in lost_points):
                continue
            middle = shapely.point_on_surface(shapes[position]) if is_valid else None
            marks[row] = (fault.level, row, (middle.x, middle.y) if middle is not None else lost_points[row])
    return list(marks.values()), len(faulty) - len(marks) + unlisted


def _feature_paths(shapes: NDArray[Any], projection: _Projection) -> tuple[dict[str, Any] | None, int]:
    """Return SVG paths of the largest shapes and of dots for all others, and the number of outlined shapes."""
    if not len(shapes):
        return None, 0
    west, south, east, north = shapely.bounds(shapes).T
    middles = projection.units(np.column_stack([(west + east) / 2, (south + north) / 2]))
    size = np.maximum((east - west) / projection.deg_per_unit, (north - south) / projection.deg_per_unit)
    large = np.flatnonzero(size > _DOT_SIZE)
    large = large[np.argsort(-size[large], kind="stable")][:_MAX_OUTLINED]
    simplified = projection.shapes(shapes[large])
    fits = np.cumsum(shapely.get_num_coordinates(simplified)) <= _MAX_VERTICES
    large, simplified = large[fits], simplified[fits]
    dotted = np.ones(len(shapes), dtype=bool)
    dotted[large] = False
    areal = shapely.get_dimensions(simplified) == 2
    areas = [path for path in map(_path, simplified[areal]) if path]
    lines = "".join(_path(shape) for shape in simplified[~areal])
    return {"areas": areas, "lines": lines, "dots": _dots_path(middles[dotted])}, len(large)


def _dots_path(middles: NDArray[np.float64]) -> dict[str, Any] | None:
    """Return SVG path, stroke width and cap of dots; of many, a stroke for each run of occupied grid cells in a row."""
    if not len(middles):
        return None
    if len(middles) <= _MAX_MARKS:
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
    """Return the rings or lines of a shape as an SVG path of relative steps in whole units."""
    return "".join(_ring(shapely.get_coordinates(part)) for part in _line_parts(shape))


def _line_parts(shape: Any) -> Iterable[Any]:
    """Return the rings of the polygons of a shape, and its lines."""
    parts = shapely.get_parts(shape)
    areal = shapely.get_dimensions(parts) == 2
    return [*shapely.get_parts(shapely.boundary(parts[areal])), *parts[~areal]]


def _ring(points: NDArray[Any]) -> str:
    """Return a line through points (n, 2) as an SVG path of relative steps in whole units."""
    rounded = np.round(points).astype(np.int64)
    steps = np.diff(rounded, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    first = f"M{rounded[0][0]} {rounded[0][1]}"
    return first + ("l" + " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()) if len(steps) else "h1")


def _counties_in_view(projection: _Projection, counties: gpd.GeoDataFrame) -> tuple[NDArray[Any], gpd.GeoDataFrame]:
    """Return the county shapes clipped to the picture, in its units, and their rows of `counties`."""
    near = counties.iloc[np.unique(counties.sindex.query(shapely.box(*projection.bounds)))]
    clipped = shapely.clip_by_rect(np.asarray(near.geometry.array), *projection.bounds)
    visible = ~shapely.is_empty(clipped)
    return projection.shapes(clipped[visible]), near[visible]


def _county_labels(projection: _Projection, counties: gpd.GeoDataFrame, lang: Lang) -> list[tuple[str, str, str]]:
    """Return x, y and text of the labels of the largest counties in view."""
    shapes, rows = _counties_in_view(projection, counties)
    areas = shapely.area(shapes)
    names = rows[f"name_{lang}"].astype(str).to_numpy()
    labels = []
    for position in np.argsort(-areas)[:_MAX_LABELS]:
        if areas[position] < _MIN_LABEL_AREA:
            break
        x, y = shapely.get_coordinates(shapely.point_on_surface(shapes[position]))[0]
        half = sum(_FONT if ord(char) > _LAST_LATIN else _FONT * 0.55 for char in names[position]) / 2
        clamped = min(max(x, half), _WIDE - half)
        if abs(x - clamped) > half / 2:
            continue  # the label would lie in a neighbouring county
        x = clamped
        labels.append((f"{x:.0f}", f"{y:.0f}", names[position]))
    return labels


def _mark_symbols(projection: _Projection, marks: list[tuple[str, int, tuple[float, float]]]) -> list[dict[str, Any]]:
    """Return the template's context of each mark: a cross for stop, a ring for warn, the first with row numbers."""
    symbols = []
    for position, (level, row, point) in reversed(list(enumerate(marks))):
        x, y = np.round(projection.units(np.array([point]))[0]).astype(int)
        path = f"M{x - 10} {y - 10}l20 20m0-20l-20 20" if level == "stop" else f"M{x - 10} {y}a10 10 0 1 0 0-.1"
        end, over = ("end", -16) if x > _WIDE - 90 else ("start", 16)
        number = row if position < _MAX_NUMBERED else None
        symbols.append({"path": path, "level": level, "x": x + over, "y": y + 9, "end": end, "row": number})
    return symbols


def _scale_bar(projection: _Projection) -> dict[str, str]:
    """Return path and label of a scale bar of 1, 2 or 5 times a power of ten, at most a fifth of the picture long."""
    max_km = _WIDE / 5 * projection.deg_per_unit * _KM_PER_DEGREE
    power = 10 ** math.floor(math.log10(max_km))
    km = max(step * power for step in (1, 2, 5) if step * power <= max_km)
    length = km / (projection.deg_per_unit * _KM_PER_DEGREE)
    label = f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"
    return {"path": f"M24 {_HIGH - 34}v10h{length:.0f}v-10", "label": label}


def _inset(projection: _Projection, counties: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return an inset of all counties with the extent of the picture; None where the picture shows most of them."""
    west, south, east, north = counties.total_bounds
    w, s, e, n = projection.bounds
    if (e - w) > _INSET_SHARE * (east - west) and (n - s) > _INSET_SHARE * (north - south):
        return None
    bounds = (min(west, w), min(south, s), max(east, e), max(north, n))
    inset = _Projection(bounds, _INSET_WIDE - 40, _HIGH // 2)
    paths = "".join(_path(shape) for shape in inset.shapes(np.asarray(counties.geometry.array), 1.5))
    corners = inset.units(np.array([[w, n], [e, s]]))
    (x, y), (wide, high) = corners[0], np.maximum(corners[1] - corners[0], 10)
    box = {"x": f"{x:.0f}", "y": f"{y:.0f}", "wide": f"{wide:.0f}", "high": f"{high:.0f}"}
    return {"path": paths, **box}


def caption(picture: Picture, lang: Lang) -> str:
    """Return the sentences below a picture: numbers of shapes outlined, dotted, marked and left unmarked."""
    parts = []
    if picture.dotted and picture.outlined:
        parts.append(t("data.lies_mixed", lang, outlined=f"{picture.outlined:,}", dotted=f"{picture.dotted:,}"))
    elif picture.dotted or picture.outlined:
        key = "data.lies_dotted" if picture.dotted else "data.lies_outlined"
        parts.append(t(key, lang, count=f"{picture.dotted or picture.outlined:,}"))
    marked = [(level, count) for level, count in picture.marked.items() if count]
    parts += [t(f"data.lies_{level}", lang, count=f"{count:,}") for level, count in marked]
    if picture.unmarked:
        parts.append(t("data.lies_unmarked", lang, count=f"{picture.unmarked:,}"))
    return " ".join(parts) if lang == "en" else "".join(parts)
