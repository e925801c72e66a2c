"""Files that are whole or not there: written beside their place under another name, then renamed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["whole_file"]


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a path to write to; rename it to `target` when the block ends well, leave nothing when it does not.

    The path yielded has the same suffix, in a private folder on the same disk.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    workroom = Path(tempfile.mkdtemp(prefix=".redline-", dir=target.parent))
    try:
        draft = workroom / target.name
        yield draft
        draft.replace(target)
    finally:
        shutil.rmtree(workroom, ignore_errors=True)
