"""Which stored checks used which version of a layer: to know before rolling one back."""

from __future__ import annotations

from dataclasses import dataclass

from layers.catalogue import UserEntry
from layers.sources import ImportedSource
from siting.ledger.listed import Use
from siting.ledger.store import Ledger

__all__ = ["VersionUse", "uses_by_version"]


@dataclass(frozen=True)
class VersionUse:
    """How many stored checks used a version of a layer, with some of their ids.

    Attributes
    ----------
    count : int
    latest : tuple of str
        Ids of some of them, the latest day first.
    """

    count: int = 0
    latest: tuple[str, ...] = ()


def uses_by_version(ledger: Ledger, layer_id: str, entry: UserEntry | None, most: int = 20) -> dict[int, VersionUse]:
    """Return the uses of a layer by version number; 0 is the entry of ``config.toml``.

    A version is known by its content hash, so two versions of the same content share their checks. Where a check saw a
    version less the ground that another layer took over, the hash is of what was left, and the entry that the check
    kept says which version it was.

    Parameters
    ----------
    ledger : Ledger
    layer_id : str
    entry : UserEntry or None
        The versions that were imported.
    most : int
        Ids of each at most.
    """
    found: dict[int, list[Use]] = {0: []}
    sources = {version.number: version.layer.source for version in entry.version} if entry else {}
    found |= {number: [] for number in sources}
    for use in ledger.uses(layer_id, most):
        same = [number for number, source in sources.items() if getattr(source, "digest", None) == use.digest]
        if not same and isinstance(use.spec.source, ImportedSource):
            folder = use.spec.source.folder
            same = [number for number, source in sources.items() if getattr(source, "folder", None) == folder]
        for number in same or [0]:
            found[number].append(use)
    return {number: _together(uses, most) for number, uses in found.items()}


def _together(uses: list[Use], most: int) -> VersionUse:
    ids = sorted((check_id for use in uses for check_id in use.latest), reverse=True)
    return VersionUse(sum(use.checks for use in uses), tuple(ids[:most]))
