"""Atomic writes: files and folders are written under a temporary name beside their target, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["draft_folder", "flush", "remove_leftovers", "whole_file"]

_LEFT: Final = ".part"
_OWNER_ALONE: Final = 0o600


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
    workroom = Path(tempfile.mkdtemp(prefix=f".{target.stem}.", suffix=_LEFT, dir=target.parent))
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
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def remove_leftovers(target: Path) -> None:
    """Remove temporary folders of killed processes that wrote `target`; only safe while nobody writes it."""
    for left in target.parent.glob(f".{target.stem}.*{_LEFT}"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Flush a file to the disk (fsync)."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
