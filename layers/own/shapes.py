"""The shapes of a layer that comes in: mended where there is one reading, listed where there is not."""

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
from geo.shapes import mended, square_metres_per_unit
from layers.own.faults import MOST_ROWS, Fault, Level
from words import LANGUAGES, t

__all__ = ["SoundShapes", "areas_apart", "doubled_shapes", "outside_of", "overlapping", "sound_shapes"]

_OVERLAP_M2: Final = 1.0
"""Features that share less ground than this are neighbours whose edges were rounded."""
_MOST_OVERLAPS: Final = 200_000
_MOST_WHOLE: Final = 20_000
_COLLECTION: Final = 7
_AT_ONCE: Final = 100_000
"""So many shapes are worked on at a time where each takes room besides its own."""


@dataclass(frozen=True)
class SoundShapes:
    """Shapes fit for the store, and what was wrong with the rest.

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


def sound_shapes(opened: OpenedLayer, *, accept_repairs: bool = False) -> SoundShapes:
    """Return a layer's shapes, two-dimensional, valid, in the store's system.

    Parameters
    ----------
    opened : OpenedLayer
    accept_repairs : bool
        Whether shapes with several readings (a bow-tie) are mended too, their change of area listed. Without it they
        stop the import.
    """
    faults: list[Fault] = []
    tall = shapely.has_z(opened.shapes) | shapely.has_m(opened.shapes)
    flat = shapely.force_2d(opened.shapes) if tall.any() else opened.shapes  # a copy of a million shapes is large
    rows = np.arange(len(flat))
    nothing = shapely.is_missing(flat) | shapely.is_empty(flat)
    if nothing.any():
        faults.append(_fault("no_geometry", "warn", rows[nothing]))
    flat, rows = flat[~nothing], rows[~nothing]
    flat, kept = _repaired(flat, rows, opened, faults, accept_repairs=accept_repairs)
    lost = _places(flat[~kept], rows[~kept], opened)
    flat, rows = flat[kept], rows[kept]
    shapes = stored_shapes(flat, opened.reading, opened.name)
    folded = ~shapely.is_valid(shapes)
    if folded.any():  # thinner than rounding: mended with what little that moves
        shapes[folded] = shapely.make_valid(shapes[folded], method="structure", keep_collapsed=False)
        faults.append(_fault("folded", "warn", rows[folded]))
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
    return SoundShapes(shapes, rows, faults, lost)


def _places(flat: NDArray[Any], rows: NDArray[np.int64], opened: OpenedLayer) -> list[tuple[int, tuple[float, float]]]:
    """Return where shapes lie that cannot be taken in, for those whose rows are named."""
    west, south, east, north = shapely.bounds(flat[:MOST_ROWS]).reshape(-1, 4).T
    middles = np.column_stack([(west + east) / 2, (south + north) / 2])
    known = np.isfinite(middles).all(axis=1)
    points = stored_shapes(shapely.points(middles[known]), opened.reading, opened.name)
    named = rows[:MOST_ROWS][known].tolist()
    return [(row + 1, (float(x), float(y))) for row, (x, y) in zip(named, shapely.get_coordinates(points), strict=True)]


def _repaired(
    flat: NDArray[Any], rows: NDArray[np.int64], opened: OpenedLayer, faults: list[Fault], *, accept_repairs: bool
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Mend what is invalid, one by one: there are few; tell which shapes can be used."""
    flat = flat.copy()
    kept = np.ones(len(flat), dtype=bool)
    mended_at: list[int] = []
    broken_at: list[int] = []
    mended_notes: list[tuple[str, str]] = []
    broken_notes: list[tuple[str, str]] = []
    bad = np.flatnonzero(~shapely.is_valid(flat) | (shapely.get_type_id(flat) == _COLLECTION))
    for at in bad:
        one = flat[at : at + 1]
        try:
            whole = mended(one, opened.name, geographic=opened.reading.geographic)
        except BadInput as fault:
            fault.values["row"] = int(rows[at]) + 1
            mendable = accept_repairs and shapely.get_dimensions(one[0]) == 2
            made, change_m2 = _forced(one, opened) if mendable else (None, 0.0)
            if made is None:
                kept[at] = False
            else:
                flat[at] = made
            broken_at.append(int(rows[at]))
            zh, en = fault.text("zh"), fault.text("en")
            broken_notes.append((zh, en) if made is None else (_change(zh, change_m2), _change(en, change_m2)))
            continue
        flat[at] = whole.shapes[0]
        mended_at.append(int(rows[at]))
        codes = [code for code in str(whole.codes[0]).split(";") if code]
        zh, en = ("; ".join(t(f"geo.repair_{code}", lang) for code in codes) for lang in LANGUAGES)
        mended_notes.append((_change(zh, float(whole.area_m2[0])), _change(en, float(whole.area_m2[0]))))
    if mended_at:
        faults.append(_fault("repaired", "warn", np.array(mended_at), mended_notes))
    if broken_at:
        told = accept_repairs and bool(kept.all())
        level: Level = "warn" if told else "stop"
        faults.append(_fault("forced" if told else "invalid", level, np.array(broken_at), broken_notes))
    return flat, kept


def _forced(one: NDArray[Any], opened: OpenedLayer) -> tuple[Any, float]:
    """Return a shape of several readings as shells less holes, and by how much that changes its area as drawn."""
    made = shapely.make_valid(one, method="structure", keep_collapsed=False)
    if shapely.get_dimensions(made[0]) != 2 or shapely.is_empty(made[0]):
        return None, 0.0
    scale = float(square_metres_per_unit(one, geographic=opened.reading.geographic)[0])
    return made[0], float(shapely.area(made[0]) - shapely.area(one[0])) * scale


def _change(text: str, change_m2: float) -> str:
    return f"{text} · {change_m2:+.2f} m²"


def doubled_shapes(shapes: NDArray[Any], rows: NDArray[np.int64]) -> list[Fault]:
    """List features that have the very shape of an earlier one."""
    parts = (shapes[begin : begin + _AT_ONCE] for begin in range(0, len(shapes), _AT_ONCE))
    keys = pd.Series(np.concatenate([shapely.to_wkb(shapely.normalize(part)) for part in parts]))
    doubled = keys.duplicated(keep="first").to_numpy()
    if not doubled.any():
        return []
    first = pd.Series(rows).groupby(keys, sort=False).transform("first").to_numpy()[doubled]
    notes = [(f"= {row + 1}", f"= {row + 1}") for row in first[:MOST_ROWS]]
    return [_fault("doubled", "warn", rows[doubled], notes)]


def overlapping(shapes: NDArray[Any], rows: NDArray[np.int64]) -> list[Fault]:
    """List areas of a layer that share ground."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    if len(areal) > _MOST_OVERLAPS:
        return [Fault("overlaps_not_checked", "warn", len(areal), values={"limit": f"{_MOST_OVERLAPS:,}"})]
    tree = shapely.STRtree(shapes[areal])
    pairs = [tree.query(shapes[areal], predicate=name) for name in ("overlaps", "contains_properly", "covers")]
    found = np.unique(np.sort(np.concatenate(pairs, axis=1), axis=0), axis=1)
    found = found[:, found[0] != found[1]]
    if not found.shape[1]:
        return []
    first, second = shapes[areal[found[0]]], shapes[areal[found[1]]]
    twice = shapely.equals(first, second)  # listed as doubled already
    found, first, second = found[:, ~twice], first[~twice], second[~twice]
    shared = shapely.intersection(first, second)
    area_m2 = np.where(shapely.get_dimensions(shared) >= 2, areas_of(_areal(shared)), 0.0)
    grave = area_m2 > _OVERLAP_M2
    if not grave.any():
        return []
    order = np.argsort(-area_m2[grave], kind="stable")
    ours = rows[areal[found[0][grave]]][order]
    others = rows[areal[found[1][grave]]][order]
    notes = [(f"∩ {b + 1} · {a:,.1f} m²",) * 2 for b, a in zip(others, area_m2[grave][order], strict=True)]
    values = {"area": f"{area_m2[grave].sum():,.1f}"}
    return [_fault("overlaps", "warn", ours, notes, values)]


def _areal(shapes: NDArray[Any]) -> NDArray[Any]:
    """Keep the areas of intersections that also have points and lines."""
    mixed = shapely.get_type_id(shapes) == _COLLECTION
    if mixed.any():
        shapes = shapes.copy()
        for at in np.flatnonzero(mixed):
            parts = shapely.get_parts(shapes[at])
            shapes[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def areas_apart(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return ellipsoidal areas, a part of the shapes at a time: the terms of a million at once are larger than they."""
    parts = [areas_of(shapes[begin : begin + _AT_ONCE]) for begin in range(0, len(shapes), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty(0)


def outside_of(shapes: NDArray[Any], rows: NDArray[np.int64], counties: gpd.GeoDataFrame) -> list[Fault]:
    """List features that lie in none of our counties; all of them there means that the system is wrong."""
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
    """Tell which points lie in a county; each is prepared as a copy, since ours are shared between threads."""
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
    taken: NDArray[Any] = points[first]
    return taken


def _fault(
    code: str,
    level: Level,
    rows: NDArray[Any],
    notes: list[Any] | None = None,
    values: Mapping[str, object] | None = None,
) -> Fault:
    """Return a fault of some rows (positions from 0)."""
    named = tuple(int(row) + 1 for row in rows[:MOST_ROWS])
    return Fault(code, level, len(rows), named, tuple(notes or ())[:MOST_ROWS], values or {})
