"""Long work beside the pages: a few workers for all sessions, progress, cancelling; files kept for a while."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

from geo.errors import BadInput, RedlineError
from layers.paths import home

__all__ = ["KEEP_SECONDS", "Job", "Jobs", "Work", "jobs"]

KEEP_SECONDS: Final = 1800.0
"""So long a finished file can be fetched."""
_WORKERS: Final = 2
_MOST_OF_ONE: Final = 3
_MOST_WAITING: Final = 40
_NICE: Final = 10

Progress = Callable[[float, str], None]
Work = Callable[[Path, Progress], Path]
"""Writes a file into a folder of its own and returns it; told to stop by what `Progress` raises."""


class _Cancelled(Exception):
    """Raised inside work whose session no longer wants it."""


@dataclass
class Job:
    """One piece of work.

    Attributes
    ----------
    id, owner : str
        The session's own name for itself is the owner.
    title : str
        What is made, in the session's words.
    state : {"waiting", "running", "done", "failed", "cancelled"}
    share : float
        Done so far.
    what : str
        Being written.
    path : Path or None
        The file, once done.
    fault : RedlineError or None
        Why it failed.
    """

    id: str
    owner: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = "waiting"
    share: float = 0.0
    what: str = ""
    path: Path | None = None
    fault: RedlineError | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def active(self) -> bool:
        """Whether it is still to come."""
        return self.state in {"waiting", "running"}


class Jobs:
    """The work of all sessions.

    Parameters
    ----------
    folder : Path
        Files are made in folders of it, and removed.
    workers : int
        So many at once; the rest wait.
    keep_s : float
        Seconds that a finished file is kept.
    """

    def __init__(self, folder: Path, workers: int = _WORKERS, keep_s: float = KEEP_SECONDS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
        self._keep_s = keep_s
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="redline-job", initializer=_be_nice)
        _remove_old(folder, keep_s)
        atexit.register(self.close)

    def start(self, owner: str, title: str, work: Work) -> Job:
        """Put work in line.

        Raises
        ------
        BadInput
            If the session, or all sessions together, have too much waiting.
        """
        with self._lock:
            waiting = [job for job in self._jobs.values() if job.active]
            if sum(job.owner == owner for job in waiting) >= _MOST_OF_ONE or len(waiting) >= _MOST_WAITING:
                raise BadInput("take.too_many")
            job = Job(uuid.uuid4().hex, owner, title)
            self._jobs[job.id] = job
        self._pool.submit(self._run, job, work)
        return job

    def of(self, owner: str) -> list[Job]:
        """Return the jobs of a session, the latest first."""
        with self._lock:
            return [job for job in self._jobs.values() if job.owner == owner][::-1]

    def get(self, job_id: str, owner: str) -> Job | None:
        """Return a job of a session."""
        job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def cancel(self, job: Job) -> None:
        """End a job; what it has written is removed."""
        job._stop.set()  # noqa: SLF001 -- its own store
        if job.active:
            job.state = "cancelled"

    def drop(self, job: Job) -> None:
        """Forget a job and remove its file."""
        self.cancel(job)
        with self._lock:
            self._jobs.pop(job.id, None)
        shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def close(self) -> None:
        """Stop all work and remove all files."""
        for job in list(self._jobs.values()):
            self.cancel(job)
        self._pool.shutdown(wait=False, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, job: Job, work: Work) -> None:
        folder = self._folder / job.id

        def progress(share: float, what: str) -> None:
            if job._stop.is_set():  # noqa: SLF001
                raise _Cancelled
            job.share, job.what = min(max(share, 0.0), 1.0), what

        try:
            progress(0.0, "")
            job.state = "running"
            folder.mkdir()
            path = work(folder, progress)
            progress(1.0, path.name)
            job.path, job.state = path, "done"
        except _Cancelled:
            job.state = "cancelled"
        except RedlineError as fault:
            job.fault, job.state = fault, "failed"
        except Exception:
            logging.getLogger("redline").exception("job %s", job.title)
            job.fault, job.state = RedlineError("take.broke"), "failed"
        if job.state != "done":
            shutil.rmtree(folder, ignore_errors=True)
        timer = threading.Timer(self._keep_s, self.drop, [job])
        timer.daemon = True
        timer.start()


def _be_nice() -> None:
    """Let pages go before files, where the system can weigh threads."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _remove_old(folder: Path, keep_s: float) -> None:
    """Remove what servers that were killed left behind."""
    for left in folder.glob("run-*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > 2 * keep_s and not any(
                time.time() - part.stat().st_mtime < 2 * keep_s for part in left.iterdir()
            ):
                shutil.rmtree(left, ignore_errors=True)


@cache
def jobs() -> Jobs:
    """Return the work of this server."""
    return Jobs(home() / "exports")
