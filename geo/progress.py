"""Progress callback of long-running work, which may also stop it by raising."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "no_progress", "part_of"]


class Progress(Protocol):
    """Callback of long-running work; an exception that it raises stops the work, which leaves no partial files."""

    def __call__(self, share: float, doing: str = "", /) -> None:
        """Report the share done, 0 to 1, and what is being done: the name of a file or table, or a code."""


def no_progress(share: float, doing: str = "", /) -> None:
    """Do nothing: the default callback."""


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Return a callback for a part of the work, whose 0 to 1 maps to shares `begin` to `end` of `progress`.

    Examples
    --------
    >>> calls = []
    >>> part_of(lambda share, doing="": calls.append((share, doing)), 0.5, 0.9)(0.5, "roads")
    >>> calls
    [(0.7, 'roads')]
    """

    def inner(share: float, doing: str = "", /) -> None:
        progress(begin + (end - begin) * share, doing)

    return inner
