"""A GeoPackage of a snapshot: tables with styles, findings joined to sites, metadata and the manifest inside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import pandas as pd
import pyogrio

from geo.errors import BadInput
from layers.catalogue import may_export
from snapshot.form import Form, Reader
from snapshot.proof import Reading, TableRecord, manifest_text, stated_hashes, table_digest
from snapshot.selection import Sheet, about_table, close_geopackage, fill_geopackage, findings_table, write_table
from snapshot.vector.job import Job
from words import t

__all__ = ["GPKG"]

_MANIFEST_TABLE: Final = "redline_manifest"
_RELATED: Final = "site_findings"
_METADATA_EXTENSION: Final = "http://www.geopackage.org/spec120/#extension_metadata"
_RELATED_EXTENSION: Final = "http://www.geopackage.org/18-000.html"
_EXTENSIONS: Final = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""
_METADATA: Final = """
CREATE TABLE IF NOT EXISTS gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""
_RELATIONS: Final = """
CREATE TABLE gpkgext_relations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, base_table_name TEXT NOT NULL, base_primary_column TEXT NOT NULL DEFAULT 'id',
  related_table_name TEXT NOT NULL, related_primary_column TEXT NOT NULL DEFAULT 'id', relation_name TEXT NOT NULL,
  mapping_table_name TEXT NOT NULL UNIQUE)
"""


def _write(draft: Path, job: Job) -> None:
    """Write the tables of a job as one GeoPackage."""
    selection = job.selection
    lang = selection.lang
    sheets = [table.sheet for table in reversed(job.tables)]
    sheets += [
        Sheet(name, t("snapshot.unplaced", lang, title=taken.sheet.title), taken.sheet.description, frame)
        for name, taken, frame in job.unplaced()
    ]
    if selection.sites is not None and selection.result is not None:
        found = findings_table(selection.result, selection.layers.values(), lang)
        sheets.append(Sheet("findings", t("snapshot.findings", lang), t("snapshot.findings_text", lang), found))
    about = about_table(selection.taken_layers(), selection.version, selection.written, lang)
    about["crs"] = f"EPSG:{job.epsg}"
    about["included"] = [may_export(layer, selection.layers) for layer in selection.taken_layers()]
    sheets.append(Sheet("about", t("snapshot.about", lang), t("snapshot.about_text", lang), about))
    tables = fill_geopackage(draft, _reported(job, sheets), written=selection.written, lang=lang)
    layer_of = {table.sheet.name: table.layer_id for table in job.tables}
    layer_of |= {name: taken.layer_id for name, taken, _ in job.unplaced()}
    records = []
    for sheet, names in tables.items():
        for name in names:
            frame = pyogrio.read_dataframe(draft, layer=name)
            records.append(TableRecord(name, layer_of.get(sheet), len(frame), table_digest(frame)))
    text = manifest_text(job.manifest(records))
    frame = pd.DataFrame({"manifest": [text]})
    write_table(draft, frame, _MANIFEST_TABLE, t("takeaway.manifest", lang), t("takeaway.manifest_text", lang))
    with closing(sqlite3.connect(draft)) as database, database:
        _describe(database, text, selection.written, {name: sheet for sheet, names in tables.items() for name in names})
        if {"site", "findings"} <= set(tables):
            _relate(database, tables["site"])
    close_geopackage(draft)


def _reported(job: Job, sheets: Sequence[Sheet]) -> Iterator[Sheet]:
    for number, sheet in enumerate(sheets):
        job.progress(number / len(sheets), sheet.title)
        yield sheet


def _describe(database: sqlite3.Connection, manifest: str, written: str, tables: dict[str, str]) -> None:
    """Write the manifest into the metadata tables, for the file and for each table."""
    database.execute(_EXTENSIONS)
    database.executescript(_METADATA)
    database.executemany(
        "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
        [(name, _METADATA_EXTENSION) for name in ("gpkg_metadata", "gpkg_metadata_reference")],
    )
    cursor = database.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES (?, ?, ?, ?)",
        ("dataset", "urn:redline:manifest:1", "application/json", manifest),
    )
    rows: list[tuple[str, str | None, str, int | None]] = [("geopackage", None, written, cursor.lastrowid)]
    rows += [("table", name, written, cursor.lastrowid) for name in tables]
    database.executemany(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, timestamp, md_file_id) VALUES (?, ?, ?, ?)",
        rows,
    )


def _relate(database: sqlite3.Connection, sites: list[str]) -> None:
    """Relate each site to its findings (OGC 18-000, related tables extension)."""
    database.execute(_RELATIONS)
    for number, table in enumerate(sites):
        mapping = _RELATED if number == 0 else f"{_RELATED}_{number + 1}"
        quoted = table.replace('"', '""')
        database.execute(f'CREATE TABLE "{mapping}" (base_id INTEGER NOT NULL, related_id INTEGER NOT NULL)')
        database.execute(
            f'INSERT INTO "{mapping}" SELECT s.fid, f.fid FROM "{quoted}" s JOIN findings f ON f.site_id = s.site_id'  # noqa: S608
        )
        database.execute(
            "INSERT INTO gpkgext_relations (base_table_name, base_primary_column, related_table_name,"
            " related_primary_column, relation_name, mapping_table_name) VALUES (?, 'fid', 'findings', 'fid',"
            " 'attributes', ?)",
            (table, mapping),
        )
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_related_tables', ?, 'read-write')",
            (mapping, _RELATED_EXTENSION),
        )
    database.execute(
        "INSERT INTO gpkg_extensions VALUES ('gpkgext_relations', NULL, 'gpkg_related_tables', ?, 'read-write')",
        (_RELATED_EXTENSION,),
    )


def _read(path: Path) -> Reading:
    """Return the hashes of the tables of a GeoPackage, opened read-only."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        kinds = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        names = [str(row[0]) for row in database.execute(kinds)]
        if _MANIFEST_TABLE not in names:
            raise BadInput("takeaway.verify_no_manifest", name=path.name)
        manifest = json.loads(database.execute(f"SELECT manifest FROM {_MANIFEST_TABLE}").fetchone()[0])  # noqa: S608
    content = [name for name in names if name not in {_MANIFEST_TABLE, "layer_styles"}]
    hashes = {name: table_digest(pyogrio.read_dataframe(path, layer=name)) for name in content}
    return manifest, stated_hashes(manifest, path.name), hashes


GPKG: Final = Form(
    "gpkg", ".gpkg", "gis", "application/geopackage+sqlite3", _write,
    (Reader(lambda head, _: head.startswith(b"SQLite format 3\0"), _read),), "any",
)  # fmt: skip
