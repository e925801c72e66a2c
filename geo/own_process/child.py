"""One call in this process, a copy that `geo.forks.server` made of itself."""

from __future__ import annotations

import importlib
import os
import pickle
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from geo.forks import reporter
from geo.progress import Progress

__all__ = ["REPLY", "REQUEST", "nothing", "run"]

REQUEST: Final = "request.pickle"
REPLY: Final = "reply.pickle"
_NICE: Final = 5
"""Behind the process that serves pages."""


def run(folder: Path) -> int:
    """Do what the request in a folder says, put the reply beside it, and return the exit status of the process."""
    with suppress(OSError):
        os.nice(_NICE)
    with (folder / REQUEST).open("rb") as request:
        module, name, arguments, keywords = pickle.load(request)  # noqa: S301 -- written by the process that calls
    try:
        function = getattr(importlib.import_module(module), name)
        reply: tuple[Any, Exception | None] = (function(*arguments, progress=reporter(folder), **keywords), None)
    except Exception as fault:  # noqa: BLE001 -- handed to the caller, who shows or logs it
        fault.add_note(traceback.format_exc())
        reply = None, fault
    _write(folder / REPLY, reply)
    return 0


def nothing(*, progress: Progress) -> None:
    """Do nothing: what is wanted is that its process has something loaded."""


def _write(path: Path, reply: tuple[Any, Exception | None]) -> None:
    """Write a reply; an exception that cannot be pickled as its text."""
    try:
        content = pickle.dumps(reply, protocol=5)
        pickle.loads(content)  # noqa: S301 -- an exception with arguments of its own can often not be made again
    except Exception as fault:  # noqa: BLE001 -- whatever a pickle runs into
        content = pickle.dumps((None, RuntimeError(f"{reply[1]!r} {fault!r}")), protocol=5)
    path.write_bytes(content)
