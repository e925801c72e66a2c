"""Sites in one frame, whatever they came in."""

from geo.sites.drawn import sites_from_drawing, sites_from_points
from geo.sites.raw_part import RawPart, mark_notices
from geo.sites.sites import (
    DEFAULT_LIMITS,
    Limits,
    ReadLimits,
    Sites,
    crs_reading,
    refuse_endless,
    shapes_unshifted,
    sites_from_parts,
)

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "RawPart",
    "ReadLimits",
    "Sites",
    "crs_reading",
    "mark_notices",
    "refuse_endless",
    "shapes_unshifted",
    "sites_from_drawing",
    "sites_from_parts",
    "sites_from_points",
]
