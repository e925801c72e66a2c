"""Shapes as they come, made measurable: curves, rings, repair."""

from geo.shapes.curves import (
    ARC_STEP_DEGREES,
    CURVE_CODES,
    SOLIDS,
    kind_of_wkb,
    refuse_kinds,
    shapes_of_wkb,
    shapes_of_wkt,
)
from geo.shapes.plain import nothing_there, plain_shapes
from geo.shapes.repair import Mended, mended, square_metres_per_unit, usable
from geo.shapes.rings import CLOSING_M, area_of_rings, flat_arranged, gaps_m, grouped

__all__ = [
    "ARC_STEP_DEGREES",
    "CLOSING_M",
    "CURVE_CODES",
    "SOLIDS",
    "Mended",
    "area_of_rings",
    "flat_arranged",
    "gaps_m",
    "grouped",
    "kind_of_wkb",
    "mended",
    "nothing_there",
    "plain_shapes",
    "refuse_kinds",
    "shapes_of_wkb",
    "shapes_of_wkt",
    "square_metres_per_unit",
    "usable",
]
