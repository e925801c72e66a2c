"""Gazetteer: resolve names and codes of territories, search places, parse coordinates, join tables by territory."""

from layers.gazetteer.beside import ELSEWHERE, checked_by_other_columns
from layers.gazetteer.coordinates import county_at, spots_in
from layers.gazetteer.gazetteer import Gazetteer
from layers.gazetteer.joins import JoinReport, Level, join
from layers.gazetteer.search import Hit, find, find_index, hit_of, searched_layers

__all__ = [
    "ELSEWHERE",
    "Gazetteer",
    "Hit",
    "JoinReport",
    "Level",
    "checked_by_other_columns",
    "county_at",
    "find",
    "find_index",
    "hit_of",
    "join",
    "searched_layers",
    "spots_in",
]
