"""Where a feature stands by what a public source states: the point, and how far off it may be, by one rule a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geo.measure import distance_m
from layers.places import place_table

__all__ = ["IN_TOWN_M", "TOWNSHIP_M", "StatedPlace", "place_points", "stated_place"]

IN_TOWN_M: Final = 4_000.0
"""How far off a work in the built-up town may be from the town's point, metres."""
TOWNSHIP_M: Final = 10_000.0
"""How far off anything in a township may be from its point, metres: townships here reach 6 to 8 km from their middle
(docs/decisions/placing.md)."""
_STEP_M: Final = 1_000.0

Points = Mapping[str, tuple[float, float]]
"""Longitude and latitude, degrees, EPSG:4490, by ``place_id`` of the gazetteer."""


@dataclass(frozen=True)
class StatedPlace:
    """A point that stands for what a source states.

    Attributes
    ----------
    lon, lat : float
        Degrees, EPSG:4490.
    accuracy_m : float
        How far off the feature may be, metres.
    """

    lon: float
    lat: float
    accuracy_m: float


def stated_place(row: pd.Series, points: Points) -> StatedPlace | None:
    """Return the point of a row of ``place_sources.csv``; None where it states none that could be drawn.

    Printed coordinates are taken as they are, with the accuracy of the row. A town is its point in the gazetteer, off
    by `IN_TOWN_M` if the feature is in the built-up town, else by `TOWNSHIP_M`. Several towns are the mean of their
    points, off by `TOWNSHIP_M` more than the farthest of them, to the next full kilometre. A row with towns may have an
    accuracy too, where its source says that the feature is farther off: the larger one holds.

    Parameters
    ----------
    row : Series
        ``kind``, ``lon``, ``lat``, ``accuracy_m``, ``places`` (``;`` between).
    points : Mapping
        See `Points`.

    Raises
    ------
    KeyError
        If a place is not in the gazetteer.
    """
    if not (pd.isna(row["lon"]) or pd.isna(row["lat"])):
        return StatedPlace(float(row["lon"]), float(row["lat"]), float(row["accuracy_m"]))
    if not row["places"]:
        return None
    towns = np.array([points[place] for place in row["places"].split(";")])
    lon, lat = np.round(towns.mean(axis=0), 5).tolist()
    stated_m = 0.0 if pd.isna(row["accuracy_m"]) else float(row["accuracy_m"])
    if len(towns) == 1:
        return StatedPlace(lon, lat, max(IN_TOWN_M if row["kind"] == "in_town" else TOWNSHIP_M, stated_m))
    farthest = max(float(distance_m(lon, lat, *town)) for town in towns)
    return StatedPlace(lon, lat, max(float(np.ceil((farthest + TOWNSHIP_M) / _STEP_M) * _STEP_M), stated_m))


def place_points(folder: Path) -> Points:
    """Return the points of every place of a gazetteer folder: ``places.csv`` and ``cited_places.csv``, where there are.

    Parameters
    ----------
    folder : Path
    """
    places = place_table(folder)
    pairs = zip(places["lon"].astype(float), places["lat"].astype(float), strict=True)
    return dict(zip(places["place_id"], pairs, strict=True))
