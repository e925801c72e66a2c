"""Pack values into arrays and text, and unpack them without running anything that they say.

A pickle runs what it holds; what comes from a process that read a stranger's file may hold anything. A pack is one
``.npz`` without objects: JSON, and arrays of numbers. Unpacking makes values of the classes listed here only.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from pydantic import BaseModel

from geo.confined.packed_shapes import pack_shapes, unpack_shapes
from geo.crs import Candidate, CrsReading
from geo.errors import BadInput, ConfigError, CrsError, DataFault, RedlineError
from geo.notices import Notice
from words import Phrase

__all__ = ["may_pack", "pack", "unpack"]

_CLASSES: Final[dict[str, type]] = {one.__name__: one for one in (Candidate, CrsReading, Notice, Phrase)}
"""Dataclasses and pydantic models that may be packed, by name."""
_FAULTS: Final = {one.__name__: one for one in (BadInput, ConfigError, CrsError, DataFault, RedlineError)}
_TAG: Final = "@"
_TREE: Final = "tree"


def may_pack(*classes: type) -> None:
    """List dataclasses and pydantic models as such that may be packed; whoever has them does it once."""
    _CLASSES.update({one.__name__: one for one in classes})


def pack(value: Any) -> bytes:
    """Return a value as bytes.

    Raises
    ------
    TypeError
        If it, or a part of it, is of a class that cannot be packed.
    """
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    tree = _Packer(arrays).tree(value)
    arrays[_TREE] = _bytes_array(json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def unpack(content: bytes) -> Any:
    """Return the value that `pack` made bytes of.

    Raises
    ------
    ValueError
        If the bytes are not those of a pack.
    """
    try:
        _refuse_compressed(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            tree = json.loads(arrays[_TREE].tobytes().decode("utf-8", "surrogatepass"))
            return _Unpacker(arrays).value(tree)
    except RedlineError:
        raise
    except Exception as fault:
        raise ValueError("not a pack") from fault


def _refuse_compressed(content: bytes) -> None:
    """Raise `ValueError` if an archive could be larger than its bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if any(one.compress_type != zipfile.ZIP_STORED for one in archive.infolist()):
            raise ValueError("compressed")


def _bytes_array(content: bytes) -> np.ndarray[Any, Any]:
    return np.frombuffer(content, np.uint8)


class _Packer:
    """Turns values into JSON; arrays are put into `arrays` and named."""

    def __init__(self, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
        self._arrays = arrays

    def tree(self, value: Any) -> Any:
        """Return a value as JSON: itself, a list, or an object that says what it is."""
        if isinstance(value, bool | int | str) or value is None:
            return value
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else _tagged("float", repr(float(value)))
        if type(value) is list:
            return [self.tree(one) for one in value]
        for kind, convert in self._kinds():
            if isinstance(value, kind):
                return convert(value)
        if _CLASSES.get(type(value).__name__) is type(value):
            own: Any = type(value)
            names = own.model_fields if issubclass(own, BaseModel) else [one.name for one in fields(own)]
            return _tagged(type(value).__name__, {name: self.tree(getattr(value, name)) for name in names})
        raise TypeError(f"cannot be packed: {type(value).__qualname__}")

    def _kinds(self) -> tuple[tuple[Any, Any], ...]:
        return (
            (gpd.GeoDataFrame, self._frame),
            (pd.DataFrame, self._frame),
            (gpd.GeoSeries, lambda one: _tagged("geoseries", [self._column(one), self._index(one.index), one.name])),
            (pd.Series, lambda one: _tagged("series", [self._column(one), self._index(one.index), one.name])),
            (np.ndarray, self._array),
            (np.generic, lambda one: self.tree(one.item())),
            (tuple, lambda one: _tagged("tuple", [self.tree(part) for part in one])),
            (Mapping, lambda one: _tagged("dict", [[self.tree(key), self.tree(part)] for key, part in one.items()])),
            (bytes, lambda one: _tagged("bytes", self._stored(_bytes_array(one)))),
            (Path, lambda one: _tagged("path", str(one))),
            (pyproj.CRS, lambda one: _tagged("crs", one.to_wkt())),
            (RedlineError, lambda one: _tagged(_fault_class(one), [one.key, self.tree(one.values)])),
            (type(pd.NaT), lambda _: _tagged("nat", 0)),
            (type(pd.NA), lambda _: _tagged("na", 0)),
            (pd.Timestamp, lambda one: _tagged("timestamp", one.isoformat())),
            (pd.Timedelta, lambda one: _tagged("timedelta", int(one.value))),
            (dt.datetime, lambda one: _tagged("datetime", one.isoformat())),
            (dt.date, lambda one: _tagged("date", one.isoformat())),
            (dt.time, lambda one: _tagged("time", one.isoformat())),
            (Decimal, lambda one: _tagged("decimal", str(one))),
            (shapely.Geometry, lambda one: _tagged("shape", self._shapes(np.array([one], object)))),
        )

    def _frame(self, frame: pd.DataFrame) -> Any:
        """Return a table, column by column; of a GeoDataFrame also its geometry column and system."""
        columns = [[self.tree(name), self._column(frame.iloc[:, at])] for at, name in enumerate(frame.columns)]
        shaped = isinstance(frame, gpd.GeoDataFrame)
        crs = self.tree(frame.crs) if shaped and frame._geometry_column_name in list(frame.columns) else None  # noqa: SLF001
        name = frame._geometry_column_name if shaped else None  # noqa: SLF001
        return _tagged("frame", [columns, self._index(frame.index), shaped, self.tree(name), crs])

    def _index(self, index: pd.Index) -> Any:
        if isinstance(index, pd.RangeIndex) and (index.start, index.step) == (0, 1):
            return [len(index), index.name]
        return [self._column(pd.Series(index)), index.name]

    def _column(self, column: pd.Series) -> Any:
        """Return the values of a column: shapes, numbers as an array, or cells."""
        kind = str(column.dtype)
        if kind == "geometry":
            return _tagged("shapes", [self._shapes(np.asarray(column.array, object)), self.tree(column.crs)])
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufM":
            return self._array(column.to_numpy())
        return _tagged("cells", [kind, self._cells(column.tolist())])

    def _cells(self, cells: list[Any]) -> Any:
        """Return cells as JSON text of their own; those of plain classes by the fast encoder."""
        if {type(cell) for cell in cells} <= {str, int, bool, type(None)}:
            text = json.dumps(cells, ensure_ascii=False)
            return [True, self._stored(_bytes_array(text.encode("utf-8", "surrogatepass")))]
        return [False, self._stored(_bytes_array(json.dumps([self.tree(cell) for cell in cells]).encode()))]

    def _array(self, array: np.ndarray[Any, Any]) -> Any:
        if array.dtype.kind in "biufMmU":
            return _tagged("array", self._stored(np.ascontiguousarray(array)))
        cells = array.tolist()
        if any(isinstance(cell, shapely.Geometry) for cell in cells):
            return _tagged("shape-array", self._shapes(array))
        return _tagged("object-array", self._cells(cells))

    def _shapes(self, shapes: np.ndarray[Any, Any]) -> Any:
        return pack_shapes(shapes, self._stored)

    def _stored(self, array: np.ndarray[Any, Any]) -> str:
        name = f"a{len(self._arrays)}"
        self._arrays[name] = array
        return name


class _Unpacker:
    """Makes the values of a pack."""

    def __init__(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self._arrays = arrays

    def value(self, tree: Any) -> Any:
        """Return the value of a part of the tree."""
        if isinstance(tree, list):
            return [self.value(one) for one in tree]
        if not isinstance(tree, dict):
            return tree
        ((tag, content),) = tree.items()
        kind = tag.removeprefix(_TAG)
        if kind in _CLASSES:
            values = {name: self.value(one) for name, one in content.items()}
            return _CLASSES[kind](**values)
        if kind in _FAULTS:
            key, values = content
            return _FAULTS[kind](str(key), **self.value(values))
        return self._simple(kind, content)

    def _simple(self, kind: str, content: Any) -> Any:
        makers: dict[str, Any] = {
            "float": float,
            "tuple": lambda one: tuple(self.value(part) for part in one),
            "dict": lambda one: {self.value(key): self.value(part) for key, part in one},
            "bytes": lambda one: self._arrays[one].tobytes(),
            "path": Path,
            "crs": pyproj.CRS.from_wkt,
            "nat": lambda _: pd.NaT,
            "na": lambda _: pd.NA,
            "timestamp": pd.Timestamp,
            "timedelta": lambda one: pd.Timedelta(one, "ns"),
            "datetime": dt.datetime.fromisoformat,
            "date": dt.date.fromisoformat,
            "time": dt.time.fromisoformat,
            "decimal": Decimal,
            "shape": lambda one: self._shapes(one)[0],
            "array": lambda one: self._arrays[one],
            "object-array": lambda one: _objects(self._cells(one)),
            "shape-array": self._shapes,
            "shapes": lambda one: gpd.array.GeometryArray(self._shapes(one[0]), crs=self.value(one[1])),
            "cells": lambda one: _typed(one[0], self._cells(one[1])),
            "series": lambda one: pd.Series(self.value(one[0]), index=self._index(one[1]), name=one[2]),
            "geoseries": lambda one: gpd.GeoSeries(self.value(one[0]), index=self._index(one[1]), name=one[2]),
            "frame": self._frame,
        }
        return makers[kind](content)

    def _frame(self, content: Any) -> pd.DataFrame:
        columns, index, shaped, geometry, crs = content
        labels: list[Any] = [self.value(name) for name, _ in columns]
        data = {at: self.value(column) for at, (_, column) in enumerate(columns)}
        frame = pd.DataFrame(data, index=self._index(index))
        frame.columns = pd.Index(labels) if labels else pd.RangeIndex(0)
        if not shaped:
            return frame
        named = self.value(geometry)
        made: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=named if named in labels else None, crs=self.value(crs))
        return made

    def _index(self, content: Any) -> pd.Index:
        values, name = content
        return pd.RangeIndex(values, name=name) if isinstance(values, int) else pd.Index(self.value(values), name=name)

    def _cells(self, content: Any) -> list[Any]:
        plain, stored = content
        cells = json.loads(self._arrays[stored].tobytes().decode("utf-8", "surrogatepass"))
        return cells if plain else [self.value(cell) for cell in cells]

    def _shapes(self, content: Any) -> np.ndarray[Any, Any]:
        return unpack_shapes(content, self._arrays.__getitem__)


def _typed(kind: str, cells: list[Any]) -> Any:
    """Return cells as the values of a column of a kind."""
    return _objects(cells) if kind == "object" else pd.array(cells, dtype=cast("Any", kind))


def _objects(cells: list[Any]) -> np.ndarray[Any, Any]:
    array = np.empty(len(cells), object)
    array[:] = cells
    return array


def _tagged(kind: str, content: Any) -> dict[str, Any]:
    return {f"{_TAG}{kind}": content}


def _fault_class(fault: RedlineError) -> str:
    """Return the class to unpack an error as: its own, or the nearest above it that is listed."""
    return next(one.__name__ for one in type(fault).__mro__ if one.__name__ in _FAULTS)
