"""Verification of an archive against the manifest among its members."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from geo.errors import BadInput
from snapshot.proof.manifest import MANIFEST_MEMBER
from snapshot.proof.sealing import Reading

__all__ = ["has_member", "read_archive"]

_MOST_BYTES: Final = 2 << 30
_MOST_MANIFEST: Final = 64 << 20
_CHUNK: Final = 1 << 20
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, LookupError)


def has_member(head: bytes, path: Path, member: str) -> bool:
    """Return whether a file is an archive with such a member."""
    if not head.startswith(b"PK"):
        return False
    with zipfile.ZipFile(path) as archive:
        return member in archive.namelist()


def read_archive(
    path: Path, *, member: str = MANIFEST_MEMBER, manifest_of: Callable[[bytes], Any] = json.loads
) -> Reading:
    """Return the manifest of an archive and the hashes of its members.

    Parameters
    ----------
    path : Path
    member : str
        That holds the manifest.
    manifest_of : callable
        Reads the manifest from that member.

    Raises
    ------
    BadInput
        If there is no manifest of ours in it, or more than can be hashed.
    """
    with zipfile.ZipFile(path) as archive:
        members = {one.filename: one for one in archive.infolist()}
        if member not in members or members[member].file_size > _MOST_MANIFEST:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        manifest = manifest_of(archive.read(member))
        if not isinstance(manifest, dict) or not isinstance(manifest.get("members"), dict):
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        if sum(one.file_size for one in members.values()) > _MOST_BYTES:
            raise BadInput("takeaway.verify_too_large", name=path.name)
        found = {name: _hashed(archive, name) for name in members if name != member}
    return manifest, manifest["members"], found


def _hashed(archive: zipfile.ZipFile, name: str) -> str:
    """Return the hash of a member; None if it is damaged."""
    whole = hashlib.sha256()
    try:
        with archive.open(name) as source:
            while portion := source.read(_CHUNK):
                whole.update(portion)
    except _DAMAGED:
        return ""
    return whole.hexdigest()
