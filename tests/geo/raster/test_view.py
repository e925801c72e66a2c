"""The picture of a grid lies where its bounds say, whatever system the grid is in."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from pyproj import Transformer
from rasterio.transform import from_origin

from carto.map.image_overlay import paint_raster
from geo.errors import BadInput
from geo.raster.open import raster_facts
from geo.raster.view import raster_view

REGION = (113.0, 24.0, 120.0, 34.0)


def spotted(path: Path, crs: str, size: float, at: tuple[float, float]) -> Path:
    """Write a grid of zeros about a place with one bright cell of 5 x 5 on it, its west half empty elsewhere."""
    x, y = Transformer.from_crs(4490, crs, always_xy=True).transform(*at)
    values = np.zeros((201, 201))
    values[98:103, 98:103] = 100
    values[:20, :] = -1
    place = from_origin(x - 100.5 * size, y + 100.5 * size, size, size)
    with rasterio.open(
        path, "w", driver="GTiff", width=201, height=201, count=1, dtype="float64", crs=crs, transform=place, nodata=-1
    ) as grid:
        grid.write(values, 1)
    return path


@pytest.mark.parametrize(
    ("crs", "size"), [("EPSG:4490", 0.005), ("EPSG:4527", 500), ("EPSG:3857", 500), ("EPSG:32650", 500)]
)
def test_a_bright_spot_is_where_it_was(tmp_path: Path, crs: str, size: float) -> None:
    at = (116.35, 27.85)
    path = spotted(tmp_path / "a.tif", crs, size, at)
    view = raster_view(path, raster_facts(path, "a.tif"), REGION, most_px=900)
    (south, west), (north, east) = view.bounds
    rows, columns = np.nonzero(view.values > 60)
    mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    (x0, y0), (x1, y1) = mercator.transform(west, south), mercator.transform(east, north)
    x = x0 + (columns.mean() + 0.5) / view.values.shape[1] * (x1 - x0)
    y = y1 - (rows.mean() + 0.5) / view.values.shape[0] * (y1 - y0)
    lon, lat = mercator.transform(x, y, direction="INVERSE")
    assert (lon, lat) == pytest.approx(at, abs=0.002), "within 200 m, a quarter of a pixel and a cell's half"
    assert np.isnan(view.values[1:8, 300:600]).all(), "what holds nothing is empty"


def test_what_lies_beyond_the_map_is_cut_and_elsewhere_refused(tmp_path: Path) -> None:
    path = spotted(tmp_path / "a.tif", "EPSG:4490", 0.05, (116, 28))
    view = raster_view(path, raster_facts(path, "a.tif"), (115.0, 27.0, 117.0, 29.0))
    assert np.ravel(view.bounds) == pytest.approx([27, 115, 29, 117])
    far = spotted(tmp_path / "b.tif", "EPSG:4490", 0.005, (10, 50))
    with pytest.raises(BadInput) as fault:
        raster_view(far, raster_facts(far, "b.tif"), REGION)
    assert fault.value.key == "raster_own.elsewhere"


def test_the_picture_is_clear_where_nothing_is() -> None:
    values = np.array([[np.nan, 0.0], [50.0, 100.0]])
    picture = paint_raster(values)
    with Image.open(io.BytesIO(picture.webp)) as image:
        pixels = np.asarray(image.convert("RGBA"))
    assert pixels[..., 3].tolist() == [[0, 255], [255, 255]]
    shade = pixels[..., :3].sum(axis=-1)
    assert shade[0, 1] > shade[1, 0] > shade[1, 1], "higher is darker"
    assert paint_raster(np.full((2, 2), np.nan)).low == 0
    assert paint_raster(np.full((2, 2), 7.0)).high == 7
