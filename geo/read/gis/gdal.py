"""Read tables with GDAL (pyogrio) from recognised files in private folders, under names chosen here.

GDAL sees only what was recognised by its first bytes, in a private folder that is always removed; it opens no address.
See docs/decisions/uploads.md.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, GeometryError
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs import short_text
from geo.errors import BadInput
from geo.files import RAW_CODING, Archive, Content, Format, Table, decoded_frame, decoded_names, inner_label
from geo.notices import Notice
from geo.shapes import SOLIDS, rebuild_invalid_rings, refuse_kinds
from geo.sites import RawPart

__all__ = [
    "FLATGEOBUF",
    "TableInfo",
    "file_gdb",
    "flat_geobuf",
    "gdal_table",
    "private_folder",
    "read_with_gdal",
    "stage_file",
    "table_info",
    "with_code",
]

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
"""Exceptions that GDAL and PROJ raise for damaged files."""
_WARNINGS_LOCK: Final = threading.Lock()

pyogrio.set_gdal_config_options(
    {
        "SHAPE_RESTORE_SHX": True,  # a missing .shx follows from the .shp
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",  # no file leads to an address
    }
)


@dataclass(frozen=True)
class TableInfo:
    """Schema of a table as GDAL reports it before reading.

    Attributes
    ----------
    fields : tuple of str
        As GDAL gives them; as `RAW_CODING` reads them where `raw`.
    count : int or None
    kind : str
        Of its shapes.
    measured : bool
        Whether its shapes carry M, which GDAL's reader here drops.
    raw : bool
        Whether its text is not in UTF-8.
    """

    fields: tuple[str, ...]
    count: int | None
    kind: str
    measured: bool
    raw: bool


def private_folder(stack: ExitStack) -> Path:
    """Return a private temporary folder that is removed when the stack closes."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redline-")))


def stage_file(content: Content, name: str, stack: ExitStack) -> Path:
    """Return the path of a file in a private folder, under the given name: bytes are written, a copy is linked."""
    path = private_folder(stack) / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        try:
            path.hardlink_to(content)
        except OSError:  # a disk without links
            shutil.copyfile(content, path)
    return path


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
    return [gdal_table(folder, layer, "FileGDB", "gdb", inner_label(name, layer, len(layers))) for layer in layers]


def flat_geobuf(content: Content, name: str, stack: ExitStack) -> list[Table]:
    """Return the one layer of a FlatGeobuf."""
    path = stage_file(content, "upload.fgb", stack)
    return [gdal_table(path, None, "FlatGeobuf", "fgb", name)]


def gdal_table(path: Path, layer: str | None, kind: str, evidence: str, label: str, *extra_notices: Notice) -> Table:
    """Return a layer that GDAL reads, with the CRS that it declares."""
    info = table_info(path, layer, label)

    def read(most: int | None) -> RawPart:
        options = {} if layer is None else {"layer": layer}
        frame, repairs, notices = read_with_gdal(path, label, flat=kind == "FileGDB", max_features=most, **options)
        crs = frame.crs if frame.crs is not None and not frame.crs.name.startswith("Undefined") else None
        plain = frame.set_crs(None, allow_override=True)
        return RawPart(label, plain, crs, evidence, (*extra_notices, *notices), repairs=repairs)

    columns = tuple(decoded_names(info.fields)) if info.raw else info.fields
    return Table(layer or Path(label).stem, kind, columns, info.count, read)


def table_info(path: Path, layer: str | None, label: str, **options: Any) -> TableInfo:
    """Return the schema of a table as GDAL reports it.

    Raises
    ------
    BadInput
        If it cannot be read.
    """
    try:
        try:
            found, measured = _info_and_measured(partial(pyogrio.read_info, path, layer=layer, **options))
            raw = False
        except UnicodeDecodeError:
            found, measured = _info_and_measured(partial(pyogrio.read_info, path, layer=layer, encoding=RAW_CODING))
            raw = True
    except GeometryError as fault:
        message = str(fault).rpartition(":")[2].strip()
        kind = SOLIDS.get(int(message) % 1000, message) if message.isdigit() else short_text(message)
        raise BadInput("geo.layer_kind_not_read", name=label, kind=kind) from None
    except _UNREADABLE:
        raise BadInput("geo.unreadable", name=label) from None
    count = int(found["features"])
    fields = tuple(str(column) for column in found["fields"])
    return TableInfo(fields, count if count >= 0 else None, str(found.get("geometry_type")), measured, raw)


def _info_and_measured(read_info: Any) -> tuple[dict[str, Any], bool]:
    """Return the result of `read_info` and whether GDAL warned about M, which it reports in no other way."""
    with _WARNINGS_LOCK, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found: dict[str, Any] = read_info()
    return found, any("Measured" in str(one.message) for one in caught)


def read_with_gdal(
    path: Path, name: str, *, flat: bool = False, **options: Any
) -> tuple[gpd.GeoDataFrame, NDArray[Any] | None, tuple[Notice, ...]]:
    """Return the rows of one table read by GDAL, with repair codes and notices.

    Parameters
    ----------
    path : Path
    name : str
        Label of the file in messages.
    flat : bool
        Whether the format stores rings without marking holes: holes then follow from containment.
    **options
        For pyogrio.

    Returns
    -------
    GeoDataFrame, array of str or None, tuple of Notice
        The rows; the repair codes of rows whose rings were closed or rearranged; other notices.

    Raises
    ------
    BadInput
        If it is damaged, or holds a kind of shape that is not read.
    """
    read = partial(pyogrio.read_dataframe, path, **options)
    notices: tuple[Notice, ...] = ()
    try:
        try:
            frame, repairs = _with_shapes(read, path, name, options)
        except UnicodeDecodeError:
            options = {**options, "encoding": RAW_CODING}
            frame, repairs = _with_shapes(partial(pyogrio.read_dataframe, path, **options), path, name, options)
            own, notices = decoded_frame(pd.DataFrame(frame.drop(columns="geometry")), name)
            frame = gpd.GeoDataFrame(own, geometry=frame.geometry.to_numpy(), crs=frame.crs)
    except (*_UNREADABLE, shapely.GEOSException):
        raise BadInput("geo.unreadable", name=name) from None
    if flat:
        shapes, turned = rebuild_invalid_rings(frame.geometry.to_numpy())
        if turned.any():
            frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
            repairs = with_code(repairs, turned, "rings_nested")
    info = table_info(path, options.get("layer"), name)
    if info.measured:
        notices = (*notices, Notice("m_dropped", {"name": name, "count": int((~frame.geometry.isna()).sum())}))
    return frame, repairs, notices


def with_code(repairs: NDArray[Any] | None, where: NDArray[np.bool_], code: str) -> NDArray[Any] | None:
    """Return repair codes by row with one added in some rows; None if there are none at all."""
    if not where.any():
        return repairs
    codes = np.full(len(where), "", dtype=object) if repairs is None else repairs.copy()
    for at in np.flatnonzero(where):
        known = [one for one in str(codes[at]).split(";") if one and one != code]
        codes[at] = ";".join([*known, code])
    return codes


def _with_shapes(
    read: Any, path: Path, name: str, options: dict[str, Any]
) -> tuple[gpd.GeoDataFrame, NDArray[Any] | None]:
    """Return a table with repair codes; rings are closed where GEOS refuses a shape, or `BadInput` names the row."""
    try:
        return _framed(read(), name), None
    except shapely.GEOSException:  # a ring that is not closed, or too short; or a kind that GEOS does not know
        selection = {key: value for key, value in options.items() if key in {"layer", "max_features"}}
        values = np.asarray(pyogrio.raw.read(path, columns=[], **selection)[2], dtype=object)
        refuse_kinds(values, name)
        before, frame = read(on_invalid="ignore"), _framed(read(on_invalid="fix"), name)
        lost = frame.geometry.isna().to_numpy() & np.array([value is not None for value in values])
        if lost.any():
            raise BadInput("geo.bad_geometry", name=name, row=int(lost.argmax()) + 1) from None
        closed = before.geometry.isna() & ~frame.geometry.isna()
        return frame, np.where(closed, "ring_closed", "").astype(object)


def _framed(frame: Any, name: str) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadInput("geo.no_features", name=name)
    return frame


FLATGEOBUF: Final = Format(
    "FlatGeobuf", (".fgb",), lambda source: source.start.startswith(b"fgb\x03"),
    lambda source: flat_geobuf(source.content, source.name, source.stack),
)  # fmt: skip
