"""Call a function in a confined process, and turn every way in which that can end into a result or one sentence."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

from geo.confined.ceilings import Ceilings
from geo.confined.child import CEILINGS, OUT_OF_DEPTH, OUT_OF_DISK, OUT_OF_MEMORY, REPLY, REQUEST
from geo.confined.packing import pack, unpack
from geo.errors import BadInput
from geo.forks import Ending, Forks, may_fork
from geo.progress import Progress

__all__ = ["confined", "start_readers_as_copy"]

T = TypeVar("T")
_LOADED: Final = ("geo.read", "geo.read.layer_file", "geo.read.tables")
"""What the fork server loads once, so that no call has to."""
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,12}")
_ENVIRONMENT: Final = ("PATH", "LANG", "LC_", "TZ", "LD_LIBRARY_PATH", "PROJ_", "GDAL_DATA", "PYTHONHASHSEED")
"""How the names of the variables begin that a reader is handed: none that could hold a password."""
_LATE_S: Final = 5


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


def start_readers_as_copy() -> None:
    """Start the process from which readers are copied as a copy of this one: for a command, before it opens anything.

    A command reads one file; a new process would load the same modules again (docs/decisions/reading-outside.md).
    """
    _FORKS.start_as_copy()


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
    if not may_fork():
        command, seconds = [sys.executable, "-m", "geo.confined.child", str(folder)], ceilings.seconds + _LATE_S
        try:
            done = subprocess.run(
                command, cwd=_ROOT, timeout=seconds, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            return 0, True
        return done.returncode, False
    return _FORKS.run(folder, module, ceilings.seconds, progress)


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_ENVIRONMENT)}


_FORKS: Final = Forks("geo.confined.child", _LOADED, _variables)
