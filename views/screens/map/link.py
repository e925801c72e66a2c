"""Read the view of the map page from the URL once when a session opens, and write it there after each run.

``st.query_params`` is written without a further run of the script; a script of the first page keeps this out of the
browser's history (``views/js/history.js``).
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from carto.scene import Scene
from views.parts.indicators import OWN, SECOND, choice_slot
from views.parts.map import REGION
from views.screens.map.address import ViewAddress, from_query, is_view_key, to_query
from views.screens.map.search import FIND_SHOWN
from views.session import Slot, catalogue, lang

__all__ = ["scene_from_link", "write_address"]

_LINK: Final[Slot[Scene | None]] = Slot("address-read", None)
"""Scene encoded by the link that opened the session."""
_WRITTEN: Final[Slot[bool]] = Slot("address-written", default=False)
_FIND_KEY = "find"


def scene_from_link() -> Scene:
    """Return the scene of the link that opened the session; on the first call, set its region and indicators too."""
    scene = _LINK.get()
    if scene is not None:
        return scene
    query = st.query_params.to_dict()
    address = from_query(query)
    _LINK.set(address.scene)
    if address.region in {region.id for region in catalogue().region} and not REGION.is_set():
        REGION.set(address.region)
    if address.indicator and not choice_slot("map").is_set():
        choice_slot("map").set(dict(address.indicator))
    if address.second_indicator and not SECOND.is_set():
        SECOND.set(address.second_indicator)
    if address.scene.view is not None and _FIND_KEY in query:
        FIND_SHOWN.set(query[_FIND_KEY])  # the view of the link counts, not that of its search result
    return address.scene


def write_address(scene: Scene) -> None:
    """Write the view into the query of the URL; keys that are not of the view stay.

    The first run of a session writes nothing: the URL already encodes what is shown.
    """
    if not _WRITTEN.get():
        _WRITTEN.set(value=True)
        return
    stored = choice_slot("map").get()
    # an indicator of the user's own is known to this session alone: a link that named it would show nothing
    choice = stored if isinstance(stored, dict) and stored.get("id") and stored["id"] not in OWN.get() else {}
    address = ViewAddress(
        scene=scene,
        region=_region(),
        indicator={name: value for name, value in choice.items() if isinstance(value, str)},
        second_indicator=SECOND.get() if choice else "",
        lang=lang(),
    )
    before = st.query_params.to_dict()
    after = {key: value for key, value in before.items() if not is_view_key(key)} | to_query(address)
    if after != before:
        st.query_params.from_dict(after)


def _region() -> str:
    """Return the id of the region chosen last; "" for none, or one that is no longer in the catalogue."""
    chosen = REGION.get()
    return chosen if chosen is not None and chosen in {region.id for region in catalogue().region} else ""
