"""A process with the readers loaded that makes a copy of itself for each call: ``geo.confined.call`` starts it.

It has one thread and opens no file of a user, so that a copy of it is safe to make and knows nothing. A request is a
line with the number of the call, its folder and its module; the answer, once the copy has ended, a line with how.
A line without a folder ends a call.
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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.confined.child import CEILINGS, run

__all__ = ["main"]

_MOST_AT_ONCE: Final = max(2, os.cpu_count() or 2)
_ERROR: Final = 1


@dataclass(frozen=True)
class _Running:
    """A copy at work: the number of its call, and when it is ended."""

    call: int
    until: float


class _ForkServer:
    """The loop of the process."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._heard = b""
        self._waiting: deque[tuple[int, str, str]] = deque()
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
        for number, folder, module in map(json.loads, lines):
            if folder:
                self._waiting.append((number, folder, module))
            else:
                self._end(number)
        return bool(piece)

    def _end(self, number: int) -> None:
        """End a call that nobody waits for any more."""
        for one in [one for one in self._waiting if one[0] == number]:
            self._waiting.remove(one)
            self._tell(number, _ERROR, late=False)
        for process, running in self._running.items():
            if running.call == number:
                _kill(process)

    def _begin(self) -> None:
        while self._waiting and len(self._running) < _MOST_AT_ONCE:
            number, folder, module = self._waiting.popleft()
            try:
                importlib.import_module(module)  # once, for all copies
                seconds = json.loads((Path(folder) / CEILINGS).read_text())["seconds"]
                process = os.fork()
            except OSError:
                self._tell(number, _ERROR, late=False)
                continue
            if not process:
                self._be_child(Path(folder))
            with suppress(OSError):  # the copy does it too; whoever is first
                os.setpgid(process, process)
            self._running[process] = _Running(number, time.monotonic() + seconds)

    def _be_child(self, folder: Path) -> None:
        """Do one call in the copy that this process now is, and end."""
        status = _ERROR
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in (self._line, self._wake, self._kept):
                end.close()
            status = run(folder)
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


def main() -> None:
    """Load the modules that are named, then serve on the socket whose number comes first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in sys.argv[2:]:
        importlib.import_module(name)
    with socket.socket(fileno=int(sys.argv[1])) as line:
        _ForkServer(line).serve()


if __name__ == "__main__":
    main()
