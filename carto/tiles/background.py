"""Files of the map made in the background: a page that is left or run again does not stop them, nor do they stop it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from carto.tiles.files import make_missing, missing
from carto.tiles.mark_rows import counts_of
from geo.background import Task, TaskPool
from layers.catalogue import Layer

__all__ = ["LayerTask", "is_large", "start_missing"]

_LARGE_POINTS: Final = 300_000
"""A map need not wait for a layer of more corners: the others are shown meanwhile."""
_WORKERS: Final = 2


@dataclass(frozen=True)
class LayerTask:
    """The task that makes the files of one layer."""

    layer: Layer
    task: Task[None]


@cache
def _pool() -> TaskPool:
    return TaskPool("redline-tiles", _WORKERS)


def is_large(layer: Layer) -> bool:
    """Return whether the files of a layer take longer than a user should wait for a map."""
    return counts_of(layer)[2] > _LARGE_POINTS


def start_missing(layers: Iterable[Layer], folder: Path) -> list[LayerTask]:
    """Start to make the files that layers lack; return the tasks, those of other sessions among them.

    A task that failed is begun again when it is asked for the next time, as a full disk may have been cleared.
    """
    return [
        LayerTask(
            layer,
            _pool().start(
                f"tiles of {layer.id}",
                partial(make_missing, layer, folder),
                key=(str(folder / layer.id), layer.digest or ""),
            ),
        )
        for layer in layers
        if missing(layer, folder)
    ]
