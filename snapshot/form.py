"""Declarations of export forms: writer, readers for ``verify``, suffix, group and media type in one entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from snapshot.proof import Reading

__all__ = ["Form", "Group", "Reader", "Systems"]

Group = Literal["gis", "table", "sheet", "raster", "page"]
"""Where it stands among the forms that are offered (``take.group_<group>``)."""
Systems = Literal["any", "wgs84", "metres", "zone", "none"]
"""What it may hold: any system; WGS 84 by definition; metres; a 3-degree zone; no coordinates, or its own."""
J = TypeVar("J")


@dataclass(frozen=True)
class Reader:
    """How ``verify`` reads a form: the manifest in a file, and the hashes of its tables.

    Attributes
    ----------
    recognises : callable
        Tells by the first bytes, and where they are not enough by the file, whether it is one.
    read : callable
        Raises ``BadInput`` if the file holds no manifest of ours, and what its libraries raise if it is damaged.
    """

    recognises: Callable[[bytes, Path], bool]
    read: Callable[[Path], Reading]


@dataclass(frozen=True)
class Form(Generic[J]):
    """One export form.

    Attributes
    ----------
    name : str
        By which it is asked for; ``take.form_<name>`` is what it is called.
    suffix : str
        Of what is delivered.
    group : Group
    media_type : str
        Of what is delivered.
    write : callable
        Writes the draft of a job.
    readers : tuple of Reader
        Of what it delivers.
    systems : Systems
    default : int or None
        System where none is asked for; None for the zone that the selection lies in.
    alone : str
        Suffix of one table by itself, where the form can be a plain file; empty where it is always one file.
    """

    name: str
    suffix: str
    group: Group
    media_type: str
    write: Callable[[Path, J], Any]
    readers: tuple[Reader, ...]
    systems: Systems = "none"
    default: int | None = 4490
    alone: str = ""
