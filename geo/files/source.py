"""A file as it is handed to the readers: its bytes, or its copy on the disk where it is too large to hold."""

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

__all__ = ["BESIDE_SQLITE", "Content", "Source", "content_of", "copied", "held", "pack_beside", "with_beside"]

Content = bytes | Path
"""A file's bytes, or where it lies on this machine."""

BESIDE_SQLITE: Final = ("-wal", "-journal")
"""What SQLite keeps beside a file, by what its name adds."""
_SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_MB: Final = 1 << 20
_START: Final = 64


@dataclass(frozen=True)
class Source:
    """One file, and what the user says of it.

    Attributes
    ----------
    content : bytes or Path
        A path is that of a copy of our own, which nobody changes.
    name : str
    limits : Limits
    columns : mapping
    crs : any
    stack : ExitStack
        What is opened on the way goes with it.
    beside : callable
        Whether a file of an archive names another document of it, which is read besides.
    inside : path, optional
        Where it stands in the archive that it came in.
    """

    content: Content
    name: str
    limits: Limits
    columns: Mapping[str, str]
    crs: Any
    stack: ExitStack
    beside: Callable[[str], bool] = lambda _: False
    inside: PurePosixPath | None = None

    @property
    def suffix(self) -> str:
        """Of its name, in lower case, with the dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def start(self) -> bytes:
        """The first bytes, to know the file by."""
        if isinstance(self.content, bytes):
            return self.content[:_START]
        with self.content.open("rb") as file:
            return file.read(_START)

    @property
    def whole(self) -> bytes:
        """All bytes, for readers that go by no path."""
        return self.content if isinstance(self.content, bytes) else content_of(self.content, self.name, self.limits)

    def inner(self, content: bytes, name: str, beside: Callable[[str], bool] = lambda _: False) -> Source:
        """Return a file inside this one."""
        return replace(self, content=content, name=name, beside=beside)


def content_of(source: Path | str | bytes, name: str, limits: Limits) -> bytes:
    """Return the bytes, unless there are too many or none."""
    if isinstance(source, bytes):
        size, content = len(source), source
    else:
        try:
            size = Path(source).stat().st_size
            whole = with_beside(Path(source)) if size <= limits.upload_mb * _MB else b""
            content = Path(source).read_bytes() if whole is None else whole
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


def with_beside(path: Path) -> bytes | None:
    """Return a GeoPackage and what SQLite keeps beside it as one archive; None where nothing stands beside it.

    What was written last may stand in a ``-wal`` file only, and a write that was broken off is undone by a
    ``-journal``. The same files give the same bytes, so that what is hashed and kept can be read again.
    """
    packed = io.BytesIO()
    return packed.getvalue() if pack_beside(path, packed) else None


def pack_beside(path: Path, target: BinaryIO) -> bool:
    """Write a GeoPackage and what stands beside it as one archive, piece by piece; tell whether anything does.

    Raises
    ------
    BadInput
        If a file cannot be read.
    """
    beside = [path.with_name(path.name + suffix) for suffix in BESIDE_SQLITE]
    try:
        filled = [one for one in beside if one.is_file() and one.stat().st_size]
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


def held(source: Path | str | bytes, name: str, limits: Limits, stack: ExitStack) -> tuple[Content, str]:
    """Return a file as the readers take it, and its SHA-256.

    Bytes stay bytes. A path is copied, piece by piece, into a folder that only we can read: what is hashed is what is
    read, whatever happens to the file meanwhile, and nothing that a reader leaves beside it lies in its folder.

    Raises
    ------
    BadInput
        If it is not there, empty, or larger than it may be.
    """
    if isinstance(source, bytes):
        content = content_of(source, name, limits)
        return content, hashlib.sha256(content).hexdigest()
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redline-"))) / "held"
    with copy.open("w+b") as file:
        if pack_beside(Path(source), file):
            if file.tell() > limits.upload_mb * _MB:
                raise BadInput("geo.file_too_large", name=name, limit=limits.upload_mb)
            file.seek(0)
            return copy, hashlib.file_digest(file, "sha256").hexdigest()
    try:
        digest = copied(Path(source), copy, most=limits.upload_mb * _MB)
    except FileNotFoundError:
        raise BadInput("geo.file_missing", name=name) from None
    except OverflowError:
        raise BadInput("geo.file_too_large", name=name, limit=limits.upload_mb) from None
    except OSError:
        raise BadInput("geo.unreadable", name=name) from None
    if not copy.stat().st_size:
        raise BadInput("geo.file_empty", name=name)
    return copy, digest


def copied(source: Path, target: Path, most: int | None = None) -> str:
    """Copy a file piece by piece; return the SHA-256 of what was written.

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
