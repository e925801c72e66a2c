"""A file as the readers get it: its bytes, or a private copy on the disk where it is too large for memory."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from geo.errors import BadInput
from geo.sites import Limits

__all__ = [
    "SQLITE_SIDECARS",
    "Content",
    "Source",
    "content_of",
    "copy_with_digest",
    "private_content",
    "write_zip_with_sidecars",
    "zip_with_sidecars",
]

Content = bytes | Path
"""A file's bytes, or its path on this machine."""

SQLITE_SIDECARS: Final = ("-wal", "-journal")
"""Suffixes of the files that SQLite writes beside a database."""
_SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_MB: Final = 1 << 20
_START: Final = 64


@dataclass(frozen=True)
class Source:
    """One file with the options of the user: limits, columns, CRS.

    Attributes
    ----------
    content : bytes or Path
        A path is that of a private copy, which nobody changes.
    name : str
    limits : Limits
    columns : mapping
    crs : any
    stack : ExitStack
        Closes whatever the readers open.
    is_archived_link : callable
        Whether a link in a file of an archive leads to another file of the archive, which is read as well.
    archive_path : path, optional
        Path in the archive that it came in.
    """

    content: Content
    name: str
    limits: Limits
    columns: Mapping[str, str]
    crs: Any
    stack: ExitStack
    is_archived_link: Callable[[str], bool] = lambda _: False
    archive_path: PurePosixPath | None = None

    @property
    def suffix(self) -> str:
        """Suffix of the name, in lower case, with the dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def start(self) -> bytes:
        """The first bytes, to recognise the format by."""
        if isinstance(self.content, bytes):
            return self.content[:_START]
        with self.content.open("rb") as file:
            return file.read(_START)

    @property
    def whole(self) -> bytes:
        """All bytes, for readers that take no path."""
        return self.content if isinstance(self.content, bytes) else content_of(self.content, self.name, self.limits)

    def inner(self, content: bytes, name: str, is_archived_link: Callable[[str], bool] = lambda _: False) -> Source:
        """Return a file inside this archive as a source with the same options."""
        return replace(self, content=content, name=name, is_archived_link=is_archived_link)


def content_of(source: Path | str | bytes, name: str, limits: Limits) -> bytes:
    """Return the bytes of a file; raise `BadInput` if it is missing, empty or too large."""
    if isinstance(source, bytes):
        size, content = len(source), source
    else:
        try:
            size = Path(source).stat().st_size
            zipped = zip_with_sidecars(Path(source)) if size <= limits.upload_mb * _MB else b""
            content = Path(source).read_bytes() if zipped is None else zipped
            size = max(size, len(content))
        except FileNotFoundError:
            raise BadInput("geo.file_missing", name=name) from None
        except OSError:
            raise BadInput("geo.unreadable", name=name) from None
    if size > limits.upload_mb * _MB:
        raise BadInput("geo.file_too_large", name=name, limit=limits.upload_mb)
    if not content.strip():
        raise BadInput("geo.file_empty", name=name)
    return content


def zip_with_sidecars(path: Path) -> bytes | None:
    """Return a GeoPackage with its ``-wal`` or ``-journal`` as the bytes of one zip archive; None if it has neither.

    The last writes may be in a ``-wal`` file only, and an interrupted write is undone by a
    ``-journal``. The same files give the same bytes, so that the archive can be hashed, stored and read again.
    """
    packed = io.BytesIO()
    return packed.getvalue() if write_zip_with_sidecars(path, packed) else None


def write_zip_with_sidecars(path: Path, target: BinaryIO) -> bool:
    """Write a GeoPackage with its ``-wal`` or ``-journal`` as one zip archive; return whether it has any of them.

    Raises
    ------
    BadInput
        If a file cannot be read.
    """
    sidecars = [path.with_name(path.name + suffix) for suffix in SQLITE_SIDECARS]
    try:
        filled = [one for one in sidecars if one.is_file() and one.stat().st_size]
        if not filled or not path.is_file():
            return False
        with path.open("rb") as file:
            if file.read(len(_SQLITE_MAGIC)) != _SQLITE_MAGIC:
                return False
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for one in (path, *filled):
                with one.open("rb") as file, archive.open(zipfile.ZipInfo(one.name), "w", force_zip64=True) as member:
                    shutil.copyfileobj(file, member, _MB)
    except OSError:
        raise BadInput("geo.unreadable", name=path.name) from None
    return True


def private_content(source: Path | str | bytes, name: str, limits: Limits, stack: ExitStack) -> tuple[Content, str]:
    """Return bytes unchanged, or the path of a private copy of a file, and the SHA-256.

    A file is copied, piece by piece, into a folder that only this process's user can read: what is hashed is what is
    read, whatever happens to the file meanwhile, and readers write no sidecar files into its folder.

    Raises
    ------
    BadInput
        If it is missing, empty, or larger than the limit.
    """
    if isinstance(source, bytes):
        content = content_of(source, name, limits)
        return content, hashlib.sha256(content).hexdigest()
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redline-"))) / "held"
    with copy.open("w+b") as file:
        if write_zip_with_sidecars(Path(source), file):
            if file.tell() > limits.upload_mb * _MB:
                raise BadInput("geo.file_too_large", name=name, limit=limits.upload_mb)
            file.seek(0)
            return copy, hashlib.file_digest(file, "sha256").hexdigest()
    try:
        digest = copy_with_digest(Path(source), copy, most=limits.upload_mb * _MB)
    except FileNotFoundError:
        raise BadInput("geo.file_missing", name=name) from None
    except OverflowError:
        raise BadInput("geo.file_too_large", name=name, limit=limits.upload_mb) from None
    except OSError:
        raise BadInput("geo.unreadable", name=name) from None
    if not copy.stat().st_size:
        raise BadInput("geo.file_empty", name=name)
    return copy, digest


def copy_with_digest(source: Path, target: Path, most: int | None = None) -> str:
    """Copy a file piece by piece and return the SHA-256 of the bytes written.

    Raises
    ------
    OverflowError
        If it has more bytes than `most`.
    """
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file, target.open("wb") as copy:
        while piece := file.read(_MB):
            size += len(piece)
            if most is not None and size > most:
                raise OverflowError(size)
            digest.update(piece)
            copy.write(piece)
    return digest.hexdigest()
