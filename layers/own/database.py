"""Several tables of one official database brought in together: looked through one by one, each stored whole or not.

Only tables that are recognised by their fields and codes come in this way: they say themselves what they are, so that
publisher, date and terms are all that is left to ask. A table that does not fit is left out with its reason, and can
be brought in on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataSourceError

from geo.errors import BadInput, RedlineError
from geo.files import Content
from geo.notices import Notice
from geo.progress import Progress, no_progress
from geo.read import LayerInfo
from layers.catalogue import Catalogue, OverlayVersion, Secrecy, common, proposed_extent
from layers.own.faults import Fault
from layers.own.intake import Intake
from layers.own.official_tables import NearMiss, OfficialLayer, has_official_fields, recognise
from layers.own.proposal import Named, Place, propose
from layers.own.versions import Given, keep_layer, rivals, takes_place
from words import Lang, t

__all__ = [
    "Database",
    "Outcome",
    "Said",
    "TableSeen",
    "keep_each",
    "likely_extent",
    "look_through",
    "place_of",
    "place_text",
]

Take = Callable[[str], Intake]
"""Reads a layer of the file by its name."""
_CODES: Final = ("XZQDM", "XJXZQHDM", "XJXZQDM")


@dataclass(frozen=True)
class Database:
    """A file of several tables, and what they come in among.

    Attributes
    ----------
    content : bytes or Path
        The file as it came.
    take : callable
        Reads a table by its name, with every fault.
    counties : GeoDataFrame
    now : callable
        Returns the catalogue in use: every table that is stored changes it.
    named : callable
        Writes territories, for the titles of layers that are complete in a part.
    """

    content: Content
    take: Take
    counties: gpd.GeoDataFrame
    now: Callable[[], Catalogue]
    named: Named


@dataclass(frozen=True)
class Said:
    """What is said of all tables at once.

    Attributes
    ----------
    publisher, licence, as_of : str
    extent : tuple of str or None
        Where all of them are complete; None leaves that to the codes and shapes of each.
    secrecy : str or None
        None: as proposed.
    accuracy_m : float or None
    """

    publisher: str
    licence: str
    as_of: str = "unknown"
    extent: tuple[str, ...] | None = None
    secrecy: Secrecy | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True)
class TableSeen:
    """A table that was looked through.

    Attributes
    ----------
    layer : str
        Its name in the file.
    official : OfficialLayer or None
        What it was recognised as.
    read, kept : int
        Rows in the file, rows fit to store.
    faults : tuple of Fault
    extent : tuple of str
        Where it is complete.
    place : Place or None
    sha256 : str
        Of the file it was read from.
    near : NearMiss or None
        Why it is not recognised.
    reason : RedlineError or None
        What else keeps it out.
    notices : tuple of Notice
        What the reader noticed.
    """

    layer: str
    official: OfficialLayer | None = None
    read: int = 0
    kept: int = 0
    faults: tuple[Fault, ...] = ()
    extent: tuple[str, ...] = ()
    place: Place | None = None
    sha256: str = ""
    near: NearMiss | None = None
    reason: RedlineError | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it can come in as it is."""
        return self.official is not None and self.reason is None and not self._stops

    @property
    def _stops(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.level == "stop"]

    def why(self, lang: Lang) -> str:
        """Return why it is left out, as sentences; nothing where it fits."""
        if self._stops:
            return " ".join(f"{fault.text(lang)} {fault.cure(lang)}" for fault in self._stops)
        if self.near is not None:
            return self.near.text(lang)
        return self.reason.text(lang) if self.reason is not None else ""


@dataclass(frozen=True)
class Outcome:
    """What became of a table: the version it was stored as, or why it was not."""

    layer: str
    version: OverlayVersion | None = None
    fault: RedlineError | None = None


def likely_extent(intake: Intake, counties: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return where a layer is likely to be complete: by the codes of its own rows, else by where it lies."""
    columns = {str(column).upper(): column for column in intake.frame.columns}
    named = next((columns[name] for name in _CODES if name in columns), None)
    codes = intake.frame[named].dropna().astype(str).unique() if named is not None else None
    return tuple(proposed_extent(intake.frame, counties, codes)) if len(intake.frame) else ()


def place_of(word: str, extent: Sequence[str], catalogue: Catalogue, counties: gpd.GeoDataFrame) -> Place:
    """Return where a layer goes that stands for something and is complete somewhere.

    Raises
    ------
    BadInput
        If several entries stand for the same on its ground: which of them it replaces is for its user to say.
    """
    found = rivals(word, extent, catalogue)
    if not found:
        return Place("new")
    if len(found) > 1:
        raise BadInput("data.several_rivals", layers=", ".join(spec.id for spec in found))
    return Place("replace" if takes_place(extent, found[0], counties) else "beside", found[0])


def look_through(
    database: Database,
    infos: Sequence[LayerInfo],
    *,
    extent: tuple[str, ...] | None = None,
    progress: Progress = no_progress,
) -> list[TableSeen]:
    """Look through every table of a file that has the fields, or the name, of an official one.

    Tables are read one after another and let go: what is kept of each is what its user has to decide by.

    Parameters
    ----------
    database : Database
    infos : sequence of LayerInfo
        What the file holds.
    extent : tuple of str, optional
        Where all of them are complete, where that is said.
    progress : Progress
        Called with the name of the table that is read now.
    """
    seen: list[TableSeen] = []
    for number, info in enumerate(infos):
        if not has_official_fields(info.columns):
            near = recognise(info.name, pd.DataFrame(columns=list(info.columns)), 2).near
            if near is not None:
                seen.append(TableSeen(info.name, read=info.count or 0, near=near))
            continue
        progress(number / len(infos), info.name)
        try:
            intake = database.take(info.name)
        except RedlineError as fault:
            seen.append(TableSeen(info.name, read=info.count or 0, reason=fault))
            continue
        table = _table(intake, extent, database)
        seen.append(_not_on_taken_ground(table, seen) if table.fits else table)
    return seen


def _table(intake: Intake, extent: tuple[str, ...] | None, database: Database) -> TableSeen:
    """Return what is known of a table once it was read."""
    found = intake.recognition
    where = likely_extent(intake, database.counties) if extent is None else extent
    figures: dict[str, Any] = {"read": intake.read, "kept": len(intake.frame), "faults": intake.faults}
    figures["notices"] = intake.notices
    table = TableSeen(intake.layer, found.official, **figures, extent=where, sha256=intake.sha256, near=found.near)
    if found.official is None or intake.stopped:
        return table
    try:
        place = place_of(found.official.stands_for, where, database.now(), database.counties)
    except BadInput as fault:
        return replace(table, reason=fault)
    return replace(table, place=place)


def _not_on_taken_ground(table: TableSeen, before: Sequence[TableSeen]) -> TableSeen:
    """Leave a table out that would take the place of one before it: both stand for the same on the same ground."""
    assert table.official is not None
    word = table.official.stands_for
    for other in before:
        same = other.fits and other.official is not None and other.official.stands_for == word
        if same and (not other.extent or not table.extent or common(other.extent, table.extent)):
            return replace(table, reason=BadInput("data.same_ground", other=other.layer))
    return table


def keep_each(
    database: Database, tables: Sequence[TableSeen], said: Said, *, progress: Progress = no_progress
) -> list[Outcome]:
    """Store tables one after another, each as a new version of its entry; one that fails stops no other.

    Parameters
    ----------
    database : Database
    tables : sequence of TableSeen
        Those that are wanted.
    said : Said
    progress : Progress
        Called with the name of the table that is stored now.
    """
    outcomes = []
    for number, table in enumerate(tables):
        progress(number / len(tables), table.layer)
        outcomes.append(_kept(database, table, said))
    return outcomes


def _kept(database: Database, table: TableSeen, said: Said) -> Outcome:
    """Store one table, or say why it is not stored."""
    catalogue = database.now()
    try:
        intake = database.take(table.layer)
        if intake.sha256 != table.sha256:
            raise BadInput("data.changed_meanwhile", name=intake.name)
        version = keep_layer(
            intake,
            _given(intake, table, said, catalogue, database),
            database.content,
            catalogue=catalogue,
            counties=database.counties,
        )
    except RedlineError as fault:
        return Outcome(table.layer, fault=fault)
    except (OSError, DataSourceError):  # a full disk: the draft is gone, the catalogue untouched
        return Outcome(table.layer, fault=BadInput("data.not_kept", name=table.layer))
    return Outcome(table.layer, version)


def _given(intake: Intake, table: TableSeen, said: Said, catalogue: Catalogue, database: Database) -> Given:
    """Put together what an official table says of itself and what is said of all."""
    official = intake.recognition.official
    if official is None:
        raise BadInput("data.changed_meanwhile", name=intake.name)
    place = place_of(official.stands_for, table.extent, catalogue, database.counties)
    proposed = propose(
        intake,
        word=official.stands_for,
        extent=table.extent,
        place=place,
        catalogue=catalogue,
        named=database.named,
    )
    told: dict[str, Any] = {"publisher": said.publisher, "licence": said.licence, "as_of": said.as_of}
    if said.secrecy is not None:
        told["secrecy"] = said.secrecy
    if said.accuracy_m is not None:
        told["accuracy_m"] = said.accuracy_m
    return replace(proposed, **told)


def place_text(place: Place, extent: str, lang: Lang) -> str:
    """Say where a layer goes; `extent` as it is to be written."""
    title = place.spec.title(lang) if place.spec is not None else ""
    return t(f"data.place_{place.kind}", lang, title=title, extent=extent)
