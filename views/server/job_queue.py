"""Export jobs of all sessions: run by a few worker threads, cancelled on request, files removed after a while."""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from geo.background import Task, TaskPool
from geo.errors import NO_ROOM, BadInput, DataFault, RedlineError
from geo.progress import Progress
from layers.access import Person, acting_as
from layers.paths import home
from views.session import person

__all__ = ["KEEP_SECONDS", "Job", "Jobs", "Work", "jobs"]

KEEP_SECONDS: Final = 1800.0
"""How long a finished file can be downloaded."""
_WORKERS: Final = 2
_FULL_BYTES: Final = 1 << 20
_OWNER_ALONE: Final = 0o700
_MAX_OF_OWNER: Final = 3
_MAX_ACTIVE: Final = 200

Work = Callable[[Path, Progress], Path]
"""Function that writes a file into the folder passed to it and returns the path of the file."""


@dataclass(frozen=True, eq=False)
class Job:
    """An export job of a session.

    Attributes
    ----------
    id : str
    owner : str
        Random id of the session, a hyphen and a group (``views.parts.takeaway.orders``): sessions take turns.
    title : str
        Title of the file, in the session's language.
    task : Task of Path
        Its result is the path of the file.
    """

    id: str
    owner: str
    title: str
    task: Task[Path]

    @property
    def path(self) -> Path | None:
        """Path of the file, None until the job is done."""
        return self.task.result if self.task.state == "done" else None

    @property
    def fault(self) -> RedlineError | None:
        """The error that the job failed with, None if it did not; errors other than `RedlineError` are replaced."""
        fault = self.task.fault
        return fault if fault is None or isinstance(fault, RedlineError) else RedlineError("take.broke")


class Jobs:
    """The export jobs of all sessions, with the folder of their files.

    Parameters
    ----------
    folder : Path
        Files are made in temporary subfolders.
    workers : int
        Number of jobs that run at once; the others wait.
    keep_s : float
        Seconds after which a finished file is removed.
    """

    def __init__(self, folder: Path, workers: int = _WORKERS, keep_s: float = KEEP_SECONDS) -> None:
        self._folder = folder / f"run-{uuid.uuid4().hex}"  # made by the first job
        self._keep_s = keep_s
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = TaskPool("redline-job", workers)
        self._expiring: SimpleQueue[tuple[float, str]] = SimpleQueue()
        self._expires: threading.Thread | None = None
        _remove_old(folder, keep_s)
        atexit.register(self.close)

    def start(self, owner: str, title: str, work: Work) -> Job:
        """Enqueue work and return its job.

        Raises
        ------
        BadInput
            If the owner, or all owners together, have too many jobs waiting or running.
        """
        with self._lock:
            active = [job for job in self._jobs.values() if job.task.active]
            if sum(job.owner == owner for job in active) >= _MAX_OF_OWNER or len(active) >= _MAX_ACTIVE:
                raise BadInput("take.too_many")
            job_id = uuid.uuid4().hex
            make = partial(self._make, job_id, work, person())
            task = self._pool.start(f"export job {job_id}", make, owner=owner.partition("-")[0])
            job = self._jobs[job_id] = Job(job_id, owner, title, task)
        return job

    def of(self, owner: str) -> list[Job]:
        """Return the jobs of an owner, the latest first."""
        with self._lock:
            return [job for job in self._jobs.values() if job.owner == owner][::-1]

    def get(self, job_id: str, owner: str) -> Job | None:
        """Return a job by its id, None if it does not exist or is another owner's."""
        job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def ahead(self, job: Job) -> int:
        """Return how many jobs come before one that waits."""
        return self._pool.ahead(job.task)

    def cancel(self, job: Job) -> None:
        """Cancel a job; its files are removed."""
        job.task.cancel()
        self._expire_later(job.id)

    def drop(self, job: Job) -> None:
        """Cancel a job and remove it with its file at once."""
        self.cancel(job)
        self._forget(job)

    def _forget(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.id, None)
        shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def close(self) -> None:
        """Cancel all jobs and remove all files."""
        for job in list(self._jobs.values()):
            self.cancel(job)
        self._pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, job_id: str, work: Work, orderer: Person, progress: Progress) -> Path:
        """Return the path of a file made in a new folder, which is removed at once on failure, else after `keep_s`.

        The thread works for whoever ordered the file, and sees what that person may see.
        """
        folder = self._folder / job_id
        succeeded = False
        try:
            folder.mkdir(mode=_OWNER_ALONE, parents=True)
            with acting_as(orderer):
                path = work(folder, progress)
            progress(1.0, path.name)
            succeeded = True
        except Exception as fault:
            if (why := self._no_room(fault)) is not None:
                raise DataFault("take.no_room", fault=why) from fault
            raise
        finally:
            if not succeeded:
                shutil.rmtree(folder, ignore_errors=True)
            self._expire_later(job_id)
        return path

    def _no_room(self, fault: Exception) -> str | None:
        """Return why the folder takes nothing more, if that is why a job failed; GDAL says only that it did."""
        if isinstance(fault, OSError) and fault.errno in NO_ROOM:
            return fault.strerror
        place = next(folder for folder in self._folder.parents if folder.is_dir())
        return os.strerror(errno.ENOSPC) if shutil.disk_usage(place).free < _FULL_BYTES else None

    def _expire_later(self, job_id: str) -> None:
        """Remove a job with its file after `keep_s` seconds."""
        with self._lock:
            self._expiring.put((time.monotonic() + self._keep_s, job_id))
            if self._expires is None:  # one thread for all jobs: a timer is a thread for each
                self._expires = threading.Thread(target=self._drop_expired, name="redline-expire", daemon=True)
                self._expires.start()

    def _drop_expired(self) -> None:
        while True:
            until, job_id = self._expiring.get()  # each is kept as long: they expire in the order in which they ended
            time.sleep(max(0.0, until - time.monotonic()))
            job = self._jobs.get(job_id)
            if job is not None:
                job.task.cancel()
                self._forget(job)


def _remove_old(folder: Path, keep_s: float) -> None:
    """Remove folders left behind by servers that were killed."""
    for leftover in folder.glob("run-*"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > 2 * keep_s and not any(
                time.time() - part.stat().st_mtime < 2 * keep_s for part in leftover.iterdir()
            ):
                shutil.rmtree(leftover, ignore_errors=True)


@cache
def jobs() -> Jobs:
    """Return the export jobs of this server."""
    return Jobs(home() / "exports")
