"""What a widget began with: a table with a selection or with edits must get the same value as long as it stands."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from views.session.navigation import PAGE_VISIT
from views.session.state import Slot

__all__ = ["at_mount"]

T = TypeVar("T")


def at_mount(begun: Slot[tuple[Hashable, T] | None], about: Hashable, now: T) -> T:
    """Return a value as it was when a widget was mounted.

    Parameters
    ----------
    begun : Slot
        Holds it, with what it was about.
    about : hashable
        With another, or on another visit of the page, the widget is another.
    now : object
        The value if it is mounted now: the page was just entered, or `about` changed.
    """
    mounted, mount = begun.get(), (PAGE_VISIT.get(), about)
    if mounted is None or mounted[0] != mount:
        mounted = (mount, now)
        begun.set(mounted)
    return mounted[1]
