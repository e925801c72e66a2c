"""Rasters: opening, values at a place, zonal figures, pictures."""
