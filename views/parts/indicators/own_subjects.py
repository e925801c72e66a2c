"""Indicator subjects that the user added in this session, from a table or a raster."""

from __future__ import annotations

from typing import Final

from layers import clock
from layers.indicators import Subject
from views.parts.indicators.choice import choice_slot, read_choice, update_choice
from views.parts.indicators.figures import OWN
from views.session import Slot

__all__ = ["OWN_ADDED", "add_own_subject", "remove_own_subjects", "today"]

OWN_ADDED: Final[Slot[int | None]] = Slot("own-added", None)
"""Number of territories of the subject just added, until the page has shown it."""


_MOST_OWN: Final = 12


def today() -> str:
    """Return today's date, local, as ISO text."""
    return clock.today().isoformat()


def add_own_subject(subject: Subject) -> None:
    """Add a subject to the session and choose it; beyond the limit the oldest is dropped."""
    own = {**OWN.get(), subject.id: subject}
    OWN.set(dict(list(own.items())[-_MOST_OWN:]))
    update_choice(id=subject.id, year="", mode="value")
    OWN_ADDED.set(len(subject.adcodes))


def remove_own_subjects() -> None:
    """Remove the subjects that the user added; nothing is chosen any more if one of them was."""
    own = OWN.pop()
    for place in ("map", "indicators"):
        if read_choice(choice_slot(place).get()).id in own:
            update_choice(place, id="")
