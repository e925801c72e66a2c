"""Atomic writes: files and folders are written under a temporary name beside their target, then renamed."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["draft_folder", "exchange", "flush", "remove_left_by_killed", "remove_leftovers", "whole_file"]

_LEFT: Final = ".part"
_DRAFT: Final = ".draft-"
_WRITER: Final = re.compile(r"\.(?:draft-|.*\.)(\d+)-[^.]*(?:\.part)?", re.DOTALL)
_DAY_S: Final = 86_400
_OWNER_ALONE: Final = 0o600
_HERE: Final = -100
"""``AT_FDCWD`` of Linux: paths are from the working directory."""
_EXCHANGE: Final = 2
"""``RENAME_EXCHANGE`` of Linux."""


@contextmanager
def whole_file(target: Path, *, private: bool = False, durable: bool = False) -> Iterator[Path]:
    """Yield a path to write to; rename it to `target` if the block succeeds, remove it if it raises.

    The path yielded has the same name, in a private folder on the same disk.

    Parameters
    ----------
    target : Path
        Its folder is made if it is not there.
    private : bool
        Whether only the owner may read it, whatever the umask.
    durable : bool
        Whether to flush it to the disk before it is renamed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    workroom = Path(tempfile.mkdtemp(prefix=f".{target.stem}.{os.getpid()}-", suffix=_LEFT, dir=target.parent))
    try:
        draft = workroom / target.name
        yield draft
        if private:
            draft.chmod(_OWNER_ALONE)
        if durable:
            flush(draft)
        draft.replace(target)
    finally:
        shutil.rmtree(workroom, ignore_errors=True)


@contextmanager
def draft_folder(parent: Path) -> Iterator[Path]:
    """Yield an empty folder within `parent`, to be filled and renamed in the block; remove it if it was not renamed.

    Its name begins with a full stop, its owner alone may read it.
    """
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{_DRAFT}{os.getpid()}-", dir=parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def exchange(first: Path, second: Path) -> bool:
    """Let two files or folders of one disk change names, in one step; False, and nothing done, where that is not known.

    Linux knows it (``renameat2``), on the disks that it is usual to have there.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    names = [os.fsencode(path) for path in (first, second)]
    return int(rename(_HERE, names[0], _HERE, names[1], _EXCHANGE)) == 0


def remove_leftovers(target: Path) -> None:
    """Remove temporary folders of killed processes that wrote `target`; only safe while nobody writes it."""
    for left in target.parent.glob(f".{target.stem}.*{_LEFT}"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def remove_left_by_killed(folder: Path) -> int:
    """Remove temporary files and folders of processes that were killed while they wrote; return how many.

    What a process that still runs writes stays, unless it is older than a day: then another has its number.

    Parameters
    ----------
    folder : Path
        Looked through with all folders in it.
    """
    removed = 0
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            found = _WRITER.fullmatch(name)
            path = Path(place) / name
            if found and (name.startswith(_DRAFT) or name.endswith(_LEFT)) and _is_left(path, int(found[1])):
                removed += 1
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        folders[:] = [name for name in folders if not name.startswith(".")]
    return removed


def _is_left(path: Path, writer: int) -> bool:
    """Return whether the process that wrote a path is gone; where that cannot be asked (Windows), its age says it."""
    try:
        old = time.time() - path.stat().st_mtime > _DAY_S
    except OSError:
        return False
    if old or os.name == "nt":
        return old
    try:
        os.kill(writer, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def flush(path: Path) -> None:
    """Flush a file to the disk (fsync)."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
