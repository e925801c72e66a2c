"""Where a site comes from: a file, pasted coordinates, the page's own map, or the map page. Kept over page changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from geo.read import SUFFIXES
from geo.sites import Sites
from siting.check import Settings
from views.parts.findings import last_checked
from views.session import PersistentWidget, Slot, file_name_text, say

__all__ = [
    "CHECK_MAP",
    "SOURCE_KIND",
    "SOURCE_SHAPE",
    "SOURCE_TEXT",
    "Reading",
    "Source",
    "choose_source",
    "note_drawings",
]

_KINDS: Final = ("file", "text", "drawing", "map")
_SHAPES: Final = ("auto", "points", "line", "polygon")
FORMATS: Final = [suffix.removeprefix(".") for suffix in SUFFIXES]
"""What an uploader offers."""


@dataclass(frozen=True)
class Reading:
    """How the user wants a source read.

    Attributes
    ----------
    crs : str or None
        The system that the user named.
    swap : bool
        Whether the first coordinate is north.
    layer : str or None
        Of the file; None: all.
    columns : tuple of (role, column)
    """

    crs: str | None = None
    swap: bool = False
    layer: str | None = None
    columns: tuple[tuple[str, str], ...] = ()

    def added_to(self, settings: Settings) -> Settings:
        """Return the settings of a check of what was read so."""
        return replace(
            settings, crs=self.crs, source_layer=self.layer, source_columns=self.columns, source_swap=self.swap
        )


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
    reading : Reading or None
        How it was read there.
    """

    kind: str
    token: str
    name: str = ""
    content: bytes | None = None
    text: str = ""
    shape: str | None = None
    drawings: tuple[dict[str, Any], ...] = ()
    sites: Sites | None = None
    reading: Reading | None = None


CHECK_MAP: Final[Slot[dict[str, Any] | None]] = Slot("check-map", None)
"""What the map of the Check page last returned."""
SOURCE_KIND: Final[PersistentWidget[str | None]] = PersistentWidget("chk-source", "file")
SOURCE_TEXT: Final[PersistentWidget[str]] = PersistentWidget("chk-text", "")
SOURCE_SHAPE: Final[PersistentWidget[str | None]] = PersistentWidget("chk-shape", "auto")
_FILE: Final[Slot[Source | None]] = Slot("chk-file", None)
_UPLOAD_SEEN: Final[Slot[str]] = Slot("chk-upload-seen", "")
_UPLOAD_HERE: Final[Slot[bool]] = Slot("chk-upload-here", default=False)
"""Whether the uploader held the file in the last run: an empty one on a page just opened takes nothing away."""
_DRAWINGS: Final[Slot[list[dict[str, Any]]]] = Slot("chk-drawings", [])
_DRAWN_HERE: Final[Slot[bool]] = Slot("chk-drawn-here", default=False)


def choose_source() -> Source | None:
    """Show where a site can come from; return what is there, None while nothing is."""
    taken = _map_page()
    kinds = [kind for kind in _KINDS if kind != "map" or taken is not None]
    key = SOURCE_KIND.restore("map" if taken is not None else "file")
    if SOURCE_KIND.get() not in kinds:
        SOURCE_KIND.set("file")
    kind = SOURCE_KIND.keep(
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
    reading = Reading(
        held.settings.crs, held.settings.source_swap, held.settings.source_layer, held.settings.source_columns
    )
    return Source("map", held.token, held.sites.name, held.content, sites=held.sites, reading=reading)


def _file() -> Source | None:
    """Show the uploader; its bytes stay when another page is looked at."""
    uploaded = st.file_uploader(
        say("views.upload"),
        type=FORMATS,
        key="chk-upload",
        help=say("check_page.upload_help"),
        label_visibility="collapsed",
    )
    if uploaded is not None and uploaded.file_id != _UPLOAD_SEEN.get():
        _UPLOAD_SEEN.set(uploaded.file_id)
        _FILE.set(Source("file", uploaded.file_id, uploaded.name, uploaded.getvalue()))
    elif uploaded is None and _UPLOAD_HERE.get():
        _FILE.clear()
    _UPLOAD_HERE.set(uploaded is not None)
    held = _FILE.get()
    if held is not None and uploaded is None:
        st.caption(say("check_page.held", name=file_name_text(held.name)))
    return held


def _text() -> Source | None:
    """Show the field for coordinates."""
    key = SOURCE_TEXT.restore()
    text = SOURCE_TEXT.keep(
        st.text_area(say("check_page.text_label"), key=key, height=150, placeholder=say("check_page.text_hint"))
    )
    key = SOURCE_SHAPE.restore()
    shape = SOURCE_SHAPE.keep(
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
    here = (CHECK_MAP.get() or {}).get("all_drawings")
    note_drawings(here)
    held = _DRAWINGS.get()
    st.caption(say("check_page.draw_hint") if here or not held else say("check_page.drawn_kept", count=len(held)))
    if not held:
        return None
    token = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    return Source("drawing", token, drawings=tuple(held))


def note_drawings(drawings: list[dict[str, Any]] | None) -> None:
    """Remember drawings; a map that was just mounted again has none and takes nothing away."""
    if drawings:
        _DRAWINGS.set(drawings)
        _DRAWN_HERE.set(value=True)
    elif drawings is not None and _DRAWN_HERE.get():
        _DRAWINGS.clear()
        _DRAWN_HERE.set(value=False)
