"""Check of one snapshot against its manifest, and the differences of two: as list, table, map and GeoPackage."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.map import site_group
from carto.scene import Extent
from geo.errors import RedlineError
from layers.clock import stamp_text
from snapshot.arguments import diff_files
from snapshot.inspect import CHANGES, Diff, ManifestCheck, colour_of, verify_file, write_diff
from snapshot.selection import safe_name
from views.parts.map import show_map
from views.parts.takeaway import show_file_link
from views.session import Memo, catalogue, colour_key, current_layers, lang, markdown_text, say, show_fault, show_html

__all__ = ["show_compare"]

_MANIFEST_CHECKS: Final[Memo[ManifestCheck]] = Memo("cmp-checked")
_DIFFS: Final[Memo[Mapping[str, Diff]]] = Memo("cmp-diff")

_MAX_ROWS: Final = 2_000
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
    """Show two uploaders, the manifest check of each file and the differences between them."""
    st.caption(say("take.compare_lead"))
    left, right = st.columns(2)
    before = left.file_uploader(say("take.compare_before"), key="cmp-before")
    after = right.file_uploader(say("take.compare_after"), key="cmp-after")
    for at, (place, one) in enumerate(((left, before), (right, after))):
        if one is not None:
            with place:
                _show_verification(one, f"{at}")
    if before is not None and after is not None:
        try:
            _show_differences(before, after)
        except RedlineError as fault:
            show_fault(fault)


def _show_verification(uploaded: Any, place: str) -> None:
    """Show whether an uploaded snapshot still matches its manifest, line by line."""
    try:
        check = _check_manifest(uploaded, place)
    except RedlineError as fault:
        show_fault(fault)
        return
    sentences = "  \n".join(markdown_text(line) for line in check.text(lang()).splitlines())
    (st.success if check.ok else st.error)(sentences)


def _check_manifest(uploaded: Any, place: str) -> ManifestCheck:
    """Return the check of an uploaded snapshot against its manifest, computed once per upload."""

    def check() -> ManifestCheck:
        with tempfile.TemporaryDirectory(prefix="redline-") as folder:
            return verify_file(_write_upload(uploaded, Path(folder)), current_layers())

    return _MANIFEST_CHECKS.of(place).once(uploaded.file_id, check)


def _write_upload(uploaded: Any, folder: Path, prefix: str = "") -> Path:
    """Write an uploaded file into `folder` under a safe name; return its path."""
    path = folder / f"{prefix}{safe_name(uploaded.name)}"
    path.write_bytes(uploaded.getbuffer())
    return path


def _show_differences(before: Any, after: Any) -> None:
    """Show the differences between two uploaded snapshots: sentences, table, download, map."""

    def compare() -> Mapping[str, Diff]:
        with tempfile.TemporaryDirectory(prefix="redline-") as folder, st.spinner(say("views.reading")):
            a, b = (_write_upload(one, Path(folder), f"{at}-") for at, one in enumerate((before, after)))
            return diff_files(a, b)

    diffs = _DIFFS.once((before.file_id, after.file_id), compare)
    st.markdown("\n".join(f"- {markdown_text(diff.text(lang()))}" for diff in diffs.values()))
    table = pd.concat([diff.table for diff in diffs.values()], ignore_index=True)
    if table.empty:
        st.success(say("take.compare_none"))
        return
    shown = table.head(_MAX_ROWS).assign(
        change=table["change"].map({code: say(f"takeaway.change_{code}") for code in CHANGES})
    )
    headings = {name: say(f"take.compare_{key}") for name, key in _COLUMNS.items()}
    st.dataframe(shown[list(_COLUMNS)].rename(columns=headings), hide_index=True, width="stretch", height=280)
    if len(table) > _MAX_ROWS:
        st.caption(say("take.compare_more", shown=_MAX_ROWS, count=len(table)))
    language = lang()
    name = f"redline-changes-{stamp_text()}.gpkg"
    show_file_link("changes", say("take.compare_take"), name, lambda: _diff_geopackage(diffs, language))
    _show_map(diffs)


def _diff_geopackage(diffs: Mapping[str, Diff], language: Any) -> bytes:
    """Return the differences as the bytes of a GeoPackage."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        target = Path(folder) / "changes.gpkg"
        write_diff(target, diffs, written=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), lang=language)
        return target.read_bytes()


def _show_map(diffs: Mapping[str, Diff]) -> None:
    """Show the changed features on a map, coloured by kind of change."""
    changes = pd.concat([diff.frame[["change", "geometry"]] for diff in diffs.values() if len(diff.frame)])
    changes = changes[~(changes.geometry.isna() | changes.geometry.is_empty)]
    if changes.empty:
        return
    present = [code for code in CHANGES if (changes["change"] == code).any()]
    groups = [site_group(changes[changes["change"] == code][["geometry"]], colour_of(code)) for code in present]
    show_html(colour_key("", [(colour_of(code), say(f"takeaway.change_{code}")) for code in present]))
    show_map(
        list(current_layers().values()),
        catalogue().map,
        lang=lang(),
        visible={"province", "prefecture", "county"},
        go_to=Extent(*changes.total_bounds).enlarged(1.3),
        groups=groups,
        height=_MAP_HEIGHT,
        draw=False,
        key="cmp-map",
    )
