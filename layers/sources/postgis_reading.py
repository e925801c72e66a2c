"""Read a layer from PostGIS, and ask whether it changed since: the entry's keys, put to the room ``layers.postgis``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import shapely
from psycopg import Connection

from geo.crs import STORE_CRS, describe, from_store, to_store
from geo.errors import DataFault
from geo.shapes import plain_shapes
from layers.postgis import (
    DatabaseFault,
    Fingerprint,
    Recent,
    Selection,
    Server,
    Table,
    find_table,
    fingerprint_of,
    in_transaction,
    read_features,
    recent_reading,
    shapes_missing,
)
from layers.sources.source import ReadRequest, SourceData, require_declared_crs, require_valid, rows_where

if TYPE_CHECKING:
    from layers.sources.postgis import PostgisSource

__all__ = ["fingerprint", "read", "recent_state"]

_EDGE_PIECES: Final = 50
_DEGREE_M: Final = 110_000
"""Metres of a degree of latitude, rounded down."""


def read(source: PostgisSource, request: ReadRequest) -> SourceData:
    """Return the selected features in EPSG:4490, with their fingerprint, both of one state of the database.

    Raises
    ------
    DatabaseFault
        If the database cannot be asked.
    DataFault
        If the table, a column or its system is not as the entry declares, or a shape is missing or invalid.
    """
    selection, recent = _selection(source, request), _recent(source, request.layer)
    before = recent.before(selection)

    def work(connection: Connection[Any]) -> tuple[gpd.GeoDataFrame, Fingerprint]:
        table = _sound_table(source, request, connection)
        found = recent.note(fingerprint_of(connection, table, selection, before))
        if selection.bounds is not None:
            _require_shapes(request, connection, table, selection)
        frame = read_features(connection, request.layer, table, selection)
        return rows_where(request.layer, frame, selection.remaining(table)), found

    try:
        frame, found = in_transaction(_server(source), request.layer, source.table, work)
    except DatabaseFault as fault:
        recent.note_fault(fault)
        raise
    shapes = plain_shapes(frame.geometry.to_numpy())
    frame = frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=frame.crs))
    require_valid(request, frame)
    return SourceData(to_store(frame), fingerprint=found.value)


def fingerprint(source: PostgisSource, request: ReadRequest) -> str:
    """Return the fingerprint of the selected rows as they are now."""
    return _ask(source, request.layer, _selection(source, request)).value


def recent_state(source: PostgisSource, layer: str) -> str:
    """Return the fingerprint, or the fault, as seen within the last `source.recheck_s` seconds; "" before reading."""
    return _recent(source, layer).state(source.recheck_s, lambda selection: _ask(source, layer, selection))


def _ask(source: PostgisSource, layer: str, selection: Selection) -> Fingerprint:
    """Return the fingerprint of a selection as it is now; remember it, or the fault."""
    recent = _recent(source, layer)
    before = recent.before(selection)

    def work(connection: Connection[Any]) -> Fingerprint:
        table = find_table(connection, layer, source.table, source.geometry)
        return recent.note(fingerprint_of(connection, table, selection, before))

    try:
        return in_transaction(_server(source), layer, source.table, work)
    except DatabaseFault as fault:
        recent.note_fault(fault)
        raise


def _server(source: PostgisSource) -> Server:
    return Server(source.url, source.service, source.connect_timeout_s, source.statement_timeout_s)


def _recent(source: PostgisSource, layer: str) -> Recent:
    return recent_reading((layer, source.model_dump_json()))


def _selection(source: PostgisSource, request: ReadRequest) -> Selection:
    return Selection(
        where=source.where,
        bounds=_around(request.extent_bounds(), source.beyond_m, request.crs),
        named=request.columns | source.where.keys(),
        ordered_by=request.id_field,
    )


def _sound_table(source: PostgisSource, request: ReadRequest, connection: Connection[Any]) -> Table:
    """Return the table; raise `DataFault` if it has no rows, no known system, another one, or lacks a column."""
    table = find_table(connection, request.layer, source.table, source.geometry)
    names = {column.name for column in table.columns}
    for column, key in [*((name, "source.where") for name in source.where), (request.id_field, "id_field")]:
        if column is not None and column not in names:
            raise DataFault("layers.no_column", layer=request.layer, column=column, key=key)
    if table.is_empty:
        raise DataFault("layers.postgis_empty", layer=request.layer, table=source.table)
    if table.srid is not None and table.crs is None:
        raise DataFault("layers.postgis_no_crs", layer=request.layer, table=source.table, srid=table.srid)
    if table.crs is not None:
        require_declared_crs(request, gpd.GeoDataFrame(geometry=[], crs=table.crs), source.table)
    return table


def _require_shapes(request: ReadRequest, connection: Connection[Any], table: Table, selection: Selection) -> None:
    """Raise `DataFault` if rows have no shape, wherever they may belong: no bounds would find them."""
    count, label = shapes_missing(connection, table, selection, request.name_field)
    if count:
        raise DataFault("layers.invalid_geometry", layer=request.layer, count=count, feature=label, why="no shape")


def _around(
    bounds: tuple[float, float, float, float] | None, beyond_m: float, crs: str
) -> tuple[float, float, float, float] | None:
    """Return bounds (EPSG:4490) widened by `beyond_m`, as bounds in another system that hold them whole."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    up = beyond_m / _DEGREE_M
    aside = up / math.cos(math.radians(min(max(abs(south), abs(north)) + up, 80.0)))
    widened = shapely.box(west - aside, south - up, east + aside, north + up)
    cut = shapely.segmentize(widened, max(widened.bounds[2] - widened.bounds[0], 0.001) / _EDGE_PIECES)
    frame = from_store(gpd.GeoDataFrame(geometry=[cut], crs=STORE_CRS), describe(crs).epsg)
    left, bottom, right, top = frame.total_bounds.tolist()
    return left, bottom, right, top
