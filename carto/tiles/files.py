"""The files behind a layer on the map: tiles of its shapes, its symbols and names; keyed by what they are made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from carto.style import MOST_JOINED, classes_of, label_of, year_kinds
from carto.tiles.mark_rows import counts_of, mark_rows, shaped
from carto.tiles.mark_tiles import write_mark_tiles
from carto.tiles.store import made_once, tidy
from geo.progress import Progress, no_progress, part_of
from geo.tiles import TILER, build_tiles, shared_edges
from geo.whole_file import whole_file
from layers.catalogue import Layer

__all__ = [
    "TileKind",
    "ensure",
    "file_name",
    "has_clusters",
    "has_marks",
    "has_shapes",
    "make_missing",
    "marks_of",
    "missing",
    "shaped",
    "tile_kinds",
]

TileKind = Literal["shapes", "regions", "marks"]
"""`shapes`: as drawn; `regions`: polygons that carry their row number, for indicators; `marks`: points and names."""

_MARKS: Final = "6"
_DISSOLVE_ABOVE: Final = 200
_MARKS_AT_ONCE: Final = 3_000
"""So many symbols and names are sent as one file; more are sent tile by tile."""
_MARKS_SHARE: Final = 0.1
"""Share of the time that marks take, beside tiles of shapes."""


def has_shapes(layer: Layer) -> bool:
    """Tell whether the layer has polygons or lines that stand where they are drawn."""
    return counts_of(layer)[0] > 0


def has_marks(layer: Layer) -> bool:
    """Tell whether the layer has points or writes names."""
    if layer.frame is None:
        return False
    return label_of(layer.spec) is not None or counts_of(layer)[1] > 0


def _marks_in_tiles(layer: Layer) -> bool:
    shapes, symbols, _ = counts_of(layer)
    return symbols + (shapes if label_of(layer.spec) else 0) > _MARKS_AT_ONCE


def has_clusters(layer: Layer) -> bool:
    """Tell whether symbols that stand close together become one with their number."""
    return counts_of(layer)[1] > 0 and _marks_in_tiles(layer)


def tile_kinds(layer: Layer) -> list[TileKind]:
    """Return the files that the map needs of a layer (`regions` only once an indicator is shown on it)."""
    wanted: list[tuple[TileKind, bool]] = [("shapes", has_shapes(layer)), ("marks", has_marks(layer))]
    return [kind for kind, needed in wanted if needed]


def file_name(layer: Layer, kind: TileKind) -> str:
    """Return the name of a file: the digest of all that its content depends on."""
    style = layer.spec.style
    parts = [layer.digest or "", kind, TILER, _MARKS, layer.spec.role, style.by or "", style.label or ""]
    whole = kind == "marks" and not _marks_in_tiles(layer)
    if layer.spec.time_field and kind != "regions":
        parts += [f"years of {layer.spec.time_field}", layer.spec.time_end_field or ""]
    if kind == "marks" and not whole:
        parts += [repr(label_of(layer.spec))]  # which names are kept depends on how they are written
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{digest}.{'json' if whole else 'pmtiles'}"


def ensure(layer: Layer, kind: TileKind, folder: Path, progress: Progress = no_progress) -> Path:
    """Return a file of a layer, made now if it is not there; others that ask meanwhile wait for the same file.

    Parameters
    ----------
    layer : Layer
        Loaded, with a digest.
    kind : {"shapes", "regions", "marks"}
    folder : Path
        Where tiles are kept; each layer has a folder of its own in it.
    progress : Progress
        Not called where the file is there.
    """
    path = folder / layer.id / file_name(layer, kind)

    def make(inner: Progress) -> None:
        _make(layer, kind, path, inner)
        tidy(folder, layer.id)

    return made_once(path, make, progress)


def make_missing(layer: Layer, folder: Path, progress: Progress = no_progress) -> None:
    """Make the files of a layer that are not there yet."""
    for kind in missing(layer, folder):
        begin, end = (1 - _MARKS_SHARE, 1.0) if kind == "marks" else (0.0, 1 - _MARKS_SHARE)
        ensure(layer, kind, folder, part_of(progress, begin, end))


def missing(layer: Layer, folder: Path) -> list[TileKind]:
    """Return the files of a layer that are not there yet."""
    if layer.state != "loaded":
        return []
    return [kind for kind in tile_kinds(layer) if not (folder / layer.id / file_name(layer, kind)).exists()]


def _make(layer: Layer, kind: TileKind, path: Path, progress: Progress) -> None:
    """Write one file."""
    if layer.frame is None:
        raise ValueError(f"layer {layer.id} is not loaded")
    kinds = year_kinds(layer)
    when = None if kinds is None else kinds.of_row
    if kind == "marks" and path.suffix == ".pmtiles":
        write_mark_tiles(path, *mark_rows(layer, layer.frame, when), label_of(layer.spec), progress)
    elif kind == "marks":
        _write(path, json.dumps(marks_of(layer, layer.frame, when), ensure_ascii=False, separators=(",", ":")))
    elif kind == "regions":
        build_tiles(layer.frame, path, ids=np.arange(len(layer.frame), dtype=np.int64), progress=progress)
    elif layer.spec.role == "boundary":
        build_tiles(shared_edges(layer.frame), path, progress=progress)
    else:
        of_row = classes_of(layer)[1] if when is None else when
        drawn = shaped(layer.frame)
        joined = len(layer.frame) > _DISSOLVE_ABOVE and (kinds is None or len(kinds.rows) <= MOST_JOINED)
        shapes = gpd.GeoDataFrame(geometry=layer.frame.geometry.array[drawn], crs=layer.frame.crs)
        build_tiles(shapes, path, ids=of_row[drawn], dissolve=joined, progress=progress)


def _write(path: Path, text: str) -> None:
    with whole_file(path, private=True) as draft:
        draft.write_text(text, encoding="utf-8")


def marks_of(
    layer: Layer, frame: gpd.GeoDataFrame, when: NDArray[np.int64] | None = None
) -> dict[str, list[list[Any]]]:
    """Return the symbols and the names of a layer.

    ``points``: lon, lat, name zh, name en, class, located (1 or 0); ``labels``: lon, lat, name zh, name en, width of
    the shape as a share of the world's width. With `when`, the kind of each row, they end with it.
    """
    symbols, names = mark_rows(layer, frame, when)
    return {"points": symbols.as_points(), "labels": names.as_labels()}
