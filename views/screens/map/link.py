"""The map page and its address: a link read once when a session opens, the address kept in step with what is shown.

The address is written through ``st.query_params``, which asks for no further run of the script; the map's own script
sees to it that this makes no entry in the browser's history (``carto/js/tools/link.js``).
"""

from __future__ import annotations

import streamlit as st

from carto.scene import Scene
from views.parts.indicators import INDICATOR_KEY, SECOND_KEY
from views.screens.map.address import ViewAddress, from_query, is_ours, to_query
from views.session import catalogue, lang

__all__ = ["opened_by_link", "write_address"]

_READ = "address-read"
_WRITTEN = "address-written"
_FIND = "find"


def opened_by_link() -> Scene:
    """Return the scene that the link asks for which opened the session; take its region and indicator over, once."""
    scene: Scene | None = st.session_state.get(_READ)
    if scene is not None:
        return scene
    query = st.query_params.to_dict()
    address = from_query(query)
    st.session_state[_READ] = address.scene
    if address.region in {region.id for region in catalogue().region} and "region" not in st.session_state:
        st.session_state["region"] = address.region
    if address.indicator and INDICATOR_KEY not in st.session_state:
        st.session_state[INDICATOR_KEY] = dict(address.indicator)
    if address.beside and SECOND_KEY not in st.session_state:
        st.session_state[SECOND_KEY] = address.beside
    if address.scene.view is not None and _FIND in query:
        st.session_state["find-looked"] = query[_FIND]  # the link says where to look: not where the find lies
    return address.scene


def write_address(scene: Scene) -> None:
    """Let the address say what is shown; other keys of it are left alone.

    A first visit shows what the bare address says; it is not written before something was done.
    """
    if _WRITTEN not in st.session_state:
        st.session_state[_WRITTEN] = True
        return
    kept = st.session_state.get(INDICATOR_KEY)
    choice = kept if isinstance(kept, dict) and kept.get("id") else {}
    address = ViewAddress(
        scene=scene,
        region=_region(),
        indicator={name: value for name, value in choice.items() if isinstance(value, str)},
        beside=st.session_state.get(SECOND_KEY) or "" if choice else "",
        lang=lang(),
    )
    before = st.query_params.to_dict()
    after = {key: value for key, value in before.items() if not is_ours(key)} | to_query(address)
    if after != before:
        st.query_params.from_dict(after)


def _region() -> str:
    """Return the region chosen last; "" for none."""
    chosen = st.session_state.get("region")
    return chosen if chosen in {region.id for region in catalogue().region} else ""
