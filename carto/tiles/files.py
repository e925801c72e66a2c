"""Tile files of a layer on the map (shapes, symbols, names), named by the digest of all that they depend on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from carto.style import MOST_JOINED, classes_of, label_of, year_kinds
from carto.tiles.mark_rows import drawing_counts, drawn_as_shapes, mark_rows
from carto.tiles.mark_tiles import write_mark_tiles
from carto.tiles.soundness import is_whole
from carto.tiles.store import make_once, remove_unused
from geo.progress import Progress, no_progress, part_of
from geo.tiles import TILER, build_tiles, shared_edges
from geo.whole_file import whole_file
from layers.catalogue import Layer

__all__ = [
    "TileKind",
    "drawn_as_shapes",
    "ensure_file",
    "file_name",
    "has_clusters",
    "has_marks",
    "has_shapes",
    "make_missing",
    "marks_json",
    "missing_kinds",
    "tile_kinds",
]

TileKind = Literal["shapes", "regions", "marks"]
"""`shapes`: as drawn; `regions`: polygons with row numbers, for indicators; `marks`: points and names."""

_MARKS_VERSION: Final = "7"
_DISSOLVE_ABOVE: Final = 200
_MAX_MARKS_IN_JSON: Final = 3_000
"""Up to so many symbols and names are sent as one JSON file, more as tiles."""
_MARKS_SHARE: Final = 0.1
"""Share of progress reserved for marks; the rest is for tiles of shapes."""


def has_shapes(layer: Layer) -> bool:
    """Return whether the layer has located polygons or lines, which are drawn as shapes."""
    return drawing_counts(layer)[0] > 0


def has_marks(layer: Layer) -> bool:
    """Return whether the layer has symbols or names to draw."""
    if layer.frame is None:
        return False
    return label_of(layer.spec) is not None or drawing_counts(layer)[1] > 0


def _marks_in_tiles(layer: Layer) -> bool:
    shapes, symbols, _ = drawing_counts(layer)
    return symbols + (shapes if label_of(layer.spec) else 0) > _MAX_MARKS_IN_JSON


def has_clusters(layer: Layer) -> bool:
    """Return whether symbols close together are drawn as one cluster with their number."""
    return drawing_counts(layer)[1] > 0 and _marks_in_tiles(layer)


def tile_kinds(layer: Layer) -> list[TileKind]:
    """Return the kinds of tile files that the map needs of a layer (without `regions`, which only indicators need)."""
    kinds: list[tuple[TileKind, bool]] = [("shapes", has_shapes(layer)), ("marks", has_marks(layer))]
    return [kind for kind, needed in kinds if needed]


def file_name(layer: Layer, kind: TileKind) -> str:
    """Return the name of a tile file: the SHA-256 of all that its content depends on, with its suffix."""
    style = layer.spec.style
    parts = [layer.digest or "", kind, TILER, _MARKS_VERSION, layer.spec.role, style.by or "", style.label or ""]
    parts += [style.label_ends] if style.label_ends else []
    is_json = kind == "marks" and not _marks_in_tiles(layer)
    if layer.spec.time_field and kind != "regions":
        parts += [f"years of {layer.spec.time_field}", layer.spec.time_end_field or ""]
    if kind == "marks" and not is_json:
        parts += [repr(label_of(layer.spec))]  # which names fit depends on their text style
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{digest}.{'json' if is_json else 'pmtiles'}"


def ensure_file(layer: Layer, kind: TileKind, folder: Path, progress: Progress = no_progress) -> Path:
    """Return the path of a tile file, made now if it is missing or damaged; concurrent calls wait for the same file.

    Parameters
    ----------
    layer : Layer
        Loaded, with a digest.
    kind : {"shapes", "regions", "marks"}
    folder : Path
        Folder of all tile files; each layer has a subfolder.
    progress : Progress
        Not called if the file exists.
    """
    path = folder / layer.id / file_name(layer, kind)

    def make(inner: Progress) -> None:
        _write_file(layer, kind, path, inner)
        remove_unused(folder, layer.id)

    if path.exists() and not is_whole(path):
        path.unlink(missing_ok=True)
    return make_once(path, make, progress)


def make_missing(layer: Layer, folder: Path, progress: Progress = no_progress) -> None:
    """Make the missing tile files of a layer."""
    for kind in missing_kinds(layer, folder):
        begin, end = (1 - _MARKS_SHARE, 1.0) if kind == "marks" else (0.0, 1 - _MARKS_SHARE)
        ensure_file(layer, kind, folder, part_of(progress, begin, end))


def missing_kinds(layer: Layer, folder: Path) -> list[TileKind]:
    """Return the kinds of tile files that a layer needs and that are not there whole; none of a layer not loaded."""
    if layer.state != "loaded":
        return []
    return [kind for kind in tile_kinds(layer) if not is_whole(folder / layer.id / file_name(layer, kind))]


def _write_file(layer: Layer, kind: TileKind, path: Path, progress: Progress) -> None:
    """Write a tile file: PMTiles, or JSON for few marks."""
    if layer.frame is None:
        raise ValueError(f"layer {layer.id} is not loaded")
    kinds = year_kinds(layer)
    year_kind = None if kinds is None else kinds.of_row
    if kind == "marks" and path.suffix == ".pmtiles":
        write_mark_tiles(path, *mark_rows(layer, layer.frame, year_kind), label_of(layer.spec), progress)
    elif kind == "marks":
        _write_text(
            path, json.dumps(marks_json(layer, layer.frame, year_kind), ensure_ascii=False, separators=(",", ":"))
        )
    elif kind == "regions":
        build_tiles(layer.frame, path, ids=np.arange(len(layer.frame), dtype=np.int64), progress=progress)
    elif layer.spec.role == "boundary":
        build_tiles(shared_edges(layer.frame), path, progress=progress)
    else:
        of_row = classes_of(layer)[1] if year_kind is None else year_kind
        drawn = drawn_as_shapes(layer.frame)
        dissolve = len(layer.frame) > _DISSOLVE_ABOVE and (kinds is None or len(kinds.rows) <= MOST_JOINED)
        shapes = gpd.GeoDataFrame(geometry=layer.frame.geometry.array[drawn], crs=layer.frame.crs)
        build_tiles(shapes, path, ids=of_row[drawn], dissolve=dissolve, progress=progress)


def _write_text(path: Path, text: str) -> None:
    with whole_file(path, private=True, durable=True) as draft:
        draft.write_text(text, encoding="utf-8")


def marks_json(
    layer: Layer, frame: gpd.GeoDataFrame, year_kind: NDArray[np.int64] | None = None
) -> dict[str, list[list[Any]]]:
    """Return the symbols and names of a layer as the browser reads them: lists ``points`` and ``labels``.

    ``points``: lon, lat, name zh, name en, class, located (1 or 0); ``labels``: lon, lat, name zh, name en, width of
    the shape as a share of the world's width. Each ends with its `year_kind` (`carto.style.years`) if that is passed.
    """
    symbols, names = mark_rows(layer, frame, year_kind)
    return {"points": symbols.as_points(), "labels": names.as_labels()}
