"""Layers and sites over Jiangxi with outlines like surveyed ones, of any size: the same for the same count and seed.

==========  ===========================================================================================================
light       polygons of 60 vertices, as villages or small sites are drawn
heavy       polygons of 20,000 vertices, rough like a surveyed control line
ribbons     river corridors, long and thin, of some hundred to 20,000 vertices
holed       heavy polygons with holes, each hole filled by a polygon of its own (core and buffer zone)
touching    cells that share every edge, as zones of land use do: each edge is a rough line of many vertices
mixed       all of them at once: huge beside tiny
==========  ===========================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["LAYERS", "layer", "sites", "stored"]

Floats = NDArray[np.float64]
Shapes = NDArray[Any]
WEST, SOUTH, EAST, NORTH = 113.8, 24.8, 118.2, 29.8


def sites(count: int) -> Shapes:
    """Return six-sided parcels of some hundred metres."""
    chance = np.random.default_rng(11)
    centre = chance.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    size = 0.0015 * chance.lognormal(0, 0.5, (count, 2))
    corners = np.array([[-1, -1], [1, -1], [1.1, 0.2], [1, 1], [-0.2, 1.1], [-1, 1]])
    parcels: Shapes = shapely.polygons(centre[:, None] + corners[None] * size[:, None])
    return parcels


def _blobs(count: int, radius: float, vertices: int, seed: int, *, centres: Floats | None = None) -> Shapes:
    """Return polygons with rough outlines around centres, random ones if none are given."""
    chance = np.random.default_rng(seed)
    centre = chance.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2)) if centres is None else centres
    angle, wave = np.linspace(0, 2 * np.pi, vertices, endpoint=False), np.arange(1, 12)
    rings = np.empty((count, vertices, 2))
    for at, (x, y) in enumerate(centre):
        phase, height = chance.uniform(0, 2 * np.pi, 11), chance.normal(0, 0.25 / wave)
        shape = 1 + (height[:, None] * np.sin(wave[:, None] * angle + phase[:, None])).sum(0)
        r = radius * chance.lognormal(0, 0.35) * np.clip(shape + chance.normal(0, 5e-4, vertices), 0.2, None)
        rings[at] = np.column_stack([x + 1.12 * r * np.cos(angle), y + r * np.sin(angle)])
    made: Shapes = shapely.make_valid(shapely.polygons(rings))
    return made


def _ribbons(count: int) -> Shapes:
    """Return corridors along winding lines."""
    chance = np.random.default_rng(15)
    lines = []
    for _ in range(count):
        steps = int(chance.lognormal(6.5, 1.0)) + 50
        turn = np.cumsum(chance.normal(0, 0.15, steps))
        path = np.cumsum(4e-4 * np.column_stack([np.cos(turn), np.sin(turn)]), axis=0)
        lines.append(shapely.LineString(chance.uniform((WEST, SOUTH), (EAST, NORTH)) + path))
    widths = 0.001 * chance.lognormal(0, 0.6, count)
    made: Shapes = shapely.make_valid(shapely.buffer(np.array(lines, dtype=object), widths, quad_segs=4))
    return made


def _holed(count: int) -> Shapes:
    """Return polygons with a rough hole, and the polygons that fill the holes."""
    centres = np.random.default_rng(16).uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    outer, inner = (_blobs(count, radius, 8000, 17, centres=centres) for radius in (0.1, 0.04))
    return np.concatenate([shapely.difference(outer, inner), inner])


def _touching(count: int) -> Shapes:
    """Return cells of a grid whose edges are rough lines that two neighbours share."""
    chance = np.random.default_rng(18)
    side = int(np.sqrt(count))
    x, y = np.linspace(WEST, EAST, side + 1), np.linspace(SOUTH, NORTH, side + 1)
    along = np.linspace(0, 1, 500)
    lines = []
    for row in range(side + 1):
        for column in range(side + 1):
            for right, up in ((1, 0), (0, 1)):
                if column + right <= side and row + up <= side:
                    start, end = np.array([x[column], y[row]]), np.array([x[column + right], y[row + up]])
                    way = start + along[:, None] * (end - start)
                    off = np.concatenate([[0], np.cumsum(chance.normal(0, 2e-5, 498)), [0]]) * np.sin(np.pi * along)
                    lines.append(shapely.LineString(way + off[:, None] * (up, right)))
    cells: Shapes = shapely.get_parts(shapely.polygonize(lines))
    return cells


LAYERS: Final[dict[str, Callable[[int], Shapes]]] = {
    "light": lambda count: _blobs(count, 0.012, 60, 13),
    "heavy": lambda count: _blobs(count, 0.11, 20_000, 14),
    "ribbons": _ribbons,
    "holed": lambda count: _holed(count // 2),
    "touching": _touching,
    "mixed": lambda count: np.concatenate(
        [
            _blobs(count, 0.006, 20, 19),
            _blobs(count // 50, 0.15, 20_000, 20),
            _ribbons(count // 10),
            _holed(count // 25),
        ]
    ),
}
"""By name, the function that makes a layer of about so many polygons."""


def layer(name: str, count: int) -> Shapes:
    """Return one of `LAYERS`."""
    return LAYERS[name](count)


def stored(shapes: Callable[[], Shapes], path: Path) -> Path:
    """Return the path of a GeoParquet of shapes (EPSG:4490, column ``id``), made if it is not there."""
    if not path.is_file():
        made = shapes()
        frame = gpd.GeoDataFrame({"id": np.arange(len(made))}, geometry=made, crs="EPSG:4490")
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path)
    return path
