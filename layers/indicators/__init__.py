"""Indicator values per territory, with their sources."""

from layers.indicators.county_profile import County, CountyFigures, Figure, county_of, derived_figures
from layers.indicators.derived import DERIVED
from layers.indicators.indicators import Indicator, Level, derived_values
from layers.indicators.own_raster import RasterWish, raster_subject
from layers.indicators.own_table import (
    ColumnGuess,
    Doubled,
    assigned_codes,
    guess_columns,
    join_table,
    own_subject,
    read_numbers,
)
from layers.indicators.printed_figures import printed_text
from layers.indicators.subjects import (
    Moment,
    Subject,
    change_between,
    changes_of,
    derived_subjects,
    published_subjects,
    unit_text,
)

__all__ = [
    "DERIVED",
    "ColumnGuess",
    "County",
    "CountyFigures",
    "Doubled",
    "Figure",
    "Indicator",
    "Level",
    "Moment",
    "RasterWish",
    "Subject",
    "assigned_codes",
    "change_between",
    "changes_of",
    "county_of",
    "derived_figures",
    "derived_subjects",
    "derived_values",
    "guess_columns",
    "join_table",
    "own_subject",
    "printed_text",
    "published_subjects",
    "raster_subject",
    "read_numbers",
    "unit_text",
]
