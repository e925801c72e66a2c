"""Build the tiles of a layer as a quadtree, with no more shapes in memory at a time than fit.

The map is quartered until a square has few enough points. Such a leaf makes its tiles from the highest zoom down; the
shapes of its last tile are merged with those of its neighbours for lower zooms. A tile of too many bytes is drawn as
cells (`geo.tiles.cells`), as are all lower zooms of it, from exact shares, so that errors do not add up.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import from_world_square
from geo.tiles import mvt as _mvt
from geo.tiles.cells import CELLS, coarser, coverage, outlines, select_cells
from geo.tiles.shapes import BUFFER, by_tile, cut, dissolved, projected, simplified, world_boxes

__all__ = ["MIN_ZOOM", "Tile", "Tree"]

MIN_ZOOM: Final = 3

_LEAF_POINTS: Final = 1_000_000
_LEAF_POINTS_APART: Final = 10_000_000
"""Larger if shapes are not dissolved, since the edges of leaves would be visible then."""
_LARGE_SHAPE: Final = 5_000
_TOP_EXTENT: Final = 2**16
_MAX_BYTES: Final = ((6, 120_000), (99, 200_000))
"""Largest compressed size in bytes, up to a zoom; a larger tile is drawn as cells."""
_CELLS_EXTENT: Final = 4 * CELLS
_FEW_CELLS: Final = 400
"""With fewer cells the area would not be kept: more and smaller ones are drawn."""
_LINE_POINTS: Final = 20_000
"""Most points of lines in a tile that is drawn as cells."""

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Covers = dict[int, Floats]


class Tile(NamedTuple):
    """Zoom, column and row of a tile."""

    zoom: int
    x: int
    y: int

    @property
    def children(self) -> list[Tile]:
        """The four tiles of the next zoom, left to right, top to bottom."""
        return [Tile(self.zoom + 1, 2 * self.x + dx, 2 * self.y + dy) for dy in (0, 1) for dx in (0, 1)]

    def box(self, buffer: float = 0) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in the Web Mercator square, `buffer` tiles wider on every side."""
        side = 2.0**-self.zoom
        x, y = self.x, self.y
        return ((x - buffer) * side, (y - buffer) * side, (x + 1 + buffer) * side, (y + 1 + buffer) * side)


@dataclass(frozen=True)
class _ShapesInTile:
    """Shapes in degrees that reach a tile, with their ids, bounds and numbers of points."""

    shapes: Shapes
    numbers: Ints
    boxes: Floats
    points: Ints

    def inside(self, tile: Tile) -> _ShapesInTile:
        """Return the shapes that reach another tile, large ones clipped to it."""
        left, top, right, bottom = box = tile.box(BUFFER)
        reach = (self.boxes[:, 0] <= right) & (self.boxes[:, 2] >= left)
        rows = np.flatnonzero(reach & (self.boxes[:, 1] <= bottom) & (self.boxes[:, 3] >= top))
        large = self.points[rows] > _LARGE_SHAPE
        kept = rows[~large]
        parts, ids = cut(self.shapes[rows[large]], self.numbers[rows[large]], _degrees(box))
        return _ShapesInTile(
            np.concatenate([self.shapes[kept], parts]),
            np.concatenate([self.numbers[kept], ids]),
            np.concatenate([self.boxes[kept], world_boxes(parts)]),
            np.concatenate([self.points[kept], shapely.get_num_coordinates(parts)]),
        )


@dataclass(frozen=True)
class _DrawnTile:
    """Result of a tile for the next lower zoom: shapes with their ids and exact area, or the coverage of cells.

    Coverages of many ids need most of the memory, so they are no finer than that zoom needs.
    """

    shapes: Shapes
    numbers: Ints
    area: float
    covers: Covers | None = None


class Tree:
    """Builder of the tiles of one layer.

    Parameters
    ----------
    put : callable
        Called with each tile and its content, in any order.
    top : int
        The highest zoom.
    dissolve : bool
        Whether polygons of one id are dissolved below it; only then tiles of too many bytes become cells.
    add_done : callable
        Called with the number of points processed since the last call.
    """

    def __init__(
        self, put: Callable[[Tile, bytes], None], top: int, *, dissolve: bool, add_done: Callable[[float], None]
    ) -> None:
        self._put, self._top, self._dissolve, self._add_done = put, top, dissolve, add_done

    def make(self, shapes: Shapes, numbers: Ints, boxes: Floats, points: Ints) -> None:
        """Make all tiles of polygons and lines in degrees."""
        contents = _ShapesInTile(shapes, numbers, boxes, points)
        for x, y, _ in by_tile(boxes, MIN_ZOOM, (0, 0, 0)):
            tile = Tile(MIN_ZOOM, x, y)
            self._node(tile, contents.inside(tile))

    def _node(self, tile: Tile, contents: _ShapesInTile) -> _DrawnTile | None:
        """Make a tile and all within it at higher zooms; return its result, None if it has no shapes."""
        if not len(contents.shapes):
            return None
        most = _LEAF_POINTS if self._dissolve else _LEAF_POINTS_APART
        if contents.points.sum() <= most or tile.zoom >= self._top:
            return self._leaf(tile, contents)
        children = [self._node(child, contents.inside(child)) for child in tile.children]
        return self._merged(tile, children)

    def _leaf(self, tile: Tile, contents: _ShapesInTile) -> _DrawnTile:
        """Make a tile and all within it, each zoom simplified from the next higher one; return its result."""
        steps = self._top - tile.zoom + 1
        done = contents.points.sum() / steps
        shapes, numbers = cut(projected(contents.shapes), contents.numbers, tile.box(BUFFER))
        for inner, content, _ in self._tiles(shapes, numbers, self._top, tile, _TOP_EXTENT):
            self._put(inner, content)
        self._add_done(done)
        if self._dissolve:
            shapes, numbers = dissolved(shapes, numbers)
        exact_area = float(shapely.area(shapes).sum())
        simple, ids, covers = shapes, numbers, None
        for zoom in range(self._top - 1, tile.zoom - 1, -1):
            simple, ids, extent = simplified(simple, ids, exact_area, zoom)
            for inner, content, heavy in self._tiles(simple, ids, zoom, tile, extent):
                covers = _covers(shapes, numbers, inner) if heavy else None
                self._put(inner, content if covers is None else _cells(covers, *_lines(simple, ids, inner), inner))
            self._add_done(done)
        area = float(shapely.area(cut(shapes, numbers, tile.box())[0]).sum())
        simple, ids = cut(simple, ids, tile.box())
        if covers is not None:  # of the last tile, which is this one
            simple, ids = _lines(simple, ids, tile)
        return _DrawnTile(simple, ids, area, None if covers is None else _halved(covers))

    def _merged(self, tile: Tile, children: list[_DrawnTile | None]) -> _DrawnTile | None:
        """Make a tile from the results of its four children; return its result, None if they have none."""
        drawn = [child for child in children if child is not None]
        if not drawn:
            return None
        area = sum(child.area for child in drawn)
        shapes = np.concatenate([child.shapes for child in drawn])
        numbers = np.concatenate([child.numbers for child in drawn])
        if any(child.covers is not None for child in drawn):
            return self._put_cells(tile, _joined_covers(tile, children), shapes, numbers, area)
        if self._dissolve:
            shapes, numbers = _dissolved_at_seams(shapes, numbers, tile)
        simple, ids, extent = simplified(shapes, numbers, area, tile.zoom)
        for _, content, heavy in self._tiles(simple, ids, tile.zoom, tile, extent):
            if heavy:
                return self._put_cells(tile, _covers(shapes, numbers, tile), simple, ids, area)
            self._put(tile, content)
        return _DrawnTile(simple, ids, area)

    def _put_cells(self, tile: Tile, covers: Covers, shapes: Shapes, numbers: Ints, area: float) -> _DrawnTile:
        """Make a tile of cells and of the lines among shapes; return its result."""
        lines, ids = _lines(shapes, numbers, tile)
        lines, ids, _ = simplified(lines, ids, 0.0, tile.zoom)
        self._put(tile, _cells(covers, lines, ids, tile))
        return _DrawnTile(lines, ids, area, _halved(covers))

    def _tiles(
        self, shapes: Shapes, numbers: Ints, zoom: int, within: Tile, extent: int
    ) -> list[tuple[Tile, bytes, bool]]:
        """Return the tiles of one zoom inside a tile with their content, and whether it has too many bytes."""
        tiles = []
        max_bytes = next(size for last, size in _MAX_BYTES if zoom <= last)
        for x, y, rows in by_tile(_boxes(shapes), zoom, within):
            inner = Tile(zoom, x, y)
            clipped = shapely.clip_by_rect(shapes[rows], *inner.box(BUFFER))
            content = _mvt.encode(clipped, numbers[rows], extent, scale=2.0**zoom, origin=(x, y))
            if content:
                packed = gzip.compress(content, 9, mtime=0)
                tiles.append((inner, packed, self._dissolve and zoom < self._top and len(packed) > max_bytes))
        return tiles


def _boxes(shapes: Shapes) -> Floats:
    return np.asarray(shapely.bounds(shapes), np.float64)


def _degrees(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return a box of the Web Mercator square in degrees: west, south, east, north."""
    (west, south), (east, north) = from_world_square([(box[0], box[3]), (box[2], box[1])]).tolist()
    return west, south, east, north


def _covers(shapes: Shapes, numbers: Ints, tile: Tile) -> Covers:
    """Return, by id, the share of each cell of a tile that polygons cover."""
    flat = shapely.get_dimensions(shapes) == 2
    left, top, right, bottom = tile.box()
    boxes = _boxes(shapes)
    near = flat & (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)
    parts, ids = cut(shapes[near], numbers[near], tile.box())
    scale, origin = 2.0**tile.zoom, (float(tile.x), float(tile.y))
    return {int(number): coverage(parts[ids == number], scale, origin) for number in np.unique(ids)}


def _halved(covers: Covers) -> Covers:
    """Return the coverage of cells twice as wide."""
    return {number: coarser(cover, 2) for number, cover in covers.items()}


def _joined_covers(tile: Tile, children: list[_DrawnTile | None]) -> Covers:
    """Return the coverage of a tile by id, joined from those of its four children."""
    joined: Covers = {}
    half = CELLS // 2
    for place, (child, drawn) in enumerate(zip(tile.children, children, strict=True)):
        if drawn is None:
            continue
        covers = drawn.covers if drawn.covers is not None else _halved(_covers(drawn.shapes, drawn.numbers, child))
        row, column = divmod(place, 2)
        for number, cover in covers.items():
            whole = joined.setdefault(number, np.zeros((CELLS, CELLS)))
            whole[row * half : (row + 1) * half, column * half : (column + 1) * half] = cover
    return joined


def _lines(shapes: Shapes, numbers: Ints, tile: Tile) -> tuple[Shapes, Ints]:
    """Return the lines that reach a tile, with their ids; of too many, the longest."""
    boxes, (left, top, right, bottom) = _boxes(shapes), tile.box(BUFFER)
    near = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)
    rows = np.flatnonzero(near & (shapely.get_dimensions(shapes) == 1))
    rows = rows[np.argsort(-shapely.length(shapes[rows]), kind="stable")]
    rows = np.sort(rows[np.cumsum(shapely.get_num_coordinates(shapes[rows])) <= _LINE_POINTS])
    return shapes[rows], numbers[rows]


def _cells(covers: Covers, lines: Shapes, line_ids: Ints, tile: Tile) -> bytes:
    """Return the content of a tile of lines and cells, the smallest that do not need too many bytes."""
    max_bytes = next(size for last, size in _MAX_BYTES if tile.zoom <= last)
    clipped = shapely.clip_by_rect(lines, *tile.box(BUFFER))
    lines = np.asarray(shapely.transform(clipped, lambda xy: xy * 2.0**tile.zoom - (tile.x, tile.y)), dtype=object)
    packed = b""
    for times in (1, 2, 4, 8):
        coarse = {number: coarser(cover, times) for number, cover in covers.items()} if times > 1 else covers
        more = _multiplier(coarse)
        shapes, ids = outlines(
            select_cells(coarse if more == 1.0 else {k: cover * more for k, cover in coarse.items()}),
            -(-int(BUFFER * CELLS) // times),
        )
        shapes = _smooth(shapes, times / CELLS) if more == 1.0 else _shrunk(shapes, 1 / np.sqrt(more))
        extent = _CELLS_EXTENT if more == 1.0 else _TOP_EXTENT * 256
        content = _mvt.encode(shapes, ids, extent, layer=_mvt.CELLS) + _mvt.encode(lines, line_ids, extent)
        packed = gzip.compress(content, 9, mtime=0)
        if len(packed) <= max_bytes or more > 1.0:  # so few cells would not need fewer bytes if they were coarser
            break
    return packed


def _multiplier(covers: Covers) -> float:
    """Return how many times more, and smaller in area, cells are drawn so that there are about `_FEW_CELLS`."""
    whole = sum(covers.values(), np.zeros(1))
    total, fullest = float(whole.sum()), float(whole.max())
    if not total or total >= _FEW_CELLS:
        return 1.0
    return max(1.0, min(_FEW_CELLS / total, 1 / fullest))


def _shrunk(shapes: Shapes, factor: float) -> Shapes:
    """Return shapes scaled about their own centroids."""
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    return np.asarray(
        shapely.set_coordinates(shapes.copy(), (points - centre[owner]) * factor + centre[owner]), dtype=object
    )


def _smooth(shapes: Shapes, cell: float) -> Shapes:
    """Return cell outlines with steps of slanted edges removed, if the total area stays within 0.2 %."""
    area = shapely.area(shapes).sum()
    for tolerance in (0.75 * cell, 0.4 * cell):
        simple = shapely.simplify(shapes, tolerance)
        if abs(shapely.area(simple).sum() - area) <= 0.002 * area:
            return np.asarray(simple, dtype=object)
    return shapes


def _dissolved_at_seams(shapes: Shapes, numbers: Ints, tile: Tile) -> tuple[Shapes, Ints]:
    """Return shapes with those dissolved that touch the two lines between the tile's children."""
    left, top, right, bottom = tile.box()
    seam = np.array([(left + right) / 2, (top + bottom) / 2])
    boxes = _boxes(shapes)
    near = (right - left) * 1e-9
    touching = ((boxes[:, :2] <= seam + near) & (boxes[:, 2:] >= seam - near)).any(axis=1)
    joined, ids = dissolved(shapes[touching], numbers[touching])
    return np.concatenate([shapes[~touching], joined]), np.concatenate([numbers[~touching], ids])
