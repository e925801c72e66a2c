"""A table of a file that has been recognised and looked through, ready to be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from geo.sites import RawPart

__all__ = ["Table", "inner_label", "plain_label"]


@dataclass(frozen=True)
class Table:
    """One layer that a file offers.

    Attributes
    ----------
    layer : str
        Its name, to choose it by.
    kind : str
        The format, such as ``"GeoPackage"``.
    columns : tuple of str
        Own attributes; for tables of coordinates all columns.
    count : int or None
        Number of rows where it is known without reading.
    read : callable
        Reads it: at most so many rows, or all of them for None.
    mapping : tuple of (str, str)
        For tables of coordinates: which column was taken for which role, as found.
    """

    layer: str
    kind: str
    columns: tuple[str, ...]
    count: int | None
    read: Callable[[int | None], RawPart]
    mapping: tuple[tuple[str, str], ...] = ()


def plain_label(name: str) -> str:
    """Keep a stranger's file name readable, on one line and without folders."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c if c.isprintable() else "?" for c in last)
    return clean if len(clean) <= 80 else f"{clean[:60]}…{clean[-16:]}"


def inner_label(name: str, inner: str, count: int) -> str:
    """Name a table inside a file, where the file's name is not enough."""
    return name if count == 1 else f"{name}/{plain_label(inner)}"
