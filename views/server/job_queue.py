"""Files that sessions have ordered: made by a few workers for all, cancelled on request, kept for a while."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from geo.background import Task, TaskPool
from geo.errors import BadInput, RedlineError
from geo.progress import Progress
from layers.paths import home

__all__ = ["KEEP_SECONDS", "Job", "Jobs", "Work", "jobs"]

KEEP_SECONDS: Final = 1800.0
"""So long a finished file can be fetched."""
_WORKERS: Final = 2
_MOST_OF_ONE: Final = 3
_MOST_WAITING: Final = 40

Work = Callable[[Path, Progress], Path]
"""Writes a file into a folder of its own and returns it."""


@dataclass(frozen=True, eq=False)
class Job:
    """A file that a session has ordered.

    Attributes
    ----------
    id, owner : str
        The session's own name for itself is the owner.
    title : str
        What is made, in the session's words.
    task : Task of Path
        The work; its result is the file.
    """

    id: str
    owner: str
    title: str
    task: Task[Path]

    @property
    def path(self) -> Path | None:
        """The file, once done."""
        return self.task.result if self.task.state == "done" else None

    @property
    def fault(self) -> RedlineError | None:
        """Why it failed, in a sentence."""
        fault = self.task.fault
        return fault if fault is None or isinstance(fault, RedlineError) else RedlineError("take.broke")


class Jobs:
    """The files ordered by all sessions.

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
        self._pool = TaskPool("redline-job", workers)
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
            waiting = [job for job in self._jobs.values() if job.task.active]
            if sum(job.owner == owner for job in waiting) >= _MOST_OF_ONE or len(waiting) >= _MOST_WAITING:
                raise BadInput("take.too_many")
            number = uuid.uuid4().hex
            task = self._pool.start(f"job {title}", lambda progress: self._make(number, work, progress))
            job = self._jobs[number] = Job(number, owner, title, task)
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
        job.task.cancel()
        self._expire(job.id)

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
        self._pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, number: str, work: Work, progress: Progress) -> Path:
        """Make a file in a folder of its own, which goes with a failure at once, else after its time."""
        folder = self._folder / number
        folder.mkdir()
        kept = False
        try:
            path = work(folder, progress)
            progress(1.0, path.name)
            kept = True
        finally:
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)
            self._expire(number)
        return path

    def _expire(self, number: str) -> None:
        """Forget a job once its time is over."""
        timer = threading.Timer(self._keep_s, self._forget, [number])
        timer.daemon = True
        timer.start()

    def _forget(self, number: str) -> None:
        job = self._jobs.get(number)
        if job is not None:
            self.drop(job)


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
    """Return the ordered files of this server."""
    return Jobs(home() / "exports")
