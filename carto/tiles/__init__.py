"""Tiles of a layer: built in the background, stored, drawn."""

from carto.tiles.background import LayerTask, is_large, start_missing
from carto.tiles.files import (
    TileKind,
    ensure,
    file_name,
    has_clusters,
    has_marks,
    has_shapes,
    make_missing,
    marks_of,
    missing,
)
from carto.tiles.mark_rows import shaped

__all__ = [
    "LayerTask",
    "TileKind",
    "ensure",
    "file_name",
    "has_clusters",
    "has_marks",
    "has_shapes",
    "is_large",
    "make_missing",
    "marks_of",
    "missing",
    "shaped",
    "start_missing",
]
