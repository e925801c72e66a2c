"""Symbols and names of a layer as columns: where each stands, what is written, how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from carto.style import classes_of, label_of
from geo.memo import per_frame
from layers.catalogue import Layer

__all__ = ["MarkRows", "counts_of", "mark_rows", "shaped"]

_ANCHORED_WITH_CARE: Final = 5_000
"""Beyond so many shapes a name stands on any point inside, not in the middle of the widest part."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class MarkRows:
    """Points (`share` is NaN) and names of shapes.

    Attributes
    ----------
    lon, lat : array of float
        Degrees.
    zh, en : array of str
    kind : array of int
        Class of the symbol.
    located : array of bool
    share : array of float
        Width of the shape as a share of the world's width.
    when : array of int or None
        Of a layer with dates: class and years (`carto.style.years`).
    """

    lon: Floats
    lat: Floats
    zh: Texts
    en: Texts
    kind: Ints
    located: NDArray[np.bool_]
    share: Floats
    when: Ints | None = None

    def __len__(self) -> int:
        return len(self.lon)

    def taken(self, rows: NDArray[Any]) -> MarkRows:
        """Return some of the rows."""
        held: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        taken: dict[str, Any] = {name: None if column is None else column[rows] for name, column in held.items()}
        return MarkRows(**taken)

    def as_points(self) -> list[list[Any]]:
        """Return lon, lat, name zh, name en, class, located (1 or 0) of each; with dates also -1, 0 and its kind."""
        columns = [self.lon.round(6), self.lat.round(6), self.zh, self.en, self.kind, self.located.astype(int)]
        if self.when is not None:
            columns += [np.full(len(self), -1), np.zeros(len(self), np.int64), self.when]
        return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def as_labels(self) -> list[list[Any]]:
        """Return lon, lat, name zh, name en, width of the shape as a share of the world's; with dates also its kind."""
        columns = [self.lon.round(5), self.lat.round(5), self.zh, self.en, self.share.round(7)]
        columns += [] if self.when is None else [self.when]
        return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def shaped(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which features are drawn as shapes.

    A work known only to be somewhere along a water is a symbol on it: a shape would paint the whole lake.
    """
    flat = shapely.get_dimensions(np.asarray(frame.geometry.array)) > 0
    result: NDArray[np.bool_] = flat & frame["located"].to_numpy(bool)
    return result


@per_frame
def _counts(frame: gpd.GeoDataFrame) -> tuple[int, int, int]:
    solid = shaped(frame)
    shapes = np.asarray(frame.geometry.array)
    lines = shapely.get_dimensions(shapes[~solid]) > 0
    symbols = int(lines.sum() + shapely.get_num_geometries(shapes[~solid][~lines]).sum())
    return int(solid.sum()), symbols, int(shapely.get_num_coordinates(shapes[solid]).sum())


def counts_of(layer: Layer) -> tuple[int, int, int]:
    """Count, once, the features drawn as shapes, the symbols for the others, and the corners of the shapes."""
    return (0, 0, 0) if layer.frame is None else _counts(layer.frame)


def mark_rows(layer: Layer, frame: gpd.GeoDataFrame, when: Ints | None = None) -> tuple[MarkRows, MarkRows]:
    """Return a layer's symbols and the names of its shapes; `when` is the kind of each row (`carto.style.years`)."""
    _, of_row = classes_of(layer)
    shapes = np.array(frame.geometry.array, dtype=object)
    zh, en = _names(layer, frame)
    located = frame["located"].to_numpy(bool)
    dotted = ~shaped(frame)
    somewhere = np.flatnonzero(dotted & (shapely.get_dimensions(shapes) > 0))
    shapes[somewhere] = _anchors(shapes[somewhere])
    parts, row = shapely.get_parts(shapes[dotted], return_index=True)
    row = np.flatnonzero(dotted)[row]

    def rows_of(points: Texts, row: Ints, share: Floats) -> MarkRows:
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        dated = None if when is None else when[row]
        return MarkRows(lon, lat, zh[row], en[row], of_row[row], located[row], share, dated)

    symbols = rows_of(parts, row, np.full(len(row), np.nan))
    solid = np.flatnonzero(~dotted & ((zh != "") | (en != ""))) if label_of(layer.spec) else np.zeros(0, np.int64)
    bounds = shapely.bounds(shapes[solid])
    return symbols, rows_of(_anchors(shapes[solid]), solid, (bounds[:, 2] - bounds[:, 0]) / 360)


def _anchors(shapes: Texts) -> Texts:
    """Return where the name of each shape stands: inside its largest part, on the middle of a line."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    size = np.where(shapely.get_dimensions(parts) == 2, shapely.area(parts), shapely.length(parts))
    largest = np.full(len(shapes), -1)
    order = np.argsort(size, kind="stable")
    largest[row[order]] = order
    chosen = parts[largest]
    flat = shapely.get_dimensions(chosen) == 2
    anchors = np.asarray(
        shapely.line_interpolate_point(np.where(flat, None, chosen), 0.5, normalized=True), dtype=object
    )
    if flat.sum() > _ANCHORED_WITH_CARE:
        anchors[flat] = shapely.point_on_surface(chosen[flat])
    else:
        anchors[flat] = shapely.get_point(shapely.maximum_inscribed_circle(chosen[flat], tolerance=0.005), 0)
    return anchors


def _names(layer: Layer, frame: gpd.GeoDataFrame) -> tuple[Texts, Texts]:
    """Return the names to be written, Chinese and English; empty where there is none."""

    def texts(column: str) -> Texts:
        values: pd.Series = frame[column] if column in frame.columns else pd.Series("", index=frame.index)
        return np.array([value if isinstance(value, str) else "" for value in values], dtype=object)

    return texts(layer.spec.style.label or "name_zh"), texts("name_en")
