"""Sites from drawings on the map, or from longitudes and latitudes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.crs import MAX_DEPARTURE_M
from geo.measure import GEOD
from geo.sites.sites import DEFAULT_LIMITS, Limits, RawPart, Sites, sites_from_parts
from words import both_languages

__all__ = ["sites_from_drawing", "sites_from_points"]

_DRAWING: Final = both_languages("geo.drawing")


def sites_from_points(points: Sequence[tuple[float, float]], *, ids: Sequence[str] | None = None) -> Sites:
    """Return sites at longitudes and latitudes (WGS 84 degrees, longitude first).

    Raises
    ------
    BadInput
        If a coordinate is not finite or out of range.
    """
    frame = gpd.GeoDataFrame(geometry=shapely.points(np.asarray(points, dtype=float).reshape(-1, 2)))
    if ids is not None:
        frame["site_id"] = list(ids)
    return sites_from_parts([RawPart(_DRAWING, frame, CRS(4326), "drawn")], name=_DRAWING)


def sites_from_drawing(features: Sequence[Mapping[str, Any]], *, limits: Limits = DEFAULT_LIMITS) -> Sites:
    """Return sites from the features of Leaflet.draw.

    Parameters
    ----------
    features : sequence of GeoJSON features
        WGS 84 degrees: markers, lines, polygons, rectangles; a circle is a point with ``radius`` (metres) among its
        properties and becomes the geodesic circle, to within 1 mm.

    Raises
    ------
    BadInput
        As `sites_from_parts`; the drawing is named by the word catalogue.
    """
    shapes = [_drawn(feature) for feature in features]
    frame = gpd.GeoDataFrame(geometry=np.array(shapes, dtype=object))
    return sites_from_parts([RawPart(_DRAWING, frame, CRS(4326), "drawn")], name=_DRAWING, limits=limits)


def _drawn(feature: Mapping[str, Any]) -> Any:
    """Return the shape of one drawn feature."""
    try:
        shape = shapely.geometry.shape(feature["geometry"])
        radius = (feature.get("properties") or {}).get("radius")
    except (KeyError, TypeError, ValueError, AttributeError, shapely.GEOSException):
        return None
    if radius is None or shape.geom_type != "Point":
        return shape
    return _circle(shape.x, shape.y, float(radius))


def _circle(lon: float, lat: float, radius_m: float) -> Any:
    """Return the geodesic circle as a polygon whose chords lie within 1 mm of it."""
    if not 0 < radius_m < 1e6:
        return None
    corners = int(np.clip(np.ceil(np.pi / np.sqrt(2 * MAX_DEPARTURE_M / radius_m)), 64, 20_000))
    azimuths = -np.linspace(0, 360, corners, endpoint=False)
    lons, lats, _ = GEOD.fwd(np.full(corners, lon), np.full(corners, lat), azimuths, np.full(corners, radius_m))
    return shapely.Polygon(np.column_stack([lons, lats]))
