"""Symbols and names of a layer as columns: position, names, class of the symbol, width of the shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from carto.style import classes_of, label_of
from geo.memo import per_frame
from layers.catalogue import Layer, known_by_territory

__all__ = ["MarkRows", "drawing_counts", "drawn_as_points", "drawn_as_shapes", "mark_rows"]

_MAX_INSCRIBED: Final = 5_000
"""With more areas a name is put on any point inside, not at the centre of the largest inscribed circle."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class MarkRows:
    """Columns of symbols (`share` is NaN) or of names of shapes, one entry each.

    Attributes
    ----------
    lon, lat : array of float
        Degrees.
    zh, en : array of str
    symbol_class : array of int
        Index into the classes of the layer (`carto.style.classes_of`).
    located : array of bool
        False for a feature that is somewhere on the water drawn, nobody knows where.
    share : array of float
        Width of the shape as a share of the world's width.
    year_kind : array of int or None
        Kind of class and years of a layer with dates (`carto.style.years`).
    """

    lon: Floats
    lat: Floats
    zh: Texts
    en: Texts
    symbol_class: Ints
    located: NDArray[np.bool_]
    share: Floats
    year_kind: Ints | None = None

    def __len__(self) -> int:
        return len(self.lon)

    def subset(self, rows: NDArray[Any]) -> MarkRows:
        """Return the entries selected by a mask or by positions."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        selected: dict[str, Any] = {n: None if column is None else column[rows] for n, column in columns.items()}
        return MarkRows(**selected)

    def as_points(self) -> list[list[Any]]:
        """Return [lon, lat, name zh, name en, class, located] of each symbol; with dates also -1, 0 and its kind."""
        columns = [self.lon.round(6), self.lat.round(6), self.zh, self.en, self.symbol_class, self.located.astype(int)]
        if self.year_kind is not None:
            columns += [np.full(len(self), -1), np.zeros(len(self), np.int64), self.year_kind]
        return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def as_labels(self) -> list[list[Any]]:
        """Return [lon, lat, name zh, name en, share of the world's width] of each name; with dates also its kind."""
        columns = [self.lon.round(5), self.lat.round(5), self.zh, self.en, self.share.round(7)]
        columns += [] if self.year_kind is None else [self.year_kind]
        return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def drawn_as_shapes(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return a mask of the features that are drawn as shapes: located lines and areas.

    A feature known only to be unplaced along a water is drawn as a symbol: its shape would fill the whole lake.
    """
    flat = shapely.get_dimensions(np.asarray(frame.geometry.array)) > 0
    result: NDArray[np.bool_] = flat & frame["located"].to_numpy(bool)
    return result


def drawn_as_points(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return a mask of the features that are drawn as symbols: points, and what is somewhere on a water."""
    result: NDArray[np.bool_] = ~drawn_as_shapes(frame) & ~known_by_territory(frame)
    return result


@per_frame
def _counts(frame: gpd.GeoDataFrame) -> tuple[int, int, int]:
    solid, dotted = drawn_as_shapes(frame), drawn_as_points(frame)
    shapes = np.asarray(frame.geometry.array)
    lines = shapely.get_dimensions(shapes[dotted]) > 0
    symbols = int(lines.sum() + shapely.get_num_geometries(shapes[dotted][~lines]).sum())
    return int(solid.sum()), symbols, int(shapely.get_num_coordinates(shapes[solid]).sum())


def drawing_counts(layer: Layer) -> tuple[int, int, int]:
    """Return the numbers of features drawn as shapes, of symbols of the others, and of vertices of the shapes."""
    return (0, 0, 0) if layer.frame is None else _counts(layer.frame)


def mark_rows(layer: Layer, frame: gpd.GeoDataFrame, year_kind: Ints | None = None) -> tuple[MarkRows, MarkRows]:
    """Return a layer's symbols and the names of its shapes; `year_kind` is by row of `frame` (`carto.style.years`)."""
    _, of_row = classes_of(layer)
    shapes = np.array(frame.geometry.array, dtype=object)
    zh, en = _names(layer, frame)
    located = frame["located"].to_numpy(bool)
    is_symbol = drawn_as_points(frame)
    unplaced = np.flatnonzero(is_symbol & (shapely.get_dimensions(shapes) > 0))
    shapes[unplaced] = _label_points(shapes[unplaced])
    parts, row = shapely.get_parts(shapes[is_symbol], return_index=True)
    row = np.flatnonzero(is_symbol)[row]

    def rows_of(points: Texts, row: Ints, share: Floats) -> MarkRows:
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        kind = None if year_kind is None else year_kind[row]
        return MarkRows(lon, lat, zh[row], en[row], of_row[row], located[row], share, kind)

    symbols = rows_of(parts, row, np.full(len(row), np.nan))
    named = (zh != "") | (en != "") | (layer.spec.style.label_ends is not None)
    solid = np.flatnonzero(drawn_as_shapes(frame) & named) if label_of(layer.spec) else np.zeros(0, np.int64)
    if layer.spec.style.label_ends:
        return symbols, _ends(rows_of, shapes[solid], solid, frame, layer.spec.style.label_ends)
    bounds = shapely.bounds(shapes[solid])
    return symbols, rows_of(_label_points(shapes[solid]), solid, (bounds[:, 2] - bounds[:, 0]) / 360)


def _ends(
    rows_of: Callable[[Texts, Ints, Floats], MarkRows], lines: Texts, row: Ints, frame: gpd.GeoDataFrame, column: str
) -> MarkRows:
    """Return what `column` has for each part of the lines, with an arrow, at the end of the part."""
    parts, of_line = shapely.get_parts(lines, return_index=True)
    nth = np.arange(len(parts)) - np.searchsorted(of_line, of_line)
    zh, en = (_texts(frame, name)[row] for name in (column, f"{column}_en"))

    def arrow(texts: Texts) -> Texts:
        each = [dict(enumerate(texts[line].split(";"))).get(at, "") for line, at in zip(of_line, nth, strict=True)]
        return np.array([f"→ {one}" if one else "" for one in each], dtype=object)

    rows = rows_of(shapely.get_point(parts, -1), row[of_line], np.ones(len(parts)))
    return replace(rows, zh=arrow(zh), en=arrow(en)).subset(arrow(zh) != "")


def _label_points(shapes: Texts) -> Texts:
    """Return the label point of each shape: inside its largest area, or at the middle of its longest line."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    size = np.where(shapely.get_dimensions(parts) == 2, shapely.area(parts), shapely.length(parts))
    largest = np.full(len(shapes), -1)
    order = np.argsort(size, kind="stable")
    largest[row[order]] = order
    chosen = parts[largest]
    is_area = shapely.get_dimensions(chosen) == 2
    points = np.asarray(
        shapely.line_interpolate_point(np.where(is_area, None, chosen), 0.5, normalized=True), dtype=object
    )
    if is_area.sum() > _MAX_INSCRIBED:
        points[is_area] = shapely.point_on_surface(chosen[is_area])
    else:
        points[is_area] = shapely.get_point(shapely.maximum_inscribed_circle(chosen[is_area], tolerance=0.005), 0)
    return points


def _names(layer: Layer, frame: gpd.GeoDataFrame) -> tuple[Texts, Texts]:
    """Return the Chinese and English name of each row; "" where there is none, or only the ends of lines are named."""
    style = layer.spec.style
    if style.label is None and style.label_ends is not None:
        return np.full(len(frame), "", dtype=object), np.full(len(frame), "", dtype=object)
    return _texts(frame, style.label or "name_zh"), _texts(frame, "name_en")


def _texts(frame: gpd.GeoDataFrame, column: str) -> Texts:
    """Return the texts of a column, "" for what is no text and where there is no such column."""
    values: pd.Series = frame[column] if column in frame.columns else pd.Series("", index=frame.index)
    return np.array([value if isinstance(value, str) else "" for value in values], dtype=object)
