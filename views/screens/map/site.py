"""Box of the map page that checks a drawn or uploaded site and shows the result."""

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

__all__ = ["checked_site", "choose_upload", "read_upload", "show_result", "use_new_drawing"]

_UPLOAD: Final[Slot[Any]] = Slot("site_upload", None)
"""The uploaded file."""
_LAST_UPLOAD: Final[Slot[str | None]] = Slot("upload_seen", None)
_LAST_DRAWING: Final[Slot[str | None]] = Slot("drawing_seen", None)
_SITE_SOURCE: Final[Slot[str | None]] = Slot("site_from", None)
"""Source of the site, ``drawing`` or ``upload``: whichever changed last."""
_RUN: Final[Memo[Run]] = Memo("map-check")


def choose_upload() -> Source | None:
    """Show the uploader and return its file; a new file becomes the site to check."""
    uploaded = st.file_uploader(say("views.upload"), type=FORMATS, key=_UPLOAD.key, help=say("views.upload_help"))
    name = uploaded.file_id if uploaded else None
    if name != _LAST_UPLOAD.get():
        _LAST_UPLOAD.set(name)
        _SITE_SOURCE.set("upload" if uploaded else None)
    return None if uploaded is None else Source("file", uploaded.file_id, uploaded.name, uploaded.getvalue())


def use_new_drawing(drawings: list[dict[str, Any]]) -> None:
    """Make a new or changed drawing the site to check; without one, the upload."""
    digest = _digest(drawings) if drawings else None
    if digest != _LAST_DRAWING.get():
        _LAST_DRAWING.set(digest)
        if drawings:
            _SITE_SOURCE.set("drawing")
        elif _SITE_SOURCE.get() == "drawing":
            _SITE_SOURCE.set("upload" if _UPLOAD.get() else None)


def read_upload(uploaded: Source | None) -> Sites | None:
    """Return the sites of the upload, asking how to read it where unclear; None while unread or not the source."""
    if uploaded is None or _SITE_SOURCE.get() != "upload":
        return None
    return read_source(uploaded)


def checked_site(drawings: list[dict[str, Any]], uploaded: Source | None, sites: Sites | None) -> KeyedRun | None:
    """Return the check of the current site; None while there is none or, with the fault shown, it cannot be checked.

    Parameters
    ----------
    drawings : list of dict
        Shapes drawn on the map, GeoJSON features.
    uploaded : Source or None
    sites : Sites or None
        The sites of the upload, where it is the source.
    """
    drawn = _SITE_SOURCE.get() == "drawing"
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
        read_sites = sites_from_drawing(drawings, limits=catalogue().limits) if drawn else sites
        assert read_sites is not None
        with st.spinner(say("views.checking")):
            return run_check(read_sites, current_layers(), settings)

    try:
        run = _RUN.once((token, settings), check)
    except RedlineError as fault:
        show_fault(fault)
        return None
    remember_checked(f"map-{token}", run, None if drawn or uploaded is None else uploaded.content)
    return KeyedRun(run, f"{token}-{settings.corridor_m:g}-{stamp()}")


def show_result(checked: KeyedRun) -> None:
    """Show verdict, measures and a row per layer of one site, chosen by the user where there are several."""
    result = checked.result
    ids = result.sites["site_id"].tolist()
    position = 0
    if len(ids) > 1:
        position = st.selectbox(
            say("views.which_site", count=len(ids)),
            range(len(ids)),
            format_func=lambda i: f"{ids[i]} · {say('siting.verdict_' + result.sites['verdict'].iloc[i])}",
        )
    site_result = site_result_of(result, position, {layer.id: layer.spec for layer in current_layers().values()})
    show_html(style(CSS), verdict_html(site_result), facts_html(site_result))
    show_html(findings_html(site_result))
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
