"""Files of the map made in the background: a page that is left or run again does not stop them, nor do they stop it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from carto.tiles.files import ensure, missing
from carto.tiles.mark_rows import counts_of
from layers.catalogue import Layer

__all__ = ["Job", "is_large", "started"]

_LARGE_POINTS: Final = 300_000
"""A map need not wait for a layer of more corners: the others are shown meanwhile."""
_MARKS_SHARE: Final = 0.1


@dataclass
class Job:
    """The files of one layer under way.

    Attributes
    ----------
    layer : Layer
    share : float
        How much is done, 0 to 1.
    fault : Exception or None
        Why it could not be done.
    over : Event
        Set when it is done or has failed.
    """

    layer: Layer
    share: float = 0.0
    fault: Exception | None = None
    over: threading.Event = field(default_factory=threading.Event)


_jobs: dict[tuple[str, str], Job] = {}
_lock = threading.Lock()


def is_large(layer: Layer) -> bool:
    """Tell whether the files of a layer take longer than a user should wait for a map."""
    return counts_of(layer)[2] > _LARGE_POINTS


def started(layers: Iterable[Layer], folder: Path) -> list[Job]:
    """Return the jobs of the layers whose files are not there: those under way, and new ones.

    A job that failed is begun again when it is asked for the next time, as a full disk may have been cleared.
    """
    jobs = []
    for layer in layers:
        if not missing(layer, folder):
            continue
        key = (str(folder / layer.id), layer.digest or "")
        with _lock:
            job = _jobs.get(key)
            if job is None or job.over.is_set():
                job = _jobs[key] = Job(layer)
                threading.Thread(target=_run, args=(key, job, folder), daemon=True, name=f"tiles-{layer.id}").start()
        jobs.append(job)
    return jobs


def _run(key: tuple[str, str], job: Job, folder: Path) -> None:
    """Make the files of a layer."""
    try:
        for kind in missing(job.layer, folder):
            begin, end = (1 - _MARKS_SHARE, 1.0) if kind == "marks" else (0.0, 1 - _MARKS_SHARE)

            def told(share: float, begin: float = begin, end: float = end) -> None:
                job.share = begin + (end - begin) * share

            ensure(job.layer, kind, folder, told)
    except Exception as fault:  # a thread has nobody above it: the fault is shown by whoever waits for the job
        logging.getLogger(__name__).exception("tiles of %s", job.layer.id)
        job.fault = fault
    finally:
        job.over.set()
        with _lock:
            if _jobs.get(key) is job:
                _jobs.pop(key)  # the layer may go now
