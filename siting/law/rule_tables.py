"""The folders of the tables of rules: those in use, or a version stored in the ledger."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from layers.paths import law_folder, plans_folder

__all__ = ["FilesStamp", "Tables", "files_stamp", "law_digest", "law_files", "stamp_of"]

FilesStamp = tuple[tuple[str, int, int, int], ...]
_OF_PLANS: Final = ("rules.csv", "documents.csv")
"""Plan tables that rules come from; of the law tables all are."""


@dataclass(frozen=True)
class Tables:
    """Folders of the tables of rules; by default those in use when it is made.

    Attributes
    ----------
    law, plans : Path
        ``data/law`` and ``data/plans``, or those of a kept version (``siting.ledger.copies.Kept.law_folder``).
    """

    law: Path = field(default_factory=law_folder)
    plans: Path = field(default_factory=plans_folder)

    @classmethod
    def under(cls, root: Path | None) -> Tables:
        """Return the tables in ``law`` and ``plans`` of a folder; those in use if None."""
        return cls() if root is None else cls(root / "law", root / "plans")

    def stamp(self) -> FilesStamp:
        """Return a value that changes when one of the tables changes."""
        return stamp_of(self.law, self.plans)


def stamp_of(*folders: Path) -> FilesStamp:
    """Return a value that changes when a table in some folders changes: the cache key of what was read."""
    return tuple(one for folder in folders for one in sorted(_tables_of(str(folder))))


def _tables_of(folder: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield the stamp of each table in a folder; without `Path`, as a page asks a hundred times."""
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        for entry in entries:
            if entry.name.endswith(".csv"):
                with suppress(OSError):
                    status = entry.stat()
                    yield entry.path, status.st_ino, status.st_mtime_ns, status.st_size


def files_stamp(paths: Iterable[Path]) -> FilesStamp:
    """Return a value that changes when one of some files is written, added or removed."""
    seen = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        seen.append((str(path), status.st_ino, status.st_mtime_ns, status.st_size))
    return tuple(seen)


def law_files(root: Path | None = None) -> dict[str, Path]:
    """Return the files of the tables of rules, of a folder or in use, by their path under ``data``."""
    tables = Tables.under(root)
    found = {f"law/{path.name}": path for path in sorted(tables.law.glob("*.csv"))}
    return found | {f"plans/{name}": path for name in _OF_PLANS if (path := tables.plans / name).is_file()}


def law_digest(root: Path | None = None) -> str:
    """Return the version of the tables of rules: SHA-256 over their names and bytes."""
    whole = hashlib.sha256()
    for name, path in law_files(root).items():
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
