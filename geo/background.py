"""Background tasks in a pool of threads, with progress, cancellation, and one task per key."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, Literal, TypeVar

from geo.errors import NO_ROOM, RedlineError
from geo.progress import Progress

__all__ = ["Task", "TaskPool"]

T = TypeVar("T")
_MOST_REMEMBERED: Final = 1_000
"""Of whom the last turn is remembered."""
_NICE: Final = 2
"""A little behind the threads that serve pages. Not more: they share the interpreter, and one that holds it while a
busy machine gives it no turn keeps every page waiting (at 10, beside two busy programs, reports took minutes)."""


class _Cancelled(Exception):
    """Raised inside cancelled work, at its next call of progress."""


@dataclass(eq=False)
class Task(Generic[T]):
    """One background task: its state, progress, and result or exception.

    Attributes
    ----------
    name : str
        For the log.
    state : {"waiting", "running", "done", "failed", "cancelled"}
    share : float
        Done so far, 0 to 1.
    doing : str
        What is being done, as last passed to progress.
    result : object or None
        What the work returned.
    fault : Exception or None
        Why it failed.
    ended : Event
        Set once it is done, failed or cancelled.
    """

    name: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = "waiting"
    share: float = 0.0
    doing: str = ""
    result: T | None = None
    fault: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {"waiting", "running"}

    def cancel(self) -> None:
        """Cancel the task: at once if it is waiting, else at its next call of progress."""
        self._stop.set()
        if self.active:
            self.state = "cancelled"

    def run(self, work: Callable[[Progress], T]) -> None:
        """Run the work in this thread; an exception is stored in `fault`."""

        def progress(share: float, doing: str = "", /) -> None:
            if self._stop.is_set():
                raise _Cancelled
            self.share, self.doing = min(max(share, 0.0), 1.0), doing

        try:
            progress(0.0)
            self.state = "running"
            self.result = work(progress)
            progress(1.0, self.doing)
            self.state = "done"
        except _Cancelled:
            self.state = "cancelled"
        except Exception as fault:  # a thread has nobody above it: whoever waits for the task shows the fault
            if isinstance(fault, OSError) and fault.errno in NO_ROOM:
                logging.getLogger("redline").warning("%s: %s", self.name, fault.strerror)
            elif not isinstance(fault, RedlineError):
                logging.getLogger("redline").exception("%s", self.name)
            self.fault, self.state = fault, "failed"
        finally:
            self.ended.set()


class TaskPool:
    """Pool of threads that run tasks, in turns among those whose they are, and of each in the order in which they came.

    So somebody with many tasks does not keep somebody with one waiting for all of them.

    Parameters
    ----------
    name : str
        Of its threads.
    workers : int
        So many tasks run at once; the rest wait.
    """

    def __init__(self, name: str, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name, initializer=_yield_to_pages)
        self._active: dict[Hashable, Task] = {}
        self._waiting: list[_Waiting] = []
        self._turns = _Turns()
        self._lock = threading.Lock()

    def start(
        self, name: str, work: Callable[[Progress], T], *, key: Hashable = None, owner: Hashable = None
    ) -> Task[T]:
        """Enqueue work and return its task; return the existing task if one of the same key is waiting or running.

        Parameters
        ----------
        name : str
        work : callable
            Given what to call with its progress.
        key : hashable, optional
            What it makes; None: never shared.
        owner : hashable, optional
            Whose it is, of those among whom turns are shared.
        """
        with self._lock:
            known = self._active.get(key) if key is not None else None
            if known is not None and known.active:
                return known
            task: Task[T] = Task(name)
            if key is not None:
                self._active[key] = task
            self._waiting.append(_Waiting(task, partial(self._run, task, work, key), owner))
        self._threads.submit(self._run_next)
        return task

    def ahead(self, task: Task[Any]) -> int:
        """Return how many tasks are run before one that waits, if nobody starts another; 0 if it does not wait."""
        with self._lock:
            waiting, turns = [one for one in self._waiting if one.task.active], self._turns.once_all_have_ended()
        for count in range(len(waiting)):
            found = turns.take(waiting)
            if found.task is task:
                return count
            turns.give_back(found)
        return 0

    def close(self) -> None:
        """Cancel waiting tasks and accept no more; running ones go on until they are cancelled or done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run_next(self) -> None:
        """Run the task whose turn it is; there is one for each call."""
        with self._lock:
            found = self._turns.take(self._waiting)
        try:
            found.run()
        finally:
            with self._lock:
                self._turns.give_back(found)

    def _run(self, task: Task[T], work: Callable[[Progress], T], key: Hashable) -> None:
        task.run(work)
        with self._lock:
            if self._active.get(key) is task:
                del self._active[key]


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A task that waits for its turn, and whose it is."""

    task: Task[Any]
    run: Callable[[], None]
    owner: Hashable


class _Turns:
    """Whose turn it is: of those with the fewest tasks running, whoever had a turn longest ago."""

    def __init__(self) -> None:
        self._running: Counter[Hashable] = Counter()
        self._last: dict[Hashable, int] = {}
        """Number of the last turn of each, the latest last."""
        self._count = 0

    def once_all_have_ended(self) -> _Turns:
        """Return these turns as they will be once all that run have ended, to look ahead."""
        made = _Turns()
        made._last, made._count = dict(self._last), self._count
        return made

    def take(self, waiting: list[_Waiting]) -> _Waiting:
        """Take the task whose turn it is out of those that wait, in the order in which they came."""
        found = min(waiting, key=lambda one: (self._running[one.owner], self._last.get(one.owner, -1)))
        waiting.remove(found)
        self._count += 1
        self._running[found.owner] += 1
        self._last.pop(found.owner, None)
        self._last[found.owner] = self._count
        while len(self._last) > _MOST_REMEMBERED:
            del self._last[next(iter(self._last))]
        return found

    def give_back(self, done: _Waiting) -> None:
        """Note that a task has ended."""
        self._running[done.owner] -= 1
        if not self._running[done.owner]:
            del self._running[done.owner]


def _yield_to_pages() -> None:
    """Lower the priority of this thread below those that serve pages, if the system supports it."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
