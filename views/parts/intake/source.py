"""Where a site comes from: a file, pasted coordinates, the page's own map, or the map page; kept in the session."""

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
    "ReadOptions",
    "Source",
    "choose_source",
    "remember_drawings",
]

_KINDS: Final = ("file", "text", "drawing", "map")
_SHAPES: Final = ("auto", "points", "line", "polygon")
FORMATS: Final = [suffix.removeprefix(".") for suffix in SUFFIXES]
"""Suffixes that an uploader accepts, without the dot."""


@dataclass(frozen=True)
class ReadOptions:
    """Options for reading a source.

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

    def apply_to(self, settings: Settings) -> Settings:
        """Return check settings with these options."""
        return replace(
            settings, crs=self.crs, source_layer=self.layer, source_columns=self.columns, source_swap=self.swap
        )


@dataclass(frozen=True)
class Source:
    """A site as the user entered it, before it is read.

    Attributes
    ----------
    kind : {"file", "text", "drawing", "map"}
    token : str
        Key of the content: the same for the same content.
    name : str
    content : bytes or None
        Of a file, as uploaded.
    text : str
        As pasted.
    shape : str or None
        Geometry type of pasted rows; None: as they suggest.
    drawings : tuple of dict
        GeoJSON features.
    sites : Sites or None
        Of the map page, read already.
    options : ReadOptions or None
        With which the map page read it.
    """

    kind: str
    token: str
    name: str = ""
    content: bytes | None = None
    text: str = ""
    shape: str | None = None
    drawings: tuple[dict[str, Any], ...] = ()
    sites: Sites | None = None
    options: ReadOptions | None = None


CHECK_MAP: Final[Slot[dict[str, Any] | None]] = Slot("check-map", None)
"""Last return value of the map of the Check page."""
SOURCE_KIND: Final[PersistentWidget[str | None]] = PersistentWidget("chk-source", "file")
SOURCE_TEXT: Final[PersistentWidget[str]] = PersistentWidget("chk-text", "")
SOURCE_SHAPE: Final[PersistentWidget[str | None]] = PersistentWidget("chk-shape", "auto")
_FILE: Final[Slot[Source | None]] = Slot("chk-file", None)
_LAST_UPLOAD_ID: Final[Slot[str]] = Slot("chk-upload-seen", "")
_UPLOADER_HAD_FILE: Final[Slot[bool]] = Slot("chk-upload-here", default=False)
"""Whether the uploader had the file in the last run; if not, an empty uploader does not clear the stored file."""
_DRAWINGS: Final[Slot[list[dict[str, Any]]]] = Slot("chk-drawings", [])
_MAP_HAD_DRAWINGS: Final[Slot[bool]] = Slot("chk-drawn-here", default=False)


def choose_source() -> Source | None:
    """Show the choice of source and its widget; return the source, None while it is empty."""
    from_map = _map_page()
    kinds = [kind for kind in _KINDS if kind != "map" or from_map is not None]
    key = SOURCE_KIND.restore("map" if from_map is not None else "file")
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
    if kind == "map" and from_map is not None:
        st.caption(say("check_page.taken_over", name=from_map.name))
        return from_map
    return None


def _map_page() -> Source | None:
    """Return the site that the map page checked last as a source; None if there is none."""
    last = last_checked()
    if last is None:
        return None
    options = ReadOptions(
        last.settings.crs, last.settings.source_swap, last.settings.source_layer, last.settings.source_columns
    )
    return Source("map", last.token, last.sites.name, last.content, sites=last.sites, options=options)


def _file() -> Source | None:
    """Show the uploader; return the uploaded file, which is kept when another page is opened, None if there is none."""
    uploaded = st.file_uploader(
        say("views.upload"),
        type=FORMATS,
        key="chk-upload",
        help=say("check_page.upload_help"),
        label_visibility="collapsed",
    )
    if uploaded is not None and uploaded.file_id != _LAST_UPLOAD_ID.get():
        _LAST_UPLOAD_ID.set(uploaded.file_id)
        _FILE.set(Source("file", uploaded.file_id, uploaded.name, uploaded.getvalue()))
    elif uploaded is None and _UPLOADER_HAD_FILE.get():
        _FILE.clear()
    _UPLOADER_HAD_FILE.set(uploaded is not None)
    stored = _FILE.get()
    if stored is not None and uploaded is None:
        st.caption(say("check_page.held", name=file_name_text(stored.name)))
    return stored


def _text() -> Source | None:
    """Show the field for coordinates and the choice of geometry type; return the text, None while it is blank."""
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
    """Return the shapes drawn on the page's map, those of this run included; None if there are none."""
    here = (CHECK_MAP.get() or {}).get("all_drawings")
    remember_drawings(here)
    drawings = _DRAWINGS.get()
    st.caption(
        say("check_page.draw_hint") if here or not drawings else say("check_page.drawn_kept", count=len(drawings))
    )
    if not drawings:
        return None
    token = hashlib.sha256(json.dumps(drawings, sort_keys=True).encode()).hexdigest()
    return Source("drawing", token, drawings=tuple(drawings))


def remember_drawings(drawings: list[dict[str, Any]] | None) -> None:
    """Store the drawings of a map; the empty list of a map that was just mounted clears nothing."""
    if drawings:
        _DRAWINGS.set(drawings)
        _MAP_HAD_DRAWINGS.set(value=True)
    elif drawings is not None and _MAP_HAD_DRAWINGS.get():
        _DRAWINGS.clear()
        _MAP_HAD_DRAWINGS.set(value=False)
