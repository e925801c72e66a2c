"""A user's raster as a picture on the map: painted in a palette, nothing where it holds nothing."""

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

__all__ = ["Picture", "Ramp", "image_group", "painted"]

_STEPS: Final = 9
_SHADES: Final = 256
_RIM: Final = (2.0, 98.0)
"""Percentiles that the ends of the palette stand for: single wild cells do not flatten the rest."""


@dataclass(frozen=True)
class Picture:
    """A painted raster.

    Attributes
    ----------
    webp : bytes
    low, high : float
        The values that the ends of the palette stand for.
    colours : tuple of str
        The palette, low to high.
    """

    webp: bytes
    low: float
    high: float
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Ramp:
    """What the colours of a picture stand for: the palette, low to high, its ends as written, and a note on them."""

    colours: tuple[str, ...]
    low: str
    high: str
    note: str


def painted(values: NDArray[np.float64], palette: Palette = "YlGnBu") -> Picture:
    """Paint values in a palette, without loss.

    Parameters
    ----------
    values : array of float, shape (rows, columns)
        NaN becomes transparent.
    palette : str
    """
    held = np.isfinite(values)
    low, high = (float(end) for end in np.percentile(values[held], _RIM)) if held.any() else (0.0, 0.0)
    if low == high and held.any():
        low, high = float(values[held].min()), float(values[held].max())
    colours = tuple(str(colour) for colour in color_brewer(palette, _STEPS))
    stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours], float)
    shade = np.linspace(0, _STEPS - 1, _SHADES)
    ramp = (
        np.column_stack([np.interp(shade, np.arange(_STEPS), stops[:, i]) for i in range(3)]).round().astype(np.uint8)
    )
    place = np.where(held, values - low, 0.0) / ((high - low) or 1.0)
    picture = np.zeros((*values.shape, 4), np.uint8)
    picture[..., :3] = ramp[np.clip(place * (_SHADES - 1), 0, _SHADES - 1).astype(np.uint8)]
    picture[..., 3] = np.where(held, 255, 0)
    stream = io.BytesIO()
    Image.fromarray(picture, "RGBA").save(stream, "WEBP", lossless=True, quality=40)
    return Picture(stream.getvalue(), low, high, colours)


def image_group(
    url: str,
    bounds: tuple[tuple[float, float], tuple[float, float]],
    *,
    title: str,
    ramp: Ramp,
    opacity: float = 0.8,
) -> folium.FeatureGroup:
    """Return a picture as the feature group of a rerun.

    Parameters
    ----------
    url : str
        On our own server; it is fetched with the session's token.
    bounds : tuple
        ((south, west), (north, east)) in degrees, of a picture in Web Mercator.
    title : str
        Stands over the legend; named where the picture cannot be loaded.
    ramp : Ramp
        The legend.
    opacity : float
    """
    return _ScriptGroup(
        "Image",
        {
            "url": url,
            "bounds": [list(corner) for corner in bounds],
            "title": title,
            "note": ramp.note,
            "ramp": {"colours": list(ramp.colours), "low": ramp.low, "high": ramp.high},
            "legend": [],
            "opacity": opacity,
        },
    )
