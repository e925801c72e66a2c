"""Coordinates and geometry; knows no layer and no screen."""

import warnings

warnings.filterwarnings("ignore", module=r"pyogrio\b")  # GDAL's own words: what counts of them is said as a notice
