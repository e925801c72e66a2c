"""Zonal statistics of a grid of any CRS, cells weighted by their ellipsoidal area, computed block by block.

A cell of Web Mercator is not the size of its neighbour to the north, nor one of a degree grid. Each cell counts with
its area on the ellipsoid, times the share of it that lies inside: the same figures come out whatever system a grid is
in. Only one block of the grid is in memory at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import exactextract
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from rasterio.windows import Window

from geo.measure import INVERSE_FLATTENING, SEMI_MAJOR_M, area_m2, area_to_equator_m2
from geo.progress import Progress, no_progress
from geo.raster.open import RasterFacts, RasterSystem, off_cell_edges, open_geotiff, physical_values

__all__ = ["Statistic", "ZonalFigures", "cell_areas_m2", "zonal_figures"]

Floats = NDArray[np.float64]
Statistic = Literal["mean", "sum", "min", "max", "share"]

_BLOCK: Final = 1500
_NODES: Final = 129
_FINE_M: Final = 500.0
"""Cells larger than this are cut into equal parts: what a border takes of a cell is reckoned in the grid's plane, in
which a degree of a coarse cell is not the same ground in the north as in the south."""
_DEGREE_M: Final = 111_320.0
_PIECE_DEG: Final = 0.005
_HALF_INSIDE: Final = 0.5
_E2: Final = (2 - 1 / INVERSE_FLATTENING) / INVERSE_FLATTENING


@dataclass(frozen=True)
class ZonalFigures:
    """One statistic of each zone, with the covered share of its area.

    Attributes
    ----------
    figures : Series of float
        On the index of the zones; NaN if no cell with a value falls inside. Shares in percent.
    covered : Series of float
        Share of each zone's area, 0 to 1, in which the grid has a value.
    """

    figures: pd.Series
    covered: pd.Series


def zonal_figures(
    path: Path,
    facts: RasterFacts,
    zones: gpd.GeoDataFrame,
    statistic: Statistic,
    *,
    band: int = 1,
    of_class: float = 0.0,
    progress: Progress = no_progress,
) -> ZonalFigures:
    """Return one statistic of a band inside each zone.

    Parameters
    ----------
    path : Path
        GeoTIFF.
    facts : RasterFacts
        Of it, from `geo.raster.open.raster_facts`.
    zones : GeoDataFrame
        Polygons, EPSG:4490.
    statistic : {"mean", "sum", "min", "max", "share"}
        ``mean`` and ``share`` weight cells by true area times the share inside; ``sum`` adds values by the share
        inside (for counts by cell); of ``min`` and ``max`` only cells count of which at least half falls inside.
    band : int
        From 1.
    of_class : float
        For ``share``: the value whose share of the area that holds values is asked for.
    progress : Progress

    Notes
    -----
    Coverage fractions by exactextract (Baston 2018, isciences/exactextract).
    """
    if zones.crs is None or zones.crs.to_epsg() != 4490:
        raise ValueError("zones are given in EPSG:4490")
    placed = zones.geometry.to_numpy()
    if not facts.system.geographic:
        # stored edges are straight in degrees: cut short, they are so in the grid's system too
        placed = shapely.transform(shapely.segmentize(placed, _PIECE_DEG), facts.system.from_degrees)
    totals = _Totals(len(zones))
    with open_geotiff(path, facts.name) as grid:
        parts = _parts_of_a_cell(facts)
        placed = off_cell_edges(placed, (facts.cell[0] / parts, facts.cell[1] / parts))
        windows = list(_windows(grid, shapely.bounds(placed), max(1, _BLOCK // parts)))
        for number, (window, touched) in enumerate(windows):
            block = _Block.read(grid, band, window, parts if statistic not in {"min", "max"} else 1, facts)
            if statistic == "share":
                block = block.of_class(of_class)
            totals.add(
                block, gpd.GeoDataFrame({"zone": touched}, geometry=placed[touched], crs=facts.system.crs), statistic
            )
            progress((number + 1) / len(windows))
    figures = pd.Series(totals.result(statistic), index=zones.index, name=statistic)
    return ZonalFigures(figures, pd.Series(totals.area, index=zones.index).div(area_m2(zones)).clip(0, 1))


class _Totals:
    """Accumulators of area, sum, least and greatest value by zone, over all blocks."""

    def __init__(self, count: int) -> None:
        self.area = np.zeros(count)
        self._weighted = np.zeros(count)
        self._sum = np.zeros(count)
        self._least = np.full(count, np.inf)
        self._most = np.full(count, -np.inf)

    def add(self, block: _Block, zones: gpd.GeoDataFrame, statistic: Statistic) -> None:
        """Add the cells of a block to the accumulators of the zones in it."""
        values, known, areas = block.sources()
        at = zones["zone"].to_numpy()
        told = exactextract.exact_extract(known, zones, ["area=weighted_sum"], weights=areas, output="pandas")
        self.area[at] += np.nan_to_num(told["area"].to_numpy(float))
        if statistic in {"mean", "share"}:
            told = exactextract.exact_extract(values, zones, ["w=weighted_sum"], weights=areas, output="pandas")
            self._weighted[at] += np.nan_to_num(told["w"].to_numpy(float))
        elif statistic == "sum":
            told = exactextract.exact_extract(values, zones, ["s=sum"], output="pandas")
            self._sum[at] += np.nan_to_num(told["s"].to_numpy(float)) / block.parts**2
        else:
            least, most = (f"{side}={side}(min_coverage_frac={_HALF_INSIDE})" for side in ("min", "max"))
            told = exactextract.exact_extract(values, zones, [least, most], output="pandas")
            self._least[at] = np.fmin(self._least[at], told["min"].to_numpy(float))
            self._most[at] = np.fmax(self._most[at], told["max"].to_numpy(float))

    def result(self, statistic: Statistic) -> Floats:
        """Return the figures."""
        held = self.area > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            told = {
                "mean": self._weighted / self.area,
                "share": 100 * self._weighted / self.area,
                "sum": self._sum,
                "min": self._least,
                "max": self._most,
            }[statistic]
        found: Floats = np.where(held & np.isfinite(told), told, np.nan)
        return found


@dataclass(frozen=True)
class _Block:
    """Part of a grid: values (NaN where there is none), the area of each cell, and where it lies.

    Each cell of the grid may stand in `parts` rows and columns of equal cells.
    """

    values: Floats
    areas_m2: Floats
    bounds: tuple[float, float, float, float]
    system: RasterSystem
    parts: int

    @classmethod
    def read(cls, grid: Any, band: int, window: Window, parts: int, facts: RasterFacts) -> _Block:
        stored = grid.read(band, window=window, masked=True).astype(np.float64).filled(np.nan)
        stored[~np.isfinite(stored) | (stored == grid.nodatavals[band - 1])] = np.nan
        values = physical_values(stored, grid, band).repeat(parts, axis=0).repeat(parts, axis=1)
        bounds = grid.window_bounds(window)
        return cls(values, cell_areas_m2(facts.system, bounds, values.shape), bounds, facts.system, parts)

    def of_class(self, value: float) -> _Block:
        """Return 1 for cells of a class, 0 for others."""
        met = np.where(np.isnan(self.values), np.nan, (self.values == value).astype(float))
        return replace(self, values=met)

    def sources(self) -> tuple[NumPyRasterSource, NumPyRasterSource, NumPyRasterSource]:
        """Return values, ones where there are values, and areas."""
        west, south, east, north = self.bounds
        ones = np.where(np.isnan(self.values), np.nan, 1.0)
        values, known, areas = (
            NumPyRasterSource(layer, west, south, east, north, nodata=np.nan, srs_wkt=self.system.crs.to_wkt())
            for layer in (self.values, ones, self.areas_m2)
        )
        return values, known, areas


def _parts_of_a_cell(facts: RasterFacts) -> int:
    """Return into how many rows and columns a cell is cut so that its parts are small."""
    unit = _DEGREE_M if facts.system.geographic else facts.system.crs.axis_info[0].unit_conversion_factor
    return max(1, math.ceil(max(facts.cell) * unit / _FINE_M))


def _windows(grid: Any, bounds: Floats, block: int) -> Iterator[tuple[Window, NDArray[np.int64]]]:
    """Yield the windows of a grid that zones may intersect, at most `block` cells wide and high, with those zones."""
    across, down = grid.transform.a, -grid.transform.e
    west, north = grid.transform.c, grid.transform.f
    first_column = np.floor((bounds[:, 0] - west) / across)
    last_column = np.ceil((bounds[:, 2] - west) / across)
    first_row = np.floor((north - bounds[:, 3]) / down)
    last_row = np.ceil((north - bounds[:, 1]) / down)
    rows = int(max(first_row.min(), 0)), int(min(last_row.max(), grid.height))
    columns = int(max(first_column.min(), 0)), int(min(last_column.max(), grid.width))
    for top in range(*rows, block):
        bottom = min(top + block, rows[1])
        for left in range(*columns, block):
            right = min(left + block, columns[1])
            meets = (first_row < bottom) & (last_row > top) & (first_column < right) & (last_column > left)
            if meets.any():
                yield Window(left, top, right - left, bottom - top), np.flatnonzero(meets)


def cell_areas_m2(system: RasterSystem, bounds: tuple[float, float, float, float], shape: tuple[int, ...]) -> Floats:
    """Return the area on the ellipsoid of each cell of a block, square metres.

    Parameters
    ----------
    system : RasterSystem
    bounds : tuple of float
        West, south, east, north of the block.
    shape : tuple of int
        Rows and columns.

    Notes
    -----
    In degrees in closed form (Snyder, *Map Projections*, USGS PP 1395, 3-12). Else by the derivatives of the inverse
    projection, ``M N cos φ |∂(λ, φ)/∂(x, y)| Δx Δy`` (M and N the radii of curvature, 4-18 and 4-20), as central
    differences at a net of nodes; between them it is linear: true to 1e-6 where nodes are less than 8 km apart and
    cells less than 500 m wide.
    """
    rows, columns = shape
    west, south, east, north = bounds
    across, down = (east - west) / columns, (north - south) / rows
    if system.geographic:
        reached = area_to_equator_m2(np.radians(np.linspace(north, south, rows + 1)))
        by_row = (reached[:-1] - reached[1:]) * np.radians(across)
        return np.repeat(by_row[:, None], columns, axis=1)
    x = np.linspace(west + across / 2, east - across / 2, min(columns, _NODES))
    y = np.linspace(north - down / 2, south + down / 2, min(rows, _NODES))
    nodes = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    east_side, west_side = (system.to_degrees(nodes + np.array([side * across / 2, 0.0])) for side in (1, -1))
    north_side, south_side = (system.to_degrees(nodes + np.array([0.0, side * down / 2])) for side in (1, -1))
    by_x, by_y = np.radians(east_side - west_side), np.radians(north_side - south_side)
    turned = np.abs(by_x[:, 0] * by_y[:, 1] - by_x[:, 1] * by_y[:, 0])
    lat = np.radians(system.to_degrees(nodes)[:, 1])
    bend = 1 - _E2 * np.sin(lat) ** 2
    at_nodes = SEMI_MAJOR_M**2 * (1 - _E2) / bend**2 * np.cos(lat) * turned
    return _between(at_nodes.reshape(len(y), len(x)), rows, columns)


def _between(nodes: Floats, rows: int, columns: int) -> Floats:
    """Return a block interpolated bilinearly from nodes, the outer ones of which are the block's outermost cells."""
    down = _hat_weights(nodes.shape[0], rows)
    across = _hat_weights(nodes.shape[1], columns)
    filled: Floats = down @ nodes @ across.T
    return filled


def _hat_weights(count: int, places: int) -> Floats:
    """Return the linear weights of `count` nodes at `places` positions spaced evenly from the first to the last."""
    at = np.linspace(0, count - 1, places) if places > 1 else np.zeros(1)
    return np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(count)[None, :]))
