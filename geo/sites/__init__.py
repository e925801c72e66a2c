"""Sites: the shapes that are checked, validated and in one frame, whatever their format."""

from geo.sites.column_names import names_apart
from geo.sites.corners import with_own_corners
from geo.sites.drawn import sites_from_drawing, sites_from_points
from geo.sites.raw_part import RawPart, mark_notices, refuse_long_texts
from geo.sites.sites import (
    DEFAULT_LIMITS,
    OUR_COLUMNS,
    Limits,
    ReadLimits,
    Sites,
    crs_reading,
    refuse_too_long,
    shapes_unshifted,
    sites_from_parts,
)

__all__ = [
    "DEFAULT_LIMITS",
    "OUR_COLUMNS",
    "Limits",
    "RawPart",
    "ReadLimits",
    "Sites",
    "crs_reading",
    "mark_notices",
    "names_apart",
    "refuse_long_texts",
    "refuse_too_long",
    "shapes_unshifted",
    "sites_from_drawing",
    "sites_from_parts",
    "sites_from_points",
    "with_own_corners",
]
