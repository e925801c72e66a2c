"""The tables of rules that a check runs under: those in use, or a version that the ledger kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
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
    """Folders of the tables that rules come from; by default those in use when it is made.

    Attributes
    ----------
    law, plans : Path
        ``data/law`` and ``data/plans``, or those of a kept version (``siting.ledger.copies.Kept.law_folder``).
    """

    law: Path = field(default_factory=law_folder)
    plans: Path = field(default_factory=plans_folder)

    @classmethod
    def under(cls, root: Path | None) -> Tables:
        """Return the tables in ``law`` and ``plans`` of a folder; those in use where there is none."""
        return cls() if root is None else cls(root / "law", root / "plans")

    def stamp(self) -> FilesStamp:
        """Return what changes when one of the tables does."""
        return stamp_of(self.law, self.plans)


def stamp_of(*folders: Path) -> FilesStamp:
    """Return what changes when a table of some folders does: what is read once is kept by it, so an edit counts."""
    return files_stamp(path for folder in folders for path in sorted(folder.glob("*.csv")))


def files_stamp(paths: Iterable[Path]) -> FilesStamp:
    """Return what changes when one of some files is written anew, comes or goes."""
    seen = []
    for path in paths:
        try:
            held = path.stat()
        except OSError:
            continue
        seen.append((str(path), held.st_ino, held.st_mtime_ns, held.st_size))
    return tuple(seen)


def law_files(root: Path | None = None) -> dict[str, Path]:
    """Return the tables that rules come from, by their path under ``data``: of a folder, or those in use."""
    tables = Tables.under(root)
    found = {f"law/{path.name}": path for path in sorted(tables.law.glob("*.csv"))}
    return found | {f"plans/{name}": path for name in _OF_PLANS if (path := tables.plans / name).is_file()}


def law_digest(root: Path | None = None) -> str:
    """Return the version of the rules: SHA-256 over names and bytes of their tables."""
    whole = hashlib.sha256()
    for name, path in law_files(root).items():
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
