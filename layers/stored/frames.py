"""Frames as Arrow files: what is read is what was written, to the last bit, or it is not written at all."""

from __future__ import annotations

import hashlib
import json
import mmap
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo.crs import STORE_CRS

__all__ = ["NotSame", "read_frame", "write_frame"]

_HEAD: Final = 64
"""Bytes before the Arrow file: SHA-256 of what follows, as text; so many keep its columns aligned."""
_NOTE: Final = b"redline"
_SHAPES: Final = "geometry"


class NotSame(ValueError):
    """A frame would not come back as it is."""


def write_frame(path: Path, frame: gpd.GeoDataFrame, note: dict[str, Any]) -> None:
    """Write a frame and a note about it to a file.

    Parameters
    ----------
    path : Path
    frame : GeoDataFrame
        EPSG:4490, RangeIndex, geometries in the column ``geometry``.
    note : dict
        JSON values.

    Raises
    ------
    NotSame
        If `read_frame` would not return the same columns, values, types and coordinates. Nothing is left behind.
    """
    if frame.geometry.name != _SHAPES or not frame.index.equals(pd.RangeIndex(len(frame))):
        raise NotSame("index or geometry column")
    arrays = {str(name): _array(frame[name]) for name in frame.columns}
    table = pa.table(arrays)
    about = {"note": note, "types": {name: str(frame[name].dtype) for name in frame.columns}}
    table = table.replace_schema_metadata({_NOTE: json.dumps(about, ensure_ascii=False).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    content = sink.getvalue()
    path.write_bytes(hashlib.sha256(content).hexdigest().encode() + content)
    again = read_frame(path)
    if again is None or not _is_same(frame, again[0]):
        path.unlink()
        raise NotSame("values")


def read_frame(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, Any]] | None:
    """Return the frame of a file and the note about it; None if the file is missing, damaged or cut short."""
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if hashlib.sha256(content[_HEAD:]).hexdigest().encode() != bytes(content[:_HEAD]):
            return None
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    with pa.ipc.open_file(pa.py_buffer(content[_HEAD:])) as reader:
        table = reader.read_all()
    about = json.loads(table.schema.metadata[_NOTE])
    columns = {
        name: _shapes(table[name]) if kind == "geometry" else _series(table[name], kind)
        for name, kind in about["types"].items()
    }
    return gpd.GeoDataFrame(columns, geometry=_SHAPES, crs=STORE_CRS), about["note"]


def _array(column: pd.Series) -> pa.Array:
    """Return a column as Arrow has it."""
    if str(column.dtype) == "geometry":
        return pa.array(shapely.to_wkb(column.to_numpy(), flavor="iso"), type=pa.large_binary())
    if column.dtype == object:
        if not all(value is None or type(value) is str for value in column):
            raise NotSame("column of objects")
        return pa.array(column.tolist(), type=pa.large_string())
    try:
        return pa.Array.from_pandas(column)
    except (pa.ArrowException, TypeError, ValueError) as fault:
        raise NotSame(str(column.dtype)) from fault


def _shapes(column: pa.ChunkedArray) -> gpd.array.GeometryArray:
    return gpd.array.from_wkb(column.to_numpy(), crs=STORE_CRS)


def _series(column: pa.ChunkedArray, kind: str) -> pd.Series:
    if kind == "object":
        return pd.Series(column.to_pylist(), dtype=object)
    series: pd.Series = column.to_pandas()
    return series if str(series.dtype) == kind else series.astype(pd.api.types.pandas_dtype(kind))


def _is_same(frame: gpd.GeoDataFrame, again: gpd.GeoDataFrame) -> bool:
    """Return whether two frames are the same: columns, their types, values, what is missing, coordinates, system."""
    if list(frame.columns) != list(again.columns) or list(frame.dtypes) != list(again.dtypes):
        return False
    if frame.crs != again.crs or frame.crs.to_wkt() != again.crs.to_wkt():
        return False
    shapes = np.array_equal(shapely.to_wkb(frame.geometry.to_numpy()), shapely.to_wkb(again.geometry.to_numpy()))
    others = [name for name in frame.columns if name != _SHAPES]
    return bool(shapes) and all(frame[name].equals(again[name]) for name in others)
