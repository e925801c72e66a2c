"""The site that the map page checked last, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from geo.sites import Sites
from siting.check import CheckResult, Run, Settings
from views.session import Slot

__all__ = ["Checked", "last_checked", "note_checked"]


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


class LastChecked(NamedTuple):
    """The site that the map page checked last.

    Attributes
    ----------
    token : str
        The same for the same site.
    sites : Sites
        As read.
    content : bytes or None
        Of the upload; None for what was drawn.
    settings : Settings
        Of the check, with how the upload was read.
    """

    token: str
    sites: Sites
    content: bytes | None
    settings: Settings


_LAST: Final[Slot[LastChecked | None]] = Slot("map-checked", None)


def note_checked(token: str, run: Run, content: bytes | None) -> None:
    """Remember what the map page checked: the Check page offers to go on with it."""
    _LAST.set(LastChecked(token, run.read, content, run.settings))


def last_checked() -> LastChecked | None:
    """Return what the map page checked last."""
    return _LAST.get()
