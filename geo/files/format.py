"""What a format of input is: all that is said of it anywhere, in one entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo.errors import BadInput
from geo.files.source import Source
from geo.files.table import Table
from geo.files.text_coding import decoded
from geo.sites import RawPart

__all__ = ["Format", "table_of", "text_of_file"]


@dataclass(frozen=True)
class Format:
    """One format that sites and layers come in.

    Attributes
    ----------
    name : str
        What sentences call it.
    suffixes : tuple of str
        By which such files are called, with the dot; an upload offers them.
    matches : callable
        Tells by the content whether a file is one; where the content tells nothing, by the name.
    tables : callable
        Returns its layers. Raises ``BadInput`` in one sentence.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[Source], bool]
    tables: Callable[[Source], list[Table]]


def table_of(part: RawPart, kind: str) -> Table:
    """Return what was read at once as a table."""
    columns = tuple(str(column) for column in part.frame.columns if column != "geometry")
    layer = part.name if part.settled or "（" in part.name else Path(part.name).stem
    return Table(layer, kind, columns, len(part.frame), lambda _: part)


def text_of_file(source: Source) -> str:
    """Return a text in whichever coding it can be read; what is none of them is looked at as far as it goes."""
    try:
        return decoded(source.whole, source.name)
    except BadInput:
        return source.whole.decode("utf-8-sig", errors="replace")
