"""Where a site comes from: a file, pasted coordinates, the page's own map, or the map page. Kept over page changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from geo.read import SUFFIXES
from geo.sites import Sites
from views.parts.findings import last_checked
from views.session import file_name_text, keep, restore, say

__all__ = ["MAP_KEY", "Source", "choose_source", "note_drawings"]

MAP_KEY: Final = "check-map"
_KINDS: Final = ("file", "text", "drawing", "map")
_SHAPES: Final = ("auto", "points", "line", "polygon")
FORMATS: Final = [suffix.removeprefix(".") for suffix in SUFFIXES]
"""What an uploader offers."""


@dataclass(frozen=True)
class Source:
    """What the user gave, before anything is read.

    Attributes
    ----------
    kind : {"file", "text", "drawing", "map"}
    token : str
        The same for the same content: what is remembered of it goes by this.
    name : str
    content : bytes or None
        Of a file, as uploaded.
    text : str
        As pasted.
    shape : str or None
        What pasted rows are.
    drawings : tuple of dict
        GeoJSON features.
    sites : Sites or None
        Taken over from the map page, read already.
    crs : str or None
        The system that the user named there.
    """

    kind: str
    token: str
    name: str = ""
    content: bytes | None = None
    text: str = ""
    shape: str | None = None
    drawings: tuple[dict[str, Any], ...] = ()
    sites: Sites | None = None
    crs: str | None = None


def choose_source() -> Source | None:
    """Show where a site can come from; return what is there, None while nothing is."""
    taken = _map_page()
    kinds = [kind for kind in _KINDS if kind != "map" or taken is not None]
    key = restore("chk-source", "map" if taken is not None else "file")
    if st.session_state[key] not in kinds:
        st.session_state[key] = "file"
    kind = keep(
        key,
        st.segmented_control(
            say("check_page.source"),
            kinds,
            format_func=lambda one: say(f"check_page.source_{one}"),
            key=key,
            label_visibility="collapsed",
        ),
    )
    if kind == "file":
        return _file()
    if kind == "text":
        return _text()
    if kind == "drawing":
        return _drawing()
    if kind == "map" and taken is not None:
        st.caption(say("check_page.taken_over", name=taken.name))
        return taken
    return None


def _map_page() -> Source | None:
    """Return what was checked last on the map page."""
    held = last_checked()
    if held is None:
        return None
    token, sites, uploaded = held
    content, crs = uploaded or (None, None)
    return Source("map", token, sites.name, content, sites=sites, crs=crs)


def _file() -> Source | None:
    """Show the uploader; its bytes stay when another page is looked at."""
    uploaded = st.file_uploader(
        say("views.upload"),
        type=FORMATS,
        key="chk-upload",
        help=say("check_page.upload_help"),
        label_visibility="collapsed",
    )
    if uploaded is not None and uploaded.file_id != st.session_state.get("chk-upload-seen"):
        st.session_state["chk-upload-seen"] = uploaded.file_id
        st.session_state["chk-file"] = Source("file", uploaded.file_id, uploaded.name, uploaded.getvalue())
    elif uploaded is None and st.session_state.get("chk-upload-here"):
        st.session_state.pop("chk-file", None)
    st.session_state["chk-upload-here"] = uploaded is not None
    held: Source | None = st.session_state.get("chk-file")
    if held is not None and uploaded is None:
        st.caption(say("check_page.held", name=file_name_text(held.name)))
    return held


def _text() -> Source | None:
    """Show the field for coordinates."""
    key = restore("chk-text", "")
    text = keep(
        key, st.text_area(say("check_page.text_label"), key=key, height=150, placeholder=say("check_page.text_hint"))
    )
    key = restore("chk-shape", "auto")
    shape = keep(
        key,
        st.segmented_control(
            say("check_page.text_shape"), _SHAPES, format_func=lambda one: say(f"check_page.shape_{one}"), key=key
        ),
    )
    if not text or not text.strip():
        return None
    token = hashlib.sha256(f"{shape}\n{text}".encode()).hexdigest()
    return Source("text", token, text=text, shape=None if shape in {None, "auto"} else shape)


def _drawing() -> Source | None:
    """Return what is drawn on the page's map, seen by this run already."""
    here = (st.session_state.get(MAP_KEY) or {}).get("all_drawings")
    note_drawings(here)
    held: list[dict[str, Any]] = st.session_state.get("chk-drawings") or []
    st.caption(say("check_page.draw_hint") if here or not held else say("check_page.drawn_kept", count=len(held)))
    if not held:
        return None
    token = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    return Source("drawing", token, drawings=tuple(held))


def note_drawings(drawings: list[dict[str, Any]] | None) -> None:
    """Remember drawings; a map that was just mounted again has none and takes nothing away."""
    if drawings:
        st.session_state["chk-drawings"] = drawings
        st.session_state["chk-drawn-here"] = True
    elif drawings is not None and st.session_state.get("chk-drawn-here"):
        st.session_state["chk-drawings"] = []
        st.session_state["chk-drawn-here"] = False
