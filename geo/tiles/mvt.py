"""Encode the geometries of one tile as a Mapbox Vector Tile (specification 2.1) by array operations.

All fields of a feature that are written are varints (tags included), so the features of a tile are one array of
integers, which is converted to bytes at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["CELLS", "LAYER", "encode", "ring_points", "signed_double_areas"]

LAYER: Final = "f"
"""Name of the vector layer inside a tile."""

CELLS: Final = "c"
"""Name of the layer of cells (`geo.tiles.cells`), which are drawn without outlines."""

_LINE, _POLYGON = 2, 3
_MOVE_ONE, _CLOSE = 9, 15
Ints = NDArray[np.int64]


def encode(
    geometries: NDArray[np.object_],
    ids: Ints,
    extent: int,
    *,
    scale: float = 1.0,
    origin: tuple[float, float] = (0, 0),
    layer: str = LAYER,
) -> bytes:
    """Return the polygons and lines of one tile as an uncompressed vector tile.

    Parameters
    ----------
    geometries : array of Geometry
        Coordinates times `scale` minus `origin` are tile units (0 to 1 across the tile, y downward). Points are left
        out. Each part of a multi-geometry becomes a feature of its own.
    ids : array of int
        Feature id of each geometry; features have no other attributes.
    extent : int
        Grid steps across the tile.
    scale : float
        Tiles per unit of the coordinates.
    origin : tuple of float
        Column and row of the tile.
    layer : str
        Name of the vector layer. Layers of one tile may be written one after another.

    Returns
    -------
    bytes
        The tile, not compressed; empty if nothing is left on the grid.
    """
    parts, source = shapely.get_parts(geometries, return_index=True)
    kinds = shapely.get_type_id(parts)
    polygons = kinds == shapely.GeometryType.POLYGON
    lines = (kinds == shapely.GeometryType.LINESTRING) | (kinds == shapely.GeometryType.LINEARRING)
    steps, corner = extent * scale, (extent * origin[0], extent * origin[1])
    body = _features(*ring_points(parts[polygons], steps, corner), ids[source[polygons]], _POLYGON)
    body += _features(*_line_points(parts[lines], steps, corner), ids[source[lines]], _LINE)
    if not body:
        return b""
    name = layer.encode()
    whole = b"\x78\x02" + b"\x0a" + _bytes(np.array([len(name)])) + name + body + b"\x28" + _bytes(np.array([extent]))
    return b"\x1a" + _bytes(np.array([len(whole)])) + whole


def ring_points(
    polygons: NDArray[np.object_], extent: float, origin: tuple[float, float] = (0, 0)
) -> tuple[Ints, Ints, Ints]:
    """Return the rings of polygons rounded to the grid, without those that vanish.

    Parameters
    ----------
    polygons : array of Polygon
        In any unit, y downward.
    extent : float
        Grid steps per unit.
    origin : tuple of float
        Origin of the grid, in steps.

    Returns
    -------
    points : (n, 2) array of int
        Without repeated and closing points. Exterior rings have a positive area with y downward, holes a negative one.
    ring : (n,) array of int
        Index of each point's ring.
    polygon : (rings,) array of int
        Index of each ring's polygon. Rings of area 0 are removed, with an exterior also its holes.
    """
    turned = shapely.orient_polygons(polygons, exterior_cw=False)
    rings, polygon = shapely.get_rings(turned, return_index=True)
    points, ring = _on_grid(rings, extent, origin)
    closing = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, bool)
    points, ring = points[~closing], ring[~closing]
    area = np.zeros(len(rings), np.int64)
    area[np.unique(ring)] = signed_double_areas(points, ring)
    first = np.r_[True, polygon[1:] != polygon[:-1]] if len(polygon) else np.zeros(0, bool)
    alive = np.zeros(len(polygons), bool)
    alive[polygon[first & (area > 0)]] = True
    kept = alive[polygon] & (area != 0)
    inside = kept[ring]
    return points[inside], (np.cumsum(kept) - 1)[ring[inside]], polygon[kept]


def signed_double_areas(points: Ints, ring: Ints) -> Ints:
    """Return twice the signed area of each ring that has points (shoelace formula), in the order of `ring`."""
    if not len(points):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    following = np.arange(1, len(points) + 1)
    following[np.r_[starts[1:], len(points)] - 1] = starts
    cross = points[:, 0] * points[following, 1] - points[following, 0] * points[:, 1]
    return np.asarray(np.add.reduceat(cross, starts), np.int64)


def _on_grid(shapes: NDArray[np.object_], extent: float, origin: tuple[float, float]) -> tuple[Ints, Ints]:
    """Return points of lines or rings rounded to the grid, without repeats, and the index of each one's line."""
    exact, index = shapely.get_coordinates(shapes, return_index=True)
    points = np.rint(exact * extent - origin).astype(np.int64)
    if len(points):
        fresh = np.r_[True, (points[1:] != points[:-1]).any(axis=1) | (index[1:] != index[:-1])]
        points, index = points[fresh], index[fresh]
    return points, index.astype(np.int64)


def _line_points(lines: NDArray[np.object_], extent: float, origin: tuple[float, float]) -> tuple[Ints, Ints, Ints]:
    """Return the points of lines rounded to the grid, without lines that become one point; like `ring_points`."""
    points, index = _on_grid(lines, extent, origin)
    kept = np.bincount(index, minlength=len(lines)) > 1
    inside = kept[index]
    return points[inside], (np.cumsum(kept) - 1)[index[inside]], np.flatnonzero(kept)


def _features(points: Ints, path: Ints, owner: Ints, ids: Ints, kind: int) -> bytes:
    """Return the encoded features of one kind; `path`: ring or line of each point, `owner`: part of each path."""
    if not len(points):
        return b""
    closed = int(kind == _POLYGON)
    sizes = np.bincount(path)
    path_start = np.r_[0, np.cumsum(sizes)[:-1]]
    first_path = np.r_[True, owner[1:] != owner[:-1]]
    steps = np.diff(points, axis=0, prepend=0)
    begins = path_start[first_path]
    steps[begins] = points[begins]
    zigzag = (steps << 1) ^ (steps >> 63)

    lengths = 2 * sizes + 2 + closed
    offset = np.r_[0, np.cumsum(lengths)[:-1]]
    values = np.empty(int(lengths.sum()), np.int64)
    place = np.arange(len(points)) - path_start[path]
    at = offset[path] + 1 + 2 * place + (place > 0)
    values[at], values[at + 1] = zigzag[:, 0], zigzag[:, 1]
    values[offset] = _MOVE_ONE
    values[offset + 3] = ((sizes - 1) << 3) | 2
    if closed:
        values[offset + lengths - 1] = _CLOSE
    return _bytes(_with_heads(values, offset[first_path], ids[owner[first_path]], kind))


def _with_heads(values: Ints, starts: Ints, ids: Ints, kind: int) -> Ints:
    """Return values with the eight integers that begin a feature (tags, lengths, id, type) inserted."""
    sizes = np.add.reduceat(_widths(values), starts)
    total = 1 + _widths(ids) + 2 + 1 + _widths(sizes) + sizes
    heads = np.empty((len(starts), 8), np.int64)
    heads[:] = (0x12, 0, 0x08, 0, 0x18, kind, 0x22, 0)
    heads[:, 1], heads[:, 3], heads[:, 7] = total, ids, sizes
    return np.insert(values, np.repeat(starts, 8), heads.ravel())


def _widths(values: Ints) -> Ints:
    """Return the number of bytes of each value as a varint."""
    widths = np.ones(len(values), np.int64)
    for bits in range(7, 63, 7):
        widths += values >= (1 << bits)
    return widths


def _bytes(values: Ints) -> bytes:
    """Return non-negative integers encoded as varints."""
    widths = _widths(values)
    ends = np.cumsum(widths)
    out = np.empty(int(ends[-1]), np.uint8)
    for byte in range(int(widths.max())):
        has = widths > byte
        more = widths[has] > byte + 1
        out[ends[has] - widths[has] + byte] = ((values[has] >> (7 * byte)) & 0x7F) | (more << 7)
    return out.tobytes()
