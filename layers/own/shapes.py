"""Valid shapes of an imported layer: repaired where there is one reading, listed as faults where there is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput
from geo.measure import areas_of
from geo.read import OpenedLayer, stored_shapes
from geo.shapes import are_valid, repair_shapes, square_metres_per_unit
from layers.own.faults import MOST_ROWS, Fault, Level
from words import LANGUAGES, t

__all__ = [
    "ValidShapes",
    "areas_in_chunks",
    "duplicate_faults",
    "outside_county_faults",
    "overlap_faults",
    "valid_shapes",
]

_OVERLAP_M2: Final = 1.0
"""Features that share less ground than this are neighbours whose edges were rounded."""
_MOST_OVERLAPS: Final = 200_000
_MOST_WHOLE: Final = 20_000
_NOT_MENDABLE: Final = frozenset({"geo.too_many_crossings"})
_COLLECTION: Final = 7
_AT_ONCE: Final = 100_000
"""So many shapes are worked on at a time where each takes room besides its own."""


@dataclass(frozen=True)
class ValidShapes:
    """Valid shapes of a layer in the store's system, and the faults of the rest.

    Attributes
    ----------
    shapes : array
        EPSG:4490.
    rows : array of int
        Their positions in the file, from 0.
    faults : list of Fault
    lost : list of (int, (float, float))
        Rows (from 1) left out although they have a shape, and where it lies: the middle of its bounds, in degrees.
    """

    shapes: NDArray[Any]
    rows: NDArray[np.int64]
    faults: list[Fault]
    lost: list[tuple[int, tuple[float, float]]]


def valid_shapes(opened: OpenedLayer, *, accept_repairs: bool = False) -> ValidShapes:
    """Return a layer's shapes as two-dimensional, valid geometries in EPSG:4490, with the faults of the rest.

    Parameters
    ----------
    opened : OpenedLayer
    accept_repairs : bool
        Whether shapes with several readings (a bow-tie) are repaired too, their change of area listed. Else they
        stop the import.
    """
    faults: list[Fault] = []
    tall = shapely.has_z(opened.shapes) | shapely.has_m(opened.shapes)
    flat = shapely.force_2d(opened.shapes) if tall.any() else opened.shapes  # a copy of a million shapes is large
    rows = np.arange(len(flat))
    missing = shapely.is_missing(flat) | shapely.is_empty(flat)
    if missing.any():
        faults.append(_fault("no_geometry", "warn", rows[missing]))
    flat, rows = flat[~missing], rows[~missing]
    flat, usable = _repair_invalid(flat, rows, opened, faults, accept_repairs=accept_repairs)
    lost = _dropped_locations(flat[~usable], rows[~usable], opened)
    flat, rows = flat[usable], rows[usable]
    shapes = stored_shapes(flat, opened.reading, opened.name)
    invalid = ~are_valid(shapes)
    if invalid.any():  # thinner than rounding: mended with what little that moves
        shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
        faults.append(_fault("folded", "warn", rows[invalid]))
    flat_kinds = shapely.get_dimensions(shapes)
    extent = np.where(flat_kinds == 2, shapely.area(shapes), shapely.length(shapes))
    empty = shapely.is_empty(shapes) | ((flat_kinds > 0) & ~(extent > 0)) | (flat_kinds < 0)
    if empty.any():
        faults.append(_fault("no_extent", "warn", rows[empty]))
        shapes, rows, flat_kinds = shapes[~empty], rows[~empty], flat_kinds[~empty]
    if len(np.unique(flat_kinds)) > 1:
        counts = {name: int((flat_kinds == at).sum()) for at, name in enumerate(("points", "lines", "areas"))}
        faults.append(Fault("mixed_kinds", "warn", len(flat_kinds), values=counts))
    for code in ("ring_closed", "rings_nested"):
        by_reader = [] if opened.part.repairs is None else [code in str(one) for one in opened.part.repairs]
        if any(by_reader):
            faults.append(_fault(code, "warn", np.flatnonzero(by_reader)))
    return ValidShapes(shapes, rows, faults, lost)


def _dropped_locations(
    flat: NDArray[Any], rows: NDArray[np.int64], opened: OpenedLayer
) -> list[tuple[int, tuple[float, float]]]:
    """Return row number (from 1) and (lon, lat) in degrees of dropped shapes, at most `MOST_ROWS` of them."""
    west, south, east, north = shapely.bounds(flat[:MOST_ROWS]).reshape(-1, 4).T
    middles = np.column_stack([(west + east) / 2, (south + north) / 2])
    known = np.isfinite(middles).all(axis=1)
    points = stored_shapes(shapely.points(middles[known]), opened.reading, opened.name)
    named = rows[:MOST_ROWS][known].tolist()
    return [(row + 1, (float(x), float(y))) for row, (x, y) in zip(named, shapely.get_coordinates(points), strict=True)]


def _repair_invalid(
    flat: NDArray[Any], rows: NDArray[np.int64], opened: OpenedLayer, faults: list[Fault], *, accept_repairs: bool
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Repair invalid shapes one by one (there are few); return all shapes and a mask of the usable ones."""
    flat = flat.copy()
    usable = np.ones(len(flat), dtype=bool)
    mended_at: list[int] = []
    broken_at: list[int] = []
    mended_notes: list[tuple[str, str]] = []
    broken_notes: list[tuple[str, str]] = []
    bad = np.flatnonzero(~are_valid(flat) | (shapely.get_type_id(flat) == _COLLECTION))
    for at in bad:
        single = flat[at : at + 1]
        try:
            repaired = repair_shapes(single, opened.name, geographic=opened.reading.geographic)
        except BadInput as fault:
            fault.values["row"] = int(rows[at]) + 1
            mendable = accept_repairs and fault.key not in _NOT_MENDABLE and shapely.get_dimensions(single[0]) == 2
            rebuilt, change_m2 = _rebuild_ambiguous(single, opened) if mendable else (None, 0.0)
            if rebuilt is None:
                usable[at] = False
            else:
                flat[at] = rebuilt
            broken_at.append(int(rows[at]))
            zh, en = fault.text("zh"), fault.text("en")
            broken_notes.append(
                (zh, en) if rebuilt is None else (_with_area_change(zh, change_m2), _with_area_change(en, change_m2))
            )
            continue
        flat[at] = repaired.shapes[0]
        mended_at.append(int(rows[at]))
        codes = [code for code in str(repaired.codes[0]).split(";") if code]
        zh, en = ("; ".join(t(f"geo.repair_{code}", lang) for code in codes) for lang in LANGUAGES)
        mended_notes.append(
            (_with_area_change(zh, float(repaired.area_m2[0])), _with_area_change(en, float(repaired.area_m2[0])))
        )
    if mended_at:
        faults.append(_fault("repaired", "warn", np.array(mended_at), mended_notes))
    if broken_at:
        all_forced = accept_repairs and bool(usable.all())
        level: Level = "warn" if all_forced else "stop"
        faults.append(_fault("forced" if all_forced else "invalid", level, np.array(broken_at), broken_notes))
    return flat, usable


def _rebuild_ambiguous(one: NDArray[Any], opened: OpenedLayer) -> tuple[Any, float]:
    """Return a shape of several readings as shells less holes, and the change of its area as drawn, in m²."""
    made = shapely.make_valid(one, method="structure", keep_collapsed=False)
    if shapely.get_dimensions(made[0]) != 2 or shapely.is_empty(made[0]):
        return None, 0.0
    scale = float(square_metres_per_unit(one, geographic=opened.reading.geographic)[0])
    return made[0], float(shapely.area(made[0]) - shapely.area(one[0])) * scale


def _with_area_change(text: str, change_m2: float) -> str:
    return f"{text} · {change_m2:+.2f} m²"


def duplicate_faults(shapes: NDArray[Any], rows: NDArray[np.int64]) -> list[Fault]:
    """Return a fault listing the features with the same shape as an earlier one; empty if none."""
    parts = (shapes[begin : begin + _AT_ONCE] for begin in range(0, len(shapes), _AT_ONCE))
    keys = pd.Series(np.concatenate([shapely.to_wkb(shapely.normalize(part)) for part in parts]))
    doubled = keys.duplicated(keep="first").to_numpy()
    if not doubled.any():
        return []
    first = pd.Series(rows).groupby(keys, sort=False).transform("first").to_numpy()[doubled]
    notes = [(f"= {row + 1}", f"= {row + 1}") for row in first[:MOST_ROWS]]
    return [_fault("doubled", "warn", rows[doubled], notes)]


def overlap_faults(shapes: NDArray[Any], rows: NDArray[np.int64]) -> list[Fault]:
    """Return a fault listing the areas of a layer that overlap each other; empty if none."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    if len(areal) > _MOST_OVERLAPS:
        return [Fault("overlaps_not_checked", "warn", len(areal), values={"limit": f"{_MOST_OVERLAPS:,}"})]
    found = _sharing_ground(shapes[areal])
    if not found.shape[1]:
        return []
    first, second = shapes[areal[found[0]]], shapes[areal[found[1]]]
    twice = shapely.equals(first, second)  # listed as doubled already
    found, first, second = found[:, ~twice], first[~twice], second[~twice]
    shared = shapely.intersection(first, second)
    area_m2 = np.where(shapely.get_dimensions(shared) >= 2, areas_of(_areal_parts(shared)), 0.0)
    grave = area_m2 > _OVERLAP_M2
    if not grave.any():
        return []
    order = np.argsort(-area_m2[grave], kind="stable")
    ours = rows[areal[found[0][grave]]][order]
    others = rows[areal[found[1][grave]]][order]
    notes = [(f"∩ {b + 1} · {a:,.1f} m²",) * 2 for b, a in zip(others, area_m2[grave][order], strict=True)]
    values = {"area": f"{area_m2[grave].sum():,.1f}"}
    return [_fault("overlaps", "warn", ours, notes, values)]


def _sharing_ground(areas: NDArray[Any]) -> NDArray[np.int64]:
    """Return the pairs of areas whose insides meet, each once and none with itself, as two rows of positions."""
    ours, theirs = shapely.STRtree(areas).query(areas)
    once = ours < theirs  # a shape of 100,000 parts takes minutes to be compared with itself
    pairs = np.stack([ours[once], theirs[once]])
    pairs = pairs[:, np.lexsort(pairs[::-1])]
    often = areas[np.unique(pairs[0])]
    shapely.prepare(often)
    first, second = areas[pairs[0]], areas[pairs[1]]
    met = shapely.intersects(first, second) & ~shapely.touches(first, second)
    shapely.destroy_prepared(often)
    return pairs[:, met]


def _areal_parts(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return intersections without their points and lines: of a collection only the areas."""
    mixed = shapely.get_type_id(shapes) == _COLLECTION
    if mixed.any():
        shapes = shapes.copy()
        for at in np.flatnonzero(mixed):
            parts = shapely.get_parts(shapes[at])
            shapes[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def areas_in_chunks(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return ellipsoidal areas (m²), computed chunk by chunk: the terms need more room than the shapes."""
    parts = [areas_of(shapes[begin : begin + _AT_ONCE]) for begin in range(0, len(shapes), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty(0)


def outside_county_faults(shapes: NDArray[Any], rows: NDArray[np.int64], counties: gpd.GeoDataFrame) -> list[Fault]:
    """Return a fault listing the features outside all counties; if all are, the CRS is wrong and the import stops."""
    if len(shapes) <= _MOST_WHOLE:
        inside = np.zeros(len(shapes), dtype=bool)
        inside[counties.sindex.query(shapes, predicate="intersects")[0]] = True
    else:
        inside = _points_inside(_first_points(shapes), counties)
    if inside.all():
        return []
    west, south, east, north = shapely.total_bounds(shapes[~inside])
    values = {"lon": f"{(west + east) / 2:.3f}", "lat": f"{(south + north) / 2:.3f}"}
    if not inside.any():
        return [_fault("all_outside", "stop", rows, values=values)]
    return [_fault("outside", "warn", rows[~inside], values=values)]


def _points_inside(points: NDArray[Any], counties: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return which points lie in a county; counties are prepared as copies, since threads share the originals."""
    x, y = points.T
    inside = np.zeros(len(points), dtype=bool)
    for county in shapely.from_wkb(shapely.to_wkb(np.asarray(counties.geometry.array))):
        west, south, east, north = county.bounds
        near = np.flatnonzero(~inside & (x >= west) & (x <= east) & (y >= south) & (y <= north))
        if len(near):
            shapely.prepare(county)
            inside[near] = shapely.intersects_xy(county, x[near], y[near])
    return inside


def _first_points(shapes: NDArray[Any]) -> NDArray[Any]:
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    _, first = np.unique(owner, return_index=True)
    first_points: NDArray[Any] = points[first]
    return first_points


def _fault(
    code: str,
    level: Level,
    rows: NDArray[Any],
    notes: list[Any] | None = None,
    values: Mapping[str, object] | None = None,
) -> Fault:
    """Return a fault of some rows, given as positions from 0."""
    named = tuple(int(row) + 1 for row in rows[:MOST_ROWS])
    return Fault(code, level, len(rows), named, tuple(notes or ())[:MOST_ROWS], values or {})
