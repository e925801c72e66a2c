"""Target view of the map page: the chosen region of the catalogue, or the site that was just uploaded."""

from __future__ import annotations

from typing import Final

import streamlit as st

from carto.scene import Extent
from geo.sites import Sites
from layers.catalogue import counties_of
from views.session import Slot, catalogue, current_layers, lang, say

__all__ = ["MAP_TARGET", "REGION", "choose_region", "map_target"]

REGION: Final[Slot[str | None]] = Slot("region", None)
"""Id of the chosen region of the catalogue."""
_REGION_KEPT: Final[Slot[str | None]] = Slot("region_kept", None)
MAP_TARGET: Final[Slot[Extent | None]] = Slot("look", None)
"""What the map of the map page is to move to."""
_UPLOAD_SHOWN: Final[Slot[str | None]] = Slot("looked_at", None)
"""SHA-256 of the upload that the map was moved to last."""


_ROUND_A_SITE = 2.5
"""How much more than a site a map shows."""


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
    MAP_TARGET.set(_region_extent(REGION.get()))


def _region_extent(region_id: str | None) -> Extent | None:
    region = next((region for region in catalogue().region if region.id == region_id), None)
    if region is None:
        return None
    counties = counties_of(current_layers())
    in_region = counties[["adcode", "prefecture_adcode", "province_adcode"]].eq(region.adcode).any(axis=1)
    return Extent(*counties[in_region].total_bounds) if in_region.any() else None


def map_target(upload: Sites | None) -> Extent | None:
    """Return what to show: that of a new upload, else of the region chosen last; None for none."""
    sha256 = upload.sha256 if upload is not None else None
    if sha256 != _UPLOAD_SHOWN.get():
        _UPLOAD_SHOWN.set(sha256)
        if upload is not None:
            MAP_TARGET.set(Extent(*upload.frame.total_bounds).enlarged(_ROUND_A_SITE))
    return MAP_TARGET.get()
