"""Where the files of the map are made: each once, whoever asks at the same moment, and no more than the disk bears.

Whoever makes a file holds the lock for it and writes beside it how far it is; others, in this process or another, wait
and read that. The system lets go of the lock of a process that is gone.
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

__all__ = ["MOST_BYTES", "made_once", "tidy"]

MOST_BYTES: Final = 4 * 10**9
"""What all files of the map may take; beyond it, those go that were not used for the longest time."""

_UNUSED_DAYS: Final = 14
"""A file of a layer that nobody asked for so long goes when another of the layer is made: it is of an older version."""
_LOOK_S: Final = 0.2
_DAY_S: Final = 86_400.0
_LOCKS: Final = ".locks"


def made_once(path: Path, make: Callable[[Progress], None], progress: Progress = no_progress) -> Path:
    """Return a file, made now if it is not there.

    Parameters
    ----------
    path : Path
        Appears whole or not at all: `make` writes under another name, beginning with a full stop, and renames.
    make : callable
        Writes it; is given the progress to call.
    progress : Progress
        Called with the share done, also where another process makes the file.
    """
    locks = path.parent / _LOCKS
    lock, said = FileLock(locks / path.name), locks / f"{path.name}.share"
    while not _used(path):
        locks.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            progress(_share(said))
            time.sleep(_LOOK_S)
            continue
        try:
            if not path.exists():
                remove_leftovers(path)
                make(_also_written(progress, said))
                progress(1.0)
        finally:
            said.unlink(missing_ok=True)
            lock.release()
    return path


def tidy(folder: Path, layer: str, most_bytes: int = MOST_BYTES) -> None:
    """Remove files that are no longer used: of a layer, and if all take more than `most_bytes`, of any."""
    now = time.time()
    files = []
    for path in folder.glob("*/[!.]*"):
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
    whole = sum(size for _, size, _ in files)
    for used, size, path in sorted(files):
        old = path.parent.name == layer and now - used > _UNUSED_DAYS * _DAY_S
        if old or (whole > most_bytes and now - used > _DAY_S / 24):
            path.unlink(missing_ok=True)
            whole -= size


def _used(path: Path) -> bool:
    """Return whether a file is there; note that it was asked for (once a day is enough)."""
    try:
        if time.time() - path.stat().st_mtime > _DAY_S:
            os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _also_written(progress: Progress, said: Path) -> Progress:
    """Return a progress that also writes the share to a file, as often as others look at it."""
    written = 0.0

    def both(share: float, doing: str = "", /) -> None:
        nonlocal written
        if time.monotonic() - written > _LOOK_S:
            written = time.monotonic()
            with contextlib.suppress(OSError):
                said.write_text(f"{share:.3f}", encoding="ascii")
        progress(share, doing)

    return both


def _share(said: Path) -> float:
    """Return how far another is, as it wrote."""
    try:
        return float(said.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0.0
