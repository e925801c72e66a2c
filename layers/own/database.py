"""Import several tables of one official database: inspect each, then store each as a layer of its own.

Only tables that are recognised by their fields and codes are imported this way: the table says what the layer is, and
publisher, date and terms are all that is left to ask. Any other table is left out with its reason, and can
be imported on its own.
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
from layers.catalogue import Catalogue, Secrecy, UserVersion, common_territories, proposed_extent
from layers.own.faults import Fault
from layers.own.intake import Intake
from layers.own.official_tables import NearMiss, OfficialLayer, has_official_fields, recognise
from layers.own.proposal import Placement, TerritoryFormatter, propose
from layers.own.versions import LayerDeclaration, can_replace, replaceable_entries, store_layer
from words import Lang, t

__all__ = [
    "Database",
    "SharedMetadata",
    "StoreResult",
    "TableReport",
    "inspect_tables",
    "likely_extent",
    "placement_of",
    "placement_text",
    "store_tables",
]

ReadTable = Callable[[str], Intake]
"""Returns the intake of one table of the file, by its name."""
_CODES: Final = ("XZQDM", "XJXZQHDM", "XJXZQDM")


@dataclass(frozen=True)
class Database:
    """A file of several tables, with the catalogue and counties that they are imported into.

    Attributes
    ----------
    content : bytes or Path
        The file as it came.
    read_table : callable
        Returns the intake of a table by its name, with every fault.
    counties : GeoDataFrame
    current_catalogue : callable
        Returns the catalogue in use: every table that is stored changes it.
    format_territories : callable
        Names territories, for the titles of layers that are complete in a part.
    """

    content: Content
    read_table: ReadTable
    counties: gpd.GeoDataFrame
    current_catalogue: Callable[[], Catalogue]
    format_territories: TerritoryFormatter


@dataclass(frozen=True)
class SharedMetadata:
    """Metadata that the user declares once for all tables of a database.

    Attributes
    ----------
    publisher, licence, as_of : str
    extent : tuple of str or None
        Adcodes in which all of them are complete; None: by the codes and shapes of each.
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
class TableReport:
    """What the inspection of one table found: rows, faults, placement, and why it cannot be stored, if so.

    Attributes
    ----------
    layer : str
        Its name in the file.
    official : OfficialLayer or None
        What it was recognised as.
    row_count, valid_count : int
        Rows in the file, rows valid for the store.
    faults : tuple of Fault
    extent : tuple of str
        Adcodes in which it is complete.
    placement : Placement or None
    sha256 : str
        Of the file it was read from.
    near_miss : NearMiss or None
        Why it is not recognised.
    reason : RedlineError or None
        Why it cannot be stored, if for another reason.
    notices : tuple of Notice
        What the reader noticed.
    """

    layer: str
    official: OfficialLayer | None = None
    row_count: int = 0
    valid_count: int = 0
    faults: tuple[Fault, ...] = ()
    extent: tuple[str, ...] = ()
    placement: Placement | None = None
    sha256: str = ""
    near_miss: NearMiss | None = None
    reason: RedlineError | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def can_be_stored(self) -> bool:
        """Whether the table is recognised and nothing keeps it from being stored."""
        return self.official is not None and self.reason is None and not self._stops

    @property
    def _stops(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.level == "stop"]

    def refusal_text(self, lang: Lang) -> str:
        """Return why it cannot be stored, as sentences; "" if it can."""
        if self._stops:
            return " ".join(f"{fault.text(lang)} {fault.cure(lang)}" for fault in self._stops)
        if self.near_miss is not None:
            return self.near_miss.text(lang)
        return self.reason.text(lang) if self.reason is not None else ""


@dataclass(frozen=True)
class StoreResult:
    """Result of storing one table: the version it was stored as, or the fault."""

    layer: str
    version: UserVersion | None = None
    fault: RedlineError | None = None


def likely_extent(intake: Intake, counties: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return adcodes in which a layer is likely complete: by the codes of its own rows, else by its shapes."""
    columns = {str(column).upper(): column for column in intake.frame.columns}
    named = next((columns[name] for name in _CODES if name in columns), None)
    codes = intake.frame[named].dropna().astype(str).unique() if named is not None else None
    return tuple(proposed_extent(intake.frame, counties, codes)) if len(intake.frame) else ()


def placement_of(stands_for: str, extent: Sequence[str], catalogue: Catalogue, counties: gpd.GeoDataFrame) -> Placement:
    """Return the placement of a layer by its `stands_for` and the extent in which it is complete.

    Raises
    ------
    BadInput
        If several entries have that `stands_for` inside the extent: the user chooses which of them it replaces.
    """
    found = replaceable_entries(stands_for, extent, catalogue)
    if not found:
        return Placement("new")
    if len(found) > 1:
        raise BadInput("data.several_rivals", layers=", ".join(spec.id for spec in found))
    return Placement("replace" if can_replace(extent, found[0], counties) else "beside", found[0])


def inspect_tables(
    database: Database,
    infos: Sequence[LayerInfo],
    *,
    extent: tuple[str, ...] | None = None,
    progress: Progress = no_progress,
) -> list[TableReport]:
    """Return a report of each table of a file that has the fields, or the name, of an official one.

    Tables are read one after another and released; only the report of each stays in memory.

    Parameters
    ----------
    database : Database
    infos : sequence of LayerInfo
        What the file holds.
    extent : tuple of str, optional
        Adcodes in which all of them are complete; by default as `likely_extent` finds for each.
    progress : Progress
        Called with the name of the table that is being read.
    """
    reports: list[TableReport] = []
    for number, info in enumerate(infos):
        if not has_official_fields(info.columns):
            near = recognise(info.name, pd.DataFrame(columns=list(info.columns)), 2).near_miss
            if near is not None:
                reports.append(TableReport(info.name, row_count=info.count or 0, near_miss=near))
            continue
        progress(number / len(infos), info.name)
        try:
            intake = database.read_table(info.name)
        except RedlineError as fault:
            reports.append(TableReport(info.name, row_count=info.count or 0, reason=fault))
            continue
        table = _table_report(intake, extent, database)
        reports.append(_refuse_same_extent(table, reports) if table.can_be_stored else table)
    return reports


def _table_report(intake: Intake, extent: tuple[str, ...] | None, database: Database) -> TableReport:
    """Return the report of a table, with its placement if it can be stored."""
    recognition = intake.recognition
    likely = likely_extent(intake, database.counties) if extent is None else extent
    figures: dict[str, Any] = {"row_count": intake.row_count, "valid_count": len(intake.frame), "faults": intake.faults}
    figures["notices"] = intake.notices
    table = TableReport(
        intake.layer,
        recognition.official,
        **figures,
        extent=likely,
        sha256=intake.sha256,
        near_miss=recognition.near_miss,
    )
    if recognition.official is None or intake.blocked:
        return table
    try:
        placement = placement_of(
            recognition.official.stands_for, likely, database.current_catalogue(), database.counties
        )
    except BadInput as fault:
        return replace(table, reason=fault)
    return replace(table, placement=placement)


def _refuse_same_extent(table: TableReport, before: Sequence[TableReport]) -> TableReport:
    """Return the report, refused if an earlier table has the same `stands_for` and their extents meet."""
    assert table.official is not None
    stands_for = table.official.stands_for
    for other in before:
        same = other.can_be_stored and other.official is not None and other.official.stands_for == stands_for
        if same and (not other.extent or not table.extent or common_territories(other.extent, table.extent)):
            return replace(table, reason=BadInput("data.same_ground", other=other.layer))
    return table


def store_tables(
    database: Database, tables: Sequence[TableReport], metadata: SharedMetadata, *, progress: Progress = no_progress
) -> list[StoreResult]:
    """Store tables one after another, each as a new version of its entry; one that fails stops no other.

    Parameters
    ----------
    database : Database
    tables : sequence of TableReport
        Those to store.
    metadata : SharedMetadata
    progress : Progress
        Called with the name of the table that is being stored.
    """
    outcomes = []
    for number, table in enumerate(tables):
        progress(number / len(tables), table.layer)
        outcomes.append(_store_table(database, table, metadata))
    return outcomes


def _store_table(database: Database, table: TableReport, metadata: SharedMetadata) -> StoreResult:
    """Store one table and return its version, or the fault that prevented it."""
    catalogue = database.current_catalogue()
    try:
        intake = database.read_table(table.layer)
        if intake.sha256 != table.sha256:
            raise BadInput("data.changed_meanwhile", name=intake.name)
        version = store_layer(
            intake,
            _declaration(intake, table, metadata, catalogue, database),
            database.content,
            catalogue=catalogue,
            counties=database.counties,
        )
    except RedlineError as fault:
        return StoreResult(table.layer, fault=fault)
    except (OSError, DataSourceError):  # a full disk: the draft is gone, the catalogue untouched
        return StoreResult(table.layer, fault=BadInput("data.not_kept", name=table.layer))
    return StoreResult(table.layer, version)


def _declaration(
    intake: Intake, table: TableReport, metadata: SharedMetadata, catalogue: Catalogue, database: Database
) -> LayerDeclaration:
    """Return the declaration of a table: what its official table defines, with the metadata declared for all."""
    official = intake.recognition.official
    if official is None:
        raise BadInput("data.changed_meanwhile", name=intake.name)
    placement = placement_of(official.stands_for, table.extent, catalogue, database.counties)
    proposed = propose(
        intake,
        stands_for=official.stands_for,
        extent=table.extent,
        placement=placement,
        catalogue=catalogue,
        format_territories=database.format_territories,
    )
    shared: dict[str, Any] = {"publisher": metadata.publisher, "licence": metadata.licence, "as_of": metadata.as_of}
    if metadata.secrecy is not None:
        shared["secrecy"] = metadata.secrecy
    if metadata.accuracy_m is not None:
        shared["accuracy_m"] = metadata.accuracy_m
    return replace(proposed, **shared)


def placement_text(placement: Placement, extent: str, lang: Lang) -> str:
    """Return a sentence on how a layer joins the catalogue; `extent` is the text that names its territories."""
    title = placement.spec.title(lang) if placement.spec is not None else ""
    return t(f"data.place_{placement.kind}", lang, title=title, extent=extent)
