"""The site to check, drawn or uploaded, and what the check found."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import streamlit as st

from carto.markup import style
from geo.errors import CrsError, RedlineError
from geo.read import read_sites
from geo.sites import Sites, sites_from_drawing
from siting.check import Run, run_check, settings_of
from snapshot.findings import report_json
from views.parts.findings import CSS, Checked, facts_html, findings_html, note_checked, seen_of, verdict_html
from views.parts.intake import FORMATS
from views.session import catalogue, current_layers, once, say, show_fault, show_html, stamp
from words import has

__all__ = ["checked_site", "choose_upload", "show_result"]


_SYSTEMS = ("EPSG:4490", "EPSG:4326", "EPSG:4526", "EPSG:4527", "EPSG:4528", "EPSG:4547", "EPSG:4548", "EPSG:4549")


def choose_upload() -> None:
    """Show the uploader; what it holds becomes the site when it is newer than the drawing."""
    st.session_state.setdefault("site_from", None)
    uploaded = st.file_uploader(say("views.upload"), type=FORMATS, key="site_upload", help=say("views.upload_help"))
    name = uploaded.file_id if uploaded else None
    if name != st.session_state.get("upload_seen"):
        st.session_state["upload_seen"] = name
        st.session_state["site_from"] = "upload" if uploaded else None
        st.session_state.pop("asked_crs", None)


def note_drawing(drawings: list[dict[str, Any]]) -> None:
    """Take a new or changed drawing as the site."""
    digest = _digest(drawings) if drawings else None
    if digest != st.session_state.get("drawing_seen"):
        st.session_state["drawing_seen"] = digest
        if drawings:
            st.session_state["site_from"] = "drawing"
        elif st.session_state.get("site_from") == "drawing":
            st.session_state["site_from"] = "upload" if st.session_state.get("site_upload") else None


def uploaded_sites() -> Sites | None:
    """Return the uploaded sites when they are what is checked; say in one sentence why they cannot be."""
    uploaded = st.session_state.get("site_upload")
    if st.session_state.get("site_from") != "upload" or uploaded is None:
        return None
    crs = st.session_state.get("asked_crs")

    def read() -> Sites:
        with st.spinner(say("views.reading")):
            return read_sites(uploaded.getvalue(), uploaded.name, crs=crs, limits=catalogue().limits)

    sites: Sites = once("map-read", (uploaded.file_id, crs), read)
    return sites


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
                key="crs_choice",
                on_change=_answer_crs,
            )
    except RedlineError as fault:
        show_fault(fault)
    return None


def _answer_crs() -> None:
    """Keep the answer: the question itself goes away once it is answered."""
    st.session_state["asked_crs"] = st.session_state["crs_choice"]


def _system(code: str | None) -> str:
    if code is None:
        return say("views.choose")
    key = f"views.crs_{code.removeprefix('EPSG:')}"
    return f"{code} {say(key)}" if has(key) else code


def checked_site(drawings: list[dict[str, Any]], upload: Sites | None) -> Checked | None:
    """Check the current site; None while there is none or it cannot be used (said in place)."""
    drawn = st.session_state.get("site_from") == "drawing"
    key = _digest(drawings) if drawn else (upload.sha256, upload.crs) if upload is not None else None
    if key is None:
        return None

    def check() -> Run:
        sites = sites_from_drawing(drawings, limits=catalogue().limits) if drawn else upload
        assert sites is not None
        with st.spinner(say("views.checking")):
            return run_check(sites, current_layers(), settings_of(catalogue()))

    try:
        run: Run = once("map-check", key, check)
    except RedlineError as fault:
        show_fault(fault)
        return None
    uploaded = st.session_state.get("site_upload")
    held = None if drawn or uploaded is None else (uploaded.getvalue(), st.session_state.get("asked_crs"))
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
    show_html(style(CSS), verdict_html(seen), facts_html(seen))
    show_html(findings_html(seen))
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
