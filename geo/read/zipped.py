"""What an archive offers: the best kind of file that it holds; what else is there is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from geo.errors import BadInput
from geo.files import BESIDE_SQLITE, Archive, Source, Table, inner_label, plain_label
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
"""What an archive may hold, best first: a table or a text beside vector files only explains them."""
_SHAPES: Final = frozenset({*_IN_ZIP[0], ".shp", ".gdbtable", ".dwg", ".mdb", ".vct", ".tab", ".mif", ".gml", ".e00"})
"""Files that hold shapes, by their names' ends."""
_TABLES: Final = frozenset({".csv", ".tsv", ".xlsx", ".xls"})
_NAMED: Final = 6


def tables_in_zip(source: Source, plain: Callable[[Source], list[Table]]) -> list[Table]:
    """Return what an archive holds: a workbook, Shapefiles, a FileGDB, else files that could have come without it.

    Parameters
    ----------
    source : Source
    plain : callable
        Reads a file that is no archive.

    Raises
    ------
    BadInput
        If it is unsafe, or holds nothing that is read.
    """
    name = source.name
    archive = Archive(source.content, name, source.limits.unpacked_mb * _MB)
    if PurePosixPath("xl/workbook.xml") in archive.paths:
        return workbook(archive, source.whole, name, source.limits, source.columns)
    if archive.with_suffix(".shp"):
        return _with_rest(shapefiles(archive, name, source.stack), archive, {".shp"}, name)
    if archive.with_suffix(".gdbtable"):
        return _with_rest(file_gdb(archive, name, source.stack), archive, {".gdbtable"}, name)
    if sides := [path for path in archive.with_suffix(*SHAPEFILE_SIDES) if not archive.sidecar(path, ".mif", ".tab")]:
        raise BadInput("geo.zip_without_shp", name=name, found=plain_label(sides[0].name))
    for suffixes in _IN_ZIP:
        inside = [_inside(source, archive, path) for path in archive.with_suffix(*suffixes)]
        told = [one for one in inside if suffixes != (".txt",) or is_survey_txt(one.whole)]
        if told:
            return _with_rest(_all_tables(told, archive, plain), archive, set(suffixes), name)
    if archive.nested:
        raise BadInput("geo.zip_nested", name=name, inner=plain_label(archive.nested[0].name))
    raise BadInput("geo.zip_nothing", name=name)


def _inside(source: Source, archive: Archive, path: PurePosixPath) -> Source:
    """Return a file of an archive; a GeoPackage keeps its place, for what stands beside it."""
    known = {str(one).lower() for one in archive.paths if one.suffix.lower() in _KML}

    def beside(link: str) -> bool:
        """Tell whether a link leads to a document of this archive; nothing else is ever opened."""
        target = unquote(link.split("#", maxsplit=1)[0]).replace("\\", "/").lower()
        return str(path.parent / target).lower().removeprefix("./") in known

    one = source.inner(archive.read(path), _inner(source.name, path), beside)
    return replace(one, inside=path)


def _tables(one: Source, archive: Archive, plain: Callable[[Source], list[Table]]) -> list[Table]:
    """Return the tables of one file of an archive."""
    if one.start.startswith(_ZIP_MAGICS):
        return _in_book(one)
    if one.start.startswith(b"SQLite format 3\x00") and one.inside is not None:
        held = {suffix: one.inside.with_name(one.inside.name + suffix) for suffix in BESIDE_SQLITE}
        sides = {suffix: archive.read(path) for suffix, path in held.items() if path in archive.paths}
        return geopackage(one.content, one.name, one.stack, beside=sides)
    return plain(one)


def _all_tables(told: Sequence[Source], archive: Archive, plain: Callable[[Source], list[Table]]) -> list[Table]:
    """Return the tables of all files of an archive; a document that only leads elsewhere matters if it is alone."""
    tables: list[Table] = []
    leading: list[BadInput] = []
    for one in told:
        try:
            tables += _tables(one, archive, plain)
        except BadInput as fault:
            if fault.key != "geo.kml_only_links":
                raise
            leading.append(fault)
    if not tables:
        raise leading[0]
    return _told(_filled(tables), [Notice("kml_links", fault.values) for fault in leading])


def _filled(tables: list[Table]) -> list[Table]:
    """Leave out documents of an archive that only lead to others, but not what was noticed in them."""
    empty = [table for table in tables if table.kind == "KML" and table.count == 0]
    kept = [table for table in tables if table not in empty]
    if not kept or not empty:
        return tables
    told = [notice for table in empty for notice in table.read(None).notices]
    return _told(kept, told)


def _with_rest(tables: list[Table], archive: Archive, read: set[str], name: str) -> list[Table]:
    """Say which other files of shapes, or of tables where shapes were read, stand in the archive unread."""
    others = (_SHAPES - read) | (_TABLES - read if read <= {".txt"} else frozenset())
    folders = {path.parent.as_posix() for path in archive.with_suffix(".gdbtable")} if ".gdbtable" in others else set()
    rest = [*sorted(folders), *(str(path) for path in archive.with_suffix(*others - {".gdbtable"}))]
    rest += [str(path) for path in archive.nested]
    if not rest:
        return tables
    shown = "、".join(plain_label(one) for one in rest[:_NAMED]) + (" …" if len(rest) > _NAMED else "")
    return _told(tables, [Notice("zip_passed_over", {"name": name, "count": len(rest), "files": shown})])


def _told(tables: Sequence[Table], notices: Sequence[Notice]) -> list[Table]:
    """Return tables that say something more when they are read."""
    if not notices:
        return list(tables)

    def telling(table: Table) -> Callable[[int | None], RawPart]:
        def read(most: int | None) -> RawPart:
            part = table.read(most)
            return replace(part, notices=(*notices, *part.notices))

        return read

    return [replace(table, read=telling(table)) for table in tables]


def _in_book(source: Source) -> list[Table]:
    """Return the sheets of a workbook inside an archive; no other archive is opened there."""
    archive = Archive(source.content, source.name, source.limits.unpacked_mb * _MB)
    if PurePosixPath("xl/workbook.xml") not in archive.paths:
        raise BadInput("geo.zip_nested", name=source.name, inner=source.name)
    return workbook(archive, source.whole, source.name, source.limits, source.columns)


def _inner(name: str, path: PurePosixPath) -> str:
    """Name a file inside an archive; that of a KMZ, always ``doc.kml``, tells nothing."""
    return name if path.name == name else inner_label(name, path.name, 2)
