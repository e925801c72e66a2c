"""Validate shapes and repair those with one reading; every repair gets a code, every refusal a message.

Only shapes with one reading are changed, each with a code. An invalid area is read in three ways: by even and
odd, as shells less holes, and by the signed sum along its rings. Where all three enclose the same square metres it has
one reading (a spike, a ring that touches itself, parts or holes that share an edge); where they differ (a bow-tie) it
is refused, with the place of the error. See docs/decisions/geometry-intake.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput
from geo.shapes.crossings import refuse_many_crossings
from geo.shapes.plain import are_valid, is_missing_or_empty, plain_shapes
from geo.shapes.rings import rebuild_parts

__all__ = ["ONE_READING_M2", "Repaired", "repair_shapes", "require_valid", "square_metres_per_unit"]

Floats = NDArray[np.float64]

ONE_READING_M2: Final = 0.01
"""Readings of a faulty boundary that differ by less are one reading: results are exact to this."""
_METRES_PER_DEGREE: Final = 111_320.0
_OF_WHOLE: Final = 1e-9
_MOST_RINGS: Final = 2000

_REASONS: Final = {
    "Self-intersection": "geo.self_crossing",
    "Ring Self-intersection": "geo.self_touching",
    "Hole lies outside shell": "geo.hole_outside",
    "Holes are nested": "geo.holes_nested",
    "Nested shells": "geo.shells_nested",
    "Duplicate Rings": "geo.ring_twice",
    "Interior is disconnected": "geo.interior_cut",
    "Too few points in geometry component": "geo.too_few_points",
}
_PLACED: Final = re.compile(r"^(?P<reason>[^\[]*)(?:\[(?P<x>\S+) (?P<y>\S+)\])?")
_BY_KIND: Final = (
    (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT, shapely.multipoints),
    (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING, shapely.multilinestrings),
    (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON, shapely.multipolygons),
)


@dataclass(frozen=True)
class Repaired:
    """Valid shapes, with the codes of their repairs and the change of area.

    Attributes
    ----------
    shapes : array of shapely geometries
        Two-dimensional, of one kind each, valid.
    codes : array of str
        Repair codes joined by ``;``, "" for most; the text of one is ``geo.repair_<code>``.
    area_m2 : array of float
        Change of area by the repair (m²); 0 for most.
    """

    shapes: NDArray[Any]
    codes: NDArray[Any]
    area_m2: Floats


def require_valid(geometries: NDArray[Any], name: str) -> NDArray[Any]:
    """Return two-dimensional shapes; raise `BadInput` unless all are valid, not empty and of one kind each.

    Parameters
    ----------
    geometries : array of shapely geometries or None
        In their declared system.
    name : str
        The file, for the sentence.

    Raises
    ------
    BadInput
        Naming the first shape that is missing, of mixed kinds, without extent, or invalid, with the place.
    """
    _refuse_missing(geometries, name)
    flat, _ = _without_collections(shapely.force_2d(geometries), name)
    invalid = ~are_valid(flat)
    if invalid.any():
        raise _invalid_shape_error(flat, int(invalid.argmax()), name)
    _refuse_extentless(flat, name)
    return flat


def repair_shapes(geometries: NDArray[Any], name: str, *, geographic: bool) -> Repaired:
    """Return valid shapes, repaired where there is one reading; raise `BadInput` for any other.

    Parameters
    ----------
    geometries : array of shapely geometries or None
        In their declared system.
    name : str
        The file, for the sentence.
    geographic : bool
        Whether coordinates are degrees; metres otherwise.

    Raises
    ------
    BadInput
        As `require_valid`: the first shape that cannot be read in one way only.
    """
    _refuse_missing(geometries, name)
    flat, codes = _without_collections(plain_shapes(shapely.force_2d(geometries)), name)
    areal = shapely.get_dimensions(flat) > 0
    single = flat.copy()
    single[areal] = _without_repeats(flat[areal])
    repeated = shapely.get_num_coordinates(single) < shapely.get_num_coordinates(flat)
    codes[repeated] = [_joined(code, "repeated_points") for code in codes[repeated]]
    change = np.zeros(len(flat))
    scale = square_metres_per_unit(single, geographic=geographic)
    for position in np.flatnonzero(~are_valid(single)):
        refuse_many_crossings(single[position], name, int(position) + 1)
        found = None
        try:
            anew = rebuild_parts(single[position]) if areal[position] else None
            found = (anew, "rings_nested", 0.0) if anew is not None else None
            found = found or _one_reading(single[position], float(scale[position]))
        except shapely.GEOSException as fault:  # coordinates so far apart that GEOS cannot join them
            if "bad_alloc" in str(fault):
                raise MemoryError from fault
        if found is None:
            raise _invalid_shape_error(single, int(position), name)
        single[position], code, change[position] = found
        codes[position] = _joined(codes[position], code)
    _refuse_extentless(single, name)
    return Repaired(single, codes, change)


def square_metres_per_unit(geometries: NDArray[Any], *, geographic: bool) -> Floats:
    """Return how many square metres a square of one coordinate unit is at each shape, roughly."""
    if not geographic:
        return np.ones(len(geometries))
    bounds = shapely.bounds(geometries)
    squares: Floats = _METRES_PER_DEGREE**2 * np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    return squares


def _joined(code: str, more: str) -> str:
    return f"{code};{more}" if code else more


def _one_reading(shape: Any, scale: float) -> tuple[Any, str, float] | None:
    """Return an invalid area repaired, with repair code and change of area; None if it has several readings."""
    rings = [shapely.polygons(shapely.get_rings(part)) for part in shapely.get_parts(shape)]
    if shapely.get_dimensions(shape) != 2 or sum(map(len, rings)) > _MOST_RINGS:
        return None
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if shapely.get_dimensions(whole) != 2:
        return None
    even_odd = reduce(shapely.symmetric_difference, shapely.make_valid(np.concatenate(rings), method="linework"))
    signed = scale * sum(2 * float(shapely.area(of[0])) - float(shapely.area(of).sum()) for of in rings)
    area = whole.area * scale
    allowed = max(ONE_READING_M2, _OF_WHOLE * area)
    apart = shapely.area(shapely.symmetric_difference(whole, even_odd)) * scale
    if max(abs(area - signed), apart) > allowed or area <= allowed:
        return None
    walked_twice = shapely.make_valid(shape, method="linework").geom_type == "GeometryCollection"
    return whole, ("edge_twice" if walked_twice else "touching"), area - signed


def _without_repeats(geometries: NDArray[Any]) -> NDArray[Any]:
    """Return shapes without repeated points; those that would collapse are unchanged, and refused later."""
    try:
        return np.asarray(shapely.remove_repeated_points(geometries, 0.0), dtype=object)
    except shapely.GEOSException:
        if len(geometries) == 1:
            return geometries
    return np.concatenate(
        [_without_repeats(geometries[position : position + 1]) for position in range(len(geometries))]
    )


def _refuse_missing(geometries: NDArray[Any], name: str) -> None:
    missing = is_missing_or_empty(geometries)
    if missing.any():
        raise BadInput("geo.no_geometry", name=name, row=int(missing.argmax()) + 1)


def _refuse_extentless(flat: NDArray[Any], name: str) -> None:
    dimensions = shapely.get_dimensions(flat)
    extent = np.where(dimensions == 2, shapely.area(flat), shapely.length(flat))
    nothing = (dimensions > 0) & ~(extent > 0)
    if nothing.any():
        raise BadInput("geo.no_extent", name=name, row=int(nothing.argmax()) + 1)


def _without_collections(geometries: NDArray[Any], name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return collections as multi-part shapes, with repair codes; raise `BadInput` for several or unknown kinds.

    Parts of lower dimension that lie on or in the others add no area: they are left out, with a code.
    """
    kinds = shapely.get_type_id(geometries)
    result = geometries.copy()
    codes = np.full(len(geometries), "", dtype=object)
    for position in np.flatnonzero(~np.isin(kinds, [kind for pair in _BY_KIND for kind in pair[:2]])):
        parts = geometries[position : position + 1]
        while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
            parts = shapely.get_parts(parts)
        found = set(shapely.get_type_id(parts).tolist())
        highest = _covering(parts) if len(found) > 1 and are_valid(parts).all() else None
        if highest is not None:
            parts, found = highest, set(shapely.get_type_id(highest).tolist())
            codes[position] = "parts_covered"
        made = [build(parts) for single, _, build in _BY_KIND if found == {int(single)}]
        if not made:
            raise BadInput("geo.mixed_kinds", name=name, row=int(position) + 1)
        result[position] = made[0]
    return result, codes


def _covering(parts: NDArray[Any]) -> NDArray[Any] | None:
    """Return the parts of the highest dimension if they cover the rest, else None."""
    dimensions = shapely.get_dimensions(parts)
    highest = parts[dimensions == dimensions.max()]
    covered = shapely.covers(shapely.union_all(highest), parts[dimensions < dimensions.max()])
    return highest if covered.all() else None


def _invalid_shape_error(geometries: NDArray[Any], position: int, name: str) -> BadInput:
    """Return a `BadInput` with GEOS's reason why a shape is invalid, and the place."""
    try:
        found = _PLACED.match(shapely.is_valid_reason(geometries[position]))
    except shapely.GEOSException:
        found = None
    reason = found["reason"].strip() if found else ""
    x, y = (found["x"], found["y"]) if found and found["x"] else _first_vertex(geometries[position])
    key = _REASONS.get(reason, "geo.invalid_other")
    return BadInput(key, name=name, row=position + 1, x=_plain(x), y=_plain(y))


def _first_vertex(geometry: Any) -> tuple[str, str]:
    """Return the first vertex as text, for errors of which GEOS names no place."""
    x, y = shapely.get_coordinates(geometry)[0]
    return str(x), str(y)


def _plain(number: str) -> str:
    """Return a coordinate as text, to about a centimetre."""
    value = float(number)
    return f"{value:.7f}".rstrip("0").rstrip(".") if abs(value) <= 180 else f"{value:.2f}"
