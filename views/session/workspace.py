"""Catalogue and loaded layers, shared by all pages and sessions, and the stamp of their state."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from typing import NewType

import streamlit as st

from layers.catalogue import (
    Catalogue,
    CatalogueInUse,
    Layer,
    current_catalogue,
    load_layers,
    read_catalogue,
    source_files,
    user_catalogue_path,
)
from layers.paths import config_in_use
from siting.law import FilesStamp, Tables, files_stamp

__all__ = ["VERSION", "Stamp", "catalogue", "catalogue_in_use", "current_layers", "stamp"]

VERSION = metadata.version("redline")

_CatalogueStamp = tuple[str, int, str, int]


def catalogue() -> Catalogue:
    """Return the merged catalogue, read again when ``config.toml`` or the user catalogue changes."""
    return catalogue_in_use().catalogue


def catalogue_in_use() -> CatalogueInUse:
    """Return the merged catalogue with the user catalogue, and the error of one that could not be merged."""
    return _read_in_use(*_stamps())


Stamp = NewType("Stamp", str)
"""State of the product: a digest of paths and file status of its files. See `stamp`."""


def current_layers() -> dict[str, Layer]:
    """Return all layers by id, shared by all sessions; changed layers are loaded again."""
    catalogue_stamp, files = _state()
    return _layers(_digest(catalogue_stamp, files), catalogue_stamp, files)


def stamp() -> Stamp:
    """Return the stamp of configuration, user layers, files of layers, plan and law tables: part of every cache key.

    A cached result is valid for one stamp and its own inputs. Two states of the product never have the same stamp,
    while ``id()`` of objects may repeat.
    """
    return _digest(*_state())


def _state() -> tuple[_CatalogueStamp, FilesStamp]:
    """Return the stamp of the catalogue; path, inode, time (ns) and size of each layer file, plan and law table."""
    catalogue_stamp = _stamps()
    shipped = _source_files(*catalogue_stamp[:2])
    return catalogue_stamp, (*files_stamp(shipped), *Tables().stamp())


def _digest(*state: object) -> Stamp:
    """Return a short stamp of a state: Streamlit walks through a key at each look into a cache, some 50 a run."""
    return Stamp(hashlib.sha256(repr(state).encode()).hexdigest())


def _stamps() -> _CatalogueStamp:
    """Return path and modification time (ns) of ``config.toml`` and of the user catalogue."""
    config, user_catalogue = config_in_use(), user_catalogue_path()
    config_ns, user_catalogue_ns = (
        path.stat().st_mtime_ns if path.exists() else 0 for path in (config, user_catalogue)
    )
    return str(config), config_ns, str(user_catalogue), user_catalogue_ns


@st.cache_resource(show_spinner=False, max_entries=1)
def _read_in_use(path: str, config_ns: int, user_catalogue: str, user_catalogue_ns: int) -> CatalogueInUse:  # noqa: ARG001 -- part of the cache key
    return current_catalogue(Path(path))


@st.cache_resource(show_spinner=False, max_entries=1)
def _source_files(path: str, config_ns: int) -> list[Path]:  # noqa: ARG001 -- part of the cache key
    return source_files(read_catalogue(Path(path)))


@st.cache_resource(show_spinner=False, max_entries=1)
def _loaded_before(path: str, config_ns: int, data: FilesStamp) -> dict[str, dict[str, Layer]]:  # noqa: ARG001 -- the cache key
    """Return a cache of the layers loaded last from the same files, so that an import loads one layer, not all."""
    return {}


@st.cache_resource(show_spinner=False, max_entries=1)
def _layers(now: Stamp, _catalogue: _CatalogueStamp, _data: FilesStamp) -> dict[str, Layer]:  # noqa: ARG001 -- the key
    before = _loaded_before(*_catalogue[:2], _data)
    loaded = load_layers(_read_in_use(*_catalogue).catalogue, before.get("layers"))
    before["layers"] = loaded
    return loaded
