"""The site of a session as entered: a file, pasted coordinates, or a drawing; the same on every page."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from carto.markup import Markup
from geo.read import SUFFIXES
from siting.check import Settings
from views.session import PersistentWidget, Slot, catalogue, file_name_text, say, show_html, widget_value
from views.work import WorkFile, WorkPart, address_of_new_work

__all__ = [
    "CHECK_MAP",
    "DRAWINGS_PART",
    "SOURCE_KIND",
    "SOURCE_SHAPE",
    "SOURCE_TEXT",
    "WORK_FILE",
    "ReadOptions",
    "Source",
    "choose_source",
    "current_source",
    "remember_drawings",
    "session_drawings",
    "show_restart",
    "upload_site",
]

_RESTART: Final = Markup('<a class="rl-restart" href="{}" target="_self" title="{}">{}</a>')
_KINDS: Final = ("file", "text", "drawing")
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
    kind : {"file", "text", "drawing"}
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
    """

    kind: str
    token: str
    name: str = ""
    content: bytes | None = None
    text: str = ""
    shape: str | None = None
    drawings: tuple[dict[str, Any], ...] = ()


CHECK_MAP: Final[Slot[dict[str, Any] | None]] = Slot("check-map", None)
"""Last return value of the map of the Check page."""
SOURCE_KIND: Final[PersistentWidget[str | None]] = PersistentWidget("chk-source", "file")
SOURCE_TEXT: Final[PersistentWidget[str]] = PersistentWidget("chk-text", "")
SOURCE_SHAPE: Final[PersistentWidget[str | None]] = PersistentWidget("chk-shape", "auto")
_FILE: Final[Slot[Source | None]] = Slot("chk-file", None)
_UPLOAD_ID: Final[Slot[str]] = Slot("chk-upload-seen", "")
"""Per uploader: id of the upload that it showed last."""
_DRAWINGS: Final[Slot[list[dict[str, Any]]]] = Slot("chk-drawings", [])
_MAP_DRAWINGS: Final[Slot[str]] = Slot("chk-drawn-here", "")
"""Per map: digest of what was drawn on it when it was read last."""


def current_source() -> Source | None:
    """Return the site of the session as it was entered, on whichever page; None while there is none."""
    kind = SOURCE_KIND.kept()
    if kind == "file":
        return _FILE.get()
    if kind == "text":
        return _text_source(SOURCE_TEXT.kept(), SOURCE_SHAPE.kept())
    return _drawing_source()


def choose_source() -> Source | None:
    """Show the choice of source and its widget; return the source, None while it is empty."""
    key = SOURCE_KIND.restore("file")
    if SOURCE_KIND.get() not in _KINDS:
        SOURCE_KIND.set("file")
    kind = SOURCE_KIND.keep(
        st.segmented_control(
            say("check_page.source"),
            _KINDS,
            required=True,
            format_func=lambda one: say(f"check_page.source_{one}"),
            key=key,
            label_visibility="collapsed",
        ),
    )
    if kind == "file":
        return upload_site("chk-upload")
    if kind == "text":
        return _text()
    if kind == "drawing":
        return _drawing()
    return None


def upload_site(key: str, *, label_visible: bool = False) -> Source | None:
    """Show an uploader; return the file of the session, which stays when another page is opened, None if there is none.

    A new upload becomes the site of the session; taking it away in the uploader takes it away.

    Parameters
    ----------
    key : str
        Of the uploader: each page has its own.
    label_visible : bool
    """
    uploaded = st.file_uploader(
        say("views.upload"),
        type=FORMATS,
        key=key,
        help=say("check_page.upload_help", days=f"{catalogue().drafts.keep_days:g}"),
        label_visibility="visible" if label_visible else "collapsed",
        on_change=_file_taken_away,
        args=(key,),
    )
    seen = _UPLOAD_ID.of(key)
    if uploaded is not None and uploaded.file_id != seen.get():
        seen.set(uploaded.file_id)
        set_file(uploaded.name, uploaded.getvalue())
        if SOURCE_KIND.kept() != "file":
            SOURCE_KIND.set_next("file")
            SOURCE_KIND.keep("file")
    stored = _FILE.get()
    if stored is not None and uploaded is None:
        st.caption(say("check_page.held", name=file_name_text(stored.name)))
    return stored


def _file_taken_away(key: str) -> None:
    """Forget the file when the user takes it out of an uploader; one shown anew is empty and changes nothing."""
    if widget_value(key) is None and SOURCE_KIND.kept() == "file":
        _FILE.clear()


def set_file(name: str, content: bytes) -> None:
    """Make a file the file of the session."""
    digest = hashlib.sha256(name.encode() + b"\0" + content).hexdigest()
    _FILE.set(Source("file", digest, name, content))


def _text() -> Source | None:
    """Show the field for coordinates and the choice of geometry type; return the text, None while it is blank."""
    key = SOURCE_TEXT.restore()
    text = SOURCE_TEXT.keep(
        st.text_area(say("check_page.text_label"), key=key, height=150, placeholder=say("check_page.text_hint"))
    )
    key = SOURCE_SHAPE.restore()
    shape = SOURCE_SHAPE.keep(
        st.segmented_control(
            say("check_page.text_shape"),
            _SHAPES,
            required=True,
            format_func=lambda one: say(f"check_page.shape_{one}"),
            key=key,
        ),
    )
    return _text_source(text, shape)


def _text_source(text: str | None, shape: str | None) -> Source | None:
    if not text or not text.strip():
        return None
    token = hashlib.sha256(f"{shape}\n{text}".encode()).hexdigest()
    return Source("text", token, text=text, shape=None if shape in {None, "auto"} else shape)


def _drawing() -> Source | None:
    """Return the shapes drawn on a map of the session, those of this run included; None if there are none."""
    here = (CHECK_MAP.get() or {}).get("all_drawings")
    remember_drawings(here, CHECK_MAP.key)
    drawings = _DRAWINGS.get()
    st.caption(
        say("check_page.draw_hint") if here or not drawings else say("check_page.drawn_kept", count=len(drawings))
    )
    return _drawing_source()


def _drawing_source() -> Source | None:
    drawings = _DRAWINGS.get()
    return Source("drawing", _digest(drawings), drawings=tuple(drawings)) if drawings else None


def remember_drawings(drawings: list[dict[str, Any]] | None, map_key: str) -> bool:
    """Make what was drawn anew on a map the drawing of the session; return whether it changed.

    The empty list of a map that was just mounted clears nothing; shapes that are deleted on the map where they were
    drawn are gone.

    Parameters
    ----------
    drawings : list of dict or None
        GeoJSON features; None where the map has not answered yet.
    map_key : str
    """
    if drawings is None:
        return False
    seen = _MAP_DRAWINGS.of(map_key)
    digest = _digest(drawings) if drawings else ""
    if digest == seen.get():
        return False
    seen.set(digest)
    _DRAWINGS.set(drawings)
    if drawings and SOURCE_KIND.kept() != "drawing":
        SOURCE_KIND.set_next("drawing")
    return True


def session_drawings() -> list[dict[str, Any]]:
    """Return what was drawn in the session, on whichever map: GeoJSON features."""
    return _DRAWINGS.get()


def _digest(drawings: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(drawings, sort_keys=True).encode()).hexdigest()


def show_restart() -> None:
    """Show the way to begin anew, once a site was entered; nothing else discards it."""
    if current_source() is not None:
        words = say("check_page.restart_help"), say("check_page.restart")
        show_html(_RESTART.format(address_of_new_work(), *words))


DRAWINGS_PART: Final = WorkPart("drawings", lambda: _DRAWINGS.get() or None, _DRAWINGS.set)
WORK_FILE: Final = WorkFile(
    lambda: None if (source := _FILE.get()) is None or source.content is None else (source.name, source.content),
    set_file,
)
