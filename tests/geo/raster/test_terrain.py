"""Heights and slopes on another grid, against a tilted plane whose slope is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.crs import from_store
from geo.raster import terrain_on_grid
from tests.helpers import KARNEY, frame_4490

WEST, NORTH, CELL = 116.0, 28.1, 0.001


def test_a_tilted_plane_has_its_slope_everywhere(tmp_path):
    # a tenth of a metre up for every metre east
    rows, columns = 100, 100
    lon, lat = WEST + (np.arange(columns) + 0.5) * CELL, NORTH - (np.arange(rows) + 0.5) * CELL
    _, _, east_m = KARNEY.inv(*np.broadcast_arrays(WEST, lat[:, None], lon[None, :], lat[:, None]))
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs="EPSG:4490", transform=from_origin(WEST, NORTH, CELL, CELL),
    ) as grid:  # fmt: skip
        grid.write((np.asarray(east_m) / 10).astype("float32"), 1)
    middle = from_store(frame_4490(shapely.Point(116.05, 28.05)), 4547).geometry.iloc[0]
    transform = from_origin(middle.x - 1000, middle.y + 1000, 50, 50)
    heights, slopes = terrain_on_grid(tmp_path / "dem.tif", 4547, transform, (40, 40))
    assert np.isfinite(heights).all()
    assert slopes == pytest.approx(math.degrees(math.atan(0.1)), abs=0.15)
    assert (np.diff(heights, axis=1) / 50).mean() == pytest.approx(0.1, rel=0.01)
    assert np.isnan(terrain_on_grid(tmp_path / "dem.tif", 4547, from_origin(0, 0, 50, 50), (4, 4))[0]).all()
