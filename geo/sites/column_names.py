"""Column names of a table that is put together: none twice the same, none that is taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable

__all__ = ["names_apart"]


def names_apart(names: Iterable[object], taken: Collection[str]) -> list[str]:
    """Return column names that are neither taken nor twice the same: those that are get underscores.

    Examples
    --------
    >>> names_apart(["part", "part_", "kind"], {"part"})
    ['part_', 'part__', 'kind']
    """
    used = set(taken)
    apart = []
    for one in names:
        name = str(one)
        while name in used:
            name += "_"
        used.add(name)
        apart.append(name)
    return apart
