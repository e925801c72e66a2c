"""Make each tile file once, under a lock across processes, and limit the disk space of all of them.

The process that makes a file locks it and writes its progress to a file beside it; others, in this process or another,
wait and read that. The operating system releases the lock of a process that has ended.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from geo.progress import Progress, no_progress
from geo.whole_file import remove_leftovers

__all__ = ["MOST_BYTES", "make_once", "remove_unused"]

MOST_BYTES: Final = 4 * 10**9
"""Limit of all tile files together; beyond it, the least recently used are removed."""

_UNUSED_DAYS: Final = 14
"""An unused file, probably of an older version, is removed after so long when another of its layer is made."""
_POLL_S: Final = 0.2
_DAY_S: Final = 86_400.0
_LOCKS: Final = ".locks"


def make_once(path: Path, make: Callable[[Progress], None], progress: Progress = no_progress) -> Path:
    """Return `path`; if it is missing, `make` is called or another process's `make` is waited for.

    Parameters
    ----------
    path : Path
        Appears complete or not at all: `make` writes under another name, beginning with a full stop, and renames it.
    make : callable
        Writes the file; called with the progress callback to use.
    progress : Progress
        Called with the share done, also if another process makes the file.
    """
    locks = path.parent / _LOCKS
    lock, share_file = FileLock(locks / path.name), locks / f"{path.name}.share"
    while not _touch(path):
        locks.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            progress(_read_share(share_file))
            time.sleep(_POLL_S)
            continue
        try:
            if not path.exists():
                remove_leftovers(path)
                make(_with_share_file(progress, share_file))
                progress(1.0)
        finally:
            share_file.unlink(missing_ok=True)
            lock.release()
    return path


def remove_unused(folder: Path, layer: str, most_bytes: int = MOST_BYTES) -> None:
    """Remove unused files of a layer; if all files exceed `most_bytes`, also the least recently used of any layer."""
    now = time.time()
    files = []
    for path in folder.glob("*/[!.]*"):
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    for used, size, path in sorted(files):
        old = path.parent.name == layer and now - used > _UNUSED_DAYS * _DAY_S
        if old or (total > most_bytes and now - used > _DAY_S / 24):
            path.unlink(missing_ok=True)
            total -= size


def _touch(path: Path) -> bool:
    """Return whether a file exists, and set its modification time to now if that is more than a day ago."""
    try:
        if time.time() - path.stat().st_mtime > _DAY_S:
            with contextlib.suppress(OSError):  # a folder that is read-only
                os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _with_share_file(progress: Progress, share_file: Path) -> Progress:
    """Return a progress callback that also writes the share to `share_file`, at most once per `_POLL_S`."""
    written = 0.0

    def report(share: float, doing: str = "", /) -> None:
        nonlocal written
        if time.monotonic() - written > _POLL_S:
            written = time.monotonic()
            with contextlib.suppress(OSError):
                share_file.write_text(f"{share:.3f}", encoding="ascii")
        progress(share, doing)

    return report


def _read_share(share_file: Path) -> float:
    """Return the share that the process making the file has written; 0 if there is none."""
    try:
        return float(share_file.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0.0
