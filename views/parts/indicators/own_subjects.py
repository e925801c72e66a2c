"""Subjects that the user added in this session: from a table or a raster of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from layers.indicators import Subject
from views.parts.indicators.choice import choose, chosen
from views.parts.indicators.figures import OWN
from views.session import Slot

__all__ = ["OWN_ADDED", "add_own", "forget_own", "today"]

OWN_ADDED: Final[Slot[int | None]] = Slot("own-added", None)
"""Territories of the subject that was just added, until the page says so."""


_MOST_OWN: Final = 12


def today() -> str:
    """Return the date."""
    return f"{datetime.now(UTC).astimezone():%Y-%m-%d}"


def add_own(subject: Subject) -> None:
    """Add a subject to the session's own, the oldest going, and show it."""
    own = {**OWN.get(), subject.id: subject}
    OWN.set(dict(list(own.items())[-_MOST_OWN:]))
    choose(id=subject.id, year="", mode="value")
    OWN_ADDED.set(len(subject.adcodes))


def forget_own() -> None:
    """Take the session's own subjects back."""
    own = OWN.pop()
    if chosen().id in own:
        choose(id="")
