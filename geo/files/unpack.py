"""Read untrusted zip archives: members are checked before they are unpacked, and never under their own names."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from geo.errors import BadInput
from geo.files.source import Content
from geo.files.text_coding import text_of

__all__ = ["Archive"]

_UTF8: Final = 0x800
_MAX_MEMBERS: Final = 5000
_CHUNK: Final = 1 << 20
_NESTED: Final = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".kmz"})


class Archive:
    """The files of a zip archive, read within size limits.

    Parameters
    ----------
    content : bytes or Path
    name : str
        The file, for the sentence.
    max_bytes : int
        What all files read from it may come to, counted while they are unpacked: declared sizes may lie.

    Raises
    ------
    BadInput
        If it is damaged, encrypted, holds links, names outside itself, too many files or too much.
    """

    def __init__(self, content: Content, name: str, max_bytes: int) -> None:
        self.name = name
        self._left = max_bytes
        self._max_bytes = max_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content)
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
            raise BadInput("geo.zip_damaged", name=name) from None
        if len(members) > _MAX_MEMBERS:
            raise BadInput("geo.zip_too_many", name=name, limit=_MAX_MEMBERS)
        for member in members:
            self._check(member)
        if sum(member.file_size for member in members) > max_bytes:
            raise self._too_large()
        self._members = {_path(m): m for m in members if not m.is_dir() and not _rubbish(m)}

    @property
    def paths(self) -> list[PurePosixPath]:
        """Paths of the files inside, sorted."""
        return sorted(self._members)

    def with_suffix(self, *suffixes: str) -> list[PurePosixPath]:
        """Return the paths of the files with one of the suffixes, whatever their case."""
        return [path for path in self.paths if path.suffix.lower() in suffixes]

    def sidecar(self, path: PurePosixPath, *suffixes: str) -> PurePosixPath | None:
        """Return the path of the same stem as `path` with one of other suffixes, whatever its case; None if missing."""
        for other in self.paths:
            same = other.parent == path.parent and other.stem.lower() == path.stem.lower()
            if same and other.suffix.lower() in suffixes:
                return other
        return None

    @property
    def nested(self) -> list[PurePosixPath]:
        """Paths of the archives inside the archive, which are not opened."""
        return self.with_suffix(*_NESTED)

    def read(self, path: PurePosixPath) -> bytes:
        """Return the bytes of a member.

        Raises
        ------
        BadInput
            If it is damaged, or the archive unpacks to more than it may.
        """
        return b"".join(self._pieces(path))

    def unpack(self, path: PurePosixPath, target: Path) -> None:
        """Write a member to the path `target`, piece by piece.

        Raises
        ------
        BadInput
            As `read` does.
        """
        with target.open("wb") as file:
            file.writelines(self._pieces(path))

    def _pieces(self, path: PurePosixPath) -> Iterator[bytes]:
        """Yield the bytes of a member in pieces; raise `BadInput` once the limit of unpacked bytes is passed."""
        try:
            with self._zip.open(self._members[path]) as stream:
                while chunk := stream.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise self._too_large()
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
            raise BadInput("geo.zip_damaged", name=self.name) from None

    def _check(self, member: zipfile.ZipInfo) -> None:
        """Raise `BadInput` for an encrypted member, a link, or a path that leads outside the archive."""
        if member.flag_bits & 0x1:
            raise BadInput("geo.zip_encrypted", name=self.name)
        mode = member.external_attr >> 16
        special = stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}
        path = member.orig_filename.replace("\\", "/")
        outside = path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\0" in path
        if special or outside:
            raise BadInput("geo.zip_unsafe", name=self.name)

    def _too_large(self) -> BadInput:
        return BadInput("geo.zip_too_large", name=self.name, limit=self._max_bytes >> 20)


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path of a member with its name decoded: older Chinese programs write GBK without marking it."""
    name = member.filename
    if not name.isascii() and not member.flag_bits & _UTF8:
        try:
            name = text_of(name.encode("cp437"), b"/")
        except UnicodeEncodeError:
            name = member.filename
    return PurePosixPath(name.replace("\\", "/"))


def _rubbish(member: zipfile.ZipInfo) -> bool:
    """Return whether a path is one of the files that macOS adds to archives."""
    return member.filename.startswith("__MACOSX/") or _path(member).name.startswith("._")
