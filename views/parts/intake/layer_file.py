"""The file of a layer to be imported: its uploader, the file stored in the session, its inspection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import streamlit as st
from streamlit import config

from geo.errors import RedlineError
from geo.files import Content
from geo.read import Inspection, inspect, pack_for_upload
from geo.sites import ReadLimits
from layers.catalogue import counties_of
from layers.own import LAYER_LIMITS, Intake, read_and_validate
from views.parts.intake.source import FORMATS
from views.session import Memo, Slot, catalogue, current_layers, file_name_text, say, show_fault

__all__ = ["LayerFile", "ask_layer_file", "forget_layer_file", "inspect_layer_file", "store_layer_file"]

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_UPLOAD_VERTICES: Final = 20_000_000
"""More than an upload of 200 MB can hold; a few edges across Earth are cut into as many pieces, and refused by it."""


@dataclass(frozen=True)
class LayerFile:
    """A file with layers, and the options for reading it."""

    token: str
    name: str
    content: Content
    layer: str | None = None
    crs: str | None = None
    swap: bool = False
    accept_repairs: bool = False
    local: bool = False
    """Whether it was opened by a path on this machine; for an upload `[limits]` of config.toml apply."""
    folder: TemporaryDirectory[str] | None = None
    """Temporary folder of the archive into which it was packed; deleted with the session."""

    @property
    def limits(self) -> ReadLimits:
        """The largest size and vertex count that are read."""
        if self.local:
            return LAYER_LIMITS
        limits = catalogue().limits
        return replace(ReadLimits.of(limits), sites=LAYER_LIMITS.sites, vertices=_UPLOAD_VERTICES)

    def read_layer(self, layer: str | None) -> Intake:
        """Return a layer of the file, read with its options and validated: features, notices and every fault.

        Raises
        ------
        RedlineError
            If nothing of it can be read, or its coordinate system is missing.
        """
        return read_and_validate(
            self.content,
            self.name,
            layer=layer,
            crs=self.crs,
            swap=self.swap,
            accept_repairs=self.accept_repairs,
            counties=counties_of(current_layers()),
            limits=self.limits,
        )


_FILE: Final[Slot[LayerFile | None]] = Slot("data-file", None)
_LAST_UPLOAD_ID: Final[Slot[str]] = Slot("data-upload-seen", "")
_INSPECTION: Final[Memo[Inspection]] = Memo("data-inspected")


def ask_layer_file() -> LayerFile | None:
    """Show the uploader, and a field for a path where the server is local; return the session's file, None if none.

    The file is kept when another page is opened.
    """
    limits = catalogue().limits
    uploaded = st.file_uploader(say("data.upload"), type=FORMATS, key="data-upload", label_visibility="collapsed")
    if uploaded is not None and uploaded.file_id != _LAST_UPLOAD_ID.get():
        _LAST_UPLOAD_ID.set(uploaded.file_id)
        store_layer_file(LayerFile(uploaded.file_id, uploaded.name, uploaded.getvalue()))
    if (config.get_option("server.address") or "") in _LOCAL:
        with st.expander(say("data.by_path", limit=LAYER_LIMITS.upload_mb, upload=limits.upload_mb)):
            text = (
                st.text_input(say("data.path"), key="data-path", placeholder=say("data.path_hint")).strip().strip('"')
            )
            if text and st.button(say("data.path_read"), key="data-path-read"):
                _by_path(text)
    stored = _FILE.get()
    if stored is not None and uploaded is None:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(say("data.held", name=file_name_text(stored.name)))
        if right.button(say("data.other_file"), key="data-other-file", width="stretch"):
            forget_layer_file()
            st.rerun()
    return stored


def _by_path(text: str) -> None:
    """Store the file at a path of this machine, or show why it cannot be used."""
    folder = TemporaryDirectory(prefix="redline-")
    try:
        path, name = pack_for_upload(Path(text).expanduser(), LAYER_LIMITS.upload_mb, Path(folder.name))
        stamp = path.stat()
    except RedlineError as fault:
        show_fault(fault)
    else:
        token = f"path-{hash((text, stamp.st_size, stamp.st_mtime_ns))}"
        store_layer_file(LayerFile(token, name, path, local=True, folder=folder))


def store_layer_file(file: LayerFile) -> None:
    """Store a file with its options in the session."""
    _FILE.set(file)


def forget_layer_file() -> None:
    """Remove the file and its inspection from the session."""
    _FILE.clear()
    _INSPECTION.forget()


def inspect_layer_file(file: LayerFile) -> Inspection:
    """Return the layers of a file with their columns and notices, inspected once for each file.

    Raises
    ------
    RedlineError
        If the file cannot be read.
    """
    return _INSPECTION.once(file.token, lambda: inspect(file.content, file.name, limits=file.limits))
