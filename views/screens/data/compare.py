"""Snapshots that came back: one held against its manifest, two compared layer by layer as list, table, map and file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.map import site_group
from geo.errors import RedlineError
from snapshot.arguments import diff_files
from snapshot.inspect import CHANGES, Diff, ManifestCheck, colour_of, verify_file, write_diff
from snapshot.selection import safe_name
from views.parts.map import show_map, view_of_bounds
from views.session import Memo, catalogue, colour_key, current_layers, lang, markdown_text, say, show_fault, show_html

__all__ = ["show_compare"]

_CHECKED: Final[Memo[ManifestCheck]] = Memo("cmp-checked")
_DIFFS: Final[Memo[Mapping[str, Diff]]] = Memo("cmp-diff")

_MOST_ROWS: Final = 2_000
_MAP_HEIGHT: Final = 420
_COLUMNS: Final = {
    "layer": "layer",
    "feature_id": "id",
    "name": "name",
    "change": "change",
    "moved_m": "moved",
    "area_change_m2": "area",
    "columns": "columns",
}


def show_compare() -> None:
    """Draw the view."""
    st.caption(say("take.compare_lead"))
    left, right = st.columns(2)
    before = left.file_uploader(say("take.compare_before"), key="cmp-before")
    after = right.file_uploader(say("take.compare_after"), key="cmp-after")
    for at, (place, one) in enumerate(((left, before), (right, after))):
        if one is not None:
            with place:
                _verified(one, f"{at}")
    if before is not None and after is not None:
        try:
            _differences(before, after)
        except RedlineError as fault:
            show_fault(fault)


def _verified(one: Any, place: str) -> None:
    """Say whether a file is what was written."""
    try:
        found = _check(one, place)
    except RedlineError as fault:
        show_fault(fault)
        return
    said = "  \n".join(markdown_text(line) for line in found.text(lang()).splitlines())
    (st.success if found.ok else st.error)(said)


def _check(one: Any, place: str) -> ManifestCheck:
    """Hold an uploaded file against its manifest, once."""

    def check() -> ManifestCheck:
        with tempfile.TemporaryDirectory(prefix="redline-") as folder:
            return verify_file(_stored(one, Path(folder)), current_layers())

    return _CHECKED.of(place).once(one.file_id, check)


def _stored(one: Any, folder: Path, prefix: str = "") -> Path:
    """Write an uploaded file under a name of ours."""
    path = folder / f"{prefix}{safe_name(one.name)}"
    path.write_bytes(one.getbuffer())
    return path


def _differences(before: Any, after: Any) -> None:
    """Show what differs."""

    def compare() -> Mapping[str, Diff]:
        with tempfile.TemporaryDirectory(prefix="redline-") as folder, st.spinner(say("views.reading")):
            a, b = (_stored(one, Path(folder), f"{at}-") for at, one in enumerate((before, after)))
            return diff_files(a, b)

    diffs = _DIFFS.once((before.file_id, after.file_id), compare)
    st.markdown("\n".join(f"- {markdown_text(diff.text(lang()))}" for diff in diffs.values()))
    table = pd.concat([diff.table for diff in diffs.values()], ignore_index=True)
    if table.empty:
        st.success(say("take.compare_none"))
        return
    shown = table.head(_MOST_ROWS).assign(
        change=table["change"].map({code: say(f"takeaway.change_{code}") for code in CHANGES})
    )
    headed = {name: say(f"take.compare_{key}") for name, key in _COLUMNS.items()}
    st.dataframe(shown[list(_COLUMNS)].rename(columns=headed), hide_index=True, width="stretch", height=280)
    if len(table) > _MOST_ROWS:
        st.caption(say("take.compare_more", shown=_MOST_ROWS, count=len(table)))
    now = lang()
    st.download_button(
        say("take.compare_take"),
        data=lambda: _file(diffs, now),
        file_name=f"redline-changes-{datetime.now(UTC):%Y%m%d-%H%M}.gpkg",
        mime="application/geopackage+sqlite3",
        on_click="ignore",
    )
    _map(diffs)


def _file(diffs: Mapping[str, Diff], now: Any) -> bytes:
    """Return the changes as a GeoPackage."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        target = Path(folder) / "changes.gpkg"
        write_diff(target, diffs, written=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), lang=now)
        return target.read_bytes()


def _map(diffs: Mapping[str, Diff]) -> None:
    """Show where things changed, coloured by what happened."""
    frames = pd.concat([diff.frame[["change", "geometry"]] for diff in diffs.values() if len(diff.frame)])
    frames = frames[~(frames.geometry.isna() | frames.geometry.is_empty)]
    if frames.empty:
        return
    present = [code for code in CHANGES if (frames["change"] == code).any()]
    groups = [site_group(frames[frames["change"] == code][["geometry"]], colour_of(code)) for code in present]
    show_html(colour_key("", [(colour_of(one), say(f"takeaway.change_{one}")) for one in present]))
    show_map(
        list(current_layers().values()),
        catalogue().map,
        lang=lang(),
        visible={"province", "prefecture", "county"},
        go_to=view_of_bounds(*frames.total_bounds, margin=1.3),
        groups=groups,
        height=_MAP_HEIGHT,
        draw=False,
        key="cmp-map",
    )
