"""Make tile files in background tasks, which neither block a page nor stop when it is left or rerun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from carto.tiles.files import make_missing, missing_kinds
from carto.tiles.mark_rows import drawing_counts
from geo.background import Task, TaskPool
from layers.catalogue import Layer

__all__ = ["LayerTask", "is_large", "start_missing"]

_LARGE_VERTICES: Final = 300_000
"""The map does not wait for a layer with more vertices: the other layers are shown meanwhile."""
_WORKERS: Final = 2


@dataclass(frozen=True)
class LayerTask:
    """A layer with the background task that makes its tile files."""

    layer: Layer
    task: Task[None]


@cache
def _pool() -> TaskPool:
    return TaskPool("redline-tiles", _WORKERS)


def is_large(layer: Layer) -> bool:
    """Return whether a layer has so many vertices that the map should not wait for its tile files."""
    return drawing_counts(layer)[2] > _LARGE_VERTICES


def start_missing(layers: Iterable[Layer], folder: Path) -> list[LayerTask]:
    """Start a task for each layer without its tile files; return the tasks, also those of other sessions.

    A failed task is started again by the next call, since a full disk may have been cleared.
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
        if missing_kinds(layer, folder)
    ]
