"""Which servers work on a data folder: each holds the lock of a file with its name for as long as it runs."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

__all__ = ["announce", "other_servers"]

_FOLDER: Final = "servers"
_SUFFIX: Final = ".lock"
_OURS: Final[dict[Path, FileLock]] = {}
"""Locks that this process holds until it ends; the operating system frees those of a process that was killed."""


def announce(home: Path) -> None:
    """Say to other servers that this process works on a data folder; nothing where the folder cannot be written."""
    path = home / _FOLDER / f"{platform.node() or 'server'}-{os.getpid()}{_SUFFIX}"
    with suppress(OSError, Timeout):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        lock.acquire(timeout=0)
        _OURS[path] = lock


def other_servers(home: Path) -> list[str]:
    """Return machine and process of each other server that works on a data folder; files of ended ones go."""
    found = []
    for path in sorted((home / _FOLDER).glob(f"*{_SUFFIX}")):
        if path in _OURS:
            continue
        try:
            with FileLock(path, timeout=0):
                path.unlink(missing_ok=True)
        except Timeout:
            found.append(path.name.removesuffix(_SUFFIX))
        except OSError:  # a folder that cannot be written, or a lock that another machine holds
            continue
    return found
