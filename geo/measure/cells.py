"""Heavy polygons of a layer cut once into the cells of a grid, so that a site is overlaid with the part near it only.

A surveyed control line has tens of thousands of vertices, and all but a few of them lie nowhere near a parcel. Cells
are the squares of a quadtree whose sides are powers of two of a degree, so that their edges are exact numbers. A cell
is cut again until the piece of the polygon in it has few vertices; a cell that is full or empty holds no piece. A site
whose surroundings are full cells lies inside, whatever the number of vertices. Why so, and what was measured, stands in
docs/decisions/engine.md.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.measure.unions import areas_only, union_pieces

__all__ = ["CUT_COST", "HEAVY_POINTS", "Cells", "Surroundings"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

HEAVY_POINTS: Final = 256
"""Polygons with more vertices are cut."""
CUT_COST: Final = 10
"""Cutting polygons takes as long as walking all their vertices about so many times."""
_PIECE_POINTS: Final = 256
_SMALLEST_DEG: Final = 2.0**-18
"""About 40 cm: a cell so small is not cut again, however many vertices are in it."""
_POLYGONS_AT_A_TIME: Final = 8
_EMPTY, _PART, _FULL = 0, 1, 2
_SAME_AREA: Final = 1e-12
_MOVED_DEG: Final = 1e-13
"""A cut moves an edge by at most this."""


class Surroundings(NamedTuple):
    """Shapes that equal polygons inside boxes, to the rounding of the points where they were cut (1e-13 degrees).

    Attributes
    ----------
    box, polygon : array of int
        Positions; pairs whose polygon has no ground in the box are left out.
    shape : array of shapely geometries
        Degrees. Equal to the polygon within the box; beyond it anything.
    """

    box: Ints
    polygon: Ints
    shape: Shapes


class _Leaves(NamedTuple):
    """Cells that are not cut again: polygon, west, south, side (degrees), state and piece of each."""

    polygon: Ints
    west: Floats
    south: Floats
    side: Floats
    state: Ints
    piece: Shapes


class Cells:
    """Polygons cut into cells. Nothing in it changes once it is made, so threads may share it.

    Parameters
    ----------
    polygons : array of shapely Polygon and MultiPolygon
        Degrees, valid.
    """

    def __init__(self, polygons: Shapes) -> None:
        self._polygons = polygons
        self._points = np.asarray(shapely.get_num_coordinates(polygons), np.int64)
        self._leaves = _joined(_in_threads(polygons))
        self._boxes = _boxes(self._leaves.west, self._leaves.south, self._leaves.side)
        self._tree = shapely.STRtree(self._boxes)
        self._roots = _root_bounds(*_roots(polygons)[:4], count=len(polygons))

    def __len__(self) -> int:
        return len(self._boxes)

    def around(self, boxes: Floats) -> Surroundings:
        """Return what the polygons are like in some boxes.

        Parameters
        ----------
        boxes : array of float, (n, 4)
            West, south, east, north in degrees.
        """
        box, leaf = self._tree.query(shapely.box(*boxes.T))
        order = np.lexsort((self._leaves.polygon[leaf], box))
        box, leaf = box[order], leaf[order]
        polygon = self._leaves.polygon[leaf]
        is_first = np.ones(len(box), dtype=bool)
        is_first[1:] = (np.diff(box) != 0) | (np.diff(polygon) != 0)
        group = np.cumsum(is_first) - 1
        box, polygon = box[is_first], polygon[is_first]
        state = self._leaves.state[leaf]
        filled = np.bincount(group, weights=state != _EMPTY, minlength=len(box))
        full = np.bincount(group, weights=state == _FULL, minlength=len(box)) == np.bincount(group, minlength=len(box))
        full &= _inside(boxes[box], self._roots[polygon])
        points = np.bincount(group, weights=shapely.get_num_coordinates(self._leaves.piece[leaf]), minlength=len(box))
        whole = ~full & (points * 2 >= self._points[polygon])
        shape = self._polygons[polygon]
        shape[full] = shapely.box(*_widened(boxes[box[full]], 1.0).T)
        joined = np.flatnonzero(~full & ~whole & (filled > 0))
        of_joined = np.flatnonzero(np.isin(group, joined) & (state != _EMPTY))
        number = np.searchsorted(joined, group[of_joined])
        ground = self._ground(leaf[of_joined])
        several = np.flatnonzero(np.bincount(number)[number] > 1)
        windows = shapely.box(*_widened(boxes[box[joined]], 0.1).T)
        ground[several] = shapely.intersection(ground[several], windows[number[several]])
        shape[joined] = union_pieces(areas_only(ground), number, len(joined))
        kept = np.flatnonzero(filled > 0)
        return Surroundings(box[kept], polygon[kept], shape[kept])

    def _ground(self, leaf: Ints) -> Shapes:
        """Return the part of the polygon in each leaf."""
        ground = self._leaves.piece[leaf]
        full = self._leaves.state[leaf] == _FULL
        ground[full] = self._boxes[leaf[full]]
        return ground


def _in_threads(polygons: Shapes) -> list[_Leaves]:
    """Return the leaves of polygons, cut by all processors: GEOS lets go of the interpreter while it cuts."""
    shares = np.array_split(np.arange(len(polygons)), -(-len(polygons) // _POLYGONS_AT_A_TIME) or 1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda share: _leaves_of(polygons[share]), shares)
        return [one._replace(polygon=share[one.polygon]) for share, one in zip(shares, found, strict=True)]


def _joined(parts: list[_Leaves]) -> _Leaves:
    return _Leaves(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _leaves_of(polygons: Shapes) -> _Leaves:
    """Return the leaves of polygons, cut level by level."""
    polygon, west, south, side = _roots(polygons)
    above = polygons[polygon]
    done = [_Leaves(polygon[:0], west[:0], south[:0], side[:0], polygon[:0], above[:0])]
    while len(polygon):
        piece = _clipped(above, west, south, side)
        area, points = shapely.area(piece), shapely.get_num_coordinates(piece)
        state = np.select([area == 0, (points == 5) & (area == side * side)], [_EMPTY, _FULL], _PART)
        is_leaf = (state != _PART) | (points <= _PIECE_POINTS) | (side <= _SMALLEST_DEG)
        done.append(_Leaves(*(column[is_leaf] for column in (polygon, west, south, side, state, piece))))
        parent = np.repeat(np.flatnonzero(~is_leaf), 4)
        quarter = np.tile(np.arange(4), len(parent) // 4)
        side = side[parent] / 2
        west, south = west[parent] + quarter % 2 * side, south[parent] + quarter // 2 * side
        polygon, above = polygon[parent], piece[parent]
    return _certain(_joined(done), polygons)


def _roots(polygons: Shapes) -> tuple[Ints, Floats, Floats, Floats]:
    """Return the cells to begin with, at most four a polygon, as wide as it: polygon, west, south, side."""
    bounds = shapely.bounds(polygons)
    extent = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    side = 2.0 ** np.ceil(np.log2(extent))
    polygon = np.repeat(np.arange(len(polygons)), 4)
    quarter = np.tile(np.arange(4), len(polygons))
    side = side[polygon]
    west = np.floor(bounds[polygon, 0] / side) * side + quarter % 2 * side
    south = np.floor(bounds[polygon, 1] / side) * side + quarter // 2 * side
    used = (west <= bounds[polygon, 2]) & (south <= bounds[polygon, 3])
    return polygon[used], west[used], south[used], side[used]


def _root_bounds(polygon: Ints, west: Floats, south: Floats, side: Floats, *, count: int) -> Floats:
    """Return the bounds of the cells that each polygon began with: nothing of it lies beyond them."""
    bounds = np.tile([np.inf, np.inf, -np.inf, -np.inf], (count, 1))
    np.minimum.at(bounds, polygon, np.column_stack([west, south, np.full((len(west), 2), np.inf)]))
    np.maximum.at(bounds, polygon, np.column_stack([np.full((len(west), 2), -np.inf), west + side, south + side]))
    return bounds


def _clipped(shapes: Shapes, west: Floats, south: Floats, side: Floats) -> Shapes:
    """Return shapes clipped, each to its own square; shapely's function takes one rectangle at a time."""
    squares = zip(shapes, west.tolist(), south.tolist(), (west + side).tolist(), (south + side).tolist(), strict=True)
    clipped: Shapes = np.empty(len(shapes), dtype=object)
    clipped[:] = [shapely.clip_by_rect(*square) for square in squares]
    return clipped


def _certain(leaves: _Leaves, polygons: Shapes) -> _Leaves:
    """Return leaves whose pieces are valid and make up the polygons: the fast clipping of GEOS promises neither.

    Where a piece is not valid, or the pieces of a polygon do not sum to it, all its leaves are made by intersection.
    """
    areas, rims = shapely.area(polygons), shapely.length(polygons)
    found = np.bincount(leaves.polygon, weights=shapely.area(leaves.piece), minlength=len(polygons))
    poor = np.abs(found - areas) > _SAME_AREA * areas + _MOVED_DEG * rims
    sound = shapely.is_valid(leaves.piece) & (
        np.isin(shapely.get_type_id(leaves.piece), (3, 6)) | (leaves.state == _EMPTY)
    )
    poor[leaves.polygon[~sound]] = True
    again = np.flatnonzero(poor[leaves.polygon])
    piece, state = leaves.piece.copy(), leaves.state.copy()
    boxes = _boxes(leaves.west[again], leaves.south[again], leaves.side[again])
    piece[again] = areas_only(shapely.intersection(polygons[leaves.polygon[again]], boxes))
    area = shapely.area(piece[again])
    full = shapely.equals(piece[again], boxes)
    state[again] = np.select([area == 0, full], [_EMPTY, _FULL], _PART)
    piece[state != _PART] = None
    return leaves._replace(piece=piece, state=state)


def _boxes(west: Floats, south: Floats, side: Floats) -> Shapes:
    boxes: Shapes = shapely.box(west, south, west + side, south + side)
    return boxes


def _inside(inner: Floats, outer: Floats) -> Bools:
    """Return a mask of bounds that lie in other bounds."""
    beyond = np.hstack([inner[:, :2] < outer[:, :2], inner[:, 2:] > outer[:, 2:]])
    within: Bools = np.logical_not(beyond.any(axis=1))
    return within


def _widened(boxes: Floats, share: float) -> Floats:
    """Return boxes wider by a share of their size on each side."""
    more = share * (boxes[:, 2:] - boxes[:, :2]) + 1e-6
    return np.hstack([boxes[:, :2] - more, boxes[:, 2:] + more])
