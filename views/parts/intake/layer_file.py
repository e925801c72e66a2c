"""The file that a layer comes in: asked for, held while pages change, looked into once."""

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

__all__ = ["Brought", "ask_file", "inspected", "let_go", "settle"]

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_UPLOAD_VERTICES: Final = 20_000_000
"""More than an upload of 200 MB can hold; a few edges across Earth are cut into as many pieces, and refused by it."""


@dataclass(frozen=True)
class Brought:
    """A file, and how it is to be read."""

    token: str
    name: str
    content: Content
    layer: str | None = None
    crs: str | None = None
    swap: bool = False
    accept_repairs: bool = False
    local: bool = False
    """Whether it was named by its path on this machine; what comes over the network is held to `[limits]`."""
    folder: TemporaryDirectory[str] | None = None
    """Where it was packed into an archive; goes with the session."""

    @property
    def limits(self) -> ReadLimits:
        """What it may be at most."""
        if self.local:
            return LAYER_LIMITS
        asked = catalogue().limits
        return replace(
            LAYER_LIMITS, upload_mb=asked.upload_mb, unpacked_mb=asked.unpacked_mb, vertices=_UPLOAD_VERTICES
        )

    def taken_in(self, layer: str | None) -> Intake:
        """Read a layer of it, as it is to be read, with every fault.

        Raises
        ------
        RedlineError
            If nothing of it can be read, or its system is missing.
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


_FILE: Final[Slot[Brought | None]] = Slot("data-file", None)
_UPLOAD_SEEN: Final[Slot[str]] = Slot("data-upload-seen", "")
_INSPECTION: Final[Memo[Inspection]] = Memo("data-inspected")


def ask_file() -> Brought | None:
    """Ask for a file, or a path where the server is the user's own machine; the file stays while pages change."""
    limits = catalogue().limits
    uploaded = st.file_uploader(say("data.upload"), type=FORMATS, key="data-upload", label_visibility="collapsed")
    if uploaded is not None and uploaded.file_id != _UPLOAD_SEEN.get():
        _UPLOAD_SEEN.set(uploaded.file_id)
        settle(Brought(uploaded.file_id, uploaded.name, uploaded.getvalue()))
    if (config.get_option("server.address") or "") in _LOCAL:
        with st.expander(say("data.by_path", limit=LAYER_LIMITS.upload_mb, upload=limits.upload_mb)):
            text = (
                st.text_input(say("data.path"), key="data-path", placeholder=say("data.path_hint")).strip().strip('"')
            )
            if text and st.button(say("data.path_read"), key="data-path-read"):
                _by_path(text)
    held = _FILE.get()
    if held is not None and uploaded is None:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(say("data.held", name=file_name_text(held.name)))
        if right.button(say("data.other_file"), key="data-other-file", width="stretch"):
            let_go()
            st.rerun()
    return held


def _by_path(text: str) -> None:
    """Take a file of this machine, or say what is wrong with its path."""
    folder = TemporaryDirectory(prefix="redline-")
    try:
        path, name = pack_for_upload(Path(text).expanduser(), LAYER_LIMITS.upload_mb, Path(folder.name))
        stamp = path.stat()
    except RedlineError as fault:
        show_fault(fault)
    else:
        token = f"path-{hash((text, stamp.st_size, stamp.st_mtime_ns))}"
        settle(Brought(token, name, path, local=True, folder=folder))


def settle(brought: Brought) -> None:
    """Hold a file, and how it is to be read, for the runs to come."""
    _FILE.set(brought)


def let_go() -> None:
    """Let the file go."""
    _FILE.clear()
    _INSPECTION.forget()


def inspected(brought: Brought) -> Inspection:
    """Look into the file, once.

    Raises
    ------
    RedlineError
        If it is no file that can be read.
    """
    return _INSPECTION.once(brought.token, lambda: inspect(brought.content, brought.name, limits=brought.limits))
