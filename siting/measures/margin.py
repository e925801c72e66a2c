"""Margins (how far coordinates may shift before a finding flips) and accuracy (how far they may be off).

Apart: the geodesic distance. Meeting: the depth of the deepest point that they share, in the one or in the other,
whichever is more. While either is shifted by less than its depth, that point stays inside, so the two still meet: a
sure lower bound, and the exact figure where an edge runs straight past a site. docs/decisions/margins.md tells why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import CrsReading, split_edges
from geo.measure import (
    GEOD,
    MEETING,
    degrees_per_metre,
    edge_pieces_of,
    only_dimension,
    slivers,
    union_pieces,
)
from layers.catalogue import LayerSpec
from siting.measures.layer_measures import Measured, Prepared

__all__ = [
    "SURVEY_ACCURACY_M",
    "accuracies",
    "firm",
    "inside_margins",
    "margin_kinds",
    "margins",
    "rests_on_model",
    "sliver",
    "survey_accuracies",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]

SURVEY_ACCURACY_M: Final[dict[str, float]] = {
    "drawn": 20.0,
    "kml": 10.0,
    "open_formula": 5.0,
    "txt": 0.1,
}
"""How far the coordinates of an input may be off, by code of evidence, where the user says nothing: a click on the map
at zoom 13, a handheld or globe, the open formula of shifted maps, a boundary survey. Practice, not a standard."""
_FILE_M: Final = 1.0
"""Of any other file."""

_WINDOW_M: Final = 5_000.0
"""Depths are looked for this far around a site: a larger one is reported as about this."""
_NEARLY: Final = 0.99
_MOST_POINTS: Final = 128
_EDGE_POINTS: Final = 32
_PIECE_M: Final = 150.0


def survey_accuracies(readings: Sequence[CrsReading], part: Ints, given_m: float | None) -> Floats:
    """Return the positional accuracy of each site's own coordinates, m.

    Parameters
    ----------
    readings : sequence of CrsReading
        Of the parts of the input.
    part : array of int
        The part that each site is of.
    given_m : float or None
        What the user says of all.
    """
    if given_m is not None:
        return np.full(len(part), float(given_m))
    known = [[SURVEY_ACCURACY_M.get(code, -1.0) for code in reading.evidence] for reading in readings]
    worst = [max(values, default=-1.0) for values in known]
    by_part = np.array([_FILE_M if value < 0 else value for value in worst] or [_FILE_M])
    return by_part[part] if len(part) else np.empty(0)


def accuracies(measured: Measured, layer: Prepared, spec: LayerSpec, survey_m: Floats) -> Floats:
    """Return the positional accuracy of site and layer together, m, by the features that a finding rests on.

    A statutory line is law as published: only the survey counts. Else the two are independent and add in squares. NaN
    where the layer's accuracy is not known.

    Parameters
    ----------
    measured : Measured
    layer : Prepared
    spec : LayerSpec
        Its accuracy stands in for features that say none.
    survey_m : array of float
        Of each site.
    """
    own = np.where(np.isnan(layer.accuracy_m), np.nan if spec.accuracy_m is None else spec.accuracy_m, layer.accuracy_m)
    own = np.where(layer.statutory, 0.0, np.where(np.isnan(own) | layer.modelled, np.inf, own))
    worst = np.full(len(survey_m), -1.0)
    at = np.flatnonzero(measured.touched >= 0)
    worst[at] = own[measured.touched[at]]
    site, feature = measured.meeting.site, measured.meeting.feature
    np.maximum.at(worst, site, own[feature])
    return np.where((worst < 0) | np.isinf(worst), np.nan, np.hypot(worst, survey_m))


def rests_on_model(measured: Measured, layer: Prepared) -> NDArray[np.bool_]:
    """Return which findings rest on a modelled feature: they have neither accuracy nor margin.

    Parameters
    ----------
    measured : Measured
    layer : Prepared
    """
    found = np.zeros(len(measured.relation), dtype=bool)
    at = np.flatnonzero(measured.touched >= 0)
    found[at] = layer.modelled[measured.touched[at]]
    site, feature = measured.meeting.site, measured.meeting.feature
    found[site[layer.modelled[feature]]] = True
    return found


def firm(margin_m: Floats, accuracy_m: Floats) -> NDArray[Any]:
    """Return whether findings stand within the accuracy: True, False (survey needed), None (unknown)."""
    result: NDArray[Any] = (margin_m > accuracy_m).astype(object)
    result[np.isnan(margin_m) | np.isnan(accuracy_m)] = None
    return result


def margins(shapes: Shapes, layer: Prepared, measured: Measured) -> Floats:
    """Return the shift, m, of site or line after which the two meet, or meet no longer.

    Parameters
    ----------
    shapes : array of shapely geometries
        Sites, degrees of EPSG:4490.
    layer : Prepared
    measured : Measured

    Returns
    -------
    array of float
        Geodesic metres: exact where they are apart, a sure lower bound where they meet; NaN where nothing was measured
        and where two lines cross.
    """
    result = measured.distance_m.copy()
    meets = np.isin(measured.relation, MEETING)
    result[meets] = np.nan
    if meets.any():
        rows, pieces, theirs = _shared(shapes, layer, measured, meets)
        result[rows] = np.fmax(_depths(pieces, theirs), _depths(pieces, shapes[rows]))
    return result


def inside_margins(shapes: Shapes, layer: Prepared, measured: Measured) -> Floats:
    """Return `margins` for a layer that sites must lie inside: the shift that takes a site out of it, or into it.

    Parameters
    ----------
    shapes : array of shapely geometries
        Sites, degrees of EPSG:4490.
    layer : Prepared
    measured : Measured
    """
    result = measured.distance_m.copy()
    meets = np.isin(measured.relation, MEETING)
    result[meets] = np.nan
    if meets.any():
        rows, _, theirs = _shared(shapes, layer, measured, meets)
        ours = shapes[rows]
        within = measured.relation[rows] == "within"
        out, inn = np.flatnonzero(~within), np.flatnonzero(within)
        result[rows[out]] = _depths(shapely.difference(ours[out], theirs[out]), theirs[out], outside=True)
        result[rows[inn]] = _gaps(ours[inn], theirs[inn])
    return result


def margin_kinds(
    margin_m: Floats, measured: Measured, shapes: Shapes, *, inside: bool, leaving: NDArray[np.bool_] | None = None
) -> NDArray[Any]:
    """Return whether a margin is the shift itself (``exact``) or a lower bound (``at_least``).

    Exact: the distance of what is apart, the depth of a point, the distance to the edge of what must be inside and is,
    the way to a distance that a clause names. None where no margin is known.

    Parameters
    ----------
    margin_m : array of float
    measured : Measured
    shapes : array of shapely geometries
        Sites.
    inside : bool
        Whether sites must lie inside the layer.
    leaving : array of bool, optional
        Where the margin is the way out of the distance that a clause names.
    """
    meets = np.isin(measured.relation, MEETING)
    if inside:
        exact = (measured.relation == "within") & (margin_m < _NEARLY * _WINDOW_M)
    else:
        exact = ~meets | ((shapely.get_dimensions(shapes) == 0) & (margin_m < _NEARLY * _WINDOW_M))
    if leaving is not None:
        exact &= ~leaving
    kinds: NDArray[Any] = np.where(exact, "exact", "at_least").astype(object)
    kinds[np.isnan(margin_m)] = None
    return kinds


def sliver(shapes: Shapes, measured: Measured, area_m2: float, width_m: float) -> NDArray[np.bool_]:
    """Return which overlaps of polygons are smaller than `area_m2` and nowhere wider than `width_m`.

    Parameters
    ----------
    shapes : array of shapely geometries
        Sites, degrees of EPSG:4490.
    measured : Measured
    area_m2, width_m : float
    """
    result = np.zeros(len(shapes), dtype=bool)
    rows = np.flatnonzero((measured.overlap_m2 > 0) & (measured.overlap_m2 < area_m2))
    if rows.size:
        result[rows] = slivers(_pieces(measured, rows), width_m)
    return result


def _pieces(measured: Measured, rows: Ints) -> Shapes:
    """Return the union of what each site shares with the layer."""
    pairs = measured.meeting.where(np.isin(measured.meeting.site, rows))
    return union_pieces(pairs.piece, np.searchsorted(rows, pairs.site), len(rows))


def _shared(
    shapes: Shapes, layer: Prepared, measured: Measured, meets: NDArray[np.bool_]
) -> tuple[Ints, Shapes, Shapes]:
    """Return the sites that meet the layer, their overlap with it, and the layer around them."""
    rows = np.flatnonzero(meets)
    pairs = measured.meeting.where(np.isin(measured.meeting.site, rows))
    group = np.searchsorted(rows, pairs.site)
    near = _clipped(layer.index.geometries[pairs.feature], shapes[rows][group])
    pieces = pairs.piece.copy()
    bare = shapely.is_missing(pieces)  # points share themselves
    pieces[bare] = np.where(
        shapely.get_dimensions(shapes[rows][group[bare]]) == 0, shapes[rows][group[bare]], near[bare]
    )
    return rows, union_pieces(pieces, group, len(rows)), union_pieces(near, group, len(rows))


def _clipped(theirs: Shapes, ours: Shapes) -> Shapes:
    """Return features clipped to a window around sites; features inside it stay whole."""
    bounds = shapely.bounds(ours)
    east, north = degrees_per_metre((bounds[:, 1] + bounds[:, 3]) / 2)
    reach = np.column_stack([-east, -north, east, north]) * _WINDOW_M
    windows = shapely.box(*(bounds + reach).T)
    result = theirs.copy()
    cut = np.flatnonzero(~shapely.covers(windows, theirs))
    result[cut] = shapely.intersection(theirs[cut], windows[cut])
    return result


def _depths(pieces: Shapes, areas: Shapes, *, outside: bool = False) -> Floats:
    """Return how deep the deepest of many points of each piece lies in a polygon, or how far off; NaN off areas."""
    result = np.full(len(pieces), np.nan)
    able = np.flatnonzero((shapely.get_dimensions(areas) == 2) & ~shapely.is_empty(pieces))
    if not able.size:
        return result
    areas = only_dimension(areas[able], 2)
    points, owner = _candidates(pieces[able])
    lines = shapely.boundary(areas)
    scale = _scales(pieces[able])
    away = shapely.distance(shapely.points(points * scale[owner]), _scaled(lines, scale)[owner])
    order = np.lexsort((-away, owner))
    best = order[np.unique(owner[order], return_index=True)[1]]
    inside = shapely.covers(areas, shapely.points(points[best])) | outside
    result[able] = np.where(inside, _refined(points[best], lines, away[best]), 0.0)
    return result


def _gaps(ours: Shapes, areas: Shapes) -> Floats:
    """Return the distance from each site to the nearest edge of the polygon that it lies in."""
    if not len(ours):
        return np.empty(0)
    lines = shapely.boundary(only_dimension(areas, 2))
    scale = _scales(ours)
    ways = shapely.shortest_line(_scaled(ours, scale), _scaled(lines, scale))
    points = shapely.get_coordinates(shapely.get_point(ways, 0)) / scale
    return _refined(points, lines, shapely.length(ways))


def _candidates(pieces: Shapes) -> tuple[Floats, Ints]:
    """Return points of each piece (along its edges, thinned where many, and one inside) with their piece."""
    rims = np.maximum(shapely.length(pieces), 1e-9)
    corners, owner = shapely.get_coordinates(shapely.segmentize(pieces, rims / _EDGE_POINTS), return_index=True)
    total = np.bincount(owner, minlength=len(pieces))
    rank = np.arange(len(owner)) - (np.cumsum(total) - total)[owner]
    kept = rank % -(-total // _MOST_POINTS)[owner] == 0
    middle = shapely.get_coordinates(shapely.point_on_surface(pieces))
    points = np.concatenate([corners[kept], middle])
    return points, np.concatenate([owner[kept], np.arange(len(pieces))])


def _scales(shapes: Shapes) -> Floats:
    """Return metres per degree of longitude and latitude at the middle of each shape."""
    bounds = shapely.bounds(shapes)
    east, north = degrees_per_metre((bounds[:, 1] + bounds[:, 3]) / 2)
    return np.column_stack([1 / east, 1 / north])


def _scaled(shapes: Shapes, scale: Floats) -> Shapes:
    """Return each shape scaled by its own pair of factors."""
    _, owner = shapely.get_coordinates(shapes, return_index=True)
    made: Shapes = shapely.transform(shapes, lambda xy: xy * scale[owner])
    return made


def _refined(points: Floats, lines: Shapes, about_m: Floats) -> Floats:
    """Return geodesic distances from points to lines at about these distances, in a plane true at each point."""
    east, north = degrees_per_metre(points[:, 1])
    reach = (about_m * 1.02 + 1.0)[:, None] * np.column_stack([east, north])
    near = shapely.intersection(lines, shapely.box(*(points - reach).T, *(points + reach).T))
    near = np.where(shapely.is_empty(near), lines, near)
    near = split_edges(near, edge_pieces_of(_PIECE_M))
    xy, owner = shapely.get_coordinates(near, return_index=True)
    azimuth, _, away = GEOD.inv(points[owner, 0], points[owner, 1], xy[:, 0], xy[:, 1])
    angle = np.radians(azimuth)
    plane = np.column_stack([away * np.sin(angle), away * np.cos(angle)])
    distances: Floats = shapely.distance(shapely.Point(0, 0), shapely.transform(near, lambda _: plane))
    return distances
