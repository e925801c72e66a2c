"""Rasters: opening, values at a place, zonal figures, pictures."""

from geo.raster.grids import value_at, write_slope, zonal
from geo.raster.open import RasterFacts, raster_facts
from geo.raster.view import raster_view
from geo.raster.zones import Statistic, zonal_figures

__all__ = [
    "RasterFacts",
    "Statistic",
    "raster_facts",
    "raster_view",
    "value_at",
    "write_slope",
    "zonal",
    "zonal_figures",
]
