"""What every page shares: the language, the catalogue and the loaded layers."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from layers.catalogue import (
    Catalogue,
    CatalogueInUse,
    Layer,
    current_catalogue,
    load_layers,
    overlay_path,
    read_catalogue,
    source_files,
)
from layers.paths import config_in_use
from siting.law import FilesStamp, Tables, files_stamp

__all__ = ["VERSION", "Stamp", "catalogue", "current", "current_layers", "stamp"]

VERSION = metadata.version("redline")


def catalogue() -> Catalogue:
    """Return the catalogue in use, read again when its file or the user's overlay of it changes."""
    return current().catalogue


def current() -> CatalogueInUse:
    """Return the catalogue in use with the overlay it was made with, and why that is left out if it is."""
    return _current(*_stamps())


def current_layers() -> dict[str, Layer]:
    """Return every layer by id, shared by all sessions; what changed since is loaded again."""
    return _layers(stamp())


def stamp() -> Stamp:
    """Return what changes when an answer may: configuration, the user's layers, files of layers, plan and law tables.

    Whatever is kept of an answer is kept by this and by what was asked. Two states of the product never share a stamp,
    as the identities of objects may.
    """
    catalogue_stamp = _stamps()
    shipped = _source_files(*catalogue_stamp[:2])
    return Stamp(catalogue_stamp, (*files_stamp(shipped), *Tables().stamp()))


class Stamp(NamedTuple):
    """The state of the product: see `stamp`."""

    catalogue: tuple[str, int, str, int]
    """Both files that the catalogue is made of, and when they were last written."""
    data: FilesStamp
    """Files of layers that ship and tables of rules, and when each was last written."""


def _stamps() -> tuple[str, int, str, int]:
    shipped, own = config_in_use(), overlay_path()
    changed, overlaid = (path.stat().st_mtime_ns if path.exists() else 0 for path in (shipped, own))
    return str(shipped), changed, str(own), overlaid


@st.cache_resource(show_spinner=False, max_entries=1)
def _current(path: str, changed: int, overlay: str, overlaid: int) -> CatalogueInUse:  # noqa: ARG001 -- part of the cache key
    return current_catalogue(Path(path))


@st.cache_resource(show_spinner=False, max_entries=1)
def _source_files(path: str, changed: int) -> list[Path]:  # noqa: ARG001 -- part of the cache key
    return source_files(read_catalogue(Path(path)))


@st.cache_resource(show_spinner=False, max_entries=1)
def _held(path: str, changed: int, data: FilesStamp) -> dict[str, dict[str, Layer]]:  # noqa: ARG001 -- the cache key
    """Keep the layers that were loaded last from the same files: an import loads one layer, not all."""
    return {}


@st.cache_resource(show_spinner=False, max_entries=1)
def _layers(now: Stamp) -> dict[str, Layer]:
    held = _held(*now.catalogue[:2], now.data)
    loaded = load_layers(_current(*now.catalogue).catalogue, held.get("layers"))
    held["layers"] = loaded
    return loaded
