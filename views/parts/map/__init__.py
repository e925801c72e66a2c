"""The map on a page, with its tiles and its target view."""

from views.parts.map.tile_progress import make_tiles
from views.parts.map.view import MapState, show_map
from views.parts.map.viewpoints import (
    MAP_TARGET,
    REGION,
    choose_region,
    map_target,
)

__all__ = [
    "MAP_TARGET",
    "REGION",
    "MapState",
    "choose_region",
    "make_tiles",
    "map_target",
    "show_map",
]
