"""Write symbols and names of a large layer as tiles, so that the browser loads only those of its view.

The file is PMTiles with JSON tiles. The highest zoom has every symbol and every name. At lower zooms symbols close
together are one cluster with their number, and only names that fit are included, those of the widest shapes first.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType

from carto.style import Label
from carto.tiles.mark_rows import MarkRows
from geo.crs import from_world_square, to_world_square
from geo.progress import Progress, no_progress
from geo.tiles import LEVEL_DIFF, MIN_ZOOM, Spool, Tile
from geo.whole_file import whole_file

__all__ = ["write_mark_tiles"]

_LAST_ZOOM: Final = 16
_MAX_PER_TILE: Final = 400
_CLUSTER_CELLS: Final = 16
"""Cells across a tile, 64 pixels each; the symbols of one cell are one cluster."""
_CELL_MARGIN: Final = 0.27
_BLOCKS, _NAMES_PER_BLOCK = 8, 8
_NARROWEST_LETTER: Final = 0.45
"""Width of the narrowest letter, as a share of its height: a name too long even so never fits."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def write_mark_tiles(
    path: Path, symbols: MarkRows, names: MarkRows, label: Label | None, progress: Progress = no_progress
) -> None:
    """Write symbols and names as a PMTiles file with JSON tiles.

    Parameters
    ----------
    path : Path
        Written under another name first and moved there when it is whole.
    symbols, names : MarkRows
    label : Label or None
        Text style of the names.
    progress : Progress

    Notes
    -----
    A tile is ``points`` and ``labels`` as in ``MarkRows``. A cluster has two more values: -1 (the stand-alone
    page writes the row of the layer there) and the number of its symbols; its class is -1 if they are of several. For a
    layer with dates, pairs of kind and number follow.
    """
    top = _top_zoom(symbols, names)
    with (
        whole_file(path, private=True, durable=True) as draft,
        draft.open("wb") as file,
        tempfile.TemporaryFile(dir=draft.parent) as buffer,
    ):
        spool, lowest = Spool(buffer), top
        for zoom in range(MIN_ZOOM, top + 1):
            for tile, content in _zoom_tiles(symbols, names, label, zoom, last=zoom == top):
                text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
                spool.put(tile, gzip.compress(text.encode(), 6, mtime=0))
                lowest = min(lowest, zoom)
            progress((zoom - MIN_ZOOM + 1) / (top - MIN_ZOOM + 1))
        spool.write(file, *_header(symbols, names, lowest, top))


def _tile_coordinates(rows: MarkRows, zoom: int) -> NDArray[np.float64]:
    """Return column and row of each mark in tiles of a zoom, as fractional numbers."""
    square = to_world_square(np.column_stack([rows.lon, rows.lat.clip(-85, 85)]))
    return square.clip(0, 1 - 1e-12) * 2.0**zoom


def _top_zoom(symbols: MarkRows, names: MarkRows) -> int:
    """Return the highest zoom of the file: the first at which no tile has more than `_MAX_PER_TILE` marks."""
    for zoom in range(MIN_ZOOM, _LAST_ZOOM):
        cells = np.concatenate([_tile_coordinates(symbols, zoom), _tile_coordinates(names, zoom)]).astype(np.int64)
        _, counts = np.unique(cells[:, 0] * 2**zoom + cells[:, 1], return_counts=True)
        if not len(counts) or counts.max() <= _MAX_PER_TILE:
            return zoom
    return _LAST_ZOOM


def _zoom_tiles(
    symbols: MarkRows, names: MarkRows, label: Label | None, zoom: int, *, last: bool
) -> Iterator[tuple[Tile, dict[str, list[list[Any]]]]]:
    """Yield the tiles of one zoom with their content; clustered and without names that do not fit, unless `last`."""
    points = _rows_by_tile(symbols, zoom)
    if last:
        labels = _rows_by_tile(names, zoom)
    else:
        names = names.subset(_names_that_fit(names, label, zoom))
        labels = _rows_by_tile(names, zoom)
    for place in sorted(points.keys() | labels.keys()):
        symbols_in_tile = symbols.subset(points.get(place, np.zeros(0, np.int64)))
        names_in_tile = names.subset(labels.get(place, np.zeros(0, np.int64)))
        yield (
            Tile(zoom, *place),
            {
                "points": symbols_in_tile.as_points() if last else _clustered(symbols_in_tile, zoom),
                "labels": names_in_tile.as_labels(),
            },
        )


def _rows_by_tile(rows: MarkRows, zoom: int) -> dict[tuple[int, int], Ints]:
    """Return the positions of the marks in each tile, by column and row."""
    tiles = _tile_coordinates(rows, zoom).astype(np.int64)
    key = tiles[:, 0] * 2**zoom + tiles[:, 1]
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order])) + 1
    groups = np.split(order, ends) if len(order) else []
    return {(int(tiles[group[0], 0]), int(tiles[group[0], 1])): group for group in groups}


def _clustered(rows: MarkRows, zoom: int) -> list[list[Any]]:
    """Return the points of a tile, those in one cell as a cluster with their number."""
    cells = (_tile_coordinates(rows, zoom) % 1 * _CLUSTER_CELLS).astype(np.int64)
    key = (cells[:, 0] * _CLUSTER_CELLS + cells[:, 1]) * 2 + rows.located
    _, group, counts = np.unique(key, return_inverse=True, return_counts=True)
    single = counts[group] == 1
    points = rows.subset(single).as_points()
    lowest, highest = np.full(len(counts), np.iinfo(np.int64).max), np.full(len(counts), -1)
    np.minimum.at(lowest, group, rows.symbol_class)
    np.maximum.at(highest, group, rows.symbol_class)
    lon, lat = _cluster_positions(rows, zoom, group, counts)
    located = np.zeros(len(counts), np.int64)
    located[group] = rows.located
    symbol_class = np.where(lowest == highest, lowest, -1)
    kinds = _year_kind_counts(rows, group)
    for at in np.flatnonzero(counts > 1):
        place = [round(float(lon[at]), 5), round(float(lat[at]), 5)]
        dated = [] if kinds is None else [kinds[int(at)]]
        points.append([*place, "", "", int(symbol_class[at]), int(located[at]), -1, int(counts[at]), *dated])
    return points


def _year_kind_counts(rows: MarkRows, group: Ints) -> dict[int, list[list[int]]] | None:
    """Return pairs of year kind and number of marks by group; None for a layer without dates."""
    if rows.year_kind is None:
        return None
    found: dict[int, list[list[int]]] = {}
    pairs, counts = np.unique(np.column_stack([group.reshape(-1), rows.year_kind]), axis=0, return_counts=True)
    for (at, kind), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        found.setdefault(at, []).append([kind, count])
    return found


def _cluster_positions(rows: MarkRows, zoom: int, group: Ints, counts: Ints) -> tuple[Floats, Floats]:
    """Return lon and lat of each cluster: the mean of its points, off the edges of its cell so that none touch."""
    place = _tile_coordinates(rows, zoom) * _CLUSTER_CELLS
    cell = np.floor(place)
    inside = place - cell
    middle = np.stack([np.bincount(group, axis, len(counts)) / counts for axis in inside.T], axis=1)
    corner = np.zeros((len(counts), 2))
    corner[group] = cell
    at = (corner + middle.clip(_CELL_MARGIN, 1 - _CELL_MARGIN)) / _CLUSTER_CELLS / 2.0**zoom
    lon, lat = from_world_square(at).T
    return lon, lat


def _names_that_fit(names: MarkRows, label: Label | None, zoom: int) -> NDArray[np.bool_]:
    """Return a mask of the names that fit at a zoom: of wide enough shapes, and among the widest of their block."""
    fits = np.zeros(len(names), bool)
    map_zoom = zoom + LEVEL_DIFF
    if label is None or not label["minZoom"] <= map_zoom <= label["maxZoom"]:
        return fits
    shortest = np.array([min(len(text) for text in pair if text) for pair in zip(names.zh, names.en, strict=True)])
    room = names.share * 256 * 2.0**map_zoom * label["room"]
    wide = np.flatnonzero(room >= _NARROWEST_LETTER * label["size"] * shortest)
    blocks = (_tile_coordinates(names, zoom)[wide] * _BLOCKS).astype(np.int64)
    key = blocks[:, 0] * 2 ** (zoom + 3) + blocks[:, 1]
    order = np.lexsort((wide, -names.share[wide], key))
    starts = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0]) if len(order) else np.zeros(0, np.int64)
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    fits[wide[order[rank < _NAMES_PER_BLOCK]]] = True
    return fits


def _header(symbols: MarkRows, names: MarkRows, lowest: int, top: int) -> tuple[dict[str, object], dict[str, object]]:
    """Return header and metadata of the file; zooms below `lowest` have no tiles."""
    lon, lat = (np.concatenate([getattr(symbols, axis), getattr(names, axis)]) for axis in ("lon", "lat"))
    header: dict[str, object] = {
        "tile_type": TileType.UNKNOWN,
        "tile_compression": Compression.GZIP,
        "min_zoom": lowest,
        "max_zoom": top,
        "center_zoom": lowest,
    }
    for name, values in (("lon", lon), ("lat", lat)):
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
        header |= {f"min_{name}_e7": round(low * 1e7), f"max_{name}_e7": round(high * 1e7)}
        header[f"center_{name}_e7"] = round((low + high) / 2 * 1e7)
    return header, {}
