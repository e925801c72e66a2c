"""A layer found in a file, with a function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from geo.sites import RawPart

__all__ = ["Table", "inner_label", "plain_label"]


@dataclass(frozen=True)
class Table:
    """A layer found in a file, with a function that reads it.

    Attributes
    ----------
    layer : str
        Its name, by which a user chooses it.
    kind : str
        The format, such as ``"GeoPackage"``.
    columns : tuple of str
        Own attributes; for tables of coordinates all columns.
    count : int or None
        Number of rows where it is known without reading.
    read : callable
        Returns its rows as a `RawPart`: at most so many, or all of them for None.
    mapping : tuple of (str, str)
        For tables of coordinates: pairs of role and column.
    """

    layer: str
    kind: str
    columns: tuple[str, ...]
    count: int | None
    read: Callable[[int | None], RawPart]
    mapping: tuple[tuple[str, str], ...] = ()


def plain_label(name: str) -> str:
    """Return an untrusted file name as one printable line without folders, at most 80 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c if c.isprintable() else "?" for c in last)
    return clean if len(clean) <= 80 else f"{clean[:60]}…{clean[-16:]}"


def inner_label(name: str, inner: str, count: int) -> str:
    """Return the label of a table: ``name/inner`` if the file holds several tables, else `name`."""
    return name if count == 1 else f"{name}/{plain_label(inner)}"
