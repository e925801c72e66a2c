"""The last check of the map page: kept in the session, so that the Check page can continue it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from geo.sites import Sites
from siting.check import CheckResult, Run, Settings
from views.session import Slot

__all__ = ["KeyedRun", "last_checked", "remember_checked"]


@dataclass(frozen=True)
class KeyedRun:
    """A run of the map page, with the key of its inputs.

    Attributes
    ----------
    run : Run
    key : str
        The same for the same site, layers and rules.
    """

    run: Run
    key: str

    @property
    def sites(self) -> Sites:
        """The sites that were checked."""
        return self.run.sites

    @property
    def result(self) -> CheckResult:
        """The result of the check."""
        return self.run.result


class LastChecked(NamedTuple):
    """The input of the last check of the map page.

    Attributes
    ----------
    token : str
        Key of the site: the same for the same site.
    sites : Sites
        As read.
    content : bytes or None
        Of the upload; None for a drawing.
    settings : Settings
        Of the check, with the options with which the upload was read.
    """

    token: str
    sites: Sites
    content: bytes | None
    settings: Settings


_LAST: Final[Slot[LastChecked | None]] = Slot("map-checked", None)


def remember_checked(token: str, run: Run, content: bytes | None) -> None:
    """Store the input of a check of the map page in the session."""
    _LAST.set(LastChecked(token, run.read, content, run.settings))


def last_checked() -> LastChecked | None:
    """Return the input of the last check of the map page; None before the first."""
    return _LAST.get()
