"""Description of an input format: name, suffixes, how it is recognised and read."""

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
    """One input format of sites and layers: name, suffixes, recogniser and reader.

    Attributes
    ----------
    name : str
        Name in messages.
    suffixes : tuple of str
        Suffixes of such files, with the dot; an upload offers them.
    matches : callable
        Returns whether a file has the format, by its content; by its name where the content does not show it.
    tables : callable
        Returns the layers of a file. Raises ``BadInput`` with one sentence.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[Source], bool]
    tables: Callable[[Source], list[Table]]


def table_of(part: RawPart, kind: str) -> Table:
    """Return a part that is already read as a `Table`."""
    columns = tuple(str(column) for column in part.frame.columns if column != "geometry")
    layer = part.name if part.crs_per_feature or "（" in part.name else Path(part.name).stem
    return Table(layer, kind, columns, len(part.frame), lambda _: part)


def text_of_file(source: Source) -> str:
    """Return the text of a file in the first encoding that fits; invalid bytes are replaced if none does."""
    try:
        return decoded(source.whole, source.name)
    except BadInput:
        return source.whole.decode("utf-8-sig", errors="replace")
