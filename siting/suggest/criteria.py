"""The raster that proposes: cells, and how good each is by each wish."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine, from_origin
from scipy.ndimage import distance_transform_edt

from geo.crs import STORE_CRS
from geo.measure import nearest
from geo.raster import terrain_on_grid
from layers.catalogue import Layer
from siting.measures import prepared
from siting.suggest.request import Wish
from siting.suggest.zones import Land, degrees_of, plane_of

__all__ = ["Cells", "Criterion", "cells_of", "criteria_of", "values_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_CELLS_A_SIDE: Final = 10
_SMALLEST_M: Final = 10.0
_LARGEST_M: Final = 100.0
_MOST_CELLS: Final = 1_500_000
_COARSE_CELLS: Final = 1_000
_FAR_M: Final = 25_000.0
_SAMPLE: Final = 20_000


@dataclass(frozen=True)
class Cells:
    """Square cells over the land, north up.

    Attributes
    ----------
    transform : Affine
    shape : tuple of int
        Rows and columns.
    size_m : float
    """

    transform: Affine
    shape: tuple[int, int]
    size_m: float

    def covered(self, shapes: Sequence[Any], *, touched: bool = False) -> Bools:
        """Return the cells whose centre lies in one of some shapes; with `touched`, those that meet one."""
        found = [shape for shape in shapes if not shape.is_empty]
        if not found:
            return np.zeros(self.shape, dtype=bool)
        made: Bools = rasterize(found, self.shape, transform=self.transform, all_touched=touched, dtype="uint8") > 0
        return made

    def place(self, row: int, column: int) -> tuple[float, float]:
        """Return the centre of a cell, metres east and north."""
        x, y = self.transform @ (column + 0.5, row + 0.5)
        return float(x), float(y)


@dataclass(frozen=True)
class Criterion:
    """A wish on the cells.

    Attributes
    ----------
    wish : Wish
    by_cell : array of float
        Of each cell: metres, or degrees of slope; NaN where not known.
    sorted_values : array of float
        Of the feasible cells, ascending, at most some ten thousand, evenly taken.
    """

    wish: Wish
    by_cell: NDArray[np.float32]
    sorted_values: Floats

    def scores(self, values: NDArray[Any]) -> Floats:
        """Return the share of the feasible land that is no better than each value.

        Where nothing is near to be away from, all of it; where a slope or a height is not known, none.
        """
        count = max(len(self.sorted_values), 1)
        if self.wish.more_is_better:
            found = np.searchsorted(self.sorted_values, values, side="right") / count
        else:
            found = 1 - np.searchsorted(self.sorted_values, values, side="left") / count
        return np.where(np.isnan(values), float(self.wish.more_is_better), found)


def cells_of(land: Land, area_m2: float, cell_m: float | None) -> Cells:
    """Return the cells over the land: a tenth of the side of what is sought, 10 to 100 m, fewer where too many."""
    west, south, east, north = shapely.bounds(land.plane)
    wide = min(max(math.sqrt(area_m2) / _CELLS_A_SIDE, _SMALLEST_M), _LARGEST_M)
    most = math.sqrt((east - west) * (north - south) / _MOST_CELLS)
    size = float(math.ceil(max(wide, most))) if cell_m is None else max(cell_m, most)
    left, top = math.floor(west / size) * size, math.ceil(north / size) * size
    shape = (max(math.ceil((top - south) / size), 1), max(math.ceil((east - left) / size), 1))
    return Cells(from_origin(left, top, size, size), shape, size)


def criteria_of(
    wishes: Sequence[Wish], land: Land, layers: Mapping[str, Layer], cells: Cells, *, feasible: Bools, banned: Bools
) -> list[Criterion]:
    """Return the wishes on the cells.

    Parameters
    ----------
    wishes : sequence of Wish
    land : Land
    layers : mapping of str to Layer
    cells : Cells
    feasible, banned : array of bool
        Of each cell: whether it may be built on; whether a rule forbids it.
    """
    terrain: tuple[Any, Any] | None = None
    found = []
    for wish in wishes:
        if wish.kind in ("slope", "elevation"):
            raster = layers[wish.layer].raster
            assert raster is not None
            terrain = terrain or terrain_on_grid(raster, land.epsg, cells.transform, cells.shape)
            values = terrain[1] if wish.kind == "slope" else terrain[0]
        elif wish.kind == "margin":
            away = distance_transform_edt(~banned) * cells.size_m if banned.any() else np.full(cells.shape, np.nan)
            values = away.astype(np.float32)
        else:
            values = _distances(layers[wish.layer], land, cells)
        known = values[feasible]
        known = known[~np.isnan(known)]
        step = len(known) // _SAMPLE + 1
        found.append(Criterion(wish, values, np.sort(known[::step]).astype(np.float64)))
    return found


def _distances(layer: Layer, land: Land, cells: Cells) -> NDArray[np.float32]:
    """Return the distance of each cell to a layer, on coarser cells that reach 25 km beyond the land; NaN beyond."""
    west, south, east, north = shapely.bounds(land.plane)
    size = max(cells.size_m, (max(east - west, north - south) + 2 * _FAR_M) / _COARSE_CELLS)
    left, top = west - _FAR_M, north + _FAR_M
    shape = (math.ceil((top - south + _FAR_M) / size), math.ceil((east + _FAR_M - left) / size))
    wide = Cells(from_origin(left, top, size, size), shape, size)
    box = shapely.box(left, south - _FAR_M, east + _FAR_M, top)
    index = prepared(layer.frame).index
    near = degrees_of(np.array([box], dtype=object), land.epsg)[0]
    shapes = index.geometries[np.sort(index.tree.query(near, predicate="intersects"))]
    met = wide.covered(list(plane_of(shapes, land.epsg)), touched=True) if len(shapes) else np.zeros(shape, dtype=bool)
    if not met.any():
        return np.full(cells.shape, np.nan, np.float32)
    away = (distance_transform_edt(~met) * size).astype(np.float32)
    x = cells.transform.c + (np.arange(cells.shape[1]) + 0.5) * cells.size_m
    y = cells.transform.f - (np.arange(cells.shape[0]) + 0.5) * cells.size_m
    made: NDArray[np.float32] = away[np.ix_(((top - y) / size).astype(int), ((x - left) / size).astype(int))]
    return made


def values_of(
    criteria: Sequence[Criterion],
    shapes: NDArray[Any],
    land: Land,
    layers: Mapping[str, Layer],
    cells: Cells,
    *,
    banned: Any,
) -> NDArray[np.float64]:
    """Return the value of each criterion for each candidate: measured distances, means over the cells of terrain.

    Parameters
    ----------
    criteria : sequence of Criterion
    shapes : array of shapely geometries
        Candidates, in the plane.
    land : Land
    layers : mapping of str to Layer
    cells : Cells
    banned : shapely geometry
        All zones, in the plane.

    Returns
    -------
    array of float
        A row per candidate, a column per criterion; NaN where it is not known.
    """
    made = np.full((len(shapes), len(criteria)), np.nan)
    sites = gpd.GeoDataFrame(geometry=degrees_of(shapes, land.epsg), crs=STORE_CRS)
    for at, criterion in enumerate(criteria):
        if criterion.wish.kind == "margin":
            made[:, at] = np.nan if banned.is_empty else shapely.distance(shapes, banned) / land.stretch
        elif criterion.wish.kind in ("near", "away"):
            table = nearest(sites, prepared(layers[criterion.wish.layer].frame).index)
            made[table["site"].to_numpy(), at] = table["distance_m"].to_numpy()
        else:
            made[:, at] = [_mean(criterion.by_cell, cells, shape) for shape in shapes]
    return made


def _mean(values: NDArray[np.float32], cells: Cells, shape: Any) -> float:
    """Return the mean of the cells whose centres a candidate holds; NaN where none has a value."""
    west, south, east, north = shapely.bounds(shape)
    left, top = ~cells.transform @ (west, north)
    right, bottom = ~cells.transform @ (east, south)
    rows = slice(max(int(top), 0), min(int(bottom) + 1, cells.shape[0]))
    columns = slice(max(int(left), 0), min(int(right) + 1, cells.shape[1]))
    part = values[rows, columns]
    moved = cells.transform @ Affine.translation(columns.start, rows.start)
    inside = Cells(moved, part.shape, cells.size_m).covered([shape], touched=True)
    known = part[inside]
    known = known[~np.isnan(known)]
    return float(known.mean(dtype=np.float64)) if len(known) else math.nan
