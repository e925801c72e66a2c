"""The folder of stored layers: a file a layer and stamp, the latest few of each layer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd

from geo.whole_file import whole_file
from layers.stored.frames import NotSame, read_frame, write_frame

__all__ = ["StoredLayer", "load_stored", "store_loaded"]

_KEPT: Final = 3
"""Files kept of each layer: of an upgrade and of a second configuration, say."""


@dataclass(frozen=True)
class StoredLayer:
    """The content of a layer.

    Attributes
    ----------
    frame : GeoDataFrame
        As in `layers.catalogue.Layer`.
    digest : str
        Content hash of the source as read.
    """

    frame: gpd.GeoDataFrame
    digest: str


def load_stored(folder: Path, layer_id: str, stamp: str) -> StoredLayer | None:
    """Return a layer as it was stored under a stamp; None if it was not, or the file is damaged."""
    found = read_frame(_path(folder, layer_id, stamp))
    return None if found is None else StoredLayer(found[0], found[1]["digest"])


def store_loaded(folder: Path, layer_id: str, stamp: str, layer: StoredLayer) -> bool:
    """Store a layer under a stamp; return whether it was stored.

    A disk that is full or may not be written to, or a frame that would not come back the same, costs only time: the
    layer is made anew next time.
    """
    target = _path(folder, layer_id, stamp)
    try:
        with whole_file(target, private=True) as draft:
            write_frame(draft, layer.frame, {"digest": layer.digest})
    except (NotSame, OSError):
        return False
    _remove_all_but_latest(target.parent)
    return True


def _path(folder: Path, layer_id: str, stamp: str) -> Path:
    return folder / layer_id / f"{stamp}.arrow"


def _remove_all_but_latest(folder: Path) -> None:
    with suppress(OSError):
        files = sorted(folder.glob("*.arrow"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for old in files[_KEPT:]:
            old.unlink()
