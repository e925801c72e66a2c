"""Whether a tile file is whole: one that was cut or overwritten, by a crash or by hand, is made again."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported, deserialize_header

__all__ = ["is_whole"]

_HEADER_BYTES: Final = 127


def is_whole(path: Path) -> bool:
    """Return whether a tile file is there, of its kind, and as long as it says; its content is not looked through."""
    try:
        status = path.stat()
        return _is_whole(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _is_whole(path: Path, changed_ns: int, size: int) -> bool:  # noqa: ARG001 -- looked at again when it changes
    if path.suffix == ".json":
        try:
            return isinstance(json.loads(path.read_bytes()), dict)
        except (ValueError, RecursionError):
            return False
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    try:
        header = deserialize_header(head)
    except (MagicNumberNotFound, SpecVersionUnsupported, ValueError, IndexError):
        return False
    ends = (
        header["root_offset"] + header["root_length"],
        header["metadata_offset"] + header["metadata_length"],
        header["leaf_directory_offset"] + header["leaf_directory_length"],
        header["tile_data_offset"] + header["tile_data_length"],
    )
    return len(head) == _HEADER_BYTES and max(ends) == size
