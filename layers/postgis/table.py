"""Look up a table or view in the system tables of PostgreSQL: columns, primary key, system of the shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.errors import DataFault
from layers.postgis.columns import SHAPES, Column, column_of

__all__ = ["Table", "find_table"]

_RELATION: Final = """
    SELECT c.oid, n.nspname, c.relkind IN ('r', 'm') AND NOT c.relrowsecurity AND NOT c.relhassubclass
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = %(name)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (n.nspname = %(schema)s OR (%(schema)s::text IS NULL AND pg_catalog.pg_table_is_visible(c.oid)))
"""
_COLUMNS: Final = """
    SELECT a.attname, coalesce(b.typname, t.typname), CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
           coalesce(b.typcategory, t.typcategory) = 'A',
           k.place, a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%', false)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN (SELECT i.indrelid, p.attnum, p.place FROM pg_catalog.pg_index i,
                      LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY p(attnum, place) WHERE i.indisprimary) k
           ON k.indrelid = a.attrelid AND k.attnum = a.attnum
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""
_FIRST_SRID: Final = "SELECT ST_SRID({shape}) FROM {table} WHERE {shape} IS NOT NULL LIMIT 1"
_ANY_ROW: Final = "SELECT 1 FROM {} LIMIT 1"
_SYSTEM: Final = "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s"


@dataclass(frozen=True)
class Table:
    """A table or view with what reading it needs.

    Attributes
    ----------
    schema, name, geometry : str
        As PostgreSQL spells them; `geometry` is the column of the shapes.
    columns : tuple of Column
        The attributes, in the order of the table, without columns of shapes or rasters.
    key : tuple of str
        Columns of the primary key; none for a view.
    numbered : str or None
        The key, if it is one number that the database assigns itself.
    srid : int or None
        Of the first shape; None where there is none.
    crs : CRS or None
        What the database says the SRID is; None for 0 and for an unknown one.
    is_empty : bool
        Whether it has no rows.
    stored : bool
        Whether its content changes only by transactions of this server: no view, no foreign table, no row security.
    """

    schema: str
    name: str
    geometry: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    numbered: str | None
    srid: int | None
    crs: CRS | None
    is_empty: bool
    stored: bool

    @property
    def qualified(self) -> sql.Identifier:
        """The qualified name for a query."""
        return sql.Identifier(self.schema, self.name)

    @property
    def shape(self) -> sql.Identifier:
        """The column of the shapes for a query."""
        return sql.Identifier(self.geometry)


def find_table(connection: psycopg.Connection[Any], layer: str, table: str, geometry: str) -> Table:
    """Return a table or view by its name.

    Parameters
    ----------
    connection : Connection
    layer : str
        For the sentences.
    table : str
        ``schema.table``, or ``table`` to be found by the search path; spelled as PostgreSQL has it.
    geometry : str
        Column of the shapes.

    Raises
    ------
    DataFault
        If there is no such table or column, or the column holds no shapes.
    """
    schema, _, name = table.rpartition(".")
    found = connection.execute(_RELATION, {"name": name, "schema": schema or None}).fetchone()
    if found is None:
        raise DataFault("layers.postgis_no_table", layer=layer, table=table)
    oid, schema, stored = found
    rows = connection.execute(_COLUMNS, (oid,)).fetchall()
    types = {row[0]: row[1] for row in rows}
    if geometry not in types:
        raise DataFault("layers.no_column", layer=layer, column=geometry, key="source.geometry")
    if types[geometry] != "geometry":
        raise DataFault("layers.postgis_no_shapes", layer=layer, column=geometry, table=table, type=types[geometry])
    columns = [column_of(*row[:4]) for row in rows if row[1] not in SHAPES]
    keyed = sorted((row for row in rows if row[4] is not None), key=lambda row: row[4])
    whole = {column.name for column in columns if column.kind == "integer"}
    assigned = len(keyed) == 1 and keyed[0][5] and keyed[0][0] in whole
    qualified = sql.Identifier(schema, name)
    srid = _first_srid(connection, qualified, geometry)
    is_empty = srid is None and connection.execute(sql.SQL(_ANY_ROW).format(qualified)).fetchone() is None
    return Table(
        schema, name, geometry, tuple(columns), tuple(row[0] for row in keyed), keyed[0][0] if assigned else None,
        srid, _system(connection, srid), is_empty, stored,
    )  # fmt: skip


def _first_srid(connection: psycopg.Connection[Any], table: sql.Identifier, geometry: str) -> int | None:
    query = sql.SQL(_FIRST_SRID).format(shape=sql.Identifier(geometry), table=table)
    row = connection.execute(query).fetchone()
    return None if row is None else int(row[0])


def _system(connection: psycopg.Connection[Any], srid: int | None) -> CRS | None:
    """Return the system of a SRID, by its EPSG code where it has one, so that it is the one that files state."""
    row = connection.execute(_SYSTEM, (srid,)).fetchone() if srid else None
    if row is None:
        return None
    authority, code, text = row
    try:
        return CRS.from_epsg(code) if authority == "EPSG" else CRS.from_wkt(text)
    except CRSError:
        return None
