"""Place names: search, coordinates, and the join of a table by the names of its territories."""

from layers.gazetteer.beside import ELSEWHERE, heeded
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
    "county_at",
    "find",
    "find_index",
    "heeded",
    "hit_of",
    "join",
    "searched_layers",
    "spots_in",
]
