"""Layers of a zip archive: of the best kind of file in it, with a notice of the files left unread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from geo.errors import BadInput
from geo.files import SQLITE_SIDECARS, Archive, Source, Table, inner_label, plain_label
from geo.notices import Notice
from geo.read.gis import SHAPEFILE_SIDES, file_gdb, geopackage, shapefiles
from geo.read.survey import is_survey_txt
from geo.read.tables import workbook
from geo.sites import RawPart

__all__ = ["tables_in_zip"]

_MB: Final = 1 << 20
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_KML: Final = frozenset({".kml", ".ovkml"})
_IN_ZIP: Final = (
    (".geojson", ".json", ".kml", ".ovkml", ".gpkg", ".fgb", ".parquet", ".geoparquet", ".dxf"),
    (".txt",),
    (".csv", ".tsv", ".xlsx"),
    (".dwg", ".mdb", ".vct", ".xls", ".tab", ".mif"),
)
"""Suffixes of files in archives, best first: tables or texts beside vector files are only explanations."""
_SHAPES: Final = frozenset({*_IN_ZIP[0], ".shp", ".gdbtable", ".dwg", ".mdb", ".vct", ".tab", ".mif", ".gml", ".e00"})
"""Suffixes of files that hold shapes."""
_TABLES: Final = frozenset({".csv", ".tsv", ".xlsx", ".xls"})
_NAMED: Final = 6


def tables_in_zip(source: Source, read_plain: Callable[[Source], list[Table]]) -> list[Table]:
    """Return the layers of an archive: a workbook, Shapefiles, a FileGDB, else single files of other formats.

    Parameters
    ----------
    source : Source
    read_plain : callable
        Returns the layers of a file that is no archive.

    Raises
    ------
    BadInput
        If it is unsafe, or holds no file that is read.
    """
    name = source.name
    archive = Archive(source.content, name, source.limits.unpacked_mb * _MB)
    if PurePosixPath("xl/workbook.xml") in archive.paths:
        return workbook(archive, source.whole, name, source.limits, source.columns)
    if archive.with_suffix(".shp"):
        return _with_unread_notice(shapefiles(archive, name, source.stack), archive, {".shp"}, name)
    if archive.with_suffix(".gdbtable"):
        return _with_unread_notice(file_gdb(archive, name, source.stack), archive, {".gdbtable"}, name)
    if sides := [path for path in archive.with_suffix(*SHAPEFILE_SIDES) if not archive.sidecar(path, ".mif", ".tab")]:
        raise BadInput("geo.zip_without_shp", name=name, found=plain_label(sides[0].name))
    for suffixes in _IN_ZIP:
        inside = [_member_source(source, archive, path) for path in archive.with_suffix(*suffixes)]
        readable = [one for one in inside if suffixes != (".txt",) or is_survey_txt(one.whole)]
        if readable:
            return _with_unread_notice(_all_tables(readable, archive, read_plain), archive, set(suffixes), name)
    if archive.nested:
        raise BadInput("geo.zip_nested", name=name, inner=plain_label(archive.nested[0].name))
    raise BadInput("geo.zip_nothing", name=name)


def _member_source(source: Source, archive: Archive, path: PurePosixPath) -> Source:
    """Return a file of an archive as a source; its path in the archive is set, for sidecars of a GeoPackage."""
    known = {str(one).lower() for one in archive.paths if one.suffix.lower() in _KML}

    def is_archived_link(link: str) -> bool:
        """Return whether a link leads to a KML of this archive; no other link is ever opened."""
        target = unquote(link.split("#", maxsplit=1)[0]).replace("\\", "/").lower()
        return str(path.parent / target).lower().removeprefix("./") in known

    one = source.inner(archive.read(path), _member_label(source.name, path), is_archived_link)
    return replace(one, archive_path=path)


def _tables(one: Source, archive: Archive, read_plain: Callable[[Source], list[Table]]) -> list[Table]:
    """Return the tables of one file of an archive."""
    if one.start.startswith(_ZIP_MAGICS):
        return _workbook_in_archive(one)
    if one.start.startswith(b"SQLite format 3\x00") and one.archive_path is not None:
        paths = {suffix: one.archive_path.with_name(one.archive_path.name + suffix) for suffix in SQLITE_SIDECARS}
        sidecars = {suffix: archive.read(path) for suffix, path in paths.items() if path in archive.paths}
        return geopackage(one.content, one.name, one.stack, beside=sidecars)
    return read_plain(one)


def _all_tables(
    sources: Sequence[Source], archive: Archive, read_plain: Callable[[Source], list[Table]]
) -> list[Table]:
    """Return the tables of all files of an archive; a KML of links only is an error if it is the only file."""
    tables: list[Table] = []
    link_faults: list[BadInput] = []
    for one in sources:
        try:
            tables += _tables(one, archive, read_plain)
        except BadInput as fault:
            if fault.key != "geo.kml_only_links":
                raise
            link_faults.append(fault)
    if not tables:
        raise link_faults[0]
    return _with_notices(_without_link_documents(tables), [Notice("kml_links", fault.values) for fault in link_faults])


def _without_link_documents(tables: list[Table]) -> list[Table]:
    """Return tables without empty KML documents, whose notices are moved to the others."""
    empty = [table for table in tables if table.kind == "KML" and table.count == 0]
    kept = [table for table in tables if table not in empty]
    if not kept or not empty:
        return tables
    notices = [notice for table in empty for notice in table.read(None).notices]
    return _with_notices(kept, notices)


def _with_unread_notice(tables: list[Table], archive: Archive, read: set[str], name: str) -> list[Table]:
    """Return tables with a notice of the other files of shapes (or tables) in the archive that are not read."""
    others = (_SHAPES - read) | (_TABLES - read if read <= {".txt"} else frozenset())
    folders = {path.parent.as_posix() for path in archive.with_suffix(".gdbtable")} if ".gdbtable" in others else set()
    rest = [*sorted(folders), *(str(path) for path in archive.with_suffix(*others - {".gdbtable"}))]
    rest += [str(path) for path in archive.nested]
    if not rest:
        return tables
    shown = "、".join(plain_label(one) for one in rest[:_NAMED]) + (" …" if len(rest) > _NAMED else "")
    return _with_notices(tables, [Notice("zip_passed_over", {"name": name, "count": len(rest), "files": shown})])


def _with_notices(tables: Sequence[Table], notices: Sequence[Notice]) -> list[Table]:
    """Return tables whose parts have additional notices when they are read."""
    if not notices:
        return list(tables)

    def reader(table: Table) -> Callable[[int | None], RawPart]:
        def read(most: int | None) -> RawPart:
            part = table.read(most)
            return replace(part, notices=(*notices, *part.notices))

        return read

    return [replace(table, read=reader(table)) for table in tables]


def _workbook_in_archive(source: Source) -> list[Table]:
    """Return the sheets of a workbook inside an archive; no other archive is opened there."""
    archive = Archive(source.content, source.name, source.limits.unpacked_mb * _MB)
    if PurePosixPath("xl/workbook.xml") not in archive.paths:
        raise BadInput("geo.zip_nested", name=source.name, inner=source.name)
    return workbook(archive, source.whole, source.name, source.limits, source.columns)


def _member_label(name: str, path: PurePosixPath) -> str:
    """Return the label of a file inside an archive: ``archive/file``."""
    return name if path.name == name else inner_label(name, path.name, 2)
