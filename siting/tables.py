"""The tables of rules that a check runs under: those in use, or a version that the ledger kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from layers.catalogue.paths import law_folder, plans_folder

__all__ = ["FilesStamp", "Tables", "files_stamp", "stamp_of"]

FilesStamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Tables:
    """Folders of the tables that rules come from; by default those in use when it is made.

    Attributes
    ----------
    law, plans : Path
        ``data/law`` and ``data/plans``, or those of a kept version (``siting.kept.Kept.law_folder``).
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
