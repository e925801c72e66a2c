"""Measures of sites against one layer: relation, overlap and distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.measure import (
    MEETING,
    FeatureIndex,
    Pairs,
    areas_of,
    lengths_of,
    measure_pairs,
    nearest_apart,
    pairs_of,
    union_pieces,
)
from geo.memo import per_frame
from layers.catalogue import INDICATIVE_BASES
from siting.measures.counties import ANYWHERE
from siting.records import FeatureRecord, HitRecord, ZoneRecord

__all__ = ["Measured", "Prepared", "measure", "prepared"]

Floats = NDArray[np.float64]
_WHOLE: Final = 1 - 1e-9
_Measure = Callable[[NDArray[Any]], Floats]
_NO_HITS: Final[list[Any]] = []
"""One empty list for the many sites that meet nothing: never changed, replaced."""


class LazyRecords(Sequence[FeatureRecord]):
    """The rows of a frame as records, each made on access: of a million features few are ever used."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._names = [str(name) for name in frame.columns]
        self._columns = [frame[name].to_numpy(dtype=object) for name in frame.columns]
        self._count = len(frame)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> FeatureRecord: ...

    @overload
    def __getitem__(self, at: slice) -> list[FeatureRecord]: ...

    def __getitem__(self, at: int | slice) -> FeatureRecord | list[FeatureRecord]:
        if isinstance(at, slice):
            return [self[place] for place in range(self._count)[at]]
        return cast("FeatureRecord", dict(zip(self._names, (column[at] for column in self._columns), strict=True)))


@dataclass(frozen=True)
class Prepared:
    """A layer's frame prepared for checks: index, records, marks.

    Attributes
    ----------
    index : FeatureIndex
        Over the located features.
    features : sequence of FeatureRecord
        Of each located feature.
    firm : array of bool
        Whether a located feature's basis lets it clear or hit, rather than only warn.
    zone : array of str or None
        Of each located feature.
    zoned : bool
        Whether any feature names a zone.
    county_only : dict
        By adcode, the features (dicts as above) that are known only to lie in that territory.
    marks : list of tuple
        What rules ask of a feature, each combination once: zone, type of site (None where not known), firm.
    mark : array of int
        Of each located feature, its place in `marks`.
    accuracy_m : array of float
        Of each located feature; NaN where it says none.
    statutory, modelled : array of bool
    subsets : dict
        Indexes over the features of some marks, by their places; filled as rules ask for them.
    """

    index: FeatureIndex
    features: Sequence[FeatureRecord]
    firm: NDArray[np.bool_]
    zone: NDArray[Any]
    zoned: bool
    county_only: dict[str, list[FeatureRecord]]
    marks: list[tuple[str | None, str | None, bool]]
    mark: NDArray[np.int64]
    accuracy_m: Floats
    statutory: NDArray[np.bool_]
    modelled: NDArray[np.bool_]
    subsets: dict[tuple[int, ...], FeatureIndex] = field(default_factory=dict)

    def subset(self, places: tuple[int, ...]) -> FeatureIndex:
        """Return the index over the features whose mark is one of `places`."""
        if len(places) == len(self.marks):
            return self.index
        if places not in self.subsets:
            self.subsets[places] = FeatureIndex(self.index.geometries[np.isin(self.mark, places)])
        return self.subsets[places]


@dataclass(frozen=True)
class Measured:
    """Measures of sites against one layer; NaN, None and empty where they do not apply. Columns as in `CheckResult`.

    `meeting` are the pairs that share ground (``piece`` is None for points). `touched` is the feature that is nearest
    or met first, -1 where there is none.
    """

    relation: NDArray[Any]
    overlap_m2: Floats
    overlap_m: Floats
    share: Floats
    distance_m: Floats
    bearing_deg: Floats
    firm: NDArray[np.bool_]
    features: list[list[HitRecord]]
    zones: list[list[ZoneRecord]]
    nearest: list[FeatureRecord | None]
    meeting: Pairs
    touched: NDArray[np.int64]


@per_frame
def prepared(frame: gpd.GeoDataFrame) -> Prepared:
    """Return a layer's frame prepared for checks, made once per frame."""
    located = frame["located"].to_numpy(dtype=bool)
    described = frame[["feature_id", "name_zh", "name_en", "zone", "basis"]].astype(object)
    described = described.where(described.notna(), None)
    here = described[located]
    firm = ~here["basis"].isin(INDICATIVE_BASES).to_numpy()
    zone = np.array([None if text is None else str(text) for text in here["zone"]], dtype=object)
    index = FeatureIndex(frame.geometry.to_numpy()[located])
    kinds: list[Any] = _kinds(frame[located])
    mark_of_each = list(zip(here["zone"], kinds, firm.tolist(), strict=True))
    marks = list(dict.fromkeys(mark_of_each))
    places = {mark: place for place, mark in enumerate(marks)}
    nowhere = pd.Series(np.nan, index=frame.index)
    return Prepared(
        index,
        LazyRecords(here),
        firm,
        zone,
        any(text is not None for text in zone),
        _county_only(frame[~located], described[~located]),
        marks,
        np.array([places[mark] for mark in mark_of_each], dtype=np.int64),
        frame.get("accuracy_m", nowhere).to_numpy(float)[located],
        (here["basis"] == "statutory").to_numpy(bool),
        (here["basis"] == "modelled").to_numpy(bool),
    )


def _kinds(frame: gpd.GeoDataFrame) -> list[str | None]:
    """Return the type of protected site of each feature, as its source has it."""
    for name in ("site_type", "type"):
        if name in frame.columns:
            return [text if isinstance(text, str) and text else None for text in frame[name]]
    return [None] * len(frame)


def _county_only(frame: gpd.GeoDataFrame, described: pd.DataFrame) -> dict[str, list[FeatureRecord]]:
    """Return the features without coordinates by the adcodes of their territories."""
    claims: dict[str, list[FeatureRecord]] = {}
    texts = frame["adcodes"] if "adcodes" in frame.columns else [None] * len(frame)
    features: list[Any] = described.to_dict("records")
    for text, feature in zip(texts, features, strict=True):
        for code in text.split(";") if isinstance(text, str) else [ANYWHERE]:
            claims.setdefault(code, []).append(feature)
    return claims


def measure(shapes: NDArray[Any], sizes: Floats, layer: Prepared, tolerance_m: float) -> Measured:
    """Measure sites against the located features of one layer.

    Parameters
    ----------
    shapes : array of shapely geometries
        Sites, degrees of EPSG:4490.
    sizes : array of float
        Area or length of each site, NaN for points.
    layer : Prepared
    tolerance_m : float
        Edges closer than this touch.
    """
    count = len(shapes)
    pairs = pairs_of(shapes, layer.index, tolerance_m)
    relation: NDArray[Any] = np.full(count, "disjoint", dtype=object)
    relation[pairs.site] = "touches"
    meets = np.isin(pairs.relation, MEETING)
    meeting = pairs.where(meets)
    totals = _totals(meeting, sizes, count)
    _settle_relations(relation, meeting, totals.share)
    across, measured = _across_shared_edges(shapes, pairs, layer.index, tolerance_m)
    if across.size:
        relation[across] = measured["relation"].to_numpy()
        totals.overlap_m[across] = measured["overlap_m"].to_numpy()
        totals.share[across] = measured["share"].to_numpy()
        meeting = pairs.where(meets | np.isin(pairs.site, across))
    _nothing_is_zero(totals, shapes, layer.index.dimensions_there)
    touched = np.full(count, -1)
    touched[pairs.site] = pairs.feature
    near, distance_m, bearing_deg = _distances(shapes, relation, layer, tolerance_m, touched)
    firm = np.zeros(count, dtype=bool)
    firm[meeting.site[layer.firm[meeting.feature]]] = True
    hits, zones = _hits(meeting, layer, count), _zones(meeting, sizes, layer, count)
    return Measured(
        relation, totals.overlap_m2, totals.overlap_m, totals.share, distance_m, bearing_deg, firm, hits, zones, near,
        meeting, touched,
    )  # fmt: skip


def _distances(
    shapes: NDArray[Any],
    relation: NDArray[Any],
    layer: Prepared,
    tolerance_m: float,
    touched: NDArray[np.int64],
) -> tuple[list[FeatureRecord | None], Floats, Floats]:
    """Return the nearest feature, its distance and bearing of sites that meet none; within the tolerance they touch."""
    near: list[FeatureRecord | None] = [None] * len(shapes)
    distance_m, bearing_deg = np.zeros(len(shapes)), np.full(len(shapes), np.nan)
    apart = np.flatnonzero(relation == "disjoint")
    if apart.size:
        distance_m[apart] = np.nan
        found = nearest_apart(shapes, apart, layer.index)
        at = found.site
        distance_m[at] = found.distance_m
        is_apart = found.distance_m > tolerance_m
        bearing_deg[at] = np.where(is_apart, found.bearing_deg, np.nan)
        relation[at[~is_apart]] = "touches"
        touched[at] = found.feature
        for site, feature in zip(at.tolist(), found.feature.tolist(), strict=True):
            near[site] = layer.features[feature]
    return near, distance_m, bearing_deg


def _nothing_is_zero(totals: _Totals, shapes: NDArray[Any], theirs: frozenset[int]) -> None:
    """Set measures to 0 where they apply and nothing is shared; NaN stays where site or layer has no such measure.

    An area can share ground with a layer that has areas, and hold lines of one that has lines; a line can run inside
    areas and along lines.
    """
    ours = shapely.get_dimensions(shapes)
    of_area = (ours == 2) & (2 in theirs)
    of_line = (ours == 1) & bool(theirs & {1, 2})
    for values, applies in (
        (totals.overlap_m2, of_area),
        (totals.overlap_m, of_line | ((ours == 2) & (1 in theirs))),
        (totals.share, of_area | of_line),
    ):
        values[applies & np.isnan(values)] = 0.0


@dataclass(frozen=True)
class _Totals:
    """What each site shares with a layer, over the union of its features."""

    overlap_m2: Floats
    overlap_m: Floats
    share: Floats


def _totals(meeting: Pairs, sizes: Floats, count: int) -> _Totals:
    """Return the overlap of each site with the union of the features it meets."""
    if not meeting.site.size:
        return _Totals(*(np.full(count, np.nan) for _ in range(3)))
    area_m2 = _summed(meeting.site, meeting.overlap_m2, meeting.piece, _area, count)
    length_m = _summed(meeting.site, meeting.overlap_m, meeting.piece, _length, count)
    takes_share = np.zeros(count, dtype=bool)
    takes_share[meeting.site[~np.isnan(meeting.share)]] = True
    part = np.where(np.isnan(area_m2), length_m, area_m2)
    share = np.where(takes_share, np.minimum(part / sizes, 1.0), np.nan)
    return _Totals(area_m2, length_m, share)


def _summed(site: NDArray[np.int64], values: Floats, pieces: NDArray[Any], size_of: _Measure, count: int) -> Floats:
    """Return one measure per site: that of a single piece, or of the union of several."""
    total = np.full(count, np.nan)
    has = np.flatnonzero(~np.isnan(values))
    several = np.bincount(site[has], minlength=count)[site[has]] > 1
    total[site[has[~several]]] = values[has[~several]]
    if several.any():
        sites, group = np.unique(site[has[several]], return_inverse=True)
        total[sites] = size_of(union_pieces(pieces[has[several]], group, len(sites)))
    return total


def _area(pieces: NDArray[Any]) -> Floats:
    """Return the area of the polygons in each piece, m²."""
    return np.nan_to_num(areas_of(pieces))


def _length(pieces: NDArray[Any]) -> Floats:
    """Return the length of the lines in each piece, m."""
    parts, owner = shapely.get_parts(pieces, return_index=True)
    return np.bincount(owner, weights=np.nan_to_num(lengths_of(parts)), minlength=len(pieces)).astype(np.float64)


def _settle_relations(relation: NDArray[Any], meeting: Pairs, share: Floats) -> None:
    """Set the relation of each site with the whole layer: the strongest of its pairs, or within their union."""
    for code in ("covers", "crosses", "overlaps", "within"):  # the last that applies stays
        relation[meeting.site[meeting.relation == code]] = code
    whole = np.flatnonzero(share >= _WHOLE)
    relation[whole[relation[whole] != "covers"]] = "within"


def _across_shared_edges(
    shapes: NDArray[Any], pairs: Pairs, index: FeatureIndex, tolerance_m: float
) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Measure points and lines that meet several polygons against their union: a shared edge lies inside it.

    Returns the sites that are in the union, and for each ``relation``, ``overlap_m``, ``share``.
    """
    site, feature = pairs.site, pairs.feature
    chosen = (index.dimensions[feature] == 2) & (shapely.get_dimensions(shapes[site]) < 2)
    chosen &= np.bincount(site[chosen], minlength=len(shapes))[site] > 1
    if not chosen.any():
        return np.empty(0, dtype=np.int64), pd.DataFrame()
    sites, group = np.unique(site[chosen], return_inverse=True)
    united = union_pieces(index.geometries[feature[chosen]], group, len(sites))
    measured = measure_pairs(shapes[sites], united, tolerance_m)
    meets = measured["relation"].isin(MEETING).to_numpy()
    return sites[meets], measured[meets]


def _hits(meeting: Pairs, layer: Prepared, count: int) -> list[list[HitRecord]]:
    """Return the records of the features that each site meets."""
    hits: list[list[HitRecord]] = [_NO_HITS] * count
    columns = ("relation", "overlap_m2", "overlap_m", "share")
    for site, feature, *values in zip(*(column.tolist() for column in meeting[:6]), strict=True):
        if hits[site] is _NO_HITS:
            hits[site] = []
        hits[site].append(cast("HitRecord", {**layer.features[feature], **dict(zip(columns, values, strict=True))}))
    return hits


def _zones(meeting: Pairs, sizes: Floats, layer: Prepared, count: int) -> list[list[ZoneRecord]]:
    """Return the overlap of each site with each zone of the layer."""
    zones: list[list[ZoneRecord]] = [_NO_HITS] * count
    if not layer.zoned or not meeting.site.size:
        return zones
    zone_of = layer.zone[meeting.feature]
    for zone in sorted({zone for zone in zone_of if zone is not None}):
        part = meeting.where(zone_of == zone)
        totals = _totals(part, sizes, count)
        for site in dict.fromkeys(part.site.tolist()):
            if zones[site] is _NO_HITS:
                zones[site] = []
            shared = {name: float(getattr(totals, name)[site]) for name in ("overlap_m2", "overlap_m", "share")}
            zones[site].append(cast("ZoneRecord", {"zone": zone, **shared}))
    return zones
