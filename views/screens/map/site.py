"""The site to check, drawn or uploaded, and what the check found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from carto.markup import style
from geo.errors import RedlineError
from geo.sites import Sites, sites_from_drawing
from siting.check import Run, run_check, settings_of
from snapshot.findings import report_json
from views.parts.findings import (
    CSS,
    KeyedRun,
    facts_html,
    findings_html,
    remember_checked,
    site_result_of,
    verdict_html,
)
from views.parts.intake import FORMATS, ReadOptions, Source, ask_width_m, read_options_of, read_source
from views.session import Memo, Slot, catalogue, current_layers, say, show_fault, show_html, stamp

__all__ = ["checked_site", "choose_upload", "note_drawing", "read_upload", "show_result"]

_UPLOAD: Final[Slot[Any]] = Slot("site_upload", None)
"""What the uploader holds."""
_UPLOAD_SEEN: Final[Slot[str | None]] = Slot("upload_seen", None)
_DRAWING_SEEN: Final[Slot[str | None]] = Slot("drawing_seen", None)
_SITE_FROM: Final[Slot[str | None]] = Slot("site_from", None)
"""Where the site is from, the drawing or the upload: whichever came last."""
_RUN: Final[Memo[Run]] = Memo("map-check")


def choose_upload() -> Source | None:
    """Show the uploader; what it holds becomes the site when it is newer than the drawing."""
    uploaded = st.file_uploader(say("views.upload"), type=FORMATS, key=_UPLOAD.key, help=say("views.upload_help"))
    name = uploaded.file_id if uploaded else None
    if name != _UPLOAD_SEEN.get():
        _UPLOAD_SEEN.set(name)
        _SITE_FROM.set("upload" if uploaded else None)
    return None if uploaded is None else Source("file", uploaded.file_id, uploaded.name, uploaded.getvalue())


def note_drawing(drawings: list[dict[str, Any]]) -> None:
    """Take a new or changed drawing as the site."""
    digest = _digest(drawings) if drawings else None
    if digest != _DRAWING_SEEN.get():
        _DRAWING_SEEN.set(digest)
        if drawings:
            _SITE_FROM.set("drawing")
        elif _SITE_FROM.get() == "drawing":
            _SITE_FROM.set("upload" if _UPLOAD.get() else None)


def read_upload(uploaded: Source | None) -> Sites | None:
    """Read the upload where it is the site, asking what is open about it; None while it cannot be used."""
    if uploaded is None or _SITE_FROM.get() != "upload":
        return None
    return read_source(uploaded)


def checked_site(drawings: list[dict[str, Any]], uploaded: Source | None, sites: Sites | None) -> KeyedRun | None:
    """Check the current site; None while there is none or it cannot be used (said in place).

    Parameters
    ----------
    drawings : list of dict
        What is drawn on the map, GeoJSON features.
    uploaded : Source or None
    sites : Sites or None
        The upload as read, where it is the site.
    """
    drawn = _SITE_FROM.get() == "drawing"
    settings = settings_of(catalogue())
    if drawn:
        token = _digest(drawings)
    elif uploaded is not None and sites is not None:
        reading = read_options_of(uploaded) or ReadOptions()
        settings = replace(reading.apply_to(settings), corridor_m=ask_width_m(sites))
        token = f"{uploaded.token}|{reading}"
    else:
        return None

    def check() -> Run:
        read = sites_from_drawing(drawings, limits=catalogue().limits) if drawn else sites
        assert read is not None
        with st.spinner(say("views.checking")):
            return run_check(read, current_layers(), settings)

    try:
        run = _RUN.once((token, settings), check)
    except RedlineError as fault:
        show_fault(fault)
        return None
    remember_checked(f"map-{token}", run, None if drawn or uploaded is None else uploaded.content)
    return KeyedRun(run, f"{token}-{settings.corridor_m:g}-{stamp()}")


def show_result(checked: KeyedRun) -> None:
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
    seen = site_result_of(result, position, {layer.id: layer.spec for layer in current_layers().values()})
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
