"""The tables of rules that a check runs under: those in use, or a version that the ledger kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers.law import LAW_FOLDER
from layers.plans import PLANS_FOLDER

__all__ = ["IN_USE", "Stamp", "Tables", "stamp_of"]

Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Tables:
    """Folders of the tables that rules come from.

    Attributes
    ----------
    law, plans : Path
        ``data/law`` and ``data/plans``, or those of a kept version (``siting.kept.Kept.law_folder``).
    """

    law: Path = LAW_FOLDER
    plans: Path = PLANS_FOLDER

    @classmethod
    def under(cls, root: Path | None) -> Tables:
        """Return the tables in ``law`` and ``plans`` of a folder; those in use where there is none."""
        return IN_USE if root is None else cls(root / "law", root / "plans")


IN_USE: Final = Tables()


def stamp_of(*folders: Path) -> Stamp:
    """Return what changes when a table of some folders does: what is read once is kept by it, so an edit counts."""
    seen = []
    for folder in folders:
        for path in sorted(folder.glob("*.csv")):
            held = path.stat()
            seen.append((str(path), held.st_ino, held.st_mtime_ns, held.st_size))
    return tuple(seen)
