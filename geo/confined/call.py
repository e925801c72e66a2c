"""Call a function in a confined process, and turn every way in which that can end into a result or one sentence."""

from __future__ import annotations

import atexit
import itertools
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

from geo.confined.ceilings import Ceilings
from geo.confined.child import CEILINGS, OUT_OF_DEPTH, OUT_OF_DISK, OUT_OF_MEMORY, PROGRESS, REPLY, REQUEST
from geo.confined.packing import pack, unpack
from geo.errors import BadInput
from geo.progress import Progress

__all__ = ["confined"]

T = TypeVar("T")
Ending = tuple[int, bool]
"""Exit status (a signal as a negative number), and whether it had to be ended."""

_LOADED: Final = ("geo.read", "geo.read.layer_file", "geo.read.tables")
"""What the fork server loads once, so that no call has to."""
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,12}")
_ENVIRONMENT: Final = ("PATH", "LANG", "LC_", "TZ", "LD_LIBRARY_PATH", "PROJ_", "GDAL_DATA", "PYTHONHASHSEED")
"""How the names of the variables begin that a reader is handed: none that could hold a password."""
_LATE_S: Final = 5
_REPORT_S: Final = 0.3
_LONGEST_REPORT: Final = 10_000
_GONE: Final = -99


def confined(
    function: Callable[..., T],
    /,
    *arguments: Any,
    ceilings: Ceilings,
    file: str = "",
    progress: Progress | None = None,
    **keywords: Any,
) -> T:
    """Return what a function of a module returns, called in a process of its own with nothing but these arguments.

    Parameters
    ----------
    function : callable
        A function of a module; what it takes and returns can be packed (``geo.confined.packing``).
    *arguments
        Passed on. Of a `Path` the process gets the path of a copy.
    **keywords
        Passed on.
    ceilings : Ceilings
        What the process may use.
    file : str
        Its name, for the sentence.
    progress : Progress, optional
        Told what the function tells its own ``progress``, in the thread of the caller. The function has such a
        parameter; without it none is handed to it.

    Raises
    ------
    RedlineError
        What the function raised.
    BadInput
        If the process was ended because it took too long or too much, or broke.
    """
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        place = Path(folder)
        (place / CEILINGS).write_text(json.dumps(asdict(ceilings)))
        handed = [_hand_over(argument, place, at) for at, argument in enumerate(arguments)]
        request = [function.__module__, function.__qualname__, handed, keywords, progress is not None]
        (place / REQUEST).write_bytes(pack(request))
        status, late = _run(place, function.__module__, ceilings, progress)
        if late or status == -_signal("SIGXCPU"):
            raise BadInput("geo.reading_too_long", name=file, limit=ceilings.seconds)
        if status == OUT_OF_MEMORY or status == -_signal("SIGABRT"):
            raise BadInput("geo.reading_too_heavy", name=file, limit=ceilings.memory_mb)
        if status == OUT_OF_DISK:
            raise BadInput("geo.reading_too_large", name=file, limit=ceilings.written_mb)
        if status == OUT_OF_DEPTH:
            raise BadInput("geo.reading_too_deep", name=file)
        if status:
            logging.getLogger("redline").error("the reader of a file ended", extra={"status": status})
            raise BadInput("geo.reading_crashed", name=file)
        value: T = _result(place / REPLY, file, ceilings)
        return value


def _hand_over(argument: Any, folder: Path, at: int) -> list[Any]:
    """Return how an argument is passed: as it is, or by a file in a folder, as bytes or as a path."""
    suffix = argument.suffix if isinstance(argument, Path) and _SUFFIX.fullmatch(argument.suffix) else ""
    place = folder / f"argument-{at}{suffix}"
    if isinstance(argument, bytes):
        place.write_bytes(argument)
        return ["bytes", place.name]
    if not isinstance(argument, Path):
        return ["value", argument]
    shutil.copyfile(argument, place)  # no link: the process may write in its folder
    return ["path", place.name]


def _result(path: Path, file: str, ceilings: Ceilings) -> Any:
    """Return the value of a reply, or raise the fault in it."""
    value: Any
    if path.is_symlink() or not path.is_file():  # a pipe would never end
        kind, value = "broke", "there is no reply"
    elif path.stat().st_size > ceilings.written_mb << 20:
        raise BadInput("geo.reading_too_large", name=file, limit=ceilings.written_mb)
    else:
        try:
            kind, value = unpack(path.read_bytes())
        except ValueError:
            kind, value = "broke", "the reply is no pack"
    if kind == "fault":
        raise value
    if kind != "value":
        logging.getLogger("redline").error("the reader of a file broke: %s", value)
        raise BadInput("geo.reading_crashed", name=file)
    return value


def _signal(name: str) -> int:
    return int(getattr(signal, name, 0)) or 1000


def _run(folder: Path, module: str, ceilings: Ceilings, progress: Progress | None) -> Ending:
    """Return how the call of a folder ended."""
    if not hasattr(os, "fork"):
        command, seconds = [sys.executable, "-m", "geo.confined.child", str(folder)], ceilings.seconds + _LATE_S
        try:
            done = subprocess.run(
                command, cwd=_ROOT, timeout=seconds, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            return 0, True
        return done.returncode, False
    for _ in range(2):  # once more with a new server, if the one there is was ended from outside
        ending = _server().run(folder, module, progress)
        if ending[0] != _GONE:
            break
    return ending


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
    """The fork server of this process, as its callers see it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        paths = os.pathsep.join([str(_ROOT), *(path for path in sys.path if path)])
        handed = {name: value for name, value in os.environ.items() if name.startswith(_ENVIRONMENT)}
        environment = handed | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "geo.confined.fork_server", str(theirs.fileno()), *_LOADED],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment, cwd=_ROOT,
                start_new_session=True,
            )  # fmt: skip
        self.owner = os.getpid()
        self._line = ours
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._calls: dict[int, Future[Ending]] = {}
        self.alive = True
        threading.Thread(target=self._listen, name="redline-confined", daemon=True).start()

    def run(self, folder: Path, module: str, progress: Progress | None) -> Ending:
        """Return how a call ended; `_GONE` if the server is no longer there. Whoever stops waiting ends the call."""
        ended: Future[Ending] = Future()
        with self._lock:
            if not self.alive:
                return _GONE, False
            number = next(self._numbers)
            self._calls[number] = ended
            if not self._send(number, str(folder), module):
                self._calls.pop(number)
                self.alive = False  # known here before the thread that listens has seen it
                return _GONE, False
        try:
            while progress is not None and not wait([ended], timeout=_REPORT_S).done:
                _report(folder, progress)
            return ended.result()
        except BaseException:
            with self._lock:
                self._send(number, "", "")
            wait([ended], timeout=_LATE_S)  # its folder is removed next
            raise

    def _send(self, number: int, folder: str, module: str) -> bool:
        """Send a line to the server; return whether it is there."""
        try:
            self._line.sendall(json.dumps([number, folder, module]).encode() + b"\n")
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
                ended.set_result((_GONE, False))
            self._calls.clear()

    def close(self) -> None:
        """End the server and what it runs."""
        if self.owner == os.getpid():
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._process.wait()


_CURRENT: list[_Server] = []
_STARTING: Final = threading.Lock()


def _server() -> _Server:
    """Return the fork server of this process, started if there is none."""
    with _STARTING:
        if not _CURRENT or not _CURRENT[0].alive or _CURRENT[0].owner != os.getpid():
            _CURRENT[:] = [_Server()]
            atexit.register(_CURRENT[0].close)
        return _CURRENT[0]
