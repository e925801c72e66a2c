"""The site that the map page checked last, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geo.sites import Sites
from siting.check import CheckResult, Run
from views.session import Slot

__all__ = ["Checked", "last_checked", "note_checked"]


_LAST: Final[Slot[tuple[str, Sites, tuple[bytes, str | None] | None] | None]] = Slot("map-checked", None)


@dataclass(frozen=True)
class Checked:
    """A site and what was found.

    Attributes
    ----------
    run : Run
    key : str
        The same for the same site under the same layers and rules.
    """

    run: Run
    key: str

    @property
    def sites(self) -> Sites:
        """What was checked."""
        return self.run.sites

    @property
    def result(self) -> CheckResult:
        """What was found."""
        return self.run.result


def note_checked(token: str, sites: Sites, upload: tuple[bytes, str | None] | None) -> None:
    """Say what was checked: its token, the sites, and the bytes and system of an upload."""
    _LAST.set((token, sites, upload))


def last_checked() -> tuple[str, Sites, tuple[bytes, str | None] | None] | None:
    """Return what was checked last on the map page: its token, the sites, and the bytes and system of an upload."""
    return _LAST.get()
