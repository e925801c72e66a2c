"""Fork servers of this process, each of one sort of calls: started when first needed, anew when they were ended."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path
from typing import Final

from geo.progress import Progress

__all__ = ["GONE", "PROGRESS", "Ending", "Forks", "may_fork", "reporter"]

Ending = tuple[int, bool]
"""Exit status (a signal as a negative number), and whether it had to be ended."""

GONE: Final = -99
"""Status of a call whose server was ended twice."""
PROGRESS: Final = "progress.json"
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_LATE_S: Final = 5
_REPORT_S: Final = 0.3
_LONGEST_REPORT: Final = 10_000
_SECRET: Final = re.compile(r"^PG|PASS|SECRET|TOKEN|KEY|CREDENTIAL", re.IGNORECASE)
"""Names of variables that may hold what only this process should know."""


def may_fork() -> bool:
    """Return whether this system copies processes; Windows does not."""
    return hasattr(os, "fork")


class Forks:
    """Calls in copies of a process that has modules loaded.

    Parameters
    ----------
    child : str
        Module whose ``run(folder)`` does a call in its copy and returns the exit status.
    loaded : sequence of str
        Modules that the process loads at its start, so that no call has to.
    variables : callable
        Returns the environment of the process.
    """

    def __init__(self, child: str, loaded: Sequence[str], variables: Callable[[], Mapping[str, str]]) -> None:
        self._child = child
        self._loaded = tuple(loaded)
        self._variables = variables
        self._current: _Server | None = None
        self._starting = threading.Lock()

    def run(self, folder: Path, module: str, seconds: float, progress: Progress | None = None) -> Ending:
        """Do the call that a folder holds and return how it ended; whoever stops waiting ends it.

        Parameters
        ----------
        folder : Path
            Holds what the child needs; its reply comes there.
        module : str
            What the call needs loaded.
        seconds : float
            After so long it is ended.
        progress : Progress, optional
            Told what the child reports by `reporter`; what it raises ends the call.
        """
        for _ in range(2):  # once more with a new server, if the one there is was ended from outside
            ending = self._server().run(folder, module, seconds, progress)
            if ending[0] != GONE:
                break
        return ending

    def start_as_copy(self) -> None:
        """Start the fork server as a copy of this process, which saves it the second that its modules take to load.

        For a process that has just begun: nothing happens where it has a second thread already (a copy of its locks
        would stay locked), or a variable of its environment may hold a password (a copy would have it in its memory).
        """
        with self._starting:
            plain = not any(_SECRET.search(name) for name in os.environ)
            if self._current is None and may_fork() and plain and threading.active_count() == 1:
                self._current = _Server(self._child, None, self._variables())
                atexit.register(self._current.close)

    def _server(self) -> _Server:
        """Return the fork server, started if there is none."""
        with self._starting:
            if self._current is None or not self._current.alive or self._current.owner != os.getpid():
                self._current = _Server(self._child, self._loaded, self._variables())
                atexit.register(self._current.close)
            return self._current


class _Copy:
    """A copy of this process, waited for as one that was started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def wait(self) -> None:
        """Wait until it has ended; nothing if somebody did already."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _started(
    line: socket.socket, child: str, loaded: Sequence[str], variables: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Return a new process that serves on a socket."""
    paths = os.pathsep.join([str(_ROOT), *(path for path in sys.path if path)])
    environment = dict(variables) | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "geo.forks.server", str(line.fileno()), child, *loaded],
        pass_fds=[line.fileno()], stdin=subprocess.DEVNULL, env=environment, cwd=_ROOT, start_new_session=True,
    )  # fmt: skip


def reporter(folder: Path) -> Progress:
    """Return a callback for the child of a call, which leaves what it is told in the folder, for the caller to read."""

    def report(share: float, doing: str = "", /) -> None:
        draft = folder / f"{PROGRESS}.draft"
        draft.write_text(json.dumps([share, doing]))
        draft.replace(folder / PROGRESS)

    return report


def _report(folder: Path, progress: Progress) -> None:
    """Pass on what a call left in its folder; nothing if that is not what a call leaves."""
    try:
        file = os.open(folder / PROGRESS, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)  # a pipe would never end
        with open(file, "rb") as report:  # noqa: PTH123 -- a descriptor
            share, doing = json.loads(report.read(_LONGEST_REPORT))
            told = min(1.0, max(0.0, float(share))), str(doing)
    except (OSError, RecursionError, TypeError, ValueError):
        return
    progress(*told)


class _Server:
    """A fork server of this process, as its callers see it."""

    def __init__(self, child: str, loaded: Sequence[str] | None, variables: Mapping[str, str]) -> None:
        """Start it as a process of its own that loads modules, or (None) as a copy of this one."""
        ours, theirs = socket.socketpair()
        with theirs:
            if loaded is None:
                process = os.fork()
                if not process:
                    from geo.forks.server import serve_in_copy  # noqa: PLC0415 -- a module that also runs by itself

                    ours.close()
                    serve_in_copy(theirs, child, variables)
                self._process: _Copy | subprocess.Popen[bytes] = _Copy(process)
            else:
                self._process = _started(theirs, child, loaded, variables)
        self.owner = os.getpid()
        self._line = ours
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._calls: dict[int, Future[Ending]] = {}
        self.alive = True
        threading.Thread(target=self._listen, name="redline-forks", daemon=True).start()

    def run(self, folder: Path, module: str, seconds: float, progress: Progress | None) -> Ending:
        """Return how a call ended; `GONE` if the server is no longer there. Whoever stops waiting ends the call."""
        ended: Future[Ending] = Future()
        with self._lock:
            if not self.alive:
                return GONE, False
            number = next(self._numbers)
            self._calls[number] = ended
            if not self._send(number, str(folder), seconds, module):
                self._calls.pop(number)
                self.alive = False  # known here before the thread that listens has seen it
                return GONE, False
        try:
            while progress is not None and not wait([ended], timeout=_REPORT_S).done:
                _report(folder, progress)
            return ended.result()
        except BaseException:
            with self._lock:
                self._send(number, "", 0.0, "")
            wait([ended], timeout=_LATE_S)  # its folder is removed next
            raise

    def _send(self, number: int, folder: str, seconds: float, module: str) -> bool:
        """Send a line to the server; return whether it is there."""
        try:
            self._line.sendall(json.dumps([number, folder, seconds, module]).encode() + b"\n")
        except OSError:
            return False
        return True

    def _listen(self) -> None:
        """Hand each answer to who waits for it; at the end tell all others that there is none."""
        with suppress(OSError), self._line.makefile("rb") as lines:  # reset, if it ends with a request unread
            for line in lines:
                number, status, late = json.loads(line)
                self._calls.pop(number).set_result((status, late))
        self._process.wait()
        with self._lock:
            self.alive = False
            for ended in self._calls.values():
                ended.set_result((GONE, False))
            self._calls.clear()

    def close(self) -> None:
        """End the server and what it runs."""
        if self.owner == os.getpid():
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._process.wait()
