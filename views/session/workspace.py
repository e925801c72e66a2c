"""Catalogue and loaded layers, shared by all pages and sessions, and the stamp of their state."""

from __future__ import annotations

import hashlib
import threading
from importlib import metadata
from pathlib import Path
from typing import Final, NewType

import streamlit as st

from layers.access import Person, acting_person
from layers.catalogue import (
    Catalogue,
    CatalogueInUse,
    Layer,
    closed_layers,
    current_catalogue,
    load_layers,
    read_catalogue,
    source_files,
    source_states,
    user_catalogue_path,
    visible_catalogue,
)
from layers.paths import config_in_use
from siting.law import FilesStamp, Tables, files_stamp
from views.identity import person_of_session

__all__ = ["VERSION", "Stamp", "catalogue", "catalogue_in_use", "current_layers", "person", "stamp"]

VERSION = metadata.version("redline")

_CatalogueStamp = tuple[str, int, str, int]


def person() -> Person:
    """Return the person that this thread works for: whom it acts for, else the one whose session's script it runs."""
    return _person(_read_in_use(*_stamps()))


def catalogue() -> Catalogue:
    """Return the merged catalogue, read again when ``config.toml`` or the user catalogue changes."""
    return catalogue_in_use().catalogue


def catalogue_in_use() -> CatalogueInUse:
    """Return the merged catalogue with the user catalogue, and the error of one that could not be merged.

    It is the one that the person of the session may see (`layers.catalogue.visible_catalogue`).
    """
    stamps = _stamps()
    closed = _closed(stamps)
    return _visible(closed, stamps) if closed else _read_in_use(*stamps)


Stamp = NewType("Stamp", str)
"""State of the product: a digest of paths and file status of its files, and of what the person may not see."""


def current_layers() -> dict[str, Layer]:
    """Return the layers that the person may see, by id, shared by all sessions; changed layers are loaded again."""
    catalogue_stamp, files, databases = _state()
    closed = _closed(catalogue_stamp)
    loaded = _loaded(_digest(catalogue_stamp, files, databases))
    if closed not in loaded:
        with _LOADING:  # one at a time; who has theirs already does not wait
            if closed not in loaded:
                before = _loaded_before(*catalogue_stamp[:2], files)
                earlier = before.get(closed) or next(iter(before.values()), None)
                loaded[closed] = before[closed] = load_layers(catalogue(), earlier)
    return loaded[closed]


def stamp() -> Stamp:
    """Return the stamp of configuration, user layers, files of layers, plan and law tables: part of every cache key.

    A cached result is valid for one stamp and its own inputs. Two states of the product never have the same stamp,
    nor have two persons who may not see the same layers, while ``id()`` of objects may repeat.
    """
    state = _state()
    return _digest(*state, *_closed(state[0]))


def _state() -> tuple[_CatalogueStamp, FilesStamp, tuple[str, ...]]:
    """Return the stamps of the catalogue and of each layer file, plan and law table, and the states of databases.

    Of a file: path, inode, time (ns) and size. Databases are asked only every so often.
    """
    catalogue_stamp = _stamps()
    shipped = _source_files(*catalogue_stamp[:2])
    databases = source_states(_read_in_use(*catalogue_stamp).catalogue)
    return catalogue_stamp, (*files_stamp(shipped), *Tables().stamp()), databases


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


def _person(in_use: CatalogueInUse) -> Person:
    access, acting = in_use.shipped.access, acting_person()
    return acting if acting is not None and access.is_on else person_of_session(access)


def _closed(stamps: _CatalogueStamp) -> tuple[str, ...]:
    """Return the ids of the layers that the person may not see, sorted."""
    in_use = _read_in_use(*stamps)
    return tuple(sorted(closed_layers(in_use, _person(in_use)))) if in_use.shipped.access.is_on else ()


@st.cache_resource(show_spinner=False, max_entries=16)
def _visible(closed: tuple[str, ...], stamps: _CatalogueStamp) -> CatalogueInUse:
    return visible_catalogue(_read_in_use(*stamps), closed)


_LayerSets = dict[tuple[str, ...], dict[str, Layer]]
"""Layers by id, for each set of closed layers."""
_LOADING: Final = threading.Lock()


@st.cache_resource(show_spinner=False, max_entries=1)
def _loaded_before(path: str, config_ns: int, data: FilesStamp) -> _LayerSets:  # noqa: ARG001 -- the cache key
    """Return a cache of the layers loaded last from the same files, so that an import loads one layer, not all."""
    return {}


@st.cache_resource(show_spinner=False, max_entries=1)
def _loaded(now: Stamp) -> _LayerSets:  # noqa: ARG001 -- the cache key
    return {}
