"""Tile files of layers for the map: shapes, symbols and names, made in the background and stored on disk."""

from carto.tiles.background import LayerTask, is_large, start_missing
from carto.tiles.files import (
    TileKind,
    ensure_file,
    file_name,
    has_clusters,
    has_marks,
    has_shapes,
    make_missing,
    marks_json,
    missing_kinds,
)
from carto.tiles.mark_rows import drawn_as_points, drawn_as_shapes

__all__ = [
    "LayerTask",
    "TileKind",
    "drawn_as_points",
    "drawn_as_shapes",
    "ensure_file",
    "file_name",
    "has_clusters",
    "has_marks",
    "has_shapes",
    "is_large",
    "make_missing",
    "marks_json",
    "missing_kinds",
    "start_missing",
]
