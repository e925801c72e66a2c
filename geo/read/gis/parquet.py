"""GeoParquet (1.0, 1.1; geometry as WKB), read by pyarrow within limits; its system is read here, by pyproj alone."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import geopandas as gpd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.errors import BadInput, CrsError
from geo.files import Format, Table
from geo.shapes import shapes_of_wkb
from geo.sites import Limits, RawPart

__all__ = ["GEOPARQUET", "geo_parquet"]

_MB: Final = 1 << 20
_MAX_COLUMNS: Final = 1000
_DAMAGED: Final = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError)


def geo_parquet(content: bytes, name: str, limits: Limits) -> list[Table]:
    """Return the one table of a GeoParquet file.

    Raises
    ------
    BadInput, CrsError
        If it is damaged, no GeoParquet, not WKB, too large, or its system cannot be read.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        meta, schema = file.metadata, file.schema_arrow
        size = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
    except _DAMAGED:
        raise BadInput("geo.not_what_it_says", name=name, kind="GeoParquet") from None
    if size > limits.unpacked_mb * _MB:
        raise BadInput("geo.zip_too_large", name=name, limit=limits.unpacked_mb)
    if meta.num_rows > limits.sites:
        raise BadInput("geo.too_many_sites", name=name, count=meta.num_rows, limit=limits.sites)
    if len(schema.names) > _MAX_COLUMNS:
        raise BadInput("geo.too_many_columns", name=name, limit=_MAX_COLUMNS)
    column, described = _geometry_column((schema.metadata or {}).get(b"geo"), schema.names, name)
    crs, evidence = _declared(described, name)

    kept = [field.name for field in schema if not pa.types.is_nested(field.type) and not _binary(field.type)]
    texts = [field for field in kept if pa.types.is_string(schema.field(field).type)]

    def read(most: int | None) -> RawPart:
        try:
            packed = pq.ParquetFile(io.BytesIO(content), read_dictionary=[column, *texts])
            table = packed.read(columns=[column, *kept])
            table = table if most is None else table.slice(0, most)
            if _unpacked_bytes(table) > limits.unpacked_mb * _MB:
                raise BadInput("geo.zip_too_large", name=name, limit=limits.unpacked_mb)
            values = pc.cast(table.column(column), pa.large_binary()).to_numpy(zero_copy_only=False)
            shapes, notices = shapes_of_wkb(values, name)
            frame = table.select(kept).to_pandas(categories=[], strings_to_categorical=False)
        except (*_DAMAGED, shapely.GEOSException):
            raise BadInput("geo.unreadable", name=name) from None
        own = frame.astype(dict.fromkeys(texts, object)).reset_index(drop=True)
        return RawPart(name, gpd.GeoDataFrame(own, geometry=shapes), crs, evidence, notices)

    return [Table(column, "GeoParquet", tuple(kept), meta.num_rows, read)]


def _binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _unpacked_bytes(table: pa.Table) -> int:
    """Return the size in bytes of all values without dictionary encoding, which may store a large one only once."""
    total = int(table.nbytes)
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            for chunk in column.chunks:
                sizes = pc.take(pc.binary_length(chunk.dictionary), chunk.indices)
                total += int(pc.sum(sizes).as_py() or 0)
    return total


def _geometry_column(text: bytes | None, columns: list[str], name: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the geometry column and its metadata."""
    if text is None:
        raise BadInput("geo.parquet_plain", name=name)
    try:
        document = json.loads(text)
        column = document["primary_column"]
        described = document["columns"][column]
        encoding = described["encoding"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput("geo.parquet_plain", name=name) from None
    if encoding != "WKB" or column not in columns:
        raise BadInput("geo.parquet_not_wkb", name=name)
    return str(column), described


def _declared(described: dict[str, Any], name: str) -> tuple[CRS | None, str]:
    """Return the declared CRS and its evidence: WGS 84 by default (as specified), None if it is null."""
    if "crs" not in described:
        return CRS(4326), "parquet_default"
    member = described["crs"]
    if member is None:
        return None, "parquet"
    try:
        if isinstance(member, dict):
            return CRS.from_json_dict(member), "parquet"
        return CRS.from_wkt(str(member)), "parquet"
    except (ProjCrsError, ValueError, TypeError, RecursionError):
        raise CrsError("geo.crs_unreadable", name=name, crs="PROJJSON") from None


GEOPARQUET: Final = Format(
    "GeoParquet", (".parquet", ".geoparquet"), lambda source: source.start.startswith(b"PAR1"),
    lambda source: geo_parquet(source.whole, source.name, source.limits),
)  # fmt: skip
