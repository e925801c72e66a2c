"""GeoPackages: SQLite files, whose last writes may stand in a file beside them (``-wal``, ``-journal``)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from geo.errors import BadInput
from geo.files import Content, Format, Table, inner_label
from geo.notices import Notice
from geo.read.gis.gdal import gdal_table, stage_file
from geo.shapes import ARC_STEP_DEGREES, CURVE_CODES, kind_of_wkb

__all__ = ["GEOPACKAGE", "geopackage"]

_SAFE_MODULES: Final = ("rtree", "fts3", "fts4", "fts5")
_WAL_MODE: Final = b"\x02\x02"
_MODE_AT: Final = 18
_FLAT: Final = frozenset({"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"})
_HEAD: Final = 8 + 64 + 5
_ENVELOPES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
"""Bytes of the box before a geometry, by its code."""


def geopackage(content: Content, name: str, stack: ExitStack, *, beside: dict[str, bytes] | None = None) -> list[Table]:
    """Return the feature tables of a GeoPackage.

    Parameters
    ----------
    content : bytes or Path
    name : str
        The file, for the sentence.
    stack : ExitStack
    beside : mapping of str to bytes, optional
        What stands beside it, by what its name adds: ``-wal`` (rows not yet written back), ``-journal`` (a write that
        was broken off). SQLite brings the file up to date from it, in a copy.

    Raises
    ------
    BadInput
        If it is no GeoPackage, holds no shapes, or shapes that are a view or a virtual table.
    """
    path = stage_file(content, "upload.gpkg", stack)
    with path.open("rb") as file:
        in_use = file.read(_MODE_AT + 2)[_MODE_AT:] == _WAL_MODE
    told: tuple[Notice, ...] = ()
    if held := {suffix: side for suffix, side in (beside or {}).items() if side}:
        path = _up_to_date(path, held, name)
        told = (Notice("gpkg_with_wal", {"name": name, "beside": "、".join(f"{name}{suffix}" for suffix in held)}),)
    elif in_use:
        told = (Notice("gpkg_wal_missing", {"name": name}),)
    tables = _feature_tables(path, name)
    made = []
    for table in tables:
        label = inner_label(name, table, len(tables))
        curved = (
            (Notice("curves_linearised", {"name": label, "step": ARC_STEP_DEGREES}),) if _curved(path, table) else ()
        )
        made.append(gdal_table(path, table, "GeoPackage", "gpkg", label, *told, *curved))
    return made


def _curved(path: Path, table: str) -> bool:
    """Return whether a table holds a curve: GDAL's reader here makes chords of it without a word."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
        db.execute("PRAGMA trusted_schema = OFF")
        try:
            column, kind = db.execute(
                "SELECT column_name, geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
            ).fetchone()
            if str(kind).upper() in _FLAT:
                return False
            quoted, of = (str(name).replace('"', '""') for name in (column, table))
            heads = db.execute(f'SELECT substr("{quoted}", 1, {_HEAD}) FROM "{of}"')  # noqa: S608 - names are quoted
            return any(_kind_of_blob(head) in CURVE_CODES for (head,) in heads)
        except (sqlite3.Error, TypeError):
            return False


def _kind_of_blob(head: object) -> int:
    """Return the kind of a GeoPackage's geometry by the start of its bytes; 0 if that is none."""
    if not isinstance(head, bytes) or head[:2] != b"GP" or len(head) < 8:
        return 0
    start = 8 + _ENVELOPES.get(head[3] >> 1 & 7, 0)
    return kind_of_wkb(head[start : start + 5])


def _up_to_date(path: Path, beside: dict[str, bytes], name: str) -> Path:
    """Return a copy of the file with its ``-wal`` or ``-journal`` applied by SQLite, without running its own SQL."""
    copy = path.with_name("whole.gpkg")
    shutil.copyfile(path, copy)
    for suffix, side in beside.items():
        copy.with_name(f"whole.gpkg{suffix}").write_bytes(side)
    try:
        with closing(sqlite3.connect(copy)) as db:
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("SELECT count(*) FROM sqlite_master").fetchall()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            db.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error:
        raise BadInput("geo.unreadable", name=name) from None
    return copy


def _feature_tables(path: Path, name: str) -> list[str]:
    """Return the names of feature tables; raise `BadInput` for views and modules, which run SQL or code."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
            db.execute("PRAGMA trusted_schema = OFF")
            schema = db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
            listed = db.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchall()
    except (sqlite3.Error, UnicodeError):
        raise BadInput("geo.not_what_it_says", name=name, kind="GeoPackage") from None
    for _, _, sql in schema:
        words = str(sql).lower().split()
        if words[:3] == ["create", "virtual", "table"] and not any(m in str(sql).lower() for m in _SAFE_MODULES):
            raise BadInput("geo.gpkg_unsafe", name=name)
    kinds = {str(entry): kind for kind, entry, _ in schema if kind in {"table", "view"}}
    tables = [str(table) for (table,) in listed]
    if not tables:
        raise BadInput("geo.no_features", name=name)
    if any(kinds.get(table) != "table" for table in tables):
        raise BadInput("geo.gpkg_unsafe", name=name)
    return tables


GEOPACKAGE: Final = Format(
    "GeoPackage", (".gpkg",), lambda source: source.start.startswith(b"SQLite format 3\x00"),
    lambda source: geopackage(source.content, source.name, source.stack),
)  # fmt: skip
