"""A process with modules loaded that makes a copy of itself for each call: ``geo.forks.client`` starts it.

It has one thread and opens no file of a user, so that a copy of it is safe to make and knows nothing. A request is a
line with the number of the call, its folder, the seconds that it may take and the module that it needs; the answer,
once the copy has ended, a line with how. A line without a folder ends a call.
"""

from __future__ import annotations

import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

__all__ = ["main", "serve_in_copy"]

_MOST_AT_ONCE: Final = max(2, os.cpu_count() or 2)
_ERROR: Final = 1


@dataclass(frozen=True)
class _Running:
    """A copy at work: the number of its call, and when it is ended."""

    call: int
    until: float


@dataclass(frozen=True)
class _Request:
    """A call that waits for its copy."""

    call: int
    folder: str
    seconds: float
    module: str


class _ForkServer:
    """The loop of the process."""

    def __init__(self, line: socket.socket, run: Callable[[Path], int]) -> None:
        self._line = line
        self._run = run
        self._heard = b""
        self._waiting: deque[_Request] = deque()
        self._running: dict[int, _Running] = {}
        self._late: set[int] = set()
        self._wake, wake = socket.socketpair()
        for end in (self._wake, wake):
            end.settimeout(0.0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self._kept = wake

    def serve(self) -> None:
        """Answer until the other end is closed; whatever is still at work then is ended."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._line, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select(self._patience())}
                if self._wake in ready:
                    with suppress(BlockingIOError):
                        self._wake.recv(4096)
                if self._line in ready and not self._hear():
                    break
                self._end_late()
                self._collect()
                self._begin()
        for process in self._running:
            _kill(process)

    def _patience(self) -> float | None:
        """Return the seconds until the next call must be ended; None while none runs."""
        if not self._running:
            return None
        return max(0.0, min(one.until for one in self._running.values()) - time.monotonic())

    def _hear(self) -> bool:
        """Take requests in; return whether the other end is still there."""
        piece = self._line.recv(1 << 16)
        *lines, self._heard = (self._heard + piece).split(b"\n")
        for request in (_Request(*json.loads(one)) for one in lines):
            if request.folder:
                self._waiting.append(request)
            else:
                self._end(request.call)
        return bool(piece)

    def _end(self, number: int) -> None:
        """End a call that nobody waits for any more."""
        for one in [one for one in self._waiting if one.call == number]:
            self._waiting.remove(one)
            self._tell(number, _ERROR, late=False)
        for process, running in self._running.items():
            if running.call == number:
                _kill(process)

    def _begin(self) -> None:
        while self._waiting and len(self._running) < _MOST_AT_ONCE:
            request = self._waiting.popleft()
            with suppress(Exception):  # the copy meets it again, and says so
                importlib.import_module(request.module)  # once, for all copies
            try:
                process = os.fork()
            except OSError:
                self._tell(request.call, _ERROR, late=False)
                continue
            if not process:
                self._be_child(Path(request.folder))
            with suppress(OSError):  # the copy does it too; whoever is first
                os.setpgid(process, process)
            self._running[process] = _Running(request.call, time.monotonic() + request.seconds)

    def _be_child(self, folder: Path) -> None:
        """Do one call in the copy that this process now is, and end."""
        status = _ERROR
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in (self._line, self._wake, self._kept):
                end.close()
            status = self._run(folder)
        finally:
            os._exit(status)

    def _end_late(self) -> None:
        now = time.monotonic()
        for process, one in self._running.items():
            if one.until <= now and process not in self._late:
                self._late.add(process)
                _kill(process)

    def _collect(self) -> None:
        """Tell how each call ended whose copy has."""
        while self._running:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            _kill(process)  # what it began and left
            one = self._running.pop(process)
            self._tell(one.call, os.waitstatus_to_exitcode(status), late=process in self._late)
            self._late.discard(process)

    def _tell(self, number: int, code: int, *, late: bool) -> None:
        self._line.sendall(json.dumps([number, code, late]).encode() + b"\n")


def _kill(leader: int) -> None:
    """End a copy and all that it began."""
    with suppress(OSError):  # none is left
        os.killpg(leader, signal.SIGKILL)


def serve_in_copy(line: socket.socket, child: str, variables: Mapping[str, str]) -> NoReturn:
    """Serve in a copy of a process, which this now is, and end: as `main` does in a process of its own.

    Parameters
    ----------
    line : socket
    child : str
        Module whose ``run`` does a call.
    variables : mapping
        The environment from now on.
    """
    status = _ERROR
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.environ.clear()
        os.environ.update(variables)
        _ForkServer(line, importlib.import_module(child).run).serve()
        status = 0
    finally:
        os._exit(status)  # what the process was copied from ends by itself


def main() -> None:
    """Serve on the socket whose number comes first, by ``run`` of the module named next; load the others before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    number, child, *loaded = sys.argv[1:]
    run = importlib.import_module(child).run
    for name in loaded:
        importlib.import_module(name)
    with socket.socket(fileno=int(number)) as line:
        _ForkServer(line, run).serve()


if __name__ == "__main__":
    main()
