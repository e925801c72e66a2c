"""Reproject a grid to Web Mercator for the screen, with no more pixels than a screen has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from geo.errors import BadInput
from geo.raster.open import RasterFacts, open_geotiff, physical_values

__all__ = ["MOST_PX", "RasterView", "raster_view"]

MOST_PX: Final = 1400
_MANY_CELLS: Final = 60_000_000
_WORLD: Final = 20_037_508.342789244


@dataclass(frozen=True)
class RasterView:
    """Values of a grid reprojected to Web Mercator, with their bounds.

    Attributes
    ----------
    values : array of float, shape (rows, columns)
        Web Mercator, north up; NaN where the grid holds nothing.
    bounds : tuple
        ((south, west), (north, east)) in degrees: of the outer rim of the outermost pixels.
    """

    values: NDArray[np.float64]
    bounds: tuple[tuple[float, float], tuple[float, float]]


def raster_view(
    path: Path, facts: RasterFacts, within: tuple[float, float, float, float], *, band: int = 1, most_px: int = MOST_PX
) -> RasterView:
    """Return the part of a band that lies within bounds, reprojected for the screen.

    Parameters
    ----------
    path : Path
    facts : RasterFacts
    within : tuple of float
        West, south, east, north in degrees: what lies beyond is not shown.
    band : int
        From 1.
    most_px : int
        Of the longer side.

    Raises
    ------
    BadInput
        If the grid does not reach into the bounds.
    """
    mercator = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    wall = (*mercator.transform(within[0], within[1]), *mercator.transform(within[2], within[3]))
    source = facts.system.crs.to_wkt()
    told = transform_bounds(source, "EPSG:3857", *facts.bounds, densify_pts=51)
    west, south = max(told[0], wall[0], -_WORLD), max(told[1], wall[1], -_WORLD)
    east, north = min(told[2], wall[2], _WORLD), min(told[3], wall[3], _WORLD)
    if not (west < east and south < north):
        raise BadInput("raster_own.elsewhere", name=facts.name)
    wide, high = east - west, north - south
    cell = max(wide, high) / most_px
    columns, rows = max(1, math.ceil(wide / cell)), max(1, math.ceil(high / cell))
    smooth = not facts.whole_numbers and facts.width * facts.height <= _MANY_CELLS
    with (
        open_geotiff(path, facts.name) as grid,
        WarpedVRT(
            grid, src_crs=source, crs="EPSG:3857", transform=from_bounds(west, south, east, north, columns, rows),
            width=columns, height=rows, src_nodata=grid.nodatavals[band - 1], nodata=math.nan, dtype="float64",
            resampling=Resampling.average if smooth else Resampling.nearest, warp_mem_limit=64,
        ) as warped,
    ):  # fmt: skip
        values = warped.read(band).astype(np.float64)
        values[~np.isfinite(values)] = np.nan
        values = physical_values(values, grid, band)
    back = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True)
    (left, bottom), (right, top) = back.transform(west, south), back.transform(east, north)
    return RasterView(values, ((bottom, left), (top, right)))
