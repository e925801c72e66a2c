"""The elevation is a valid COG in the right place; the base map is small, covers the region and is light."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from PIL import Image
from rio_cogeo.cogeo import cog_validate

from tests.helpers import ROOT

TERRAIN = ROOT / "data" / "terrain"
LIMIT_BYTES = 250_000


@pytest.fixture(scope="module")
def region() -> gpd.GeoDataFrame:
    return gpd.read_file(TERRAIN.parent / "boundaries" / "prefecture_2000m.fgb")


def test_dem_is_a_valid_cog() -> None:
    valid, errors, _ = cog_validate(TERRAIN / "dem.tif", strict=True)
    assert valid, errors


def test_dem_covers_the_region_with_a_margin(region: gpd.GeoDataFrame) -> None:
    west, south, east, north = region.total_bounds
    with rasterio.open(TERRAIN / "dem.tif") as src:
        assert src.crs.to_epsg() == 4490
        assert src.dtypes == ("int16",)
        assert src.nodata is not None
        b = src.bounds
        assert min(west - b.left, south - b.bottom, b.right - east, b.top - north) > 0.2
        assert {"source", "licence", "as_of", "accuracy_m", "basis"} <= set(src.tags())
        land = src.read(1, masked=True)
    assert -50 < land.min() < 20
    assert 2000 < land.max() < 2161, "Huanggang Shan, 2,160.8 m, is the highest summit; a 30″ mean stands below it"


@pytest.mark.parametrize(
    ("name", "lon", "lat", "metres"),
    [
        ("黄岗山", 117.7836, 27.8617, 2160.8),
        ("武功山", 114.1735, 27.4550, 1918.3),
        ("玉京峰", 118.0660, 28.9140, 1819.9),
    ],
)
def test_summits_stand_where_they_are(name: str, lon: float, lat: float, metres: float) -> None:
    """The highest cell within 5 km is near the surveyed summit and, as a mean over a cell, somewhat lower."""
    with rasterio.open(TERRAIN / "dem.tif") as src:
        row, column = src.index(lon, lat)
        window = src.read(1)[row - 5 : row + 6, column - 5 : column + 6].astype(float)
    down, across = np.unravel_index(window.argmax(), window.shape)
    assert np.hypot(down - 5, across - 5) <= 2.5, name
    assert 0.8 * metres < window.max() < metres


@pytest.mark.parametrize(
    ("name", "lon", "lat", "low", "high"),
    [("鄱阳湖", 116.20, 29.10, 5, 25), ("吉安", 114.98, 27.11, 40, 80), ("高邮湖", 119.33, 32.87, 0, 12)],
)
def test_known_levels(name: str, lon: float, lat: float, low: float, high: float) -> None:
    with rasterio.open(TERRAIN / "dem.tif") as src:
        value = next(src.sample([(lon, lat)]))[0]
    assert low <= value <= high, name


def test_base_map_is_small_and_covers_the_region(region: gpd.GeoDataFrame) -> None:
    path = TERRAIN / "hillshade.webp"
    assert path.stat().st_size <= LIMIT_BYTES
    note = json.loads((TERRAIN / "hillshade.json").read_text(encoding="utf-8"))
    (south, west), (north, east) = note["bounds"]
    left, bottom, right, top = region.total_bounds
    assert west < left < right < east
    assert south < bottom < top < north
    with Image.open(path) as picture:
        assert picture.size == (note["width"], note["height"])


def test_base_map_has_mercator_pixels() -> None:
    """Square pixels in Web Mercator: width to height is that of the bounds under the Mercator formula."""
    note = json.loads((TERRAIN / "hillshade.json").read_text(encoding="utf-8"))
    (south, west), (north, east) = note["bounds"]
    y = np.log(np.tan(np.pi / 4 + np.radians([south, north]) / 2))
    assert note["width"] / note["height"] == pytest.approx(np.radians(east - west) / (y[1] - y[0]), rel=2e-3)


def test_base_map_is_light_enough_to_carry_labels() -> None:
    with Image.open(TERRAIN / "hillshade.webp") as picture:
        grey = np.asarray(picture.convert("L"), dtype=float)
    assert np.percentile(grey, 1) > 140
    assert np.median(grey) > 220
