"""Unchanged copies of uploaded files beside each stored version; equal files share one copy on the disk."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from geo.errors import BadInput
from geo.files import Content, copy_with_digest
from layers.catalogue import UserCatalogue
from layers.paths import home

__all__ = ["store_original"]

_FOLDER: Final = "original"


def store_original(content: Content, name: str, sha256: str, version: Path, user_catalogue: UserCatalogue) -> None:
    """Write an unchanged copy of the uploaded file into the folder of a version, under a portable name.

    A database of several tables is stored once for each of them: where an earlier version has the same file, that
    one is linked.

    Parameters
    ----------
    content : bytes or Path
    name : str
        Of the file as uploaded.
    sha256 : str
        Of the file as it was read.
    version : Path
        The folder of the version.
    user_catalogue : UserCatalogue
        Lists the versions stored so far.

    Raises
    ------
    BadInput
        If the file was changed since it was read.
    """
    folder = version / _FOLDER
    folder.mkdir()
    target = folder / _file_name(name)
    for earlier in _earlier_copies(user_catalogue, sha256):
        if _digest(earlier) == sha256:
            with suppress(OSError):  # a disk without links
                os.link(earlier, target)
                return
    if isinstance(content, bytes):
        target.write_bytes(content)
    elif copy_with_digest(content, target) != sha256:
        raise BadInput("data.changed_meanwhile", name=name)


def _earlier_copies(user_catalogue: UserCatalogue, sha256: str) -> list[Path]:
    """Return the stored upload of an earlier version with the same SHA-256, as a list of at most one path."""
    folders = {
        home() / version.layer.source.folder / _FOLDER
        for entry in user_catalogue.entry
        for version in entry.version
        if version.upload_sha256 == sha256 and version.layer.source.kind == "imported"
    }
    return [path for folder in sorted(folders) if folder.is_dir() for path in sorted(folder.iterdir())][:1]


def _digest(path: Path) -> str:
    """Return a file's SHA-256, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file_name(name: str) -> str:
    """Return an untrusted file name as a portable one: letters, digits, dots, hyphens, at most 80 characters."""
    plain = re.sub(r"[^\w.\-]+", "_", name).strip("._")[-80:]
    return plain or "upload"
