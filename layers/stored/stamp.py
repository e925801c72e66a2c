"""Stamps: whether files, and the code that reads them, are the same as when something was made of them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import shapely

__all__ = ["stamp_of"]

_ROOT: Final = Path(__file__).resolve().parents[2]
_CODE: Final = (("geo", "*.py"), ("layers", "*.py"), ("words", "*.py"), ("words", "*.toml"))
_LIBRARIES: Final = ("geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely")


def stamp_of(entry: Any, files: Iterable[Path], made_of: Iterable[str] = ()) -> str:
    """Return a SHA-256 that is another one as soon as an entry, a file, the code or a library is another one.

    Files are not read: size, inode and the times of the last change of content and of state are compared, as `git`
    and `make` do; a file that was replaced, edited or restored from elsewhere has other ones.

    Parameters
    ----------
    entry : JSON value
        What was asked for.
    files : iterable of Path
        What it was read from; a file that is not there has a stamp too.
    made_of : iterable of str
        Stamps of what it was derived from.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    parts = [entry, _code(), sorted(_state(path) for path in set(files)), list(made_of)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _state(path: Path) -> tuple[str, int, int, int, int]:
    try:
        known = path.stat()
    except OSError:
        return str(path), -1, -1, -1, -1
    return str(path), known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino


@functools.cache
def _code() -> list[Any]:
    """Return the state of the code of this process and of what it computes with; it does not change while it runs."""
    files = [path for folder, pattern in _CODE for path in sorted((_ROOT / folder).rglob(pattern))]
    return [
        [_state(path) for path in files],
        [version(name) for name in _LIBRARIES],
        shapely.geos_version_string,
    ]
