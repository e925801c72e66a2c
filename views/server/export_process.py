"""Files are made in processes of their own, so that pages answer meanwhile and no memory stays behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import shapely

from geo.own_process import in_own_process, prepare_own_processes
from geo.progress import Progress
from layers.catalogue import Layer
from snapshot.sheet import PAPER

__all__ = ["make_file", "prepare_exports"]

_MOST_VERTICES: Final = 5_000_000
"""Layers with more are not copied into another process (some 100 MB, a second): the thread of the job does the work."""


def make_file(
    function: Callable[..., Path],
    /,
    *arguments: Any,
    folder: Path,
    layers: Iterable[Layer],
    progress: Progress,
    **keywords: Any,
) -> Path:
    """Return the path of the file that a function writes, in a process of its own.

    Parameters
    ----------
    function : callable
        Of ``snapshot``; takes a `progress`.
    *arguments
        Passed on.
    folder : Path
        The job's own.
    layers : iterable of Layer
        Those among the arguments: what has to be copied.
    progress : Progress
        What it raises ends the process.
    **keywords
        Passed on.
    """
    if sum(map(_vertices, layers)) <= _MOST_VERTICES:
        return in_own_process(function, *arguments, scratch=folder, progress=progress, **keywords)
    with PAPER:
        return function(*arguments, progress=progress, **keywords)


@cache
def prepare_exports() -> None:
    """Have loaded, in the background and once, what exports need: the first to be ordered need not wait for it."""
    names = ("snapshot.deliver", "snapshot.report.loaded")
    threading.Thread(target=prepare_own_processes, args=names, name="redline-exports", daemon=True).start()


def _vertices(layer: Layer) -> int:
    return 0 if layer.frame is None else int(shapely.get_num_coordinates(layer.frame.geometry.to_numpy()).sum())
