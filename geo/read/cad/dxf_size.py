"""Estimate the size of a drawing with all its blocks inserted, before GDAL inserts them.

Twenty blocks, each of ten of the one before, are a page of text and 10^20 squares: GDAL would put them in place one by
one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from geo.errors import BadInput

__all__ = ["points_in_place"]

_CURVES: Final = frozenset({b"CIRCLE", b"ARC", b"ELLIPSE", b"SPLINE"})
_DEEPEST: Final = 50


@dataclass
class _Block:
    """Number of points of one block (or of the drawing itself) and the blocks inserted in it."""

    points: int = 0
    inserts: list[_Insert] = field(default_factory=list)


@dataclass
class _Insert:
    """An insertion of a block, as an array of columns and rows."""

    name: bytes = b""
    columns: int = 1
    rows: int = 1


def points_in_place(lines: list[bytes], name: str, *, chords: int) -> int:
    """Return the approximate number of points of a drawing with every block inserted.

    Parameters
    ----------
    lines : list of bytes
        The drawing's lines: group code, value, group code, value.
    name : str
        Of the file, for messages.
    chords : int
        Points of a full circle.

    Raises
    ------
    BadInput
        If blocks insert each other in a cycle, or are nested more than fifty deep.
    """
    blocks = _blocks(zip(lines[::2], lines[1::2], strict=False), chords)
    known: dict[bytes, int] = {}

    def total(of: bytes, depth: int) -> int:
        if depth > _DEEPEST:
            raise BadInput("geo.unreadable", name=name)
        if of not in known and of in blocks:
            block = blocks[of]
            known[of] = block.points + sum(i.columns * i.rows * total(i.name, depth + 1) for i in block.inserts)
        return known.get(of, 1)

    return total(b"", 0)


def _blocks(pairs: Iterable[tuple[bytes, bytes]], chords: int) -> dict[bytes, _Block]:
    """Return all blocks by name; the drawing itself has the empty name."""
    blocks = {b"": _Block()}
    current = blocks[b""]
    insert: _Insert | None = None
    opening = False
    for raw_code, raw_value in pairs:
        code, value = raw_code.strip(), raw_value.strip()
        if code == b"0":
            insert = None
            opening = value == b"BLOCK"
            if value in {b"ENDBLK", b"ENDSEC"}:
                current = blocks[b""]
            elif value == b"INSERT":
                insert = _Insert()
                current.inserts.append(insert)
            current.points += chords if value in _CURVES else 1
        elif code == b"2" and opening:
            current, opening = blocks.setdefault(value.upper(), _Block()), False
        elif insert is not None:
            _record_insert(insert, code, value)
        elif code in {b"10", b"42"}:
            current.points += 1 if code == b"10" or value.strip(b"-+0.") in {b"", b"1"} else chords // 2
    return blocks


def _record_insert(insert: _Insert, code: bytes, value: bytes) -> None:
    """Set the block name, columns or rows of an insertion from a group code and its value."""
    if code == b"2":
        insert.name = value.upper()
    elif code in {b"70", b"71"} and value.isdigit():
        times = min(int(value), 1 << 31)
        if code == b"70":
            insert.columns = max(times, 1)
        else:
            insert.rows = max(times, 1)
