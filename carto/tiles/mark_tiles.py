"""Symbols and names of a large layer, tile by tile: what a browser gets grows with what it sees, not with the layer.

A PMTiles file of JSON. The highest zoom holds every symbol and every name. Further out, symbols that stand close
together are one symbol with their number, and of the names only those that could be written are kept, the widest shapes
first.
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
_PER_TILE: Final = 400
_CROWD: Final = 16
"""Cells across a tile, 64 pixels each, whose symbols become one."""
_OFF_EDGE: Final = 0.27
_BLOCKS, _NAMES_PER_BLOCK = 8, 8
_NARROW: Final = 0.45
"""The narrowest letter, as a share of its height: a name that has no room even so is never written."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def write_mark_tiles(
    path: Path, symbols: MarkRows, names: MarkRows, look: Label | None, progress: Progress = no_progress
) -> None:
    """Write a file of marks.

    Parameters
    ----------
    path : Path
        Written under another name first and moved there when it is whole.
    symbols, names : MarkRows
    look : Label or None
        How names are written.
    progress : Progress

    Notes
    -----
    A tile is ``points`` and ``labels`` as in ``MarkRows``. A point that stands for many goes on with -1 (no row of the
    layer, which the stand-alone page writes there) and their number; its class is -1 if they are of several. Of a layer
    with dates there follow the kinds among them, each with its number.
    """
    top = _top_zoom(symbols, names)
    with (
        whole_file(path, private=True) as draft,
        draft.open("wb") as file,
        tempfile.TemporaryFile(dir=draft.parent) as held,
    ):
        spool, lowest = Spool(held), top
        for zoom in range(MIN_ZOOM, top + 1):
            for tile, content in _zoom_tiles(symbols, names, look, zoom, last=zoom == top):
                text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
                spool.put(tile, gzip.compress(text.encode(), 6, mtime=0))
                lowest = min(lowest, zoom)
            progress((zoom - MIN_ZOOM + 1) / (top - MIN_ZOOM + 1))
        spool.write(file, *_header(symbols, names, lowest, top))


def _places(rows: MarkRows, zoom: int) -> NDArray[np.float64]:
    """Return column and row of each mark in tiles of a zoom, with the part of the tile."""
    square = to_world_square(np.column_stack([rows.lon, rows.lat.clip(-85, 85)]))
    return square.clip(0, 1 - 1e-12) * 2.0**zoom


def _top_zoom(symbols: MarkRows, names: MarkRows) -> int:
    """Choose the highest zoom: the first at which every tile may hold all of its marks."""
    for zoom in range(MIN_ZOOM, _LAST_ZOOM):
        cells = np.concatenate([_places(symbols, zoom), _places(names, zoom)]).astype(np.int64)
        _, counts = np.unique(cells[:, 0] * 2**zoom + cells[:, 1], return_counts=True)
        if not len(counts) or counts.max() <= _PER_TILE:
            return zoom
    return _LAST_ZOOM


def _zoom_tiles(
    symbols: MarkRows, names: MarkRows, look: Label | None, zoom: int, *, last: bool
) -> Iterator[tuple[Tile, dict[str, list[list[Any]]]]]:
    """Yield the tiles of one zoom."""
    points = _by_tile(symbols, zoom)
    if last:
        labels = _by_tile(names, zoom)
    else:
        names = names.taken(_written(names, look, zoom))
        labels = _by_tile(names, zoom)
    for place in sorted(points.keys() | labels.keys()):
        here = symbols.taken(points.get(place, np.zeros(0, np.int64)))
        written = names.taken(labels.get(place, np.zeros(0, np.int64)))
        yield (
            Tile(zoom, *place),
            {"points": here.as_points() if last else _crowds(here, zoom), "labels": written.as_labels()},
        )


def _by_tile(rows: MarkRows, zoom: int) -> dict[tuple[int, int], Ints]:
    """Return the rows of each tile."""
    tiles = _places(rows, zoom).astype(np.int64)
    key = tiles[:, 0] * 2**zoom + tiles[:, 1]
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order])) + 1
    groups = np.split(order, ends) if len(order) else []
    return {(int(tiles[group[0], 0]), int(tiles[group[0], 1])): group for group in groups}


def _crowds(rows: MarkRows, zoom: int) -> list[list[Any]]:
    """Return the points of a tile, those that stand close together as one with their number."""
    cells = (_places(rows, zoom) % 1 * _CROWD).astype(np.int64)
    key = (cells[:, 0] * _CROWD + cells[:, 1]) * 2 + rows.located
    _, group, counts = np.unique(key, return_inverse=True, return_counts=True)
    single = counts[group] == 1
    points = rows.taken(single).as_points()
    lowest, highest = np.full(len(counts), np.iinfo(np.int64).max), np.full(len(counts), -1)
    np.minimum.at(lowest, group, rows.kind)
    np.maximum.at(highest, group, rows.kind)
    lon, lat = _centres(rows, zoom, group, counts)
    located = np.zeros(len(counts), np.int64)
    located[group] = rows.located
    kind = np.where(lowest == highest, lowest, -1)
    kinds = _kinds_in(rows, group)
    for at in np.flatnonzero(counts > 1):
        place = [round(float(lon[at]), 5), round(float(lat[at]), 5)]
        dated = [] if kinds is None else [kinds[int(at)]]
        points.append([*place, "", "", int(kind[at]), int(located[at]), -1, int(counts[at]), *dated])
    return points


def _kinds_in(rows: MarkRows, group: Ints) -> dict[int, list[list[int]]] | None:
    """Return the kinds in each group with the number of each; None for a layer without dates."""
    if rows.when is None:
        return None
    found: dict[int, list[list[int]]] = {}
    pairs, counts = np.unique(np.column_stack([group.reshape(-1), rows.when]), axis=0, return_counts=True)
    for (at, kind), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        found.setdefault(at, []).append([kind, count])
    return found


def _centres(rows: MarkRows, zoom: int, group: Ints, counts: Ints) -> tuple[Floats, Floats]:
    """Return where the symbol of each group stands: amid its points, off the edges of its cell, so that none touch."""
    place = _places(rows, zoom) * _CROWD
    cell = np.floor(place)
    inside = place - cell
    middle = np.stack([np.bincount(group, axis, len(counts)) / counts for axis in inside.T], axis=1)
    corner = np.zeros((len(counts), 2))
    corner[group] = cell
    at = (corner + middle.clip(_OFF_EDGE, 1 - _OFF_EDGE)) / _CROWD / 2.0**zoom
    lon, lat = from_world_square(at).T
    return lon, lat


def _written(names: MarkRows, look: Label | None, zoom: int) -> NDArray[np.bool_]:
    """Tell which names could be written at a zoom: wide enough, and among the widest around."""
    kept = np.zeros(len(names), bool)
    seen = zoom + LEVEL_DIFF
    if look is None or not look["minZoom"] <= seen <= look["maxZoom"]:
        return kept
    shortest = np.array([min(len(text) for text in pair if text) for pair in zip(names.zh, names.en, strict=True)])
    room = names.share * 256 * 2.0**seen * look["room"]
    wide = np.flatnonzero(room >= _NARROW * look["size"] * shortest)
    blocks = (_places(names, zoom)[wide] * _BLOCKS).astype(np.int64)
    key = blocks[:, 0] * 2 ** (zoom + 3) + blocks[:, 1]
    order = np.lexsort((wide, -names.share[wide], key))
    starts = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0]) if len(order) else np.zeros(0, np.int64)
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    kept[wide[order[rank < _NAMES_PER_BLOCK]]] = True
    return kept


def _header(symbols: MarkRows, names: MarkRows, lowest: int, top: int) -> tuple[dict[str, object], dict[str, object]]:
    """Header and metadata of the file; below the lowest zoom the map need not ask."""
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
