"""What GDAL reads: Shapefiles, GeoPackages, FileGDBs, FlatGeobufs and DXF drawings.

GDAL sees only what was recognised by its first bytes, under names of our own, in a private folder that is always
removed; it opens no address. See docs/decisions/uploads.md.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs import short_text
from geo.errors import BadInput, CrsError
from geo.notices import Notice
from geo.opened import Table, inner_label, plain_label
from geo.sites import RawPart
from geo.source import Content
from geo.unpack import Archive

__all__ = ["ARC_STEP_DEGREES", "file_gdb", "flat_geobuf", "geopackage", "opened", "private_folder", "shapefiles"]

ARC_STEP_DEGREES: Final = 0.2
"""A curve becomes chords of this turn: they lie within radius × 1.6e-6 of it (1 mm for 650 m)."""

_SHP_MAGIC: Final = b"\x00\x00\x27\x0a"
_GDB_FILES: Final = re.compile(r"^(a[0-9a-f]{8}\.(gdbtable|gdbtablx|gdbindexes|atx|spx|freelist)|gdb|timestamps)$")
_UNREADABLE: Final = (
    DataSourceError,
    DataLayerError,
    ProjCrsError,
    ValueError,  # and with it UnicodeError
    LookupError,
    TypeError,
    OverflowError,
    RuntimeError,
)
"""What GDAL and PROJ say of damaged files."""
_SAFE_MODULES: Final = ("rtree", "fts3", "fts4", "fts5")
_CURVED: Final = re.compile("curve|surface|circular", re.IGNORECASE)

pyogrio.set_gdal_config_options(
    {
        "SHAPE_RESTORE_SHX": True,  # a missing .shx follows from the .shp
        "OGR_ARC_STEPSIZE": str(ARC_STEP_DEGREES),
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",  # no file leads to an address
    }
)


def private_folder(stack: ExitStack) -> Path:
    """Return a folder that only we can read and that goes with the stack."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redline-")))


def shapefiles(archive: Archive, name: str, stack: ExitStack) -> list[Table]:
    """Return the Shapefiles of an archive, each as a table."""
    paths = archive.with_suffix(".shp")
    return [_shapefile(archive, path, inner_label(name, path.name, len(paths)), stack) for path in paths]


def _shapefile(archive: Archive, path: PurePosixPath, label: str, stack: ExitStack) -> Table:
    """Put the parts of one Shapefile where GDAL can read them."""
    base = private_folder(stack) / "upload.shp"
    archive.unpack(path, base)
    with base.open("rb") as file:
        if file.read(len(_SHP_MAGIC)) != _SHP_MAGIC:
            raise BadInput("geo.not_what_it_says", name=plain_label(path.name), kind="Shapefile")
    sides = {suffix: archive.sidecar(path, suffix) for suffix in (".shx", ".dbf", ".prj", ".cpg")}
    found = {suffix: archive.read(side) for suffix, side in sides.items() if side is not None}
    for suffix in (".shx", ".dbf"):
        if suffix in found:
            base.with_suffix(suffix).write_bytes(found[suffix])
    coding = _dbf_coding(found.get(".dbf", b""), found.get(".cpg", b""))
    crs = _prj(found.get(".prj"), label)

    def read(most: int | None) -> RawPart:
        frame, repairs = opened(base, label, encoding=coding, max_features=most)
        return RawPart(label, frame.set_crs(None, allow_override=True), crs, "prj", repairs=repairs)

    return _table(base, None, path.stem, "Shapefile", label=label, read=read, encoding=coding)


def _dbf_coding(table: bytes, cpg: bytes) -> str:
    """Tell UTF-8 from GBK by which of them the table can be read in; a .cpg only breaks a tie, as it often lies."""
    if table.isascii():
        return "UTF-8"
    records = table[int.from_bytes(table[8:10], "little") :]
    faults = {coding: records.decode(coding, errors="replace").count("�") for coding in ("utf-8", "gb18030")}
    named_gbk = cpg.strip().upper().replace(b"-", b"") in {b"GBK", b"936", b"CP936", b"GB2312", b"GB18030"}
    if faults["utf-8"] == faults["gb18030"]:
        return "GB18030" if named_gbk else "UTF-8"
    return "UTF-8" if faults["utf-8"] < faults["gb18030"] else "GB18030"


def _prj(content: bytes | None, name: str) -> CRS | None:
    """Read a .prj; it holds WKT or nothing that counts."""
    if content is None or not content.strip():
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        return CRS.from_wkt(text)
    except ProjCrsError:
        raise CrsError("geo.crs_unreadable", name=name, crs=short_text(text.strip())) from None


def _placed(content: Content, name: str, stack: ExitStack) -> Path:
    """Put a file where GDAL can read it, under a name of ours: bytes are written, a copy of ours is linked."""
    path = private_folder(stack) / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        try:
            path.hardlink_to(content)
        except OSError:  # a disk without links
            shutil.copyfile(content, path)
    return path


def geopackage(content: Content, name: str, stack: ExitStack) -> list[Table]:
    """Return the feature tables of a GeoPackage."""
    path = _placed(content, "upload.gpkg", stack)
    tables = _feature_tables(path, name)
    return [_layer(path, table, "GeoPackage", "gpkg", inner_label(name, table, len(tables))) for table in tables]


def _feature_tables(path: Path, name: str) -> list[str]:
    """List the feature tables that are plain tables; refuse views and modules, which run a stranger's SQL or code."""
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


def file_gdb(archive: Archive, name: str, stack: ExitStack) -> list[Table]:
    """Return the feature classes of the FileGDB in an archive; only files that a FileGDB has are unpacked."""
    folders = sorted({path.parent for path in archive.with_suffix(".gdbtable")})
    if len(folders) > 1:
        raise BadInput("geo.gdb_several", name=name, count=len(folders))
    folder = private_folder(stack) / "upload.gdb"
    folder.mkdir()
    for path in archive.paths:
        if path.parent == folders[0] and _GDB_FILES.match(path.name.lower()):
            archive.unpack(path, folder / path.name.lower())
    try:
        layers = [str(layer) for layer, kind in pyogrio.list_layers(folder) if kind is not None]
    except _UNREADABLE:
        raise BadInput("geo.not_what_it_says", name=name, kind="FileGDB") from None
    if not layers:
        raise BadInput("geo.no_features", name=name)
    return [_layer(folder, layer, "FileGDB", "gdb", inner_label(name, layer, len(layers))) for layer in layers]


def flat_geobuf(content: Content, name: str, stack: ExitStack) -> list[Table]:
    """Return the one layer of a FlatGeobuf."""
    path = _placed(content, "upload.fgb", stack)
    return [_layer(path, None, "FlatGeobuf", "fgb", name)]


def _layer(path: Path, layer: str | None, kind: str, evidence: str, label: str) -> Table:
    """Return a layer of a source that declares its own system."""

    def read(most: int | None) -> RawPart:
        options = {} if layer is None else {"layer": layer}
        frame, repairs = opened(path, label, max_features=most, **options)
        crs = frame.crs if frame.crs is not None and not frame.crs.name.startswith("Undefined") else None
        notices = _curve_notice(path, layer, label)
        return RawPart(label, frame.set_crs(None, allow_override=True), crs, evidence, notices, repairs=repairs)

    return _table(path, layer, layer or Path(label).stem, kind, label=label, read=read)


def _curve_notice(path: Path, layer: str | None, label: str) -> tuple[Notice, ...]:
    """Say that curves became chords, where a layer is declared to hold them."""
    kind = str(_info(path, layer, label).get("geometry_type"))
    values = {"name": label, "step": ARC_STEP_DEGREES}
    return (Notice("curves_linearised", values),) if _CURVED.search(kind) else ()


def _table(path: Path, layer: str | None, shown: str, kind: str, *, label: str, read: Any, **options: Any) -> Table:
    """Return a table with what GDAL knows of it before it is read."""
    info = _info(path, layer, label, **options)
    fields = tuple(str(column) for column in info["fields"])
    count = int(info["features"])
    return Table(shown, kind, fields, count if count >= 0 else None, read)


def _info(path: Path, layer: str | None, label: str, **options: Any) -> dict[str, Any]:
    """Ask GDAL about a layer."""
    try:
        found: dict[str, Any] = pyogrio.read_info(path, layer=layer, **options)
    except _UNREADABLE:
        raise BadInput("geo.unreadable", name=label) from None
    return found


def opened(path: Path, name: str, **options: Any) -> tuple[gpd.GeoDataFrame, Any]:
    """Let GDAL read one table of a file of our own naming.

    Returns
    -------
    GeoDataFrame, array of str or None
        The rows, and where rings had to be closed the code of it.
    """
    repairs = None
    read = partial(pyogrio.read_dataframe, path, **options)
    try:
        try:
            frame = read()
        except shapely.GEOSException:  # a ring that is not closed, or too short
            before, frame = read(on_invalid="ignore"), read(on_invalid="fix")
            closed = before.geometry.isna() & ~frame.geometry.isna()
            repairs = np.where(closed, "ring_closed", "").astype(object)
    except (*_UNREADABLE, shapely.GEOSException):
        raise BadInput("geo.unreadable", name=name) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadInput("geo.no_features", name=name)
    return frame, repairs
