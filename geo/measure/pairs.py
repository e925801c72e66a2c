"""Measure pairs of a site and a feature that meet: relation, overlap in square metres or metres, share of the site.

Relations are seen from the site:

========== ========================================================================================================
within     the site lies wholly in the feature (a point: off its edge)
covers     the feature lies wholly in the site
overlaps   they share area, or a stretch of line, and neither lies in the other
crosses    a line goes into or through an area, or two lines cross in points
touches    only their edges meet, or what they share is nowhere wider than the touch tolerance; not an overlap
disjoint   they do not meet (never in a frame of pairs)
========== ========================================================================================================
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.measure.along import shared_stretches, stretch_lengths
from geo.measure.ellipsoid import areas_of, degrees_per_metre, lengths_of, sizes_of
from geo.measure.unions import only_dimension

__all__ = ["MEETING", "RELATIONS", "measure_pairs", "measured_columns", "slivers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

RELATIONS: Final = ("within", "covers", "overlaps", "crosses", "touches", "disjoint")
"""All relation codes, the strongest first."""
MEETING: Final = ("within", "covers", "overlaps", "crosses")
"""Relations by which site and layer share ground."""


def measure_pairs(ours: Shapes, theirs: Shapes, touch_tolerance_m: float) -> pd.DataFrame:
    """Return the columns of `feature_pairs` but ``site`` and ``feature``, for pairs that are known to meet."""
    return pd.DataFrame(measured_columns(ours, theirs, sizes_of(ours), touch_tolerance_m))


def measured_columns(ours: Shapes, theirs: Shapes, sizes: Floats, touch_tolerance_m: float) -> dict[str, NDArray[Any]]:
    """Return `measure_pairs` as arrays by name, where the sizes of the sites are known."""
    return _Pairs(ours, theirs, sizes, touch_tolerance_m).columns()


class _Pairs:
    """Relation, overlap and shared piece of pairs of shapes that meet, computed by their dimensions."""

    def __init__(self, ours: Shapes, theirs: Shapes, sizes: Floats, tolerance_m: float) -> None:
        self.tolerance_m = tolerance_m
        self._sizes = sizes
        count = len(ours)
        self.relation: NDArray[Any] = np.full(count, "touches", dtype=object)
        self.overlap_m2 = np.full(count, np.nan)
        self.overlap_m = np.full(count, np.nan)
        self.piece: Shapes = np.full(count, None, dtype=object)
        self._ours = shapely.get_dimensions(ours)
        self._theirs = shapely.get_dimensions(theirs)
        for measure, here in (
            (self._areas, (self._ours == 2) & (self._theirs == 2)),
            (self._line_in_area, (self._ours == 1) & (self._theirs == 2)),
            (self._area_over_line, (self._ours == 2) & (self._theirs == 1)),
            (self._lines, (self._ours == 1) & (self._theirs == 1)),
            (self._points, (self._ours == 0) | (self._theirs == 0)),
        ):
            at = np.flatnonzero(here)
            if at.size:
                measure(at, ours[at], theirs[at])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the measured columns by name."""
        return {
            "relation": self.relation,
            "overlap_m2": self.overlap_m2,
            "overlap_m": self.overlap_m,
            "share": self._share(),
            "piece": self.piece,
        }

    def _share(self) -> Floats:
        """Return shares of the site: of its area by area, of its length by length; NaN for the rest."""
        by_area = (self._ours == 2) & (self._theirs == 2)
        by_length = (self._ours == 1) & (self._theirs >= 1)
        part = np.where(by_area, self.overlap_m2, np.where(by_length, self.overlap_m, np.nan))
        shares: Floats = np.minimum(part / self._sizes, 1.0)
        return shares

    def _areas(self, at: Ints, ours: Shapes, theirs: Shapes) -> None:
        """Set relation, overlap (m²) and piece of pairs of areas."""
        piece, area = ours.copy(), self._sizes[at].copy()
        within = shapely.covers(theirs, ours)  # in this order: theirs may be prepared
        cut = np.flatnonzero(~within)
        piece[cut] = shapely.intersection(ours[cut], theirs[cut])
        area[cut] = areas_of(only_dimension(piece[cut], 2))
        within[cut] = self._nothing_left(ours[cut], theirs[cut], piece[cut])
        cut = cut[~within[cut]]
        covers, apart = np.zeros(len(at), bool), area <= 0
        covers[cut] = self._nothing_left(theirs[cut], ours[cut], piece[cut])
        cut = cut[~covers[cut]]
        apart[cut] |= slivers(piece[cut], self.tolerance_m)
        self.relation[at] = np.select([apart, within, covers], ["touches", "within", "covers"], "overlaps")
        self.overlap_m2[at] = np.where(apart, 0.0, area)
        self.piece[at] = _unless(apart, piece)

    def _nothing_left(self, inner: Shapes, outer: Shapes, piece: Shapes) -> Bools:
        """Return a mask of pairs where `inner` less their intersection `piece` is nowhere wider than the tolerance."""
        whole = shapely.area(inner)
        rim = self.tolerance_m / 20_000.0 * shapely.length(inner)  # square degrees; a degree is longer below 79°
        result = np.zeros(len(inner), dtype=bool)
        maybe = np.flatnonzero(whole - shapely.area(piece) <= rim + 1e-12 * whole)
        if maybe.size:
            result[maybe] = shapely.covers(outer[maybe], inner[maybe])
            maybe = maybe[~result[maybe]]
            result[maybe] = slivers(shapely.difference(inner[maybe], outer[maybe]), self.tolerance_m)
        return result

    def _line_in_area(self, at: Ints, lines: Shapes, areas: Shapes) -> None:
        """Set relation, overlap (m) and piece of site lines with areas."""
        inside, piece = _inside(lines, areas, self.tolerance_m)
        apart = inside <= self.tolerance_m
        within = ~apart & self._lines_within(lines, areas)
        self.relation[at] = np.select([apart, within], ["touches", "within"], "crosses")
        self.overlap_m[at] = np.where(apart, 0.0, inside)
        self.piece[at] = _unless(apart, piece)

    def _area_over_line(self, at: Ints, areas: Shapes, lines: Shapes) -> None:
        """Set relation, overlap (m) and piece of site areas with lines."""
        inside, piece = _inside(lines, areas, self.tolerance_m)
        apart = inside <= self.tolerance_m
        covers = ~apart & self._lines_within(lines, areas)
        self.relation[at] = np.select([apart, covers], ["touches", "covers"], "crosses")
        self.overlap_m[at] = np.where(apart, 0.0, inside)
        self.piece[at] = _unless(apart, piece)

    def _lines(self, at: Ints, ours: Shapes, theirs: Shapes) -> None:
        """Set relation, overlap (m) and piece of pairs of lines."""
        piece = shared_stretches(ours, theirs, self.tolerance_m)
        length = _length(piece)
        along = length > self.tolerance_m
        within = along & (lengths_of(ours) - length <= self.tolerance_m)
        covers = along & ~within
        covers[covers] = (
            lengths_of(theirs[covers]) - stretch_lengths(theirs[covers], ours[covers], self.tolerance_m)
            <= self.tolerance_m
        )
        self.relation[at] = np.select(
            [within, covers, along, shapely.crosses(ours, theirs)],
            ["within", "covers", "overlaps", "crosses"],
            "touches",
        )
        self.overlap_m[at] = np.where(along, length, 0.0)
        self.piece[at] = _unless(~along, piece)

    def _lines_within(self, lines: Shapes, areas: Shapes) -> Bools:
        """Return a mask of lines that lie in areas, up to stretches along the edge within the tolerance."""
        result: Bools = shapely.covered_by(lines, areas)
        out = np.flatnonzero(~result)
        if out.size and self.tolerance_m > 0:
            outside = only_dimension(shapely.difference(lines[out], areas[out]), 1)
            beside = stretch_lengths(outside, shapely.boundary(areas[out]), self.tolerance_m)
            result[out] = _length(outside) - beside <= self.tolerance_m
        return result

    def _points(self, at: Ints, ours: Shapes, theirs: Shapes) -> None:
        """Set the relation of pairs in which one side is points."""
        within, covers = self._points_within(theirs, ours), self._points_within(ours, theirs)
        some = shapely.get_dimensions(shapely.intersection(ours, theirs)) == 0
        deep = some & ~shapely.touches(ours, theirs)
        same = shapely.get_dimensions(ours) == shapely.get_dimensions(theirs)
        area = np.maximum(shapely.get_dimensions(ours), shapely.get_dimensions(theirs)) == 2
        self.relation[at] = np.select(
            [within, covers, deep & (area | same) & ~self._single(ours, theirs)],
            ["within", "covers", "overlaps"],
            "touches",
        )

    def _points_within(self, outer: Shapes, inner: Shapes) -> Bools:
        """Return a mask of points inside an area by more than the tolerance, or equal to the other points."""
        points = shapely.get_dimensions(inner) == 0
        area = points & (shapely.get_dimensions(outer) == 2)
        within: Bools = points & (shapely.get_dimensions(outer) == 0) & self._same_place(outer, inner)
        at = np.flatnonzero(area)
        inside = shapely.contains_properly(outer[at], inner[at])
        east, _ = degrees_per_metre(shapely.bounds(inner[at])[:, 3])
        gap_m = shapely.distance(shapely.boundary(outer[at]), inner[at]) / east
        within[at] = inside & (gap_m > self.tolerance_m)
        return within

    def _same_place(self, outer: Shapes, inner: Shapes) -> Bools:
        """Return a mask of pairs in which every point of `inner` is a point of `outer`, to the tolerance."""
        same: Bools = shapely.covers(outer, inner)
        near = np.flatnonzero(~same & (shapely.get_type_id(inner) == shapely.GeometryType.POINT))
        east, _ = degrees_per_metre(shapely.get_y(inner[near]))
        same[near] = shapely.distance(outer[near], inner[near]) / east <= self.tolerance_m
        return same

    @staticmethod
    def _single(ours: Shapes, theirs: Shapes) -> Bools:
        """Return a mask of pairs with a single point, which lies inside or on the edge, never partly inside."""
        single: Bools = (shapely.get_type_id(ours) == 0) | (shapely.get_type_id(theirs) == 0)
        return single


def slivers(pieces: Shapes, tolerance_m: float) -> Bools:
    """Return a mask of the pieces that are nowhere wider than the tolerance.

    A piece whose area is more than half its rim times the tolerance is wider somewhere (the radius of the largest
    circle inside is at least area over rim); what is left is shrunk by half the tolerance and must vanish.
    """
    result: Bools = shapely.area(pieces) == 0
    if tolerance_m <= 0:
        return result
    area, rim = shapely.area(pieces), shapely.length(pieces)  # of degrees, each at least 20 km below 79°
    filled = np.flatnonzero(~result & (2 * area * 20_000.0 <= tolerance_m * rim))
    bounds = shapely.bounds(pieces[filled])
    east, north = degrees_per_metre((bounds[:, 1] + bounds[:, 3]) / 2)
    points, owner = shapely.get_coordinates(pieces[filled], return_index=True)
    plane_points = (points - bounds[owner, :2]) / np.column_stack([east, north])[owner]
    plane = shapely.transform(pieces[filled], lambda _: plane_points)
    thin = 2 * shapely.area(plane) <= tolerance_m * shapely.length(plane)
    result[filled[thin]] = shapely.is_empty(shapely.buffer(plane[thin], -tolerance_m / 2))
    return result


def _unless(apart: Bools, pieces: Shapes) -> Shapes:
    """Return pieces, but None for pairs that only touch."""
    kept = pieces.copy()
    kept[apart] = None
    return kept


def _inside(lines: Shapes, areas: Shapes, tolerance_m: float) -> tuple[Floats, Shapes]:
    """Return the length of lines in the inside of areas, without stretches along the edge, and the piece."""
    piece = shapely.intersection(lines, areas)
    length = _length(piece)
    on_edge = np.flatnonzero(length > 0)
    ours = only_dimension(piece[on_edge], 1)
    length[on_edge] -= stretch_lengths(ours, shapely.boundary(areas[on_edge]), tolerance_m)
    return np.where(length < 1e-6, 0.0, length), piece


def _length(pieces: Shapes) -> Floats:
    """Return lengths of the lines in pieces."""
    return np.nan_to_num(lengths_of(only_dimension(pieces, 1)))
