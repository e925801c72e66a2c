"""Build the offline base map: shaded relief in Web Mercator pixels, lighter outside the region, faded at the edge."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import rasterio
from numpy.typing import NDArray
from PIL import Image
from rasterio.features import rasterize
from rasterio.transform import Affine, array_bounds, from_bounds
from rasterio.warp import Resampling, reproject, transform_bounds
from scipy.ndimage import gaussian_filter

from tools.data.packages import ROOT
from tools.data.write import CRS, DATA

PIXEL_M = 520.0  # Web Mercator metres: near the 30″ of the grid, drawn smooth by cubic splines
EXAGGERATION = 3.2
LIGHTS = {315.0: 0.5, 270.0: 0.2, 360.0: 0.2, 225.0: 0.1}  # azimuth of each light and its share
ALTITUDE = 45.0
#: Metres and sRGB of the tint, from plain to summit; paper-light, so that hatches and labels stand out.
TINT = {
    0: (225, 235, 221), 40: (230, 238, 220), 120: (238, 240, 219), 300: (241, 236, 213), 600: (236, 226, 200),
    1000: (228, 214, 190), 2000: (232, 225, 216),
}  # fmt: skip
PAPER = (243, 244, 239)
OUTSIDE = 0.6  # how far the land outside the region is washed towards paper
FADE_PIXELS = 60
SHADE = 0.8  # strength of the shading
LIMIT_BYTES = 250_000


def _mercator_elevation() -> tuple[NDArray[np.float64], Affine]:
    """Return the elevation in metres on square Web Mercator pixels, with its transform."""
    with rasterio.open(DATA / "terrain" / "dem.tif") as src:
        left, bottom, right, top = transform_bounds(src.crs, 3857, *src.bounds)
        width, height = round((right - left) / PIXEL_M), round((top - bottom) / PIXEL_M)
        transform = from_bounds(left, bottom, right, top, width, height)
        out = np.zeros((height, width), dtype=np.float64)
        grid = src.read(1, masked=True).filled(0).astype(np.float64)
        reproject(grid, out, src_transform=src.transform, src_crs=src.crs, dst_transform=transform, dst_crs=3857,
                  resampling=Resampling.cubic_spline)  # fmt: skip
    return out, transform


def _shade(height: NDArray[np.float64], transform: Affine) -> NDArray[np.float64]:
    """Return the illumination of each pixel by several lights, 0 to 1, about 0.7 on flat ground."""
    rows = np.arange(height.shape[0])
    northing = transform.f + (rows + 0.5) * transform.e
    ground_m = PIXEL_M / np.cosh(northing / 6378137.0)  # Mercator stretches by 1/cos(latitude) = cosh(y/R)
    down, right = np.gradient(height * EXAGGERATION)
    east, north = right / ground_m[:, None], -down / ground_m[:, None]
    length = np.sqrt(1 + east**2 + north**2)
    altitude = np.radians(ALTITUDE)
    total = np.zeros_like(height)
    for azimuth, share in LIGHTS.items():
        a = np.radians(azimuth)
        towards = np.cos(altitude) * (np.sin(a) * -east + np.cos(a) * -north) + np.sin(altitude)
        total += share * np.clip(towards / length, 0, 1)
    return total


def _colour(height: NDArray[np.float64], shade: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float RGB: the tint of the elevation multiplied by the illumination."""
    stops = np.array(list(TINT), dtype=np.float64)
    smooth = gaussian_filter(height, 1.0)
    rgb = np.stack([np.interp(smooth, stops, [c[i] for c in TINT.values()]) for i in range(3)], axis=-1)
    flat = np.sin(np.radians(ALTITUDE))
    light = 1 + SHADE * (shade - flat)
    cool = np.array([1.0, 0.985, 0.95])  # shadows lean to blue, lights to yellow
    return np.asarray(np.clip(rgb * np.where(light[..., None] < 1, light[..., None] ** cool, light[..., None]), 0, 255))


def _inside(shape: tuple[int, int], transform: Affine) -> NDArray[np.float64]:
    """Return a mask of the region, 1 inside and 0 outside, blurred at its edge."""
    region = gpd.read_file(DATA / "boundaries" / "prefecture_500m.fgb").to_crs(3857)
    mask = rasterize(region.geometry, out_shape=shape, transform=transform, all_touched=True)
    return np.asarray(gaussian_filter(mask.astype(np.float64), 1.5))


def _edge_fade(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the opacity of each pixel, falling to 0 at the edge of the picture."""
    rows, columns = (np.minimum(np.arange(n), np.arange(n)[::-1]) / FADE_PIXELS for n in shape)
    ramp = np.clip(np.minimum(rows[:, None], columns[None, :]), 0, 1)
    return np.asarray(ramp**2 * (3 - 2 * ramp))


def build() -> None:
    """Write `data/terrain/hillshade.webp` and its bounds."""
    height, transform = _mercator_elevation()
    rgb = _colour(height, _shade(height, transform))
    wash = OUTSIDE * (1 - _inside(height.shape, transform))[..., None]
    rgb = rgb * (1 - wash) + np.array(PAPER) * wash
    fade = _edge_fade(height.shape)[..., None]
    rgb = rgb * fade + np.array(PAPER) * (1 - fade)
    picture = Image.fromarray(np.round(rgb).astype(np.uint8), "RGB")
    target = DATA / "terrain" / "hillshade.webp"
    for quality in range(92, 30, -3):
        picture.save(target, "WEBP", quality=quality, method=6)
        if target.stat().st_size <= LIMIT_BYTES:
            break
    else:
        raise SystemExit("the relief does not fit into its size limit")
    west, south, east, north = transform_bounds(3857, CRS, *array_bounds(*height.shape, transform))
    note = {
        "bounds": [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]],
        "crs": "EPSG:3857 pixels; bounds are latitude, longitude",
        "background": "#{:02x}{:02x}{:02x}".format(*PAPER),
        "source": "made from dem.tif by tools/data/hillshade.py",
        "width": height.shape[1],
        "height": height.shape[0],
    }
    target.with_suffix(".json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
    print(f"  {target.relative_to(ROOT)}: {picture.size}, quality {quality}, {target.stat().st_size / 1e3:.0f} kB")
