"""Make shapes valid: linearise curves, assign rings, repair."""

from geo.shapes.curves import (
    ARC_STEP_DEGREES,
    CURVE_CODES,
    SOLIDS,
    kind_of_wkb,
    refuse_kinds,
    shapes_of_wkb,
    shapes_of_wkt,
)
from geo.shapes.plain import are_valid, is_missing_or_empty, plain_shapes
from geo.shapes.repair import Repaired, repair_shapes, require_valid, square_metres_per_unit
from geo.shapes.rings import CLOSING_M, area_of_rings, gaps_m, grouped, rebuild_invalid_rings

__all__ = [
    "ARC_STEP_DEGREES",
    "CLOSING_M",
    "CURVE_CODES",
    "SOLIDS",
    "Repaired",
    "are_valid",
    "area_of_rings",
    "gaps_m",
    "grouped",
    "is_missing_or_empty",
    "kind_of_wkb",
    "plain_shapes",
    "rebuild_invalid_rings",
    "refuse_kinds",
    "repair_shapes",
    "require_valid",
    "shapes_of_wkb",
    "shapes_of_wkt",
    "square_metres_per_unit",
]
