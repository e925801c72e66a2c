"""Target view of the map page: the chosen region of the catalogue, or the site that was just uploaded."""

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

__all__ = ["MAP_TARGET", "REGION", "choose_region", "map_target", "view_of_bounds"]

REGION: Final[Slot[str | None]] = Slot("region", None)
"""Id of the chosen region of the catalogue."""
_REGION_KEPT: Final[Slot[str | None]] = Slot("region_kept", None)
MAP_TARGET: Final[Slot[View | None]] = Slot("look", None)
"""View that the map of the map page is to move to."""
_UPLOAD_SHOWN: Final[Slot[str | None]] = Slot("looked_at", None)
"""SHA-256 of the upload that the map was moved to last."""


_MAP_PX = (820, 640)
"""Least width and height of a map on a desktop screen."""
_TILE_PX = 256
_MAX_ZOOM = 15


def choose_region() -> None:
    """Show a select box of the catalogue's regions; choosing one moves the map there."""
    regions = catalogue().region
    if REGION.get() not in {None, *(region.id for region in regions)}:
        # after a change of language the box has a label of the other language as its value
        REGION.set(_REGION_KEPT.get())
    st.selectbox(
        say("views.go_to"),
        [None, *(region.id for region in regions)],
        format_func=lambda key: next((r.title(lang()) for r in regions if r.id == key), say("views.go_nowhere")),
        key=REGION.key,
        on_change=_set_target,
    )
    _REGION_KEPT.set(REGION.get())


def _set_target() -> None:
    MAP_TARGET.set(_region_view(REGION.get()))


def _region_view(region_id: str | None) -> View | None:
    region = next((region for region in catalogue().region if region.id == region_id), None)
    if region is None:
        return None
    counties = counties_of(current_layers())
    in_region = counties[["adcode", "prefecture_adcode", "province_adcode"]].eq(region.adcode).any(axis=1)
    return view_of_bounds(*counties[in_region].total_bounds) if in_region.any() else None


def map_target(upload: Sites | None) -> View | None:
    """Return the view to move to: that of a new upload, else of the region chosen last; None for none."""
    sha256 = upload.sha256 if upload is not None else None
    if sha256 != _UPLOAD_SHOWN.get():
        _UPLOAD_SHOWN.set(sha256)
        if upload is not None:
            MAP_TARGET.set(view_of_bounds(*upload.frame.total_bounds, margin=2.5))
    return MAP_TARGET.get()


def view_of_bounds(west: float, south: float, east: float, north: float, *, margin: float = 1.0) -> View:
    """Return the view with the highest zoom that shows a rectangle (degrees), enlarged `margin` times, completely.

    Examples
    --------
    >>> view_of_bounds(115.5, 26.5, 117.3, 28.6).zoom
    8
    """
    wide, tall = abs(np.subtract(*to_world_square([(west, south), (east, north)]))).tolist()
    share = max(wide / _MAP_PX[0], tall / _MAP_PX[1], 1e-12) * margin
    zoom = math.floor(math.log2(1 / _TILE_PX / share))
    return View((west + east) / 2, (south + north) / 2, min(zoom, _MAX_ZOOM))
