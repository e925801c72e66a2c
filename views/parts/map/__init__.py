"""The map on the screen."""

from views.parts.map.tile_progress import make_tiles
from views.parts.map.view import MapState, show_map
from views.parts.map.viewpoints import (
    MAP_GOES_TO,
    REGION,
    choose_region,
    look_at,
    where_to_look,
)

__all__ = [
    "MAP_GOES_TO",
    "REGION",
    "MapState",
    "choose_region",
    "look_at",
    "make_tiles",
    "show_map",
    "where_to_look",
]
