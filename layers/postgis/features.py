"""Read the features of a table in portions by a server-side cursor, those of an area by its index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from geo.errors import DataFault
from geo.shapes import shapes_of_wkb
from layers.postgis.columns import Column
from layers.postgis.table import Table

__all__ = ["ROWS_AT_ONCE", "Selection", "condition", "read_features", "select", "shapes_missing"]

ROWS_AT_ONCE: Final = 5_000
_BY_DATABASE: Final = ("text", "integer")
"""Kinds of columns that are compared in the database: there their text is what it is here."""


@dataclass(frozen=True)
class Selection:
    """Which rows and columns of a table are read.

    Attributes
    ----------
    where : mapping of str to list of str
        Keep rows whose column has one of the values; compared here: columns of text and integers. For the others see
        `remaining`.
    bounds : tuple of float or None
        West, south, east, north in the table's system: keep rows whose bounding box meets them.
    named : frozenset of str
        Columns that the layer's entry names; the number that a database assigns is an attribute only if it is one.
    ordered_by : str or None
        Column by which rows are ordered where the table has no primary key.
    """

    where: Mapping[str, list[str]] = field(default_factory=dict)
    bounds: tuple[float, float, float, float] | None = None
    named: frozenset[str] = frozenset()
    ordered_by: str | None = None

    def columns_of(self, table: Table) -> list[Column]:
        """Return the attributes that are read."""
        return [one for one in table.columns if one.name != table.numbered or one.name in self.named]

    def remaining(self, table: Table) -> dict[str, list[str]]:
        """Return the part of `where` that is to be compared after reading."""
        kinds = {column.name: column.kind for column in table.columns}
        return {name: values for name, values in self.where.items() if kinds.get(name) not in _BY_DATABASE}


def read_features(
    connection: psycopg.Connection[Any], layer: str, table: Table, selection: Selection
) -> gpd.GeoDataFrame:
    """Return the selected features, their shapes as the table has them, curves as chords.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    layer : str
        For the sentences.
    table : Table
    selection : Selection

    Returns
    -------
    GeoDataFrame
        In the table's system; the attributes as a file of the same content has them, and ``geometry``.

    Raises
    ------
    DataFault
        If its shapes are not all in one system.
    BadInput
        If a shape is a solid.
    """
    columns = selection.columns_of(table)
    values: list[list[NDArray[Any]]] = [[] for _ in columns]
    shapes: list[NDArray[Any]] = []
    for rows in _portions(connection, table, selection):
        *attributes, wkb, srids = zip(*rows, strict=True)
        if strange := {srid for srid in srids if srid is not None} - {table.srid}:
            found = ", ".join(str(srid) for srid in sorted({table.srid or 0, *strange}))
            raise DataFault("layers.postgis_srids_differ", layer=layer, table=table.name, found=found)
        for column, portions, some in zip(columns, values, attributes, strict=True):
            portions.append(column.array(some))
        shapes.append(shapes_of_wkb(np.array(wkb, dtype=object), table.name)[0])
    frame = pd.DataFrame({one.name: one.whole(portions) for one, portions in zip(columns, values, strict=True)})
    whole = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=whole, crs=table.crs)


def select(table: Table, selection: Selection) -> sql.Composed:
    """Return the list of what is selected: the attributes, the shape as WKB and its SRID."""
    attributes = [column.selected for column in selection.columns_of(table)]
    shape = [sql.SQL(text).format(table.shape) for text in ("ST_AsBinary({})", "ST_SRID({})")]
    return sql.SQL(", ").join([*attributes, *shape])


def condition(table: Table, selection: Selection) -> sql.Composable:
    """Return the condition of the selected rows; bounds are compared as the index can.

    Values stand in it as quoted literals: beside parameters, a ``%`` in the name of a column would be one.
    """
    parts = _where(table, selection)
    if selection.bounds is not None:
        corners = [sql.Literal(value) for value in (*selection.bounds, table.srid)]
        parts.append(sql.SQL("{} && ST_MakeEnvelope({}, {}, {}, {}, {})").format(table.shape, *corners))
    return _joined(parts)


def shapes_missing(
    connection: psycopg.Connection[Any], table: Table, selection: Selection, label: str | None = None
) -> tuple[int, str]:
    """Return how many rows have no shape or an empty one, which no bounds would find, and the `label` of one."""
    known = [sql.Identifier(column.name) for column in table.columns if column.name == label]
    first = sql.SQL("min({}::text)").format(known[0]) if known else sql.SQL("NULL")
    wanted = _joined([*_where(table, selection), sql.SQL("box2d({}) IS NULL").format(table.shape)])
    query = sql.SQL("SELECT count(*), {} FROM {} WHERE {}").format(first, table.qualified, wanted)
    count, name = connection.execute(query).fetchone() or (0, None)
    return int(count), name or "-"


def _portions(
    connection: psycopg.Connection[Any], table: Table, selection: Selection
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows in portions; only one is in memory as rows."""
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
        select(table, selection), table.qualified, condition(table, selection), _order(table, selection)
    )
    with connection.cursor(name="redline", binary=True) as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


def _order(table: Table, selection: Selection) -> sql.Composed:
    """Return an order that hangs on the content alone: a row that is written anew stands elsewhere in the table."""
    if table.key:
        return sql.SQL(", ").join([sql.Identifier(name) for name in table.key])
    content = sql.SQL('hashtextextended(ROW({})::text COLLATE "C", 0)').format(select(table, selection))
    first = [sql.Identifier(selection.ordered_by)] if selection.ordered_by else []
    return sql.SQL(", ").join([*first, content])


def _where(table: Table, selection: Selection) -> list[sql.Composable]:
    left = selection.remaining(table)
    return [
        sql.SQL("{}::text = ANY({})").format(sql.Identifier(name), sql.Literal(list(values)))
        for name, values in selection.where.items()
        if name not in left
    ]


def _joined(parts: list[sql.Composable]) -> sql.Composable:
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")
