"""Call a function of ours in a copy of a process that has its module loaded, and return what it returns."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from geo.errors import RedlineError
from geo.forks import Forks, may_fork
from geo.own_process.child import REPLY, REQUEST, nothing
from geo.progress import Progress

__all__ = ["in_own_process", "prepare_own_processes"]

T = TypeVar("T")
_LONGEST_S: Final = 3600.0
_FORKS: Final = Forks("geo.own_process.child", (), lambda: os.environ)


def in_own_process(
    function: Callable[..., T], /, *arguments: Any, scratch: Path, progress: Progress, **keywords: Any
) -> T:
    """Return what a function returns, called in a process of its own; in this one where there are no forks (Windows).

    Parameters
    ----------
    function : callable
        A function of a module; takes a `progress`. What it takes and returns can be pickled: nothing of strangers is, a
        pickle is only ever written and read by ourselves, in a folder of our own.
    *arguments
        Passed on.
    scratch : Path
        Folder that nobody else may read: what is passed on lies there meanwhile.
    progress : Progress
        Told what the function tells its own; what it raises ends the process.
    **keywords
        Passed on.

    Raises
    ------
    Exception
        What the function raised.
    RedlineError
        If the process was ended from outside, or after an hour.
    """
    if not may_fork():
        return function(*arguments, progress=progress, **keywords)
    with tempfile.TemporaryDirectory(prefix="call-", dir=scratch) as folder:
        place = Path(folder)
        with (place / REQUEST).open("wb") as request:
            pickle.dump((function.__module__, function.__qualname__, arguments, keywords), request, protocol=5)
        status, late = _FORKS.run(place, function.__module__, _LONGEST_S, progress)
        reply = place / REPLY
        if status or late or not reply.is_file():
            raise RedlineError("geo.process_ended")
        with reply.open("rb") as written:
            value, fault = pickle.load(written)  # noqa: S301 -- written by our own child, in a folder of our own
    if fault is not None:
        raise fault
    returned: T = value
    return returned


def prepare_own_processes(*modules: str) -> None:
    """Have modules loaded where functions of them will be called, so that the first call need not wait for it.

    Parameters
    ----------
    *modules : str
        Their names.
    """
    if not may_fork():
        return
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        request = pickle.dumps((nothing.__module__, nothing.__qualname__, (), {}), protocol=5)
        (Path(folder) / REQUEST).write_bytes(request)
        for module in modules:
            _FORKS.run(Path(folder), module, _LONGEST_S)
