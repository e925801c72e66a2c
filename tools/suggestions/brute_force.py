"""Suggestions of seeded tasks against brute force: ``python -m tools.suggestions [--tasks N]``.

For each task: the time of `suggest`, its candidates, whether the check forbids one, and the share that it found of the
ground of all squares of the area sought, on a lattice, that the check does not forbid. Ends with 1 if one fell short.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from tabulate import tabulate

from geo.crs import from_store, to_store
from geo.measure import MEETING
from geo.sites import RawPart, sites_from_parts
from layers.catalogue import Catalogue, Layer, counties_of, current_catalogue, load_layers
from layers.paths import config_in_use
from siting.check import Run, run_batch, settings_of
from siting.suggest import Suggestion, request_of, suggest

__all__ = ["forbidden_by", "found_share", "main", "tasks"]

_ACTIVITIES: Final = ("chemical_project", "factory", "housing", "landfill", "solar", "wind", "livestock", "tourism")
_HECTARES: Final = (5.0, 10.0, 20.0, 50.0)
_SQUARES: Final = 2_500
_MOST_S: Final = 10.0
_LEAST_SHARE: Final = 0.99
_COUNTIES: Final = 10


def main() -> int:
    """Print a row per task; return 1 if one took too long, was forbidden, or found too little."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=15)
    arguments = parser.parse_args()
    catalogue = current_catalogue(config_in_use()).catalogue
    layers = load_layers(catalogue)
    rows, good = [], True
    for code, name, activity, hectares in tasks(layers, arguments.tasks, arguments.seed):
        begun = time.monotonic()
        request = request_of(layers, area_ha=hectares, adcodes=[code])
        found = suggest(request, layers, settings_of(catalogue, activity=activity))
        seconds = time.monotonic() - begun
        verdicts = [] if found.run is None else forbidden_by(found.run)
        squares, passed, share = found_share(found, layers, catalogue, activity)
        fine = seconds <= _MOST_S and not any(verdicts) and share >= _LEAST_SHARE
        good &= fine
        rows.append(
            (code, name, activity, hectares, f"{seconds:.1f}", f"{found.cell_m:g}", len(found.candidates),
             sum(verdicts), f"{found.feasible_m2 / 1e4:,.0f}", f"{passed}/{squares}", f"{share:.2%}",
             "ok" if fine else "!")
        )  # fmt: skip
    headings = [
        "adcode", "county", "activity", "ha", "s", "cell m", "candidates", "forbidden", "feasible ha",
        "squares passed", "found", "",
    ]  # fmt: skip
    print(tabulate(rows, headers=headings))
    return int(not good)


def tasks(layers: Mapping[str, Layer], count: int, seed: int) -> list[tuple[str, str, str, float]]:
    """Return seeded tasks: adcode, county, activity, hectares; the counties are at most ten."""
    chance = np.random.default_rng(seed)
    counties = counties_of(layers).sort_values("adcode")
    chosen = counties.iloc[chance.choice(len(counties), _COUNTIES, replace=False)]
    made = []
    for at in range(count):
        county = chosen.iloc[at % _COUNTIES]
        activity, hectares = str(chance.choice(_ACTIVITIES)), float(chance.choice(_HECTARES))
        made.append((str(county["adcode"]), str(county["name_zh"]), activity, hectares))
    return made


def found_share(
    found: Suggestion, layers: Mapping[str, Layer], catalogue: Catalogue, activity: str, most: int = _SQUARES
) -> tuple[int, int, float]:
    """Return how many squares stand on the land, how many pass the check, and which share of their ground was found."""
    side = math.sqrt(found.request.area_m2)
    land = found.land.plane
    west, south, east, north = shapely.bounds(land)
    step = max(math.sqrt((east - west) * (north - south) / most), side / 10)
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    squares = shapely.box(x.ravel() - side / 2, y.ravel() - side / 2, x.ravel() + side / 2, y.ravel() + side / 2)
    shapely.prepare(land)
    squares = squares[shapely.covers(land, squares)]
    if not len(squares):
        return 0, 0, 1.0
    passes = ~_refused(squares, found, layers, catalogue, activity)
    ground = shapely.union_all(squares[passes])
    if ground.is_empty:
        return len(squares), 0, 1.0
    mine = shapely.union_all(from_store(found.feasible, found.land.epsg).geometry.to_numpy())
    return len(squares), int(passes.sum()), float(shapely.intersection(ground, mine).area / ground.area)


def _refused(
    squares: NDArray[Any], found: Suggestion, layers: Mapping[str, Layer], catalogue: Catalogue, activity: str
) -> NDArray[np.bool_]:
    """Return which squares the check forbids, or would on the official layer, or lie on what is stayed off."""
    frame = to_store(gpd.GeoDataFrame(geometry=gpd.GeoSeries(squares, crs=found.land.epsg)))
    part = RawPart("squares", frame.set_crs(None, allow_override=True), "EPSG:4490", "user")
    run = run_batch(sites_from_parts([part]), layers, settings_of(catalogue, activity=activity))
    rows: pd.DataFrame = run.result.findings
    on = rows["layer"].isin(found.request.off) & rows["relation"].isin(MEETING)
    refused = np.array(forbidden_by(run), dtype=bool)
    refused[rows.loc[on, "site"].to_numpy()] = True
    return refused


def forbidden_by(run: Run) -> list[bool]:
    """Return of each site whether a rule forbids it, or would on the official layer."""
    rows = run.result.findings
    worst = [False] * len(run.sites)
    for site, rules in zip(rows["site"].tolist(), rows["rules"], strict=True):
        worst[site] |= any("prohibited" in (rule["counts_as"], rule["would_count_as"]) for rule in rules)
    return worst
