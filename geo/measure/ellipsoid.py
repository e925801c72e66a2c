"""Areas, lengths and distances on the CGCS2000 ellipsoid, exact for edges that are straight in stored degrees.

Every function takes a frame in EPSG:4490 and returns a Series on its index. Why edges and areas are reckoned so, and
how it was measured, stands in docs/decisions/edges-and-areas.md.
"""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod

from geo.crs import MAX_PIECE_M, STORE_CRS, gk3_epsg, split_edges, transform_points

__all__ = [
    "GEOD",
    "HA_M2",
    "MU_M2",
    "SEMI_MAJOR_M",
    "area_m2",
    "area_to_equator_m2",
    "areas_of",
    "degrees_per_metre",
    "distance_m",
    "edge_pieces_of",
    "length_m",
    "lengths_of",
    "plane_area_m2",
    "sizes_of",
    "to_ha",
    "to_mu",
]

Floats = NDArray[np.float64]

HA_M2: Final = 10_000.0
"""One hectare in square metres."""
MU_M2: Final = 10_000.0 / 15.0
"""One mu (亩) in square metres: fifteen to the hectare."""

SEMI_MAJOR_M: Final = 6_378_137.0
INVERSE_FLATTENING: Final = 298.257222101
_FLATTENING: Final = 1.0 / INVERSE_FLATTENING
_E2: Final = _FLATTENING * (2.0 - _FLATTENING)
_E: Final = float(np.sqrt(_E2))

GEOD: Final = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
"""Karney's geodesics on the CGCS2000 ellipsoid."""

_SHORT_RAD: Final = 1e-3
"""Edges that span less (6 km) need two nodes: the rest is (Δφ)⁴/4320, below rounding."""
_FEW: Final = np.polynomial.legendre.leggauss(2)
_MANY: Final = np.polynomial.legendre.leggauss(24)

_POLYGONAL: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LINEAR: Final = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)


def area_m2(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Return ellipsoidal areas in square metres.

    The area is the line integral of authalic latitude, ``(a²/2) ∮ q(φ) dλ``, with q of Snyder, *Map Projections: A
    Working Manual* (USGS PP 1395, 1987), eq. 3-12, over edges that are straight in degrees, by Gauss-Legendre
    quadrature per edge. So it is exact for stored edges, and the parts of a cut polygon sum to the whole.

    Parameters
    ----------
    gdf : GeoDataFrame or GeoSeries
        EPSG:4490. Rings may run either way; holes count off; parts of a collection that have no area are passed over.

    Returns
    -------
    Series of float
        On the same index; NaN for points and lines (they have no area, which is not the same as none), 0 for an
        empty polygon.

    Raises
    ------
    ValueError
        If the frame is not in the store's system: a fault of the caller.
    """
    return pd.Series(areas_of(_stored(gdf)), index=gdf.index, name="area_m2")


def length_m(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Return lengths in metres of lines on the ellipsoid.

    The arc length ``∫ √((M dφ)² + (N cos φ dλ)²)`` (M and N the radii of curvature, Snyder eq. 4-18 and 4-20) along
    edges that are straight in degrees, by Gauss-Legendre quadrature: what geodesics along the densified edge come to.

    Parameters
    ----------
    gdf : GeoDataFrame or GeoSeries
        EPSG:4490.

    Returns
    -------
    Series of float
        On the same index; NaN for points and polygons.
    """
    return pd.Series(lengths_of(_stored(gdf)), index=gdf.index, name="length_m")


def plane_area_m2(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Return plane areas in square metres, each in the 3-degree Gauss-Krüger zone that holds the middle of its bounds.

    Up to 570 ppm larger than the ellipsoidal area at the rim of a zone in our region: shown beside it, never instead.

    Parameters
    ----------
    gdf : GeoDataFrame or GeoSeries
        EPSG:4490. Edges are cut to pieces of at most 250 m first, so that the figure measured is the stored one.

    Returns
    -------
    Series of float
        On the same index; NaN for points and lines.
    """
    geometries = split_edges(_stored(gdf), edge_pieces_of(MAX_PIECE_M))
    bounds = shapely.bounds(geometries)
    middle = (bounds[:, 0] + bounds[:, 2]) / 2
    zones = np.array([gk3_epsg(lon) if np.isfinite(lon) else 0 for lon in middle])
    areas = np.full(len(geometries), np.nan)
    for epsg in np.unique(zones):
        here = zones == epsg
        if epsg:
            plane = shapely.transform(geometries[here], lambda xy, epsg=int(epsg): transform_points(xy, epsg))
            areas[here] = shapely.area(plane)
    areas[~_polygonal(geometries)] = np.nan
    return pd.Series(areas, index=gdf.index, name="plane_area_m2")


def distance_m(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return geodesic distances in metres between points (Karney, *Algorithms for geodesics*, J. Geodesy 87, 2013)."""
    from_lon, from_lat, to_lon, to_lat = (np.array(part) for part in np.broadcast_arrays(lon1, lat1, lon2, lat2))
    distances: Floats = GEOD.inv(from_lon, from_lat, to_lon, to_lat)[2]
    return distances


def to_ha(square_metres: Any) -> Any:
    """Return square metres as hectares."""
    return square_metres / HA_M2


def to_mu(square_metres: Any) -> Any:
    """Return square metres as mu (亩).

    Examples
    --------
    >>> to_mu(10_000.0)
    15.0
    """
    return square_metres * 15.0 / HA_M2


def degrees_per_metre(lat: Floats) -> tuple[Floats, Floats]:
    """Return how many degrees of longitude and of latitude one metre is at a latitude (Snyder eq. 4-18, 4-20)."""
    phi = np.radians(lat)
    meridian, normal = _radii(phi)
    return np.degrees(1 / (normal * np.cos(phi))), np.degrees(1 / meridian)


def edge_pieces_of(metres: float) -> Any:
    """Return the rule for `geo.crs.edges.split_edges` by which edges in degrees become pieces of at most `metres`."""

    def pieces(start: Floats, end: Floats) -> NDArray[np.int64]:
        cos = np.cos(np.radians(np.minimum(np.abs(start[:, 1]), np.abs(end[:, 1]))))
        span = np.radians(end - start)
        bound_m = 6_400_000.0 * np.hypot(span[:, 0] * cos, span[:, 1])
        needed: NDArray[np.int64] = np.ceil(bound_m / metres).astype(np.int64)
        return needed

    return pieces


def areas_of(geometries: NDArray[Any]) -> Floats:
    """Return ellipsoidal areas of an array of geometries in stored degrees, as `area_m2` defines them."""
    areas = np.full(len(geometries), np.nan)
    polygonal = _polygonal(geometries)
    areas[polygonal] = 0.0
    owner, parts = _exploded(geometries, polygonal)
    if not len(parts):
        return areas
    _, points, (ring_ends, polygon_ends) = shapely.to_ragged_array(parts, include_z=False)
    rings = np.abs(_sum_per_chain(_area_terms(points), ring_ends))
    is_hole = np.ones(len(rings), dtype=bool)
    is_hole[polygon_ends[:-1]] = False
    signed = np.where(is_hole, -rings, rings)
    of_ring = owner[np.repeat(np.arange(len(parts)), np.diff(polygon_ends))]
    areas += np.where(polygonal, np.bincount(of_ring, weights=signed, minlength=len(geometries)), 0.0)
    return areas


def lengths_of(geometries: NDArray[Any]) -> Floats:
    """Return lengths of an array of geometries in stored degrees, as `length_m` defines them."""
    lengths = np.full(len(geometries), np.nan)
    linear = np.isin(shapely.get_type_id(geometries), _LINEAR)
    lengths[linear] = 0.0
    parts, inner = shapely.get_parts(geometries[linear], return_index=True)
    keep = ~shapely.is_empty(parts)
    parts, owner = parts[keep], np.flatnonzero(linear)[inner[keep]]
    if len(parts):
        _, points, (ends,) = shapely.to_ragged_array(parts, include_z=False)
        found = _sum_per_chain(_length_terms(points), ends)
        lengths[linear] += np.bincount(owner, weights=found, minlength=len(geometries))[linear]
    return lengths


def sizes_of(geometries: NDArray[Any]) -> Floats:
    """Return areas of areas, lengths of lines, NaN for points."""
    areas = areas_of(geometries)
    return np.where(np.isnan(areas), lengths_of(geometries), areas)


def _stored(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[Any]:
    """Return the geometries of a frame that must be in the store's system."""
    if gdf.crs is None or gdf.crs != CRS(STORE_CRS):
        raise ValueError(f"measured in {STORE_CRS} only, not in {gdf.crs}")
    geometries: NDArray[Any] = gdf.geometry.to_numpy()
    return geometries


def _polygonal(geometries: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask of polygons, multipolygons and collections that contain one."""
    kinds = shapely.get_type_id(geometries)
    polygonal: NDArray[np.bool_] = np.isin(kinds, _POLYGONAL)
    for position in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION):
        polygonal[position] = shapely.get_dimensions(geometries[position]) == 2
    return polygonal


def _exploded(geometries: NDArray[Any], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return all single polygons of the wanted geometries, and the position that each comes from."""
    single = shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON
    if single[wanted].all():  # as most are: without copies
        owner = np.flatnonzero(wanted & ~shapely.is_empty(geometries))
        return owner, geometries[owner]
    parts, first = shapely.get_parts(geometries[wanted], return_index=True)
    owner = np.flatnonzero(wanted)[first]
    while np.any(np.isin(shapely.get_type_id(parts), (6, 7))):
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    keep = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return owner[keep], parts[keep]


def _sum_per_chain(terms: Floats, ends: NDArray[np.int64]) -> Floats:
    """Return the sums of edge terms (one per vertex, to the next) per chain, without those from chain to chain."""
    terms[ends[1:] - 1] = 0.0
    sums: Floats = np.add.reduceat(terms, ends[:-1])
    return sums


def _area_terms(points: Floats) -> Floats:
    """Return ``∫ S(φ) dλ`` from each vertex to the next; S is the area per radian between the equator and φ."""
    lam, phi = np.radians(points).T
    return _integrate(phi, lam, area_to_equator_m2)


def _length_terms(points: Floats) -> Floats:
    """Return the arc length from each vertex to the next."""
    lam, phi = np.radians(points).T
    return _integrate(phi, lam, None)


def _integrate(phi: Floats, lam: Floats, height: Any) -> Floats:
    """Return integrals along straight edges in (λ, φ): of `height` over λ, or the arc length if `height` is None."""
    d_phi, d_lam = np.diff(phi, append=phi[-1]), np.diff(lam, append=lam[-1])
    total = np.zeros(len(phi))
    long = (np.abs(d_phi) > _SHORT_RAD) | (np.abs(d_lam) > _SHORT_RAD)
    for here, (nodes, weights) in ((np.flatnonzero(~long), _FEW), (np.flatnonzero(long), _MANY)):
        for node, weight in zip(nodes, weights, strict=True):
            at = phi[here] + d_phi[here] * (node + 1) / 2
            if height is not None:
                total[here] += weight / 2 * height(at) * d_lam[here]
            else:
                meridian, normal = _radii(at)
                total[here] += weight / 2 * np.hypot(meridian * d_phi[here], normal * np.cos(at) * d_lam[here])
    return total


def area_to_equator_m2(phi: Floats) -> Floats:
    """Return ``a² q(φ) / 2``: square metres per radian of longitude between the equator and φ (Snyder eq. 3-12)."""
    sin = np.sin(phi)
    q = (1 - _E2) * (sin / (1 - _E2 * sin**2) + np.arctanh(_E * sin) / _E)
    strip: Floats = SEMI_MAJOR_M**2 / 2 * q
    return strip


def _radii(phi: Floats) -> tuple[Floats, Floats]:
    """Return the radii of curvature in the meridian and in the prime vertical, in metres."""
    root = np.sqrt(1 - _E2 * np.sin(phi) ** 2)
    return SEMI_MAJOR_M * (1 - _E2) / root**3, SEMI_MAJOR_M / root
