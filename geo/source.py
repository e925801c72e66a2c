"""A file as it is handed to the readers: its bytes, or its copy on the disk where it is too large to hold."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geo.errors import BadInput
from geo.sites import Limits

__all__ = ["Content", "Source", "content_of", "copied", "held"]

Content = bytes | Path
"""A file's bytes, or where it lies on this machine."""

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
    """

    content: Content
    name: str
    limits: Limits
    columns: Mapping[str, str]
    crs: Any
    stack: ExitStack

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

    def inner(self, content: bytes, name: str) -> Source:
        """Return a file inside this one."""
        return Source(content, name, self.limits, self.columns, self.crs, self.stack)


def content_of(source: Path | str | bytes, name: str, limits: Limits) -> bytes:
    """Return the bytes, unless there are too many or none."""
    if isinstance(source, bytes):
        size, content = len(source), source
    else:
        try:
            size = Path(source).stat().st_size
            content = Path(source).read_bytes() if size <= limits.upload_mb * _MB else b""
        except FileNotFoundError:
            raise BadInput("geo.file_missing", name=name) from None
        except OSError:
            raise BadInput("geo.unreadable", name=name) from None
    if size > limits.upload_mb * _MB:
        raise BadInput("geo.file_too_large", name=name, limit=limits.upload_mb)
    if not content.strip():
        raise BadInput("geo.file_empty", name=name)
    return content


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
