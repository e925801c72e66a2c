"""Tiles of a layer: built in the background, stored, drawn."""

from carto.tiles.background import Job, is_large, started
from carto.tiles.files import TileKind, ensure, file_name, has_crowds, has_marks, has_shapes, marks_of, missing, prepare
from carto.tiles.mark_rows import shaped

__all__ = [
    "Job",
    "TileKind",
    "ensure",
    "file_name",
    "has_crowds",
    "has_marks",
    "has_shapes",
    "is_large",
    "marks_of",
    "missing",
    "prepare",
    "shaped",
    "started",
]
