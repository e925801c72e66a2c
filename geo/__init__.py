"""Coordinate systems, geometry, measurement, readers of files, rasters and tiles; independent of layers and pages."""

import warnings

warnings.filterwarnings("ignore", module=r"pyogrio\b")  # GDAL's own words: what counts of them is said as a notice
