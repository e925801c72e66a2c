"""Features of every kind that a table holds, as a frame, and a table with the same content, written value by value."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import shapely
from psycopg import sql
from shapely.geometry import MultiPolygon, Polygon, box

CRS_OF_TABLE = 4527
"""Metres: the shapes must be cut and projected, as those of a file."""
EAST, NORTH = 39_400_000.0, 3_060_000.0
_HOLED = Polygon(
    [(EAST, NORTH), (EAST + 1000, NORTH), (EAST + 1000.123456789, NORTH + 900), (EAST, NORTH + 1000)],
    [[(EAST + 300, NORTH + 300), (EAST + 300, NORTH + 600), (EAST + 600, NORTH + 600), (EAST + 600, NORTH + 300)]],
)
_TWO = MultiPolygon(
    [box(EAST + 2000, NORTH, EAST + 2500, NORTH + 500), box(EAST + 2600, NORTH, EAST + 2900, NORTH + 500)]
)
_FAR = box(EAST + 40_000, NORTH + 1000, EAST + 41_000, NORTH + 2000)
_TYPES = {
    "名称": "text", "kind": "varchar(20)", "等级": "integer", "count": "bigint", "area": "numeric(12,3)",
    "share%": "double precision", "surveyed": "date", "changed": "timestamp", "valid": "boolean", "known": "boolean",
    "nothing": "text",
}  # fmt: skip


def features() -> gpd.GeoDataFrame:
    """Return three features: with a hole, of two parts, far away; Chinese, numbers, days, nulls."""
    return gpd.GeoDataFrame(
        {
            "名称": ["禁止区甲", "禁止区乙", None],
            "kind": ["a", "b", "a"],
            "等级": pd.array([1, 2, 3], dtype="int32"),
            "count": pd.array([7, None, 2**40], dtype="Int64"),
            "area": [1.125, 0.1, None],
            "share%": [0.1, 2.0 / 3, 1e-9],
            "surveyed": pd.to_datetime(["2024-06-30", "2021-01-01", None]),
            "changed": pd.to_datetime(["2024-06-30T10:11:12.345", "2021-01-01T00:00:00.000", None]),
            "valid": [True, False, True],
            "known": pd.array([True, None, False], dtype="boolean"),
            "nothing": pd.array([None, None, None], dtype="str"),
        },
        geometry=[_HOLED, _TWO, _FAR],
        crs=CRS_OF_TABLE,
    )


def make_table(connection: psycopg.Connection[Any], name: str, srid: int = CRS_OF_TABLE) -> None:
    """Make an empty table with a spatial index, numbered by the database."""
    schema, _, plain = name.partition(".")
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in _TYPES.items()
    )
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    connection.execute(
        sql.SQL("CREATE TABLE {} (gid serial PRIMARY KEY, {}, geom geometry(Geometry, {}))").format(
            sql.Identifier(schema, plain), columns, sql.Literal(srid)
        )
    )
    connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(sql.Identifier(schema, plain)))


def insert(connection: psycopg.Connection[Any], name: str, frame: gpd.GeoDataFrame) -> None:
    """Insert features into a table, each value by itself."""
    names = [str(column) for column in frame.columns if column != "geometry"]
    begin = sql.SQL("INSERT INTO {} ({}, geom) VALUES ").format(
        sql.Identifier(*name.split(".")), sql.SQL(", ").join([sql.Identifier(column) for column in names])
    )
    rows = []
    for at in range(len(frame)):
        values = [sql.Literal(_plain(frame[column].iloc[at])) for column in names]
        shape = sql.Literal(shapely.to_wkb(frame.geometry.iloc[at]))
        shaped = sql.SQL("ST_GeomFromWKB({}, {})").format(shape, sql.Literal(int(frame.crs.to_epsg() or 0)))
        rows.append(sql.SQL("({})").format(sql.SQL(", ").join([*values, shaped])))
    connection.execute(begin + sql.SQL(", ").join(rows))


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if hasattr(value, "item"):
        return value.item()
    return value
