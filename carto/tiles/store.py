"""Where the files of the map are made: each once, whoever asks at the same moment, and no more than the disk bears.

Whoever makes a file holds a lock beside it that says how far it is; others, in this process or another, wait and read
that. The lock is touched all the time: one that is not belongs to a process that is gone.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from geo.whole_file import remove_left

__all__ = ["MOST_BYTES", "Progress", "made_once", "tidy"]

Progress = Callable[[float], None]

MOST_BYTES: Final = 4 * 10**9
"""What all files of the map may take; beyond it, those go that were not used for the longest time."""

_UNUSED_DAYS: Final = 14
"""A file of a layer that nobody asked for so long goes when another of the layer is made: it is of an older version."""
_BEAT_S, _GONE_S = 2.0, 30.0
_LOOK_S: Final = 0.2
_DAY_S: Final = 86_400.0


def made_once(path: Path, make: Callable[[Progress], None], progress: Progress) -> Path:
    """Return a file, made now if it is not there.

    Parameters
    ----------
    path : Path
        Appears whole or not at all: `make` writes under another name, beginning with a full stop, and renames.
    make : callable
        Writes it; is given what to call with the share that is done.
    progress : callable
        Told that share, by whoever makes the file.
    """
    lock = path.with_name(f".{path.name}.lock")
    while not _used(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(lock) as mine:
            if mine is None:
                progress(_share(lock))
                time.sleep(_LOOK_S)
            elif not path.exists():
                remove_left(path)
                make(_both(mine, progress))
                progress(1.0)
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
    """Tell whether a file is there, and note that it was asked for (once a day is enough)."""
    try:
        if time.time() - path.stat().st_mtime > _DAY_S:
            os.utime(path)
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _held(lock: Path) -> Iterator[Progress | None]:
    """Hold a lock: what to tell the share to, None if another holds it."""
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > _GONE_S:
                lock.unlink()  # at worst two make the same file, and the second rename changes nothing
        yield None
        return
    over = threading.Event()
    done = [0.0]

    def beat() -> None:
        while not over.wait(_BEAT_S):
            with contextlib.suppress(OSError):
                lock.write_text(f"{done[0]:.3f}", encoding="ascii")

    def told(share: float) -> None:
        done[0] = share

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield told
    finally:
        over.set()
        beating.join()
        lock.unlink(missing_ok=True)


def _share(lock: Path) -> float:
    """Read how far another is."""
    try:
        return float(lock.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0.0


def _both(one: Progress, other: Progress) -> Progress:
    def told(share: float) -> None:
        one(share)
        other(share)

    return told
