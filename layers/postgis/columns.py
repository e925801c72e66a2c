"""Columns of a table: how each is selected, and how its values become what a file of the same content gives.

A file is what GDAL writes of the table as GeoPackage and pyogrio reads from it (docs/decisions/postgis.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from psycopg import sql

__all__ = ["SHAPES", "Column", "column_of"]

Kind = Literal["integer", "number", "truth", "text", "day", "moment", "moment_utc", "list", "as_is"]

SHAPES: Final = frozenset({"geometry", "geography", "raster"})
"""Types of columns that are no attributes."""
_TYPES: Final[dict[str, tuple[Kind, str]]] = {
    "int2": ("integer", "int16"), "int4": ("integer", "int32"), "int8": ("integer", "int64"),
    "float4": ("number", "float32"), "float8": ("number", "float64"), "bool": ("truth", "bool"),
    "date": ("day", "datetime64[ms]"), "timestamp": ("moment", "datetime64[ms]"),
    "timestamptz": ("moment_utc", "datetime64[ms]"),
    "json": ("as_is", "object"), "jsonb": ("as_is", "object"), "bytea": ("as_is", "object"),
}  # fmt: skip
"""Kind and dtype by the name of the type; any other is text."""
_EXPRESSIONS: Final[dict[Kind, str]] = {
    "number": "{}::float8", "integer": "{}::int8", "text": "{}::text", "moment_utc": "({} AT TIME ZONE 'UTC')",
    "list": "to_json({})",
}  # fmt: skip
"""How a kind is selected where not by its name alone."""
_DIGITS_OF_INT32, _DIGITS_OF_INT64 = 9, 18


@dataclass(frozen=True)
class Column:
    """An attribute of a table.

    Attributes
    ----------
    name : str
    kind : str
    dtype : str
        Of its values where none is null.
    """

    name: str
    kind: Kind
    dtype: str

    @property
    def selected(self) -> sql.Composed:
        """The expression that selects it."""
        return sql.SQL(_EXPRESSIONS.get(self.kind, "{}")).format(sql.Identifier(self.name))

    def array(self, values: Sequence[Any]) -> NDArray[Any]:
        """Return the values of a portion; with a null among them integers and truths are floats, as in pyogrio."""
        if self.dtype == "object":
            held = np.empty(len(values), dtype=object)
            held[:] = values
            return held
        floats = self.kind in ("integer", "truth") and None in values
        return np.array(values, dtype="float64" if floats else self.dtype)

    def whole(self, portions: list[NDArray[Any]]) -> NDArray[Any] | pd.Series:
        """Return the values of all portions, for a frame."""
        values = np.concatenate(portions) if portions else self.array([])
        return pd.Series(values).dt.tz_localize("UTC") if self.kind == "moment_utc" else values


def column_of(name: str, type_name: str, modifier: int, is_array: bool) -> Column:
    """Return a column by the name and modifier of its type (``pg_attribute.atttypmod``)."""
    if is_array:
        return Column(name, "list", "object")
    if type_name == "numeric":
        digits, places = (modifier - 4) >> 16 & 0xFFFF, (modifier - 4) & 0x7FF
        if modifier < 0 or places != 0 or digits > _DIGITS_OF_INT64:
            return Column(name, "number", "float64")
        return Column(name, "integer", "int32" if digits <= _DIGITS_OF_INT32 else "int64")
    return Column(name, *_TYPES.get(type_name, ("text", "object")))
