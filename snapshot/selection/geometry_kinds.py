"""Frames prepared for writing: one kind of geometry a table, one plain type a column."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from snapshot.selection.qml import GeometryKind

__all__ = ["beyond", "by_kind", "settled"]

_KINDS: Final[dict[GeometryKind, int]] = {"polygon": 2, "line": 1, "point": 0}


def by_kind(frame: gpd.GeoDataFrame) -> dict[GeometryKind, gpd.GeoDataFrame]:
    """Return a frame split by kind of geometry (polygon, line, point), only kinds that occur.

    A collection is divided: its parts of one kind go together, with its attributes. Features without a shape are left
    out.
    """
    frames: dict[GeometryKind, gpd.GeoDataFrame] = {}
    shapes = frame.geometry.to_numpy()
    collected = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    dimensions = np.where(shapely.is_empty(shapes), -1, shapely.get_dimensions(shapes))
    for kind, dimension in _KINDS.items():
        part = shapes.copy()
        for position in np.flatnonzero(collected):
            part[position] = _of_dimension(shapes[position], dimension)
        here = np.where(collected, ~shapely.is_missing(part), dimensions == dimension)
        if here.any():
            held = frame[here].copy()
            held[frame.geometry.name] = gpd.GeoSeries(part[here], index=held.index, crs=frame.crs)
            frames[kind] = held
    return frames


def _of_dimension(shape: Any, dimension: int) -> Any:
    parts = shapely.get_parts(shape)
    parts = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    return make(np.concatenate([shapely.get_parts(part) for part in parts])) if len(parts) else None


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns have types that files hold: number, bool, time, else text."""
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    plain = frame.copy()
    for column in frame.columns:
        if column != geometry and frame[column].dtype == object:
            plain[column] = _settled(frame[column])
    return plain


def beyond(values: pd.Series, limit: int) -> bool:
    """Return whether a column has whole numbers beyond a limit."""
    if not pd.api.types.is_integer_dtype(values.dtype):
        return False
    return bool(((values > limit) | (values < -limit)).any())


def _settled(values: pd.Series) -> pd.Series:
    present = values.dropna()
    if len(present) and present.map(lambda value: isinstance(value, bool | np.bool_)).all():
        return values.astype("boolean")
    if len(present) and present.map(_whole).all():
        return values.astype("Int64")
    if len(present) and present.map(lambda value: isinstance(value, int | float | np.number)).all():
        return values.astype(float)
    return values.map(_text, na_action="ignore").astype("str")


def _whole(value: Any) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)
    return whole and -(2**63) <= int(value) < 2**63


def _text(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | tuple) else str(value)
