"""Rasters: statistics of a grid inside polygons, slope of an elevation grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import exactextract
import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.transform import Affine, array_bounds
from rasterio.warp import Resampling, reproject, transform_bounds
from rasterio.windows import Window

from geo.crs import describe, from_store, transform_points
from geo.errors import DataFault
from geo.measure import degrees_per_metre
from geo.raster.open import off_cell_edges, physical_values
from geo.whole_file import whole_file

__all__ = ["slope_degrees", "terrain_on_grid", "value_at", "write_slope", "zonal"]

Floats = NDArray[np.float64]

_HALF_INSIDE: Final = 0.5
_ROWS: Final = 512
_NO_SLOPE: Final = -9999.0


def zonal(raster: Path, zones: gpd.GeoDataFrame, statistic: Literal["mean", "min", "max", "sum"]) -> pd.Series:
    """Return one statistic of the grid inside each zone, cells weighted by the share and true size that fall inside.

    Parameters
    ----------
    raster : Path
        One band; nodata cells do not count. In a geographic CRS cells are weighted by their size on the sphere.
    zones : GeoDataFrame
        Polygons, EPSG:4490.
    statistic : {"mean", "min", "max", "sum"}
        For ``min`` and ``max`` only cells count of which at least half falls inside: a summit beyond the border is not
        the zone's.

    Returns
    -------
    Series
        Index of `zones`, float, in the units of the grid; NaN where no cell falls inside.

    Notes
    -----
    Coverage fractions by exactextract (Baston 2018, isciences/exactextract), not by cell centres.
    """
    with rasterio.open(raster) as grid:
        system = describe(grid.crs, raster.name)
        cell = (grid.transform.a, -grid.transform.e)
    placed = from_store(zones[[zones.geometry.name]], system.epsg)
    placed = placed.set_geometry(off_cell_edges(placed.geometry.to_numpy(), cell), crs=placed.crs)
    # a mean over degrees must weight a cell by its ground size, which shrinks by 9 % across the province's latitudes
    weighted = "mean(coverage_weight=area_spherical_m2)" if CRS.from_epsg(system.epsg).is_geographic else "mean"
    extreme = f"{statistic}(min_coverage_frac={_HALF_INSIDE})"
    operation = {"mean": weighted, "sum": "sum"}.get(statistic, extreme)
    table = exactextract.exact_extract(str(raster), placed, [f"result={operation}"], output="pandas")
    return pd.Series(table["result"].to_numpy(float), index=zones.index, name=statistic)


def value_at(raster: Path, lon: float, lat: float) -> float | None:
    """Return the value of the cell at a place (EPSG:4490 degrees); None outside the grid and for nodata."""
    with rasterio.open(raster) as grid:
        system = describe(grid.crs, raster.name)
        x, y = transform_points(np.array([[lon, lat]]), system.epsg)[0]
        west, south, east, north = grid.bounds
        if not (west <= x < east and south < y <= north):
            return None
        value = float(next(grid.sample([(x, y)], indexes=1))[0])
        if value == grid.nodata or not np.isfinite(value):
            return None
        return float(physical_values(np.array([value]), grid, 1)[0])


def slope_degrees(heights: Floats, width_m: Floats, height_m: Floats) -> Floats:
    """Return the slope of the inner cells of an elevation grid, in degrees.

    Parameters
    ----------
    heights : array of float, shape (rows, columns)
        Metres, north up; NaN where nothing is known.
    width_m, height_m : array of float, shape (rows,)
        Size of a cell on the ground in each row, metres.

    Returns
    -------
    array of float, shape (rows - 2, columns - 2)
        NaN where one of the nine cells is not known.

    Notes
    -----
    ``atan √((∂z/∂x)² + (∂z/∂y)²)`` with the third-order finite differences of B. K. P. Horn, *Hill shading and the
    reflectance map*, Proc. IEEE 69(1), 1981: the rows and columns beside a cell weighted 1, 2, 1, over eight cells.
    """
    north, middle, south = heights[:-2], heights[1:-1], heights[2:]
    rows = [row[:, 2:] - row[:, :-2] for row in (north, middle, south)]
    east = (rows[0] + 2 * rows[1] + rows[2]) / (8 * width_m[1:-1, None])
    down = south - north
    southward = (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / (8 * height_m[1:-1, None])
    slope: Floats = np.degrees(np.arctan(np.hypot(east, southward)))
    slope[np.isnan(middle[:, 1:-1])] = np.nan
    return slope


def write_slope(raster: Path, target: Path) -> None:
    """Write the slope of an elevation grid, in degrees, beside it in shape and system; by strips, so of any size.

    Parameters
    ----------
    raster : Path
        One band of metres, north up, in a geographic system (cells are measured on the ellipsoid) or a plane one.
    target : Path
        GeoTIFF to write; appears only when it is whole. The outermost cells, and those beside a gap, hold nothing.

    Raises
    ------
    DataFault
        If the grid is turned, so that its rows do not run from west to east.
    OSError
        If the file cannot be written whole.
    """
    with whole_file(target, durable=True) as draft, rasterio.open(raster) as grid:
        if grid.transform.b or grid.transform.d or grid.transform.e >= 0:
            raise DataFault("indicators.raster_turned", file=raster.name)
        profile = {
            "driver": "GTiff", "dtype": "float32", "nodata": _NO_SLOPE, "count": 1, "width": grid.width,
            "height": grid.height, "crs": grid.crs, "transform": grid.transform, "compress": "deflate",
        }  # fmt: skip
        width_m, height_m = _cell_sizes(grid, describe(grid.crs, raster.name).epsg)
        with rasterio.open(draft, "w", **profile) as out:
            for top in range(0, grid.height, _ROWS):
                out.write(_slope_strip(grid, top, width_m, height_m), 1, window=_strip(grid, top, top + _ROWS))
        with rasterio.open(draft) as written:  # GDAL says nothing of a disk that was full when it closed the file
            for top in range(0, written.height, _ROWS):
                written.read(1, window=_strip(written, top, top + _ROWS))


def terrain_on_grid(
    raster: Path, epsg: int, transform: Affine, shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return heights (m) and slopes (degrees) of an elevation grid on the cells of another grid, bilinear.

    Parameters
    ----------
    raster : Path
        As for `write_slope`.
    epsg : int
        System of the other grid.
    transform : Affine
        Of the other grid, north up.
    shape : tuple of int
        Rows and columns of it.

    Returns
    -------
    tuple of array of float
        NaN where nothing is known.

    Raises
    ------
    DataFault
        As `write_slope`.
    """
    with rasterio.open(raster) as grid:
        if grid.transform.b or grid.transform.d or grid.transform.e >= 0:
            raise DataFault("indicators.raster_turned", file=raster.name)
        bounds = transform_bounds(f"EPSG:{epsg}", grid.crs, *array_bounds(*shape, transform))
        rows, columns = _cells_near(grid, bounds)
        if rows[0] == rows[1] or columns[0] == columns[1]:
            return np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
        window = Window.from_slices(rows, columns)
        stored = grid.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
        heights = physical_values(stored, grid, 1)
        sizes = [size[slice(*rows)] for size in _cell_sizes(grid, describe(grid.crs, raster.name).epsg)]
        slopes = np.full(heights.shape, np.nan)
        if min(heights.shape) > 2:
            slopes[1:-1, 1:-1] = slope_degrees(heights, *sizes)
        placed = []
        for values in (heights, slopes):
            made = np.full(shape, np.nan, np.float32)
            reproject(
                values.astype(np.float32), made, src_transform=grid.window_transform(window), src_crs=grid.crs,
                dst_transform=transform, dst_crs=f"EPSG:{epsg}", src_nodata=np.nan, dst_nodata=np.nan,
                resampling=Resampling.bilinear,
            )  # fmt: skip
            placed.append(made)
    return placed[0], placed[1]


def _cells_near(grid: Any, bounds: tuple[float, float, float, float]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the rows and columns of a grid that hold a box and two cells around it."""
    west, south, east, north = bounds
    left, top = ~grid.transform @ (west, north)
    right, bottom = ~grid.transform @ (east, south)
    ends = [int(np.floor(top)) - 2, int(np.ceil(bottom)) + 2, int(np.floor(left)) - 2, int(np.ceil(right)) + 2]
    rows = np.clip(ends[:2], 0, grid.height)
    columns = np.clip(ends[2:], 0, grid.width)
    return (int(rows[0]), int(rows[1])), (int(columns[0]), int(columns[1]))


def _strip(grid: Any, top: int, bottom: int) -> Window:
    return Window(0, top, grid.width, min(bottom, grid.height) - top)


def _slope_strip(grid: Any, top: int, width_m: Floats, height_m: Floats) -> NDArray[np.float32]:
    """Return the slope of some rows (degrees), computed with the row above and the row below them."""
    first, bottom = max(top - 1, 0), min(top + _ROWS, grid.height)
    last = min(bottom + 1, grid.height)
    heights = grid.read(1, window=_strip(grid, first, last), masked=True).astype(np.float64).filled(np.nan)
    strip = np.full((bottom - top, grid.width), np.nan)
    inner = slope_degrees(physical_values(heights, grid, 1), width_m[first:last], height_m[first:last])
    start = first + 1 - top
    strip[start : start + len(inner), 1:-1] = inner
    return np.nan_to_num(strip, nan=_NO_SLOPE).astype(np.float32)


def _cell_sizes(grid: Any, epsg: int) -> tuple[Floats, Floats]:
    """Return width and height of the cells of each row, metres."""
    across, down = grid.transform.a, -grid.transform.e
    system = CRS.from_epsg(epsg)
    if not system.is_geographic:
        unit = system.axis_info[0].unit_conversion_factor
        return np.full(grid.height, across * unit), np.full(grid.height, down * unit)
    lat = grid.transform.f - (np.arange(grid.height) + 0.5) * down
    per_metre_lon, per_metre_lat = degrees_per_metre(lat)
    return across / per_metre_lon, down / per_metre_lat
