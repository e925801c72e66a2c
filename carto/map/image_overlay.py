"""A user's raster as an image on the map: coloured by a palette, transparent where it has no value."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import folium
import numpy as np
from branca.utilities import color_brewer
from numpy.typing import NDArray
from PIL import Image

from carto.map.folium_map import _ScriptGroup
from carto.style import Palette

__all__ = ["RasterImage", "RasterLegend", "image_group", "paint_raster"]

_STEPS: Final = 9
_SHADES: Final = 256
_STRETCH_PERCENTILES: Final = (2.0, 98.0)
"""Percentiles of the values at both ends of the palette, so that outliers do not take up most of it."""


@dataclass(frozen=True)
class RasterImage:
    """A raster rendered in a palette, as WebP.

    Attributes
    ----------
    webp : bytes
    low, high : float
        The values at both ends of the palette.
    colours : tuple of str
        The palette, low to high.
    """

    webp: bytes
    low: float
    high: float
    colours: tuple[str, ...]


@dataclass(frozen=True)
class RasterLegend:
    """Legend of a raster image: the palette from low to high, its end values as text, and a note."""

    colours: tuple[str, ...]
    low: str
    high: str
    note: str


def paint_raster(values: NDArray[np.float64], palette: Palette = "YlGnBu") -> RasterImage:
    """Return values rendered in a palette as a lossless WebP image with an alpha channel.

    Parameters
    ----------
    values : array of float, shape (rows, columns)
        NaN becomes transparent.
    palette : str
    """
    finite = np.isfinite(values)
    low, high = (
        (float(end) for end in np.percentile(values[finite], _STRETCH_PERCENTILES)) if finite.any() else (0.0, 0.0)
    )
    if low == high and finite.any():
        low, high = float(values[finite].min()), float(values[finite].max())
    colours = tuple(str(colour) for colour in color_brewer(palette, _STEPS))
    stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours], float)
    shade = np.linspace(0, _STEPS - 1, _SHADES)
    ramp = (
        np.column_stack([np.interp(shade, np.arange(_STEPS), stops[:, i]) for i in range(3)]).round().astype(np.uint8)
    )
    position = np.where(finite, values - low, 0.0) / ((high - low) or 1.0)
    rgba = np.zeros((*values.shape, 4), np.uint8)
    rgba[..., :3] = ramp[np.clip(position * (_SHADES - 1), 0, _SHADES - 1).astype(np.uint8)]
    rgba[..., 3] = np.where(finite, 255, 0)
    stream = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(stream, "WEBP", lossless=True, quality=40)
    return RasterImage(stream.getvalue(), low, high, colours)


def image_group(
    url: str,
    bounds: tuple[tuple[float, float], tuple[float, float]],
    *,
    title: str,
    legend: RasterLegend,
    opacity: float = 0.8,
) -> folium.FeatureGroup:
    """Return a raster image as a feature group for st_folium.

    Parameters
    ----------
    url : str
        On this server; it is fetched with the session's token.
    bounds : tuple
        ((south, west), (north, east)) in degrees, of an image in Web Mercator.
    title : str
        Heading of the legend, also used in the message if the image cannot be loaded.
    legend : RasterLegend
    opacity : float
    """
    return _ScriptGroup(
        "Image",
        {
            "url": url,
            "bounds": [list(corner) for corner in bounds],
            "title": title,
            "note": legend.note,
            "ramp": {"colours": list(legend.colours), "low": legend.low, "high": legend.high},
            "legend": [],
            "opacity": opacity,
        },
    )
