"""Coordinate systems: recognise them by name or parameters, detect candidates, transform between them."""

from geo.crs.candidates import CHINA_LAT, CHINA_LON, Candidate, detect, likely_text
from geo.crs.china_offsets import offset_name, unshifted
from geo.crs.datum_names import datum_named
from geo.crs.degrees_text import ParsedNumber, normalised, packed_dms, parse_number, parse_row
from geo.crs.edges import split_edges
from geo.crs.ranges import check_ranges
from geo.crs.systems import (
    MAX_DEPARTURE_M,
    MAX_PIECE_M,
    STORE_CRS,
    CrsReading,
    datum_of,
    describe,
    from_store,
    gk3_epsg,
    horizontal,
    reading_system,
    short_text,
    to_store,
    transform_points,
)
from geo.crs.web_mercator import from_world_square, to_world_square

__all__ = [
    "CHINA_LAT",
    "CHINA_LON",
    "MAX_DEPARTURE_M",
    "MAX_PIECE_M",
    "STORE_CRS",
    "Candidate",
    "CrsReading",
    "ParsedNumber",
    "check_ranges",
    "datum_named",
    "datum_of",
    "describe",
    "detect",
    "from_store",
    "from_world_square",
    "gk3_epsg",
    "horizontal",
    "likely_text",
    "normalised",
    "offset_name",
    "packed_dms",
    "parse_number",
    "parse_row",
    "reading_system",
    "short_text",
    "split_edges",
    "to_store",
    "to_world_square",
    "transform_points",
    "unshifted",
]
