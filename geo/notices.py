"""Notices of readers: every repair, dropped row or automatic choice, as a code with its message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from words import Lang, t

__all__ = ["Notice", "notices_of_rows"]


@dataclass(frozen=True)
class Notice:
    """One repair, omission or automatic choice made while a source was read.

    Attributes
    ----------
    code : str
        Its message is ``geo.notice_<code>`` of the catalogue of ``words``.
    values : mapping
        Values in the message: the file, a row, a number.
    fatal : bool
        Whether the source cannot be used until the user resolves it.
    rows : tuple of int
        Shapes that it is about, from 1, as a reader counts them; empty: all of them.
    sites : tuple of str
        The same as ids of sites, once they are known; empty: all of them.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    fatal: bool = False
    rows: tuple[int, ...] = field(default=(), compare=False)
    sites: tuple[str, ...] = field(default=(), compare=False)

    def text(self, lang: Lang = "zh") -> str:
        """Return the message in `lang`."""
        return t(f"geo.notice_{self.code}", lang, **self.values)

    def with_value(self, name: str, value: object) -> Notice:
        """Return a copy with one more value for its message."""
        return replace(self, values={**self.values, name: value})

    def __str__(self) -> str:
        return self.text("zh")


def notices_of_rows(notices: Sequence[Notice], kept: Iterable[int]) -> tuple[Notice, ...]:
    """Return the notices that are about the kept rows, or about all, with the rows counted as they stand now.

    Parameters
    ----------
    notices : sequence of Notice
        About rows of a whole.
    kept : iterable of int
        Positions, from 0, of the rows that are kept, in their order.

    Examples
    --------
    >>> whole = [Notice("a"), Notice("b", rows=(1, 3)), Notice("c", rows=(1,))]
    >>> [(notice.code, notice.rows) for notice in notices_of_rows(whole, [1, 2])]
    [('a', ()), ('b', (2,))]
    """
    now = {int(position) + 1: row for row, position in enumerate(kept, start=1)}
    moved = [replace(notice, rows=tuple(now[row] for row in notice.rows if row in now)) for notice in notices]
    return tuple(after for before, after in zip(notices, moved, strict=True) if after.rows or not before.rows)
