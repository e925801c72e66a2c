"""The world's square against PROJ, and back."""

from __future__ import annotations

import numpy as np
from pyproj import Transformer

from geo.crs.web_mercator import from_world_square, to_world_square

HALF_WORLD_M = np.pi * 6378137.0


def test_the_square_is_that_of_epsg_3857() -> None:
    rng = np.random.default_rng(3)
    lonlat = np.column_stack([rng.uniform(-180, 180, 500), rng.uniform(-85, 85, 500)])
    east, north = Transformer.from_crs(4326, 3857, always_xy=True).transform(*lonlat.T)
    square = np.column_stack([0.5 + east / HALF_WORLD_M / 2, 0.5 - north / HALF_WORLD_M / 2])
    assert np.abs(to_world_square(lonlat) - square).max() < 1e-12
    assert np.abs(from_world_square(square) - lonlat).max() < 1e-9
