"""Symbols, classes of values and legends, once for screen, sheet and file."""

from carto.style.classes import (
    DIVERGING,
    MAX_CLASSES,
    MISSING,
    SCHEMES,
    SEQUENTIAL,
    Choropleth,
    Classes,
    Palette,
    Scheme,
    classify,
    rising_limits,
)
from carto.style.legend import LegendEntry, choropleth_legend, crowd_entry, layer_legend
from carto.style.symbols import Label, Shape, Symbol, classes_of, label_of, paint_order, symbol_of
from carto.style.years import MOST_JOINED, year_kinds, years_shown

__all__ = [
    "DIVERGING",
    "MAX_CLASSES",
    "MISSING",
    "MOST_JOINED",
    "SCHEMES",
    "SEQUENTIAL",
    "Choropleth",
    "Classes",
    "Label",
    "LegendEntry",
    "Palette",
    "Scheme",
    "Shape",
    "Symbol",
    "choropleth_legend",
    "classes_of",
    "classify",
    "crowd_entry",
    "label_of",
    "layer_legend",
    "paint_order",
    "rising_limits",
    "symbol_of",
    "year_kinds",
    "years_shown",
]
