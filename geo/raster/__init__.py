"""Rasters: opening, values at a place, zonal figures, pictures."""

from geo.raster.grids import terrain_on_grid, value_at, write_slope, zonal
from geo.raster.open import RasterFacts
from geo.raster.outside import raster_facts, raster_view, zonal_figures
from geo.raster.zones import Statistic

__all__ = [
    "RasterFacts",
    "Statistic",
    "raster_facts",
    "raster_view",
    "terrain_on_grid",
    "value_at",
    "write_slope",
    "zonal",
    "zonal_figures",
]
