"""Write vector tiles of a layer as one PMTiles file with shapes and ids only; for display, never for measurements.

A tile shows the layer's area within 1 % at every zoom: simplification is halved, then the grid refined, until it does
(docs/decisions/map-drawing.md). Low zooms may be dissolved; the highest keeps every feature and every vertex.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import IO, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.crs import from_world_square
from geo.progress import Progress, no_progress
from geo.tiles import mvt as _mvt
from geo.tiles.shapes import LEVEL_DIFF, world_boxes
from geo.tiles.tree import MIN_ZOOM, Tile, Tree
from geo.whole_file import whole_file

__all__ = ["LEVEL_DIFF", "MIN_ZOOM", "TILER", "Spool", "build_tiles", "shared_edges"]

TILER: Final = "3"
"""Version of the tiles, part of the key of every tile file: raised when the same layer would give other tiles."""

_BASE_ZOOM, _LAST_ZOOM = 10, 13
_POINTS_PER_TILE = 20_000
_EMPTY: Final = gzip.compress(b"", mtime=0)
"""Content of the only tile of a layer without shapes: the format requires at least one tile."""

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Spool:
    """Buffer of tiles on disk, filled in any order and written as PMTiles in the order of the format.

    Parameters
    ----------
    file : binary file
        Empty, open for reading and writing.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ranges: dict[int, tuple[int, int]] = {}
        self._end = 0

    def put(self, tile: Tile, content: bytes) -> None:
        """Append a tile with its content."""
        self._ranges[zxy_to_tileid(*tile)] = (self._end, len(content))
        self._file.write(content)
        self._end += len(content)

    def write(self, file: IO[bytes], header: dict[str, object], metadata: dict[str, object]) -> None:
        """Write the tiles as a PMTiles file."""
        writer = Writer(file)
        if not self._ranges:
            self.put(Tile(MIN_ZOOM, 0, 0), _EMPTY)
        for number, (begin, size) in sorted(self._ranges.items()):
            self._file.seek(begin)
            writer.write_tile(number, self._file.read(size))
        writer.finalize(header, metadata)


def build_tiles(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    ids: Ints | None = None,
    dissolve: bool = False,
    progress: Progress = no_progress,
) -> None:
    """Write the polygons and lines of `frame` as a PMTiles file.

    Needs memory for the shapes of one part of the map at a time, at most a million points, beside the frame.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490 (drawn as WGS 84, which differs by less than a metre). Points are left out.
    path : Path
        Written under another name first and renamed when it is complete.
    ids : array of int, optional
        Feature id of each row, not negative; 0 by default.
    dissolve : bool
        Whether touching polygons of one id are joined below the highest zoom.
    progress : Progress

    Raises
    ------
    ValueError
        If `frame` is not in EPSG:4490.
    """
    if frame.crs is None or frame.crs.to_epsg() != 4490:
        raise ValueError("tiles are made from EPSG:4490")
    shapes = np.asarray(frame.geometry.array, dtype=object)
    parts, numbers = _parts(shapes, np.zeros(len(shapes), np.int64) if ids is None else np.asarray(ids, np.int64))
    boxes, points = world_boxes(parts), shapely.get_num_coordinates(parts).astype(np.int64)
    top = _top_zoom(boxes, points)
    done, total = 0.0, float(points.sum()) or 1.0

    def add(points: float) -> None:
        nonlocal done
        done += points
        progress(min(1.0, done / total))

    with (
        whole_file(path, private=True, durable=True) as draft,
        draft.open("wb") as file,
        tempfile.TemporaryFile(dir=draft.parent) as buffer,
    ):
        spool = Spool(buffer)
        Tree(spool.put, top, dissolve=dissolve, add_done=add).make(parts, numbers, boxes, points)
        spool.write(file, *_header(boxes, top))


def shared_edges(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the borders of polygons as lines; a border shared by two polygons occurs once.

    A dashed border drawn from both sides would close its own gaps.

    Parameters
    ----------
    frame : GeoDataFrame
        Polygons that share edges exactly.

    Returns
    -------
    GeoDataFrame
        Lines from junction to junction, in the CRS of `frame`.
    """
    rings = shapely.get_rings(shapely.get_parts(np.asarray(frame.geometry.array)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    ends = np.hstack([points[:-1][inner], points[1:][inner]])
    forward = (ends[:, 0] < ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] <= ends[:, 3]))
    pieces = np.unique(np.where(forward[:, None], ends, ends[:, [2, 3, 0, 1]]), axis=0)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(pieces.reshape(-1, 2, 2))))
    return gpd.GeoDataFrame(geometry=shapely.get_parts(merged), crs=frame.crs)


def _parts(shapes: Shapes, numbers: Ints) -> tuple[Shapes, Ints]:
    """Return the polygons and lines that shapes consist of, with their ids; simple ones are not copied."""
    simple = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.LINESTRING))
    simple &= ~shapely.is_empty(shapes)
    parts, source = shapely.get_parts(shapes[~simple], return_index=True)
    drawn = shapely.get_dimensions(parts) > 0
    order = np.r_[np.flatnonzero(simple), np.flatnonzero(~simple)[source[drawn]]]
    return np.concatenate([shapes[simple], parts[drawn]]), numbers[order]


def _top_zoom(boxes: Floats, points: Ints) -> int:
    """Return the highest zoom: the first at which no tile has too many points."""
    if not len(boxes):
        return MIN_ZOOM
    for zoom in range(_BASE_ZOOM, _LAST_ZOOM):
        middle = np.floor((boxes[:, :2] + boxes[:, 2:]) / 2 * 2.0**zoom).astype(np.int64)
        _, tile = np.unique(middle[:, 0] * 2**zoom + middle[:, 1], return_inverse=True)
        heaviest = np.bincount(tile, weights=points).max()
        if heaviest <= _POINTS_PER_TILE or len(points) == 1:
            return zoom
    return _LAST_ZOOM


def _header(boxes: Floats, top: int) -> tuple[dict[str, object], dict[str, object]]:
    """Return header and metadata of the PMTiles file."""
    ends = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)) if len(boxes) else (0.5, 0.5, 0.5, 0.5)
    west, north, east, south = (float(end) for end in ends)
    lon, lat = np.rint(from_world_square([(west, south), (east, north)]).T * 1e7).astype(int).tolist()
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_zoom": MIN_ZOOM,
        "max_zoom": top,
        "min_lon_e7": lon[0],
        "min_lat_e7": lat[0],
        "max_lon_e7": lon[1],
        "max_lat_e7": lat[1],
        "center_zoom": MIN_ZOOM,
        "center_lon_e7": sum(lon) // 2,
        "center_lat_e7": sum(lat) // 2,
    }
    return header, {"vector_layers": [{"id": name, "fields": {}} for name in (_mvt.LAYER, _mvt.CELLS)]}
