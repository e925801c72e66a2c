"""Where the map looks: a region of the catalogue, or the site that was just uploaded."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import streamlit as st

from carto.scene import View
from geo.crs import to_world_square
from geo.sites import Sites
from layers.catalogue import counties_of
from views.session import Slot, catalogue, current_layers, lang, say

__all__ = ["MAP_GOES_TO", "REGION", "choose_region", "look_at", "where_to_look"]

REGION: Final[Slot[str | None]] = Slot("region", None)
"""The region of the catalogue that is chosen."""
_REGION_KEPT: Final[Slot[str | None]] = Slot("region_kept", None)
MAP_GOES_TO: Final[Slot[View | None]] = Slot("look", None)
"""Where the map page's map is to move."""
_UPLOAD_SHOWN: Final[Slot[str | None]] = Slot("looked_at", None)
"""Hash of the upload that the map was moved to last."""


_MAP_PX = (820, 640)
"""What a map shows at least on a desktop screen, width and height."""
_TILE_PX = 256
_CLOSEST = 15


def choose_region() -> None:
    """Show the regions of the catalogue; choosing one moves the map there."""
    regions = catalogue().region
    if REGION.get() not in {None, *(region.id for region in regions)}:
        # after a change of language the box holds the words of the other one
        REGION.set(_REGION_KEPT.get())
    st.selectbox(
        say("views.go_to"),
        [None, *(region.id for region in regions)],
        format_func=lambda key: next((r.title(lang()) for r in regions if r.id == key), say("views.go_nowhere")),
        key=REGION.key,
        on_change=_moved,
    )
    _REGION_KEPT.set(REGION.get())


def _moved() -> None:
    MAP_GOES_TO.set(_region_view(REGION.get()))


def _region_view(region_id: str | None) -> View | None:
    region = next((region for region in catalogue().region if region.id == region_id), None)
    if region is None:
        return None
    counties = counties_of(current_layers())
    here = counties[["adcode", "prefecture_adcode", "province_adcode"]].eq(region.adcode).any(axis=1)
    return look_at(*counties[here].total_bounds) if here.any() else None


def where_to_look(upload: Sites | None) -> View | None:
    """Return where to move: to an upload when it is new, else to the region chosen last."""
    seen = upload.sha256 if upload is not None else None
    if seen != _UPLOAD_SHOWN.get():
        _UPLOAD_SHOWN.set(seen)
        if upload is not None:
            MAP_GOES_TO.set(look_at(*upload.frame.total_bounds, margin=2.5))
    return MAP_GOES_TO.get()


def look_at(west: float, south: float, east: float, north: float, *, margin: float = 1.0) -> View:
    """Return the closest view that shows a rectangle (degrees) whole, widened `margin` times.

    Examples
    --------
    >>> look_at(115.5, 26.5, 117.3, 28.6).zoom
    8
    """
    wide, tall = abs(np.subtract(*to_world_square([(west, south), (east, north)]))).tolist()
    share = max(wide / _MAP_PX[0], tall / _MAP_PX[1], 1e-12) * margin
    zoom = math.floor(math.log2(1 / _TILE_PX / share))
    return View((west + east) / 2, (south + north) / 2, min(zoom, _CLOSEST))
