"""The map page and its address: a link read once when a session opens, the address kept in step with what is shown.

The address is written through ``st.query_params``, which asks for no further run of the script; the map's own script
sees to it that this makes no entry in the browser's history (``carto/js/tools/link.js``).
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from carto.scene import Scene
from views.parts.indicators import CHOICE, SECOND
from views.parts.map import REGION
from views.screens.map.address import ViewAddress, from_query, is_ours, to_query
from views.screens.map.search import FIND_SHOWN
from views.session import Slot, catalogue, lang

__all__ = ["opened_by_link", "write_address"]

_LINK: Final[Slot[Scene | None]] = Slot("address-read", None)
"""What the link asked for that opened the session."""
_WRITTEN: Final[Slot[bool]] = Slot("address-written", default=False)
_FIND = "find"


def opened_by_link() -> Scene:
    """Return the scene that the link asks for which opened the session; take its region and indicator over, once."""
    scene = _LINK.get()
    if scene is not None:
        return scene
    query = st.query_params.to_dict()
    address = from_query(query)
    _LINK.set(address.scene)
    if address.region in {region.id for region in catalogue().region} and not REGION.is_set():
        REGION.set(address.region)
    if address.indicator and not CHOICE.is_set():
        CHOICE.set(dict(address.indicator))
    if address.beside and not SECOND.is_set():
        SECOND.set(address.beside)
    if address.scene.view is not None and _FIND in query:
        FIND_SHOWN.set(query[_FIND])  # the link says where to look: not where the find lies
    return address.scene


def write_address(scene: Scene) -> None:
    """Let the address say what is shown; other keys of it are left alone.

    A first visit shows what the bare address says; it is not written before something was done.
    """
    if not _WRITTEN.get():
        _WRITTEN.set(value=True)
        return
    kept = CHOICE.get()
    choice = kept if isinstance(kept, dict) and kept.get("id") else {}
    address = ViewAddress(
        scene=scene,
        region=_region(),
        indicator={name: value for name, value in choice.items() if isinstance(value, str)},
        beside=SECOND.get() if choice else "",
        lang=lang(),
    )
    before = st.query_params.to_dict()
    after = {key: value for key, value in before.items() if not is_ours(key)} | to_query(address)
    if after != before:
        st.query_params.from_dict(after)


def _region() -> str:
    """Return the region chosen last; "" for none."""
    chosen = REGION.get()
    return chosen if chosen is not None and chosen in {region.id for region in catalogue().region} else ""
