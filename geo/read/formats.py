"""Read sites from any vector file: recognise the format by content and call its reader.

Uploads are hostile: see docs/decisions/uploads.md. What a file declares of its CRS, and what happens then,
is listed in docs/decisions/crs-cases.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import shapely

from geo.crs import Candidate, detect
from geo.errors import BadInput, RedlineError
from geo.files import REFUSED, Content, Format, Source, Table, content_of, plain_label, private_content, refuse_known
from geo.notices import Notice
from geo.read.cad import DXF
from geo.read.gis import FLATGEOBUF, GEOJSON, GEOPACKAGE, GEOPARQUET, KML
from geo.read.pasted import ROWS, sites_from_text
from geo.read.survey import CASS, SURVEY
from geo.read.tables import CSV, has_coordinates
from geo.read.zipped import tables_in_zip
from geo.sites import (
    DEFAULT_LIMITS,
    Limits,
    ReadLimits,
    Sites,
    sites_from_drawing,
    sites_from_parts,
    sites_from_points,
)

__all__ = [
    "SUFFIXES",
    "Inspection",
    "LayerInfo",
    "Limits",
    "ReadLimits",
    "Sites",
    "Source",
    "content_of",
    "inspect",
    "inspect_content",
    "label_of",
    "read_sites",
    "select_tables",
    "sites_from_drawing",
    "sites_from_points",
    "sites_from_text",
    "tables_of",
]

_MB: Final = 1 << 20
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED: Final = {".zip": "ZIP", ".kmz": "KMZ", ".xlsx": "XLSX"}
"""Suffixes of archives; `tables_in_zip` finds out what they hold."""
_SAMPLE: Final = 1000
_TABLE_ROLES: Final = frozenset({"x", "y", "wkt", "group", "ring", "order", "shape"})


@dataclass(frozen=True)
class LayerInfo:
    """Summary of one layer of a file: rows, columns, geometry types, CRS.

    Attributes
    ----------
    name : str
        For ``read_sites(..., layer=name)``.
    kind : str
        The format.
    count : int or None
        Rows.
    columns : tuple of str
    geometry_types : tuple of str
        Of the first thousand rows.
    declared : str or None
        The CRS that the file declares.
    evidence : str
        Code of how it declares it.
    candidates : tuple of Candidate
        Systems that the coordinates fit.
    mapping : tuple of (role, column)
        Of tables of coordinates.
    fault : RedlineError or None
        Why it cannot be read as it is.
    """

    name: str
    kind: str
    count: int | None
    columns: tuple[str, ...]
    geometry_types: tuple[str, ...] = ()
    declared: str | None = None
    evidence: str = ""
    candidates: tuple[Candidate, ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()
    fault: RedlineError | None = None


@dataclass(frozen=True)
class Inspection:
    """The layers of a file and the notices about them, before anything is imported."""

    name: str
    layers: tuple[LayerInfo, ...]
    notices: tuple[Notice, ...]


def read_sites(
    source: Path | str | bytes,
    name: str | None = None,
    *,
    crs: Any = None,
    limits: Limits = DEFAULT_LIMITS,
    layer: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    swap: bool = False,
) -> Sites:
    """Return the sites read from a file or its bytes, validated and in EPSG:4490.

    Shapefile and FileGDB in a .zip, GeoPackage, GeoJSON, KML, KMZ, 奥维 ovkml, DXF, CSV, XLSX, GeoParquet, FlatGeobuf,
    勘测定界 TXT, and text files of coordinates.

    Parameters
    ----------
    source : path or bytes
    name : str, optional
        The file's name, for sentences; needed for bytes.
    crs : anything pyproj takes, ``"GCJ-02"`` or ``"BD-09"``, optional
        The system that the user names: for files that declare none, or the wrong one.
    limits : Limits
        Bytes, unpacked bytes, shapes, vertices.
    layer : str or sequence of str, optional
        Which layers, by the names that `inspect` gives; all of them without.
    columns : mapping, optional
        Which column is what. Everywhere: ``id``, ``declared_area_m2`` (or ``_ha``, ``_mu``). In tables of coordinates
        also ``x`` (east), ``y`` (north), ``wkt``, ``group`` (parcel), ``ring``, ``order``, and ``shape``, whose value
        is no column but ``points``, ``line`` or ``polygon``.
    swap : bool
        The user says that the first coordinate is north.

    Returns
    -------
    Sites

    Raises
    ------
    BadInput, CrsError
        One sentence that names the file, the shape and what to do. ``values["candidates"]`` of a `CrsError` that asks
        for a system holds what the coordinates fit.
    """
    label = label_of(source, name)
    content = content_of(source, label, limits)
    with ExitStack() as stack:
        opened = Source(content, label, limits, columns or {}, crs, stack)
        tables, notices = select_tables(tables_of(opened), layer, label)
        notices += _several_layers_notice(tables, label) if layer is None else ()
        _refuse_table_columns(tables, columns or {}, label)
        parts = [table.read(None) for table in tables]
    sha256 = hashlib.sha256(content).hexdigest()
    sites = sites_from_parts(parts, name=label, crs=crs, limits=limits, sha256=sha256, columns=columns or {}, swap=swap)
    return replace(sites, notices=(*notices, *sites.notices))


def inspect(
    source: Path | str | bytes,
    name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    columns: Mapping[str, str] | None = None,
) -> Inspection:
    """Return a summary of each layer of a file: columns, counts, and its declared or possible CRS.

    Parameters
    ----------
    source : path or bytes
    name : str, optional
    limits : Limits
    columns : mapping, optional
        As for `read_sites`; to see what a table's columns would give.

    Raises
    ------
    BadInput
        If it is no file that can be read. What is wrong with a single layer stands in its ``fault``.
    """
    label = label_of(source, name)
    with ExitStack() as stack:
        content, _ = private_content(source, label, limits, stack)
        return inspect_content(content, label, limits=limits, columns=columns)


def label_of(source: Path | str | bytes, name: str | None) -> str:
    """Return the name of a file for sentences."""
    return plain_label(name if name is not None else (Path(source).name if not isinstance(source, bytes) else "?"))


def inspect_content(
    content: Content, label: str, *, limits: Limits, columns: Mapping[str, str] | None = None
) -> Inspection:
    """Return the same as `inspect`, of bytes or a private copy."""
    with ExitStack() as stack:
        inspected = [
            _layer_info(table) for table in tables_of(Source(content, label, limits, columns or {}, None, stack))
        ]
    notices = {notice.text(): notice for _, found in inspected for notice in found}
    return Inspection(label, tuple(info for info, _ in inspected), tuple(notices.values()))


def _layer_info(table: Table) -> tuple[LayerInfo, tuple[Notice, ...]]:
    """Return a summary of a layer from its first rows, and the notices of its reader."""
    facts = (table.layer, table.kind, table.count, table.columns)
    try:
        part = table.read(_SAMPLE)
    except RedlineError as fault:
        return LayerInfo(*facts, candidates=fault.candidates, mapping=table.mapping, fault=fault), ()
    shapes = part.frame.geometry.to_numpy()
    kinds = tuple(dict.fromkeys(str(kind) for kind in part.frame.geom_type if kind is not None))
    declared = None if part.crs is None else part.crs if isinstance(part.crs, str) else part.crs.name
    candidates = detect(shapely.get_coordinates(shapes))
    evidence = part.evidence if declared else ""
    return LayerInfo(*facts, kinds, declared, evidence, candidates, table.mapping), part.notices


def select_tables(
    tables: list[Table], layer: str | Sequence[str] | None, name: str
) -> tuple[list[Table], tuple[Notice, ...]]:
    """Return the layers that the user chose, else all but sheets without coordinates, with a notice of those."""
    if layer is not None:
        names_wanted = {layer} if isinstance(layer, str) else set(layer)
        for missing in sorted(names_wanted - {table.layer for table in tables}):
            names = "、".join(plain_label(table.layer) for table in tables[:12])
            raise BadInput("geo.no_such_layer", name=name, layer=plain_label(missing), layers=names)
        return [table for table in tables if table.layer in names_wanted], ()
    without_coordinates = [
        table for table in tables if table.kind == "XLSX" and not has_coordinates(dict(table.mapping))
    ]
    if not without_coordinates or len(without_coordinates) == len(tables):
        return tables, ()
    names = "、".join(plain_label(table.layer) for table in without_coordinates[:12])
    kept = [table for table in tables if table not in without_coordinates]
    return kept, (Notice("sheets_passed_over", {"name": name, "sheets": names}),)


def _several_layers_notice(tables: Sequence[Table], name: str) -> tuple[Notice, ...]:
    """Return a notice that all of several layers are read; none for drawings, whose reader has its own."""
    names = [plain_label(table.layer) for table in tables if table.kind not in {"DXF", "XLSX"}]
    if len(names) < 2:
        return ()
    shown = "、".join(names[:12]) + (" …" if len(names) > 12 else "")
    return (Notice("several_layers", {"name": name, "count": len(names), "layers": shown}),)


def _refuse_table_columns(tables: Sequence[Table], columns: Mapping[str, str], name: str) -> None:
    """Raise `BadInput` for column roles that only tables of coordinates have, if the file has no such table."""
    kinds = {table.kind for table in tables}
    roles = _TABLE_ROLES if kinds.isdisjoint({"CSV", "XLSX", "TXT"}) else frozenset()
    roles = _TABLE_ROLES - {"shape"} if kinds == {"TXT"} else roles
    if unusable := sorted(roles.intersection(columns)):
        raise BadInput("geo.no_table", name=name, roles=", ".join(unusable))


def _refuse_bare(source: Source) -> list[Table]:
    raise BadInput("geo.bare_shapefile", name=source.name)


_MARKED: Final = (GEOPACKAGE, FLATGEOBUF, GEOPARQUET)
"""Formats that are recognised by their first bytes, so that the rest need not be in memory."""
_BARE_SHAPEFILE: Final = Format("SHP", (), lambda source: source.start.startswith(b"\x00\x00\x27\x0a"), _refuse_bare)
FORMATS: Final = (*_MARKED, DXF, SURVEY, GEOJSON, KML, _BARE_SHAPEFILE, CASS, CSV, ROWS)
"""All formats, in the order in which they are tried; archives are recognised before them."""
SUFFIXES: Final = tuple(dict.fromkeys([*_PACKED, *(suffix for form in FORMATS for suffix in form.suffixes), *REFUSED]))
"""Suffixes that an upload accepts; some only to be refused with the export step to take."""


def tables_of(source: Source) -> list[Table]:
    """Return the layers of a file, recognised by its content."""
    return tables_in_zip(source, _in_plain) if source.start.startswith(_ZIP_MAGICS) else _in_plain(source)


def _in_plain(source: Source) -> list[Table]:
    """Return the layers of a file that is no archive; raise `BadInput` if its format is not read."""
    for form in _MARKED:
        if form.matches(source):
            return form.tables(source)
    refuse_known(source.whole, source.name)
    for form in FORMATS[len(_MARKED) :]:
        if form.matches(source):
            return form.tables(source)
    if source.suffix in GEOJSON.suffixes:
        raise BadInput("geo.not_geojson", name=source.name, line=1)
    named = {suffix: form.name for form in FORMATS if form not in {CASS, ROWS} for suffix in form.suffixes}
    kind = (named | _PACKED | REFUSED).get(source.suffix)
    if kind is not None:
        raise BadInput("geo.not_what_it_says", name=source.name, kind=kind)
    raise BadInput("geo.unknown_format", name=source.name)
