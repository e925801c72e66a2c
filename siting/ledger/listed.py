"""What the ledger lists: a row of each stored check, and the versions of a layer that checks used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from layers.catalogue import LayerSpec
from siting.check import Case

__all__ = ["Listed", "Use"]


@dataclass(frozen=True)
class Listed:
    """One row of the ledger's list.

    Attributes
    ----------
    id, stored_at : str
    case : Case
    input_name : str
    activity : str or None
    as_of : str
    verdict : str
        The gravest of its sites.
    sites : int
    """

    id: str
    stored_at: str
    case: Case
    input_name: str
    activity: str | None
    as_of: str
    verdict: str
    sites: int


class Use(NamedTuple):
    """A version of a layer used by stored checks: content hash, catalogue entry, number of checks, some ids."""

    digest: str
    spec: LayerSpec
    checks: int
    latest: tuple[str, ...]
