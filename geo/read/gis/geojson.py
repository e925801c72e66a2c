"""GeoJSON (RFC 7946), parsed here rather than by GDAL: rows keep their numbers and nothing in it can open a file."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs import short_text
from geo.errors import BadInput, CrsError
from geo.files import Format, Source, Table, table_of, text_of, utf8_start
from geo.sites import RawPart

__all__ = ["GEOJSON", "read_geojson"]

_GEOMETRIES: Final = frozenset(
    {
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    }
)
_MAX_COLUMNS: Final = 1000


def read_geojson(content: bytes, name: str, *, max_features: int) -> RawPart:
    """Return the features of a feature collection, a feature or a bare geometry.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a byte order mark; GB18030 is understood.
    name : str
        The file, for the sentence.
    max_features : int
        More are refused before any geometry is made.

    Raises
    ------
    BadInput
        If it is no JSON (with the line), no GeoJSON, or a feature has no readable geometry (with its number).
    """
    document = _parsed(content, name)
    features = _features(document, name)
    if len(features) > max_features:
        raise BadInput("geo.too_many_sites", name=name, count=len(features), limit=max_features)
    texts = [_geometry_text(feature, row, name) for row, feature in enumerate(features, start=1)]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    repairs = np.full(len(texts), "", dtype=object)
    there = np.array([text is not None for text in texts], dtype=bool)
    for position in np.flatnonzero(shapely.is_missing(shapes) & there):
        shapes[position] = _with_closed_rings(features[position]["geometry"])
        repairs[position] = "ring_closed"
    unread = shapely.is_missing(shapes) & there
    if unread.any():
        raise BadInput("geo.bad_geometry", name=name, row=int(unread.argmax()) + 1)
    frame = gpd.GeoDataFrame(_attributes(features, name), geometry=shapes)
    crs, evidence = _declared(document, name)
    return RawPart(name, frame, crs, evidence, repairs=repairs)


def _parsed(content: bytes, name: str) -> Any:
    """Return the JSON document, or say at which line it stops being one."""
    try:
        return json.loads(text_of(content, b'"'), parse_constant=_no_constant, strict=False)
    except json.JSONDecodeError as fault:
        raise BadInput("geo.not_geojson", name=name, line=fault.lineno) from None
    except (RecursionError, ValueError):
        raise BadInput("geo.not_plain_geojson", name=name) from None


def _no_constant(token: str) -> NoReturn:
    """Raise `ValueError` for NaN and Infinity, which JSON does not have."""
    raise ValueError(token)


def _features(document: Any, name: str) -> list[Any]:
    """Return the features of a document."""
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str):
        raise BadInput("geo.not_plain_geojson", name=name)
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        features: list[Any] = document["features"]
        return features
    if kind == "Feature":
        return [document]
    if kind in _GEOMETRIES:
        return [{"type": "Feature", "geometry": document, "properties": {}}]
    raise BadInput("geo.not_plain_geojson", name=name)


def _geometry_text(feature: Any, row: int, name: str) -> str | None:
    """Return the geometry of a feature as text again, for GEOS to read in bulk; None for one without."""
    if not isinstance(feature, dict) or feature.get("type", "Feature") != "Feature":
        raise BadInput("geo.not_plain_geojson", name=name)
    geometry = feature.get("geometry")
    if geometry is None:
        return None
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        raise BadInput("geo.bad_geometry", name=name, row=row)
    if geometry["type"] not in _GEOMETRIES:
        raise BadInput("geo.kind_not_read", name=name, row=row, kind=short_text(geometry["type"]))
    try:
        return json.dumps(geometry)
    except RecursionError:
        raise BadInput("geo.bad_geometry", name=name, row=row) from None


def _with_closed_rings(geometry: dict[str, Any]) -> Any:
    """Return an area with its open rings closed; None if GEOS cannot read it even so."""
    depth = {"Polygon": 1, "MultiPolygon": 2}.get(str(geometry.get("type")))
    if depth is None:
        return None
    try:
        parts = [geometry["coordinates"]] if depth == 1 else geometry["coordinates"]
        whole = [[ring for ring in part if ring] for part in parts]
        closed = [[ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in part] for part in whole]
        text = json.dumps({**geometry, "coordinates": closed[0] if depth == 1 else closed})
    except (KeyError, TypeError, IndexError, RecursionError):
        return None
    return shapely.from_geojson(text, on_invalid="ignore")


def _attributes(features: list[Any], name: str) -> pd.DataFrame:
    """Return the properties, a row each; a feature's own ``id`` counts as one."""
    rows = []
    columns: set[str] = set()
    for feature in features:
        properties = feature.get("properties")
        row = dict(properties) if isinstance(properties, dict) else {}
        if isinstance(feature.get("id"), str | int):
            row = {"id": feature["id"], **{k: v for k, v in row.items() if k != "id"}}
        row.pop("geometry", None)
        row = {_whole(key): _whole(value) for key, value in row.items()}
        columns.update(row)
        if len(columns) > _MAX_COLUMNS:
            raise BadInput("geo.too_many_columns", name=name, limit=_MAX_COLUMNS)
        rows.append(row)
    return pd.DataFrame(rows, index=pd.RangeIndex(len(features)))


def _whole(value: Any) -> Any:
    """Return a text without halves of characters, which JSON can write and nothing can store."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value


def _declared(document: Any, name: str) -> tuple[CRS, str]:
    """Return the system: WGS 84 by RFC 7946, unless the file carries the older ``crs`` member."""
    member = document.get("crs") if isinstance(document, dict) else None
    if member is None:
        return CRS(4326), "rfc7946"
    properties = member.get("properties") if isinstance(member, dict) else None
    label = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(label, str) and len(label) <= 200:
        with suppress(ProjCrsError):
            return CRS.from_user_input(label), "crs_member"
    raise CrsError("geo.crs_unreadable", name=name, crs=short_text(str(label)))


def _tables(source: Source) -> list[Table]:
    return [table_of(read_geojson(source.whole, source.name, max_features=source.limits.sites), "GeoJSON")]


GEOJSON: Final = Format(
    "GeoJSON", (".geojson", ".json"), lambda source: utf8_start(source.whole).startswith((b"{", b"[")), _tables
)
