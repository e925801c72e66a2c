"""Shapes of the tiles of a zoom: projected to the Web Mercator square, dissolved, simplified, cut to tiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_world_square
from geo.tiles import mvt as _mvt

__all__ = ["BUFFER", "LEVEL_DIFF", "by_tile", "cut", "dissolved", "projected", "simplified", "world_boxes"]

LEVEL_DIFF: Final = 2
"""A tile of zoom z is drawn on screen at zoom z + 2, 1024 pixels wide: a quarter of the requests."""

_PIXELS: Final = 256 * 2**LEVEL_DIFF
BUFFER: Final = 16 / _PIXELS
"""Margin of a tile beyond its edges, in tiles."""

_EXTENTS: Final = (2**12, 2**14, 2**16, 2**18, 2**20)
_AREA_TOLERANCE: Final = 0.005
_FIRST_TOLERANCE_PX: Final = 0.75
_SMALL_SHAPE, _SAMPLE = 200, 1_000
"""Shapes of up to so many points may overlap themselves on the grid; number of them that are sampled for it."""

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def projected(shapes: Shapes) -> Shapes:
    """Return shapes in degrees projected to the Web Mercator square."""
    return np.asarray(shapely.transform(shapely.force_2d(shapes), to_world_square), dtype=object)


def world_boxes(shapes: Shapes) -> Floats:
    """Return the bounds of shapes in degrees as left, top, right, bottom in the Web Mercator square."""
    west, south, east, north = shapely.bounds(shapes).T
    top, bottom = to_world_square(np.column_stack([west, north])), to_world_square(np.column_stack([east, south]))
    return np.column_stack([top, bottom])


def cut(shapes: Shapes, numbers: Ints, box: tuple[float, float, float, float]) -> tuple[Shapes, Ints]:
    """Return the parts of shapes inside a box, with their ids; shapes completely inside are unchanged."""
    bounds = shapely.bounds(shapes)
    across = (bounds[:, :2] < box[:2]).any(axis=1) | (bounds[:, 2:] > box[2:]).any(axis=1)
    pieces = shapely.intersection(shapes[across], shapely.box(*box))
    parts, source = _solid_parts(pieces, shapely.get_dimensions(shapes[across]))
    return np.concatenate([shapes[~across], parts]), np.concatenate([numbers[~across], numbers[across][source]])


def _solid_parts(shapes: Shapes, dimensions: NDArray[np.int32]) -> tuple[Shapes, Ints]:
    """Return the parts of shapes that have the dimension in `dimensions`, and the position of each one's shape."""
    parts, source = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        source = source[inner]
    kept = (shapely.get_dimensions(parts) == dimensions[source]) & ~shapely.is_empty(parts)
    return np.asarray(parts[kept], dtype=object), source[kept]


def dissolved(shapes: Shapes, numbers: Ints) -> tuple[Shapes, Ints]:
    """Return the polygons of each id dissolved, with their ids; lines are unchanged."""
    is_area = shapely.get_dimensions(shapes) == 2
    parts, ids = [shapes[~is_area]], [numbers[~is_area]]
    for number in np.unique(numbers[is_area]):
        joined = shapely.get_parts(shapely.disjoint_subset_union_all(shapes[is_area & (numbers == number)]))
        parts.append(joined)
        ids.append(np.full(len(joined), number, np.int64))
    return np.concatenate(parts), np.concatenate(ids)


def simplified(shapes: Shapes, numbers: Ints, exact_area: float, zoom: int) -> tuple[Shapes, Ints, int]:
    """Return shapes simplified for one zoom, as far as their total area stays within 0.5 %.

    Parameters
    ----------
    shapes, numbers : array
        In the Web Mercator square, with their ids.
    exact_area : float
        Total area of the polygons before any simplification.
    zoom : int

    Returns
    -------
    shapes, numbers : array
    extent : int
        Grid steps across a tile with which the area stays within the tolerance.
    """
    pixel, tolerated = 1 / _PIXELS / 2**zoom, _AREA_TOLERANCE * exact_area
    tried = []
    for share in (1.0, 0.5, 0.25):
        simple, ids = _simplified_by(shapes, numbers, share * _FIRST_TOLERANCE_PX * pixel)
        # a grid may make up for lost area by chance, but the zooms below start from these shapes
        if abs(float(shapely.area(simple).sum()) - exact_area) <= tolerated:
            tried.append((simple, ids))
    tried.append((shapes, numbers))
    for extent in _EXTENTS:
        for simple, ids in tried:
            flat = simple[shapely.get_dimensions(simple) == 2]
            if abs(_grid_area(flat, extent * 2.0**zoom) - exact_area) <= tolerated:
                return simple, ids, extent
    return shapes, numbers, _EXTENTS[-1]


def _simplified_by(shapes: Shapes, numbers: Ints, tolerance: float) -> tuple[Shapes, Ints]:
    """Return shapes simplified by Douglas-Peucker, topology preserved only for shapes that would vanish."""
    simple = shapely.simplify(shapes, tolerance, preserve_topology=False)
    lost = shapely.is_empty(simple)
    simple[lost] = shapely.simplify(shapes[lost], tolerance)
    parts, source = _solid_parts(simple, shapely.get_dimensions(shapes))
    return parts, numbers[source]


def _grid_area(polygons: Shapes, steps: float) -> float:
    """Return the total area of polygons with vertices rounded to a grid of `steps` per unit."""
    if not len(polygons):
        return 0.0
    corner = np.floor(shapely.total_bounds(polygons)[:2] * steps)  # sums of products stay small
    origin = float(corner[0]), float(corner[1])
    points, ring, _ = _mvt.ring_points(polygons, steps, origin)
    summed = float(_mvt.signed_double_areas(points, ring).sum()) / 2 / steps**2
    small = polygons[shapely.get_num_coordinates(polygons) <= _SMALL_SHAPE]
    return summed * _covered_share(small[:: 1 + len(small) // _SAMPLE], steps, origin)


def _covered_share(polygons: Shapes, steps: float, origin: tuple[float, float]) -> float:
    """Return covered over summed area of polygons on a grid: below 1 if small ones overlap themselves there."""
    points, ring, owner = _mvt.ring_points(polygons, steps, origin)
    if not len(points):
        return 1.0
    shapes = shapely.polygons(
        shapely.linearrings(points, indices=ring), indices=np.unique(owner, return_inverse=True)[1]
    )
    folded = ~shapely.is_valid(shapes)
    shapes[folded] = shapely.make_valid(shapes[folded])
    return float(shapely.area(shapes).sum() * 2 / _mvt.signed_double_areas(points, ring).sum())


def by_tile(boxes: Floats, zoom: int, within: tuple[int, int, int]) -> Iterator[tuple[int, int, Ints]]:
    """Yield column and row of each tile of a zoom that boxes reach, with the positions of those boxes.

    Parameters
    ----------
    boxes : (n, 4) array of float
        In the Web Mercator square.
    zoom : int
    within : tuple of int
        Zoom, column and row of the tile that the tiles must lie in.
    """
    factor = 2 ** (zoom - within[0])
    first = np.array(within[1:]) * factor
    low = np.floor(boxes[:, :2] * 2.0**zoom - BUFFER).clip(first, first + factor - 1).astype(np.int64)
    high = np.floor(boxes[:, 2:] * 2.0**zoom + BUFFER).clip(first, first + factor - 1).astype(np.int64)
    span = high - low + 1
    count = span[:, 0] * span[:, 1]
    row = np.repeat(np.arange(len(low)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    x = low[row, 0] + place % span[row, 0]
    y = low[row, 1] + place // span[row, 0]
    order = np.lexsort((row, y, x))
    x, y, row = x[order], y[order], row[order]
    starts = np.flatnonzero(np.r_[True, (x[1:] != x[:-1]) | (y[1:] != y[:-1])]) if len(x) else np.zeros(0, np.int64)
    for start, rows in zip(starts, np.split(row, starts[1:]), strict=bool(len(starts))):
        yield int(x[start]), int(y[start]), rows
