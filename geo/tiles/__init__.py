"""Vector tiles for display; areas are kept, nothing is measured on them."""

from geo.tiles.build import TILER, Spool, build_tiles, shared_edges
from geo.tiles.shapes import LEVEL_DIFF
from geo.tiles.tree import MIN_ZOOM, Tile

__all__ = ["LEVEL_DIFF", "MIN_ZOOM", "TILER", "Spool", "Tile", "build_tiles", "shared_edges"]
