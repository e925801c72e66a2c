"""The configuration that is in use, read again only when its file changes: routes ask for it at every request."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from geo.errors import RedlineError
from layers.catalogue import Catalogue, read_catalogue
from layers.paths import config_in_use

__all__ = ["catalogue_in_use"]


def catalogue_in_use() -> Catalogue | None:
    """Return what the configuration says; None while it cannot be read, which pages say in a sentence."""
    path = config_in_use()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, RedlineError):
        return None


@lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int) -> Catalogue:  # noqa: ARG001 -- read anew when it changes
    return read_catalogue(path)
