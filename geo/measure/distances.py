"""Geodesic distance to the nearest edge: candidates by safe bounds, then distances in an equidistant plane.

Distances in degrees are up to 0.9 % wrong here, and the nearest edge in degrees may be another one. So a tree in
scaled degrees only yields candidates: every edge that may be nearest, given how much the scale can differ between the
site and the edge. Their distances are measured in an azimuthal equidistant plane centred on the nearest point of the
site, where distances from the centre are geodesic (Snyder, USGS PP 1395, ch. 25). Within 1 mm up to 60 km, 2e-8 beyond.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.measure.ellipsoid import GEOD, degrees_per_metre
from geo.measure.index import FeatureIndex, Stretches, index_of, stretches_of

__all__ = ["Nearest", "nearest", "nearest_apart"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SITE_EDGES: Final = 8
_EARTH_M: Final = 6_371_000.0
_BULGE: Final = 1.02
"""A geodesic leaves the band of latitude of its ends by far less than 2 % of its length."""
_CONVERGED_M: Final = 1e-4
_MAX_ROUNDS: Final = 6
_BATCH: Final = 200_000
_SITES_AT_ONCE: Final = 20_000
_FEW_SITES, _MANY_FEATURES, _MAX_POINTS, _MAX_LATITUDE = 100, 20_000, 500_000, 70.0
"""For few sites and many features (a click on a large layer), only features nearby are cut into stretches."""


class Nearest(NamedTuple):
    """The nearest feature of each site: columns as of `nearest`, each an array, sorted by site."""

    site: Ints
    feature: Ints
    distance_m: Floats
    bearing_deg: Floats


_NONE: Final = Nearest(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))


def nearest(sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame | FeatureIndex) -> pd.DataFrame:
    """Return the nearest feature of each site and the geodesic distance to it in metres.

    Parameters
    ----------
    sites : GeoDataFrame
        EPSG:4490.
    features : GeoDataFrame or FeatureIndex
        EPSG:4490.

    Returns
    -------
    DataFrame
        One row per site, unless there are no features: ``site`` and ``feature`` (positions), ``distance_m``
        (geodesic, to the nearest edge or point; 0 where they meet, and then the first feature that does) and
        ``bearing_deg`` (azimuth of the feature from the site's nearest point, degrees clockwise from north, 0 to 360;
        NaN where they meet).
    """
    index = index_of(features)
    geometries = sites.geometry.to_numpy()
    site, feature = index.intersecting(geometries)
    feature = feature[np.lexsort((feature, site))]
    met, first = np.unique(np.sort(site), return_index=True)
    apart = nearest_apart(geometries, np.setdiff1d(np.arange(len(geometries)), met), index)
    columns = Nearest(
        np.concatenate([met, apart.site]),
        np.concatenate([feature[first], apart.feature]),
        np.concatenate([np.zeros(len(met)), apart.distance_m]),
        np.concatenate([np.full(len(met), np.nan), apart.bearing_deg]),
    )
    order = np.argsort(columns.site)
    return pd.DataFrame({name: values[order] for name, values in columns._asdict().items()})


def nearest_apart(geometries: NDArray[Any], rows: Ints, index: FeatureIndex) -> Nearest:
    """Return `nearest` of those sites that meet no feature, as arrays; none where there are no features.

    Parameters
    ----------
    geometries : array of shapely geometries
        Sites, degrees of EPSG:4490.
    rows : array of int
        Positions of the sites that are asked about.
    index : FeatureIndex
    """
    if not rows.size or not len(index.geometries) or index.empty:
        return _NONE
    parts = [
        _nearest_disjoint(geometries[some], some, index)
        for some in np.array_split(rows, -(-len(rows) // _SITES_AT_ONCE))
    ]
    return parts[0] if len(parts) == 1 else Nearest(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _nearest_disjoint(geometries: NDArray[Any], rows: Ints, index: FeatureIndex, *, is_subset: bool = False) -> Nearest:
    """Return the nearest feature of sites that meet none; `is_subset`: `index` has only features near them already."""
    if not is_subset and len(rows) <= _FEW_SITES and not index.has_stretches and len(index.geometries) > _MANY_FEATURES:
        subset = _features_nearby(geometries, index)
        if subset is not None:
            found = _nearest_disjoint(geometries, rows, FeatureIndex(index.geometries[subset]), is_subset=True)
            return found._replace(feature=subset[found.feature])
    own = stretches_of(geometries, _SITE_EDGES)
    stretch, other = _candidate_pairs(geometries, own, index)
    kept, centre = _possibly_nearest(own.lines[stretch], index.stretches.lines[other], own.owner[stretch])
    stretch, other = stretch[kept], other[kept]
    distances, bearings = np.hstack(
        [
            _geodesic_distances(own.lines[stretch[at]], index.stretches.lines[other[at]], centre[kept[at]])
            for at in np.array_split(np.arange(len(stretch)), -(-len(stretch) // _BATCH) or 1)
        ]
    )
    site = own.owner[stretch]
    order = np.lexsort((index.stretches.owner[other], distances, site))
    _, first = np.unique(site[order], return_index=True)
    best = order[first]
    return Nearest(rows[site[best]], index.stretches.owner[other[best]], distances[best], bearings[best])


def _features_nearby(geometries: NDArray[Any], index: FeatureIndex) -> Ints | None:
    """Return positions of features that include the nearest of each site; None if these are no less work than all.

    The distance in degrees to the feature nearest in degrees, taken along the meridian, bounds the true distance; a
    feature truly nearer is, in degrees, at most as far as that length taken along a parallel.
    """
    (site, _), degrees = index.tree.query_nearest(geometries, return_distance=True, all_matches=False)
    reach = np.zeros(len(geometries))
    reach[site] = degrees
    bounds = shapely.bounds(geometries)
    max_latitude = np.abs(bounds[:, [1, 3]]).max(axis=1) + 2 * reach
    if (max_latitude > _MAX_LATITUDE).any():
        return None
    east, north = degrees_per_metre(max_latitude)
    _, feature = index.tree.query(geometries, predicate="dwithin", distance=reach * (east / north) * _BULGE + 1e-9)
    nearby = np.unique(feature)
    return None if index.points[nearby].sum() > _MAX_POINTS else nearby


def _candidate_pairs(geometries: NDArray[Any], own: Stretches, index: FeatureIndex) -> tuple[Ints, Ints]:
    """Return pairs of stretches, of a site and of the layer, that include the nearest pair of each site."""
    lat, east, north = index.metres_per_degree
    whole = shapely.transform(geometries, lambda xy: xy * (east, north))
    closest = _upper_bound(whole, index)
    low, high = shapely.bounds(geometries)[:, 1], shapely.bounds(geometries)[:, 3]
    reach = closest * _scale_bounds(low, high, closest * 1.3, lat)[1]
    radius = reach / _scale_bounds(low, high, reach, lat)[0] * (1 + 1e-9) + 1e-3
    scaled = shapely.transform(own.lines, lambda xy: xy * (east, north))
    stretch, other = index.stretch_tree.query(scaled, predicate="dwithin", distance=radius[own.owner])
    return stretch, other


def _upper_bound(whole: NDArray[Any], index: FeatureIndex) -> Floats:
    """Return an upper bound of each site's distance to its nearest stretch, in the scaled plane.

    For a site that is small against the bound, the distance of one of its points is used: ten times faster.
    """
    first = shapely.get_coordinates(whole)[np.cumsum(shapely.get_num_coordinates(whole)) - 1]
    (at, _), plane_m = index.stretch_tree.query_nearest(shapely.points(first), return_distance=True, all_matches=False)
    closest = np.zeros(len(whole))
    closest[at] = plane_m
    bounds = shapely.bounds(whole)
    large = np.flatnonzero(np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) > closest / 2)
    (at, _), plane_m = index.stretch_tree.query_nearest(whole[large], return_distance=True, all_matches=False)
    closest[large[at]] = plane_m
    return closest


def _scale_bounds(low: Floats, high: Floats, reach_m: Floats, lat: Floats | float) -> tuple[Floats, Floats]:
    """Return bounds of true over plane distance in degrees scaled at `lat`, within `reach_m` of a band of latitude."""
    margin = np.degrees(reach_m * _BULGE / 6_335_000.0)
    ends = [np.clip(low - margin, -89.9, 89.9), np.clip(high + margin, -89.9, 89.9)]
    east0, north0 = degrees_per_metre(np.asarray(lat, dtype=float))
    least, most = np.ones(len(low)), np.ones(len(low))
    for end in [*ends, np.where(ends[0] * ends[1] < 0, 0.0, ends[0])]:
        east, north = degrees_per_metre(end)
        least = np.minimum(least, np.minimum(east0 / east, north0 / north))
        most = np.maximum(most, np.maximum(east0 / east, north0 / north))
    return least, most


def _possibly_nearest(ours: NDArray[Any], theirs: NDArray[Any], site: Ints) -> tuple[Ints, Floats]:
    """Return the pairs that may be nearest, by bounds, and for every pair the nearest point on `ours` in degrees."""
    bounds = np.column_stack([shapely.bounds(ours)[:, [1, 3]], shapely.bounds(theirs)[:, [1, 3]]])
    low, high = bounds.min(axis=1), bounds.max(axis=1)
    middle = (low + high) / 2
    east, north = degrees_per_metre(middle)
    scale = np.column_stack([1 / east, 1 / north])
    lines = shapely.shortest_line(_scaled(ours, scale), _scaled(theirs, scale))
    plane_m = shapely.length(lines)
    least, most = _scale_bounds(low, high, plane_m * 0.02, middle)
    reach = np.full(int(site.max()) + 1 if len(site) else 0, np.inf)
    np.minimum.at(reach, site, plane_m * most)
    kept = np.flatnonzero(plane_m * least <= reach[site] * (1 + 1e-9) + 1e-3)
    start: Floats = shapely.get_coordinates(shapely.get_point(lines, 0)) / scale
    return kept, start


def _scaled(lines: NDArray[Any], scale: Floats) -> NDArray[Any]:
    """Return lines scaled, each by its own pair of factors."""
    _, owner = shapely.get_coordinates(lines, return_index=True)
    scaled: NDArray[Any] = shapely.transform(lines, lambda xy: xy * scale[owner])
    return scaled


def _geodesic_distances(ours: NDArray[Any], theirs: NDArray[Any], centre: Floats) -> Floats:
    """Return distances (m) and bearings (degrees from north) of pairs, as an array of two rows.

    Measured in equidistant planes, each recentred on the nearest point of ours until it converges: seen from the
    centre of such a plane, distances and azimuths are true.
    """
    distances, bearings = np.zeros(len(ours)), np.zeros(len(ours))
    todo = np.arange(len(ours))
    for _ in range(_MAX_ROUNDS):
        lines = [_equidistant(lines[todo], centre[todo]) for lines in (ours, theirs)]
        shortest = shapely.shortest_line(*lines)
        distances[todo] = shapely.length(shortest)
        start = shapely.get_coordinates(shapely.get_point(shortest, 0))
        end = shapely.get_coordinates(shapely.get_point(shortest, -1))
        east, north = (end - start).T
        bearings[todo] = np.where(np.hypot(east, north) > 0, np.degrees(np.arctan2(east, north)) % 360, np.nan)
        moved = np.hypot(*start.T)
        before, azimuth = centre[todo], np.degrees(np.arctan2(start[:, 0], start[:, 1]))
        lon, lat, _ = GEOD.fwd(before[:, 0], before[:, 1], azimuth, moved)
        centre[todo] = np.column_stack([lon, lat])
        todo = todo[distances[todo] * (moved / _EARTH_M) ** 2 / 6 > _CONVERGED_M]
        if not len(todo):
            break
    return np.stack([distances, bearings])


def _equidistant(lines: NDArray[Any], centre: Floats) -> NDArray[Any]:
    """Return lines projected, each to the azimuthal equidistant plane (m) around its own centre."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    azimuth, _, distance = GEOD.inv(centre[owner, 0], centre[owner, 1], points[:, 0], points[:, 1])
    angle = np.radians(azimuth)
    plane = np.column_stack([distance * np.sin(angle), distance * np.cos(angle)])
    projected: NDArray[Any] = shapely.transform(lines, lambda _: plane)
    return projected
