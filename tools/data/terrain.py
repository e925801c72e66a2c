"""Build the elevation as a cloud-optimised GeoTIFF, clipped to the region and shifted to its true position."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rio_cogeo.cogeo import cog_translate
from rio_cogeo.profiles import cog_profiles

from tools.data.packages import ROOT, manifest, member
from tools.data.write import CRS, DATA

WEST, SOUTH, EAST, NORTH = 113.25, 24.25, 120.25, 33.75
CELLS_PER_DEGREE = 120
NODATA = -32768
AS_OF = "unknown"  # neither the package nor the file says when or by whom the heights were measured
ACCURACY_M = 500


def read_elevation() -> NDArray[np.int16]:
    """Return the elevation in metres, north up, on the lattice whose cell edges are whole multiples of 30″.

    The file puts its cell centres off that lattice by 0.865 cells to the west and 0.263 to the south, and that is an
    error of the file: sampled over 839 small lakes, the grid is lowest when it is read 0.68 cells west and 0.31 cells
    south, and four summits of known position stand 0.4 to 3 cells west of their place. Moving it
    back to the lattice mends both.
    """
    with h5py.File(member("meteva", "dem_0.00833.nc")) as file:
        lon, lat = file["lon"][:], file["lat"][:]
        column = round((lon[0] + 0.865 / CELLS_PER_DEGREE) * CELLS_PER_DEGREE - 0.5)
        row = round((lat[0] + 0.263 / CELLS_PER_DEGREE) * CELLS_PER_DEGREE - 0.5)
        left, right = (round(x * CELLS_PER_DEGREE) - column for x in (WEST, EAST))
        low, high = (round(y * CELLS_PER_DEGREE) - row for y in (SOUTH, NORTH))
        grid = file["data0"][0, 0, 0, 0, low:high, left:right][::-1]
    return np.where(grid <= -999, NODATA, grid).astype(np.int16)


def build() -> None:
    """Write `data/terrain/dem.tif`."""
    target = DATA / "terrain" / "dem.tif"
    target.parent.mkdir(parents=True, exist_ok=True)
    grid = read_elevation()
    profile = {
        "driver": "GTiff", "dtype": "int16", "count": 1, "nodata": NODATA,
        "height": grid.shape[0], "width": grid.shape[1],
        "crs": f"EPSG:{CRS}", "transform": from_origin(WEST, NORTH, 1 / CELLS_PER_DEGREE, 1 / CELLS_PER_DEGREE),
    }  # fmt: skip
    entry = manifest()["meteva"]
    tags = {
        "source": f"meteva {entry['version']}, dem_0.00833.nc, shifted to the 30 arc-second lattice",
        "licence": entry["licence"], "accuracy_m": str(ACCURACY_M), "basis": "published", "as_of": AS_OF,
        "unit": "metre",
    }  # fmt: skip
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "dem.tif"
        with rasterio.open(plain, "w", **profile) as out:
            out.write(grid, 1)
            out.update_tags(**tags)
        options = cog_profiles.get("deflate") | {"blockxsize": 256, "blockysize": 256, "predictor": 2, "level": 9}
        cog_translate(plain, target, options, overview_resampling="average", quiet=True, forward_band_tags=True)
    size_kb = target.stat().st_size / 1e3
    print(f"  {target.relative_to(ROOT)}: {grid.shape}, {grid.min()} to {grid.max()} m, {size_kb:.0f} kB")
