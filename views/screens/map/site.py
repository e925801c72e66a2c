"""The site to check, drawn or uploaded, and what the check found."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import streamlit as st

from geo.errors import CrsError, RedlineError
from geo.read import read_sites
from geo.sites import Sites, sites_from_drawing
from siting.check import Run, run_check, settings_of
from snapshot.findings import report_json
from views.parts.findings import CSS, Checked, facts_html, findings_html, note_checked, seen_of, verdict_html
from views.parts.intake import FORMATS
from views.session import Memo, Slot, catalogue, current_layers, say, show_fault, stamp
from words import has

__all__ = ["checked_site", "choose_upload", "show_result"]

_UPLOAD: Final[Slot[Any]] = Slot("site_upload", None)
"""What the uploader holds."""
_UPLOAD_SEEN: Final[Slot[str | None]] = Slot("upload_seen", None)
_DRAWING_SEEN: Final[Slot[str | None]] = Slot("drawing_seen", None)
_SITE_FROM: Final[Slot[str | None]] = Slot("site_from", None)
"""Where the site is from, the drawing or the upload: whichever came last."""
_CRS: Final[Slot[str | None]] = Slot("asked_crs", None)
"""The coordinate system that the user named for the upload."""
_CRS_WIDGET: Final[Slot[str | None]] = Slot("crs_choice", None)
_SITES: Final[Memo[Sites]] = Memo("map-read")
_RUN: Final[Memo[Run]] = Memo("map-check")


_SYSTEMS = ("EPSG:4490", "EPSG:4326", "EPSG:4526", "EPSG:4527", "EPSG:4528", "EPSG:4547", "EPSG:4548", "EPSG:4549")


def choose_upload() -> None:
    """Show the uploader; what it holds becomes the site when it is newer than the drawing."""
    uploaded = st.file_uploader(say("views.upload"), type=FORMATS, key=_UPLOAD.key, help=say("views.upload_help"))
    name = uploaded.file_id if uploaded else None
    if name != _UPLOAD_SEEN.get():
        _UPLOAD_SEEN.set(name)
        _SITE_FROM.set("upload" if uploaded else None)
        _CRS.clear()


def note_drawing(drawings: list[dict[str, Any]]) -> None:
    """Take a new or changed drawing as the site."""
    digest = _digest(drawings) if drawings else None
    if digest != _DRAWING_SEEN.get():
        _DRAWING_SEEN.set(digest)
        if drawings:
            _SITE_FROM.set("drawing")
        elif _SITE_FROM.get() == "drawing":
            _SITE_FROM.set("upload" if _UPLOAD.get() else None)


def uploaded_sites() -> Sites | None:
    """Return the uploaded sites when they are what is checked; say in one sentence why they cannot be."""
    uploaded = _UPLOAD.get()
    if _SITE_FROM.get() != "upload" or uploaded is None:
        return None
    crs = _CRS.get()

    def read() -> Sites:
        with st.spinner(say("views.reading")):
            return read_sites(uploaded.getvalue(), uploaded.name, crs=crs, limits=catalogue().limits)

    return _SITES.once((uploaded.file_id, crs), read)


def read_upload() -> Sites | None:
    """As `uploaded_sites`, with faults shown in place: the app goes on."""
    try:
        return uploaded_sites()
    except CrsError as fault:
        show_fault(fault)
        offered = [candidate.crs for candidate in fault.candidates]
        if offered or fault.key == "geo.crs_missing":
            st.selectbox(
                say("views.which_crs"),
                [None, *dict.fromkeys([*offered, *_SYSTEMS])],
                format_func=_system,
                key=_CRS_WIDGET.key,
                on_change=_answer_crs,
            )
    except RedlineError as fault:
        show_fault(fault)
    return None


def _answer_crs() -> None:
    """Keep the answer: the question itself goes away once it is answered."""
    _CRS.set(_CRS_WIDGET.get())


def _system(code: str | None) -> str:
    if code is None:
        return say("views.choose")
    key = f"views.crs_{code.removeprefix('EPSG:')}"
    return f"{code} {say(key)}" if has(key) else code


def checked_site(drawings: list[dict[str, Any]], upload: Sites | None) -> Checked | None:
    """Check the current site; None while there is none or it cannot be used (said in place)."""
    drawn = _SITE_FROM.get() == "drawing"
    key = _digest(drawings) if drawn else (upload.sha256, upload.crs) if upload is not None else None
    if key is None:
        return None

    def check() -> Run:
        sites = sites_from_drawing(drawings, limits=catalogue().limits) if drawn else upload
        assert sites is not None
        with st.spinner(say("views.checking")):
            return run_check(sites, current_layers(), settings_of(catalogue()))

    try:
        run = _RUN.once(key, check)
    except RedlineError as fault:
        show_fault(fault)
        return None
    uploaded = _UPLOAD.get()
    held = None if drawn or uploaded is None else (uploaded.getvalue(), _CRS.get())
    note_checked(f"map-{key}", run.read, held)
    return Checked(run, f"{key}-{stamp()}")


def show_result(checked: Checked) -> None:
    """Show verdict, measures and one row a layer; choose the site where there are several."""
    result = checked.result
    ids = result.sites["site_id"].tolist()
    position = 0
    if len(ids) > 1:
        position = st.selectbox(
            say("views.which_site", count=len(ids)),
            range(len(ids)),
            format_func=lambda i: f"{ids[i]} · {say('siting.verdict_' + result.sites['verdict'].iloc[i])}",
        )
    seen = seen_of(result, position, {layer.id: layer.spec for layer in current_layers().values()})
    st.markdown(CSS + verdict_html(seen) + facts_html(seen), unsafe_allow_html=True)
    st.markdown(findings_html(seen), unsafe_allow_html=True)
    st.caption(say("snapshot.disclaimer"))
    st.download_button(
        say("views.take_json"),
        data=json.dumps(report_json(checked.run), ensure_ascii=False, indent=2),
        file_name="redline-check.json",
        mime="application/json",
        on_click="ignore",
        width="stretch",
    )


def _digest(drawings: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(drawings, sort_keys=True).encode()).hexdigest()
