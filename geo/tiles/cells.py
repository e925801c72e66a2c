"""Generalise shapes too many and too small for a tile to raster cells of the same total area.

The covered share of each cell is exact. In each block of cells the most covered ones are selected, as many as have the
area of the shapes in the block (the remainder is carried over to the next block), and drawn as outlines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes as outlines_of

__all__ = ["CELLS", "coarser", "coverage", "outlines", "select_cells"]

CELLS: Final = 1024
"""Largest number of cells across a tile: one for each pixel."""

_BLOCK: Final = 16
_POINTS_AT_ONCE: Final = 200_000

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def coverage(polygons: Shapes, scale: float, origin: tuple[float, float]) -> Floats:
    """Return the exact share of each cell of a tile that polygons cover.

    Parameters
    ----------
    polygons : array of Polygon
        Inside the tile, y downward, not overlapping (if they overlap, a share is clipped to 1).
    scale, origin : float, tuple of float
        Transformation of their coordinates to tile units, as in ``_mvt.encode``.

    Returns
    -------
    (CELLS, CELLS) array of float
        By row and column, 0 to 1.
    """
    summed: Floats = np.zeros(CELLS * (CELLS + 1))
    for group in _groups(polygons):
        summed += _edge_sums(group, scale, origin)
    return np.cumsum(summed.reshape(CELLS, CELLS + 1), axis=1)[:, :CELLS].clip(0, 1)


def coarser(cover: Floats, factor: int) -> Floats:
    """Return the coverage of cells `factor` times as wide."""
    high, wide = cover.shape
    result: Floats = cover.reshape(high // factor, factor, wide // factor, factor).mean(axis=(1, 3))
    return result


def select_cells(covers: Mapping[int, Floats]) -> Ints:
    """Return the id of each cell that is drawn, so that the area of each id is kept.

    Parameters
    ----------
    covers : mapping of int to array of float
        Coverage by id, all of one size (a multiple of 16).

    Returns
    -------
    array of int
        1 + id of each cell, 0 where nothing is drawn.
    """
    size = next((len(cover) for cover in covers.values()), _BLOCK)
    result = np.zeros((size // _BLOCK) ** 2 * _BLOCK**2, np.int64).reshape(-1, _BLOCK**2)
    for number, cover in covers.items():
        blocks = _blocked(cover)
        count = np.diff(np.rint(np.cumsum(blocks.sum(axis=1))), prepend=0)
        rank = blocks + _TIE - 2.0 * (result > 0)  # a cell that has an id already comes last
        place = np.empty_like(result)
        np.put_along_axis(place, np.argsort(-rank, axis=1, kind="stable"), np.arange(_BLOCK**2)[None], axis=1)
        result[(place < count[:, None]) & (result == 0)] = number + 1
    return _unblocked(result, size)


def outlines(cells: Ints, margin: int) -> tuple[Shapes, Ints]:
    """Return cells as polygons in tile units with their ids, extended by `margin` cells beyond the tile's edge."""
    size = cells.shape[0]
    image = np.pad(cells, margin, mode="edge")
    _, code = np.unique(image, return_inverse=True)
    values = np.unique(image)
    polygons: list[tuple[Any, float]] = list(outlines_of(code.reshape(image.shape).astype(np.int32), mask=image > 0))
    rings = [ring for shape, _ in polygons for ring in shape["coordinates"]]
    if not rings:
        return np.empty(0, dtype=object), np.zeros(0, np.int64)
    owner = np.repeat(np.arange(len(polygons)), [len(shape["coordinates"]) for shape, _ in polygons])
    points = (np.concatenate(rings) - margin) / size
    lines = shapely.linearrings(points, indices=np.repeat(np.arange(len(rings)), [len(ring) for ring in rings]))
    ids = values[np.array([value for _, value in polygons], np.int64)] - 1
    return np.asarray(shapely.polygons(lines, indices=owner), dtype=object), ids


def _tie_break() -> Floats:
    """Return weights by which the middle of a block comes first among equal cells: one dot needs fewer bytes."""
    away = np.abs(np.arange(_BLOCK) - (_BLOCK - 1) / 2)
    result: Floats = -1e-6 * (away[:, None] ** 2 + away[None] ** 2).ravel()
    return result


_TIE: Final = _tie_break()


def _blocked(cells: Floats) -> Floats:
    """Return one row for each block, blocks in serpentine order: each is beside the one before it."""
    many = cells.shape[0] // _BLOCK
    blocks = cells.reshape(many, _BLOCK, many, _BLOCK).swapaxes(1, 2).copy()
    blocks[1::2] = blocks[1::2, ::-1]
    return blocks.reshape(many * many, _BLOCK**2)


def _unblocked(rows: Ints, size: int) -> Ints:
    """Return the cells as an image again: the inverse of `_blocked`."""
    many = size // _BLOCK
    blocks = rows.reshape(many, many, _BLOCK, _BLOCK).copy()
    blocks[1::2] = blocks[1::2, ::-1]
    return blocks.swapaxes(1, 2).reshape(size, size)


def _groups(polygons: Shapes) -> Iterator[Shapes]:
    """Yield polygons in groups that fit into memory."""
    total = np.cumsum(shapely.get_num_coordinates(polygons))
    if len(total):
        yield from np.split(polygons, np.searchsorted(total, np.arange(_POINTS_AT_ONCE, total[-1], _POINTS_AT_ONCE)))


def _edge_sums(polygons: Shapes, scale: float, origin: tuple[float, float]) -> Floats:
    """Return, per cell, the sum of the signed contributions of edges to it and to the cell right of it.

    Cumulative sums along a row from its left end are the coverage (the accumulation method of font rasterizers).
    """
    rings = shapely.get_rings(shapely.orient_polygons(polygons, exterior_cw=True))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    points = ((points * scale - origin) * CELLS).clip(0, CELLS)
    ahead = np.flatnonzero((ring[1:] == ring[:-1]) & (points[1:, 1] != points[:-1, 1]))
    edge, begin, end = _cut(points[ahead], points[ahead + 1])
    first, step = points[ahead][edge], (points[ahead + 1] - points[ahead])[edge]
    middle = first + step * ((begin + end) / 2)[:, None]
    down = step[:, 1] * (end - begin)
    column = np.floor(middle[:, 0]).astype(np.int64).clip(0, CELLS - 1)
    row = np.floor(middle[:, 1]).astype(np.int64).clip(0, CELLS - 1)
    at = row * (CELLS + 1) + column
    beyond = down * (middle[:, 0] - column)
    size = CELLS * (CELLS + 1)
    sums = np.bincount(at, down - beyond, size) + np.bincount(at + 1, beyond, size)
    return sums.astype(np.float64)


def _cut(first: Floats, last: Floats) -> tuple[Ints, Floats, Floats]:
    """Return the pieces of edges cut at grid lines: position of the edge, begin and end as shares of its length."""
    edges, places = [np.arange(len(first)).repeat(2)], [np.tile([0.0, 1.0], len(first))]
    for axis in (0, 1):
        a, b = first[:, axis], last[:, axis]
        low = np.floor(np.minimum(a, b)) + 1
        many = (np.ceil(np.maximum(a, b)) - low).clip(0).astype(np.int64)
        edge = np.repeat(np.arange(len(a)), many)
        line = low[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many)
        edges.append(edge)
        places.append((line - a[edge]) / (b - a)[edge])
    edge, place = np.concatenate(edges), np.concatenate(places)
    order = np.lexsort((place, edge))
    edge, place = edge[order], place[order]
    piece = np.flatnonzero(edge[1:] == edge[:-1])
    return edge[piece], place[piece], place[piece + 1]
