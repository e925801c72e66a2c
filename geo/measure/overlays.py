"""Overlay sites with the features of a layer: which meet, with what relation, and what they share.

Pairs are found by the layer's index. A site is overlaid with the part of a heavy polygon that lies around it, and where
an answer would hang on the last digit, with the polygon itself: the rows are those that whole polygons give
(docs/decisions/engine.md). Many sites are taken in portions of neighbours, on all processors.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.measure.ellipsoid import degrees_per_metre, sizes_of
from geo.measure.index import FeatureIndex, index_of
from geo.measure.pairs import measured_columns

__all__ = ["Pairs", "feature_pairs", "overlay", "pairs_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

_PORTION: Final = 2_500
_LEAST_DEGREE_M: Final = 20_000.0
"""Metres of a degree of longitude below 79° are more."""
_ROUNDING_DEG: Final = 1e-10
"""A hundredth of a millimetre: a thousand times what cutting a polygon moves its edges by."""
_ROUNDING: Final = 1e-9
"""Of an area: a part smaller than this may be nothing, or a remainder."""
_REACH: Final = 8
"""In touch tolerances: how far around a site its relation with a polygon is decided."""
_CUT, _WHOLE, _NEAR = 0, 1, 2
"""How a pair was found: by a part of a cut polygon, by the whole feature, or only within the touch tolerance."""


class Pairs(NamedTuple):
    """Pairs of a site and a feature that meet: columns as of `feature_pairs`, each an array."""

    site: Ints
    feature: Ints
    relation: NDArray[Any]
    overlap_m2: Floats
    overlap_m: Floats
    share: Floats
    piece: Shapes

    def where(self, chosen: Bools | Ints) -> Pairs:
        """Return some of the pairs, by a mask or by positions."""
        return Pairs(
            self.site[chosen], self.feature[chosen], self.relation[chosen], self.overlap_m2[chosen],
            self.overlap_m[chosen], self.share[chosen], self.piece[chosen],
        )  # fmt: skip


_NO_PAIRS: Final = Pairs(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, object), np.empty(0), np.empty(0), np.empty(0),
    np.empty(0, object),
)  # fmt: skip


def overlay(
    sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame | FeatureIndex, *, touch_tolerance_m: float = 0.0
) -> pd.DataFrame:
    """Return all pairs of a site and a feature that meet, with their relation and what they share.

    Parameters
    ----------
    sites : GeoDataFrame
        EPSG:4490, valid.
    features : GeoDataFrame or FeatureIndex
        EPSG:4490, valid.
    touch_tolerance_m : float
        What is nowhere wider than this counts as touching.

    Returns
    -------
    DataFrame
        One row per pair, sorted: ``site``, ``feature`` (positions), ``relation``, ``overlap_m2`` (ellipsoidal; NaN
        unless both are areas; 0 for a touch), ``overlap_m`` (length inside, or shared, without stretches along the
        edge; NaN unless one is a line), ``share`` (of the site's area, or of its length; NaN where it has neither or
        the feature cannot take a share of it).
    """
    return feature_pairs(sites, features, touch_tolerance_m=touch_tolerance_m).drop(columns="piece")


def feature_pairs(
    sites: gpd.GeoDataFrame, features: gpd.GeoDataFrame | FeatureIndex, *, touch_tolerance_m: float = 0.0
) -> pd.DataFrame:
    """Return `overlay` with a column ``piece``: the shape that a pair shares, in degrees, None for a touch."""
    pairs = pairs_of(sites.geometry.to_numpy(), index_of(features), touch_tolerance_m)
    return pd.DataFrame(pairs._asdict())


def pairs_of(shapes: Shapes, index: FeatureIndex, touch_tolerance_m: float) -> Pairs:
    """Return `feature_pairs` as arrays: many sites are taken in portions of neighbours, on all processors.

    Parameters
    ----------
    shapes : array of shapely geometries
        Sites, degrees of EPSG:4490, valid.
    index : FeatureIndex
    touch_tolerance_m : float
    """
    index.prepare_for(shapes)
    if len(shapes) <= _PORTION:
        return _portion(shapes, index, touch_tolerance_m)

    def portion(some: Ints) -> Pairs:
        pairs = _portion(shapes[some], index, touch_tolerance_m)
        return pairs._replace(site=some[pairs.site])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = list(pool.map(portion, _neighbours(shapes)))
    pairs = Pairs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return pairs.where(np.lexsort((pairs.feature, pairs.site)))


def _neighbours(shapes: Shapes) -> list[Ints]:
    """Return positions of all shapes in portions, each of shapes that lie near one another."""
    bounds = shapely.bounds(shapes)
    east, north = (bounds[:, :2] + bounds[:, 2:]).T / 2
    portions = -(-len(shapes) // _PORTION)
    columns = np.array_split(np.argsort(east), math.isqrt(portions))
    order = np.concatenate([column[np.argsort(north[column])] for column in columns])
    return np.array_split(order, portions)


def _portion(ours: Shapes, index: FeatureIndex, tolerance_m: float) -> Pairs:
    """Return the pairs of one portion of sites."""
    site, feature, shape, found_by = _candidates(ours, index, tolerance_m)
    if not site.size:
        return _NO_PAIRS
    met, position = np.unique(site, return_inverse=True)
    sizes = sizes_of(ours[met])[position]
    columns = measured_columns(ours[site], shape, sizes, tolerance_m)
    exact = found_by != _NEAR
    doubtful = np.flatnonzero(found_by == _CUT)
    doubtful = doubtful[_hang_on_rounding(ours[site[doubtful]], shape[doubtful], columns["share"][doubtful])]
    if doubtful.size:
        whole = index.geometries[feature[doubtful]]
        again = measured_columns(ours[site[doubtful]], whole, sizes[doubtful], tolerance_m)
        for name, values in again.items():
            columns[name][doubtful] = values
        exact[doubtful] = shapely.intersects(whole, ours[site[doubtful]])
    return Pairs(site, feature, **columns).where(exact | (columns["relation"] != "touches"))


def _candidates(ours: Shapes, index: FeatureIndex, tolerance_m: float) -> tuple[Ints, Ints, Shapes, Ints]:
    """Return pairs that may meet, sorted: site, feature, what the feature is like there, and how they were found."""
    bounds = shapely.bounds(ours)
    reach = _REACH * tolerance_m * np.column_stack(degrees_per_metre(np.abs(bounds[:, [1, 3]]).max(axis=1)))
    meeting, cut = index.query(ours, reach + 2 * _ROUNDING_DEG)
    meets = shapely.dwithin(cut.shape, ours[cut.box], _ROUNDING_DEG)
    site, feature, shape = cut.box[meets], cut.polygon[meets], cut.shape[meets]
    near, beside = _nearly_meeting(ours, index, tolerance_m)
    shapes = np.concatenate([shape, meeting.shape, index.geometries[beside]])
    found_by = np.repeat([_CUT, _WHOLE, _NEAR], [len(site), len(meeting.site), len(near)])
    site, feature = np.concatenate([site, meeting.site, near]), np.concatenate([feature, meeting.feature, beside])
    order = np.lexsort((found_by, feature, site))
    first = np.ones(len(order), dtype=bool)  # a pair that meets exactly is found twice
    first[1:] = (np.diff(site[order]) != 0) | (np.diff(feature[order]) != 0)
    order = order[first]
    return site[order], feature[order], shapes[order], found_by[order]


def _hang_on_rounding(ours: Shapes, shapes: Shapes, shares: Floats) -> Bools:
    """Return a mask of areas that hardly meet, or that lie inside up to the rounding of the edge."""
    doubtful: Bools = shares <= _ROUNDING
    inside = np.flatnonzero(shares >= 1 - _ROUNDING)
    doubtful[inside] = shapely.dwithin(shapely.boundary(shapes[inside]), ours[inside], _ROUNDING_DEG)
    return doubtful


def _nearly_meeting(ours: Shapes, index: FeatureIndex, tolerance_m: float) -> tuple[Ints, Ints]:
    """Return pairs of lines, or of points, that may meet within the tolerance though they do not intersect."""
    dimensions = shapely.get_dimensions(ours)
    candidates = np.flatnonzero((dimensions < 2) & np.isin(dimensions, list(index.dimensions_there)))
    if tolerance_m <= 0 or not candidates.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    site, feature = index.tree.query(ours[candidates], predicate="dwithin", distance=tolerance_m / _LEAST_DEGREE_M)
    site = candidates[site]
    same = dimensions[site] == index.dimensions[feature]
    return site[same], feature[same]
