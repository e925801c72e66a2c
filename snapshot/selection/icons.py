"""Point symbols of the map as PNG icons, for formats that cannot draw them."""

from __future__ import annotations

import io
import math
from typing import Final

from PIL import Image, ImageDraw

from carto.style import Shape, Symbol

__all__ = ["icon_png"]

_CORNERS: Final[dict[Shape, tuple[int, float]]] = {
    "square": (4, 45),
    "triangle": (3, -90),
    "diamond": (4, 0),
    "pentagon": (5, -90),
    "inverted": (3, 90),
    "hexagon": (6, 0),
}
"""Number of corners, and the direction of the first in degrees clockwise from the right."""
_OVERSAMPLED: Final = 4


def icon_png(symbol: Symbol, *, hollow: bool = False, size_px: int = 32) -> bytes:
    """Return a point symbol as PNG: filled with a white edge, or hollow with a coloured edge."""
    size = size_px * _OVERSAMPLED
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    colour = symbol["fill"] or symbol["stroke"] or "#000000"
    inside, edge = ("#ffffff", colour) if hollow else (colour, "#ffffff")
    brush = ImageDraw.Draw(image)
    outer, inner = size * 0.48, size * 0.38
    for radius, ink in ((outer, edge), (inner, inside)):
        middle = size / 2
        if symbol["shape"] == "circle":
            brush.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), fill=ink)
        else:
            brush.polygon(_corners(symbol["shape"], middle, radius), fill=ink)
    held = io.BytesIO()
    image.resize((size_px, size_px), Image.Resampling.LANCZOS).save(held, "PNG", optimize=True)
    return held.getvalue()


def _corners(shape: Shape, middle: float, radius: float) -> list[tuple[float, float]]:
    if shape == "star":
        spokes = [(-90.0 + 36 * n, radius if n % 2 == 0 else radius * 0.45) for n in range(10)]
    else:
        count, first = _CORNERS[shape]
        spokes = [(first + 360 * n / count, radius) for n in range(count)]
    return [
        (middle + length * math.cos(math.radians(angle)), middle + length * math.sin(math.radians(angle)))
        for angle, length in spokes
    ]
