"""How long work says how far it is, and how it is stopped: one kind of callback for the whole product."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "no_progress", "part_of"]


class Progress(Protocol):
    """Called now and then by long work; whatever it raises stops the work, which then leaves nothing half written."""

    def __call__(self, share: float, doing: str = "", /) -> None:
        """Take the share done, 0 to 1, and what is being done: the name of a file or table, or a code."""


def no_progress(share: float, doing: str = "", /) -> None:
    """Ignore how far work is."""


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Return the progress of work that is one part of a larger one, from share `begin` to share `end` of it.

    Examples
    --------
    >>> said = []
    >>> part_of(lambda share, doing="": said.append((share, doing)), 0.5, 0.9)(0.5, "roads")
    >>> said
    [(0.7, 'roads')]
    """

    def inner(share: float, doing: str = "", /) -> None:
        progress(begin + (end - begin) * share, doing)

    return inner
