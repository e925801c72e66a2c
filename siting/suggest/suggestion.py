"""Where an activity could stand: candidate areas that the check does not forbid, ranked by weighted wishes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.measure import areas_of
from geo.sites import RawPart, sites_from_parts
from layers.catalogue import Layer, counties_of
from siting.check import Run, Settings, run_check
from siting.law import Tables, bans_everywhere, day_of, forbids, legal_of, may_forbid, project_of
from siting.records import RuleRecord
from siting.suggest.criteria import Cells, Criterion, cells_of, criteria_of, values_of
from siting.suggest.footprints import footprints, with_width
from siting.suggest.request import Request
from siting.suggest.zones import Land, Zone, degrees_of, land_of, open_zone_of, shares_of, zones_of
from words import both_languages

__all__ = ["Suggestion", "suggest"]

_NAME: Final = both_languages("suggest.candidates")
_AROUND_M: Final = 2_000.0
_TOUCHING_M: Final = 2.0
_TRIES: Final = 6
"""Rounds of proposals, each of as many as are wanted, until enough pass the check."""


@dataclass(frozen=True)
class Suggestion:
    """The answer to a request.

    Attributes
    ----------
    request : Request
    settings : Settings
        Of the check, with the day whose law applies.
    land : Land
    cell_m : float
        Of the raster that proposed.
    zones : tuple of Zone
        What takes how much of the land.
    everywhere : tuple of RuleRecord
        Rules that forbid the activity on all of the land.
    free_m2, feasible_m2 : float
        What no rule forbids; what of it is wide and large enough. On the ellipsoid.
    feasible : GeoDataFrame
        EPSG:4490, ``area_m2``: the connected feasible areas, the largest first.
    candidates : GeoDataFrame
        EPSG:4490, best first: ``rank``, ``area_m2``, ``part_m2`` (of the feasible area it lies in), ``total`` (the
        weighted mean of the scores), ``may_be_forbidden`` (whether a rule may forbid it, once a zone or
        an answer is known: ranked after all others), ``cut_by`` (tuple of ids of layers whose zone its outline
        follows).
    measured, scores : array of float
        A row per candidate, a column per wish.
    run : Run or None
        The check of the candidates, in their order; None where there is none.
    rejected : int
        Proposals that the check forbade.
    """

    request: Request
    settings: Settings
    land: Land
    cell_m: float
    zones: tuple[Zone, ...]
    everywhere: tuple[RuleRecord, ...]
    free_m2: float
    feasible_m2: float
    feasible: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    measured: NDArray[np.float64]
    scores: NDArray[np.float64]
    run: Run | None
    rejected: int


def suggest(request: Request, layers: Mapping[str, Layer], settings: Settings) -> Suggestion:
    """Return where an activity could stand.

    Zones in which the rules of the day forbid it, or would on the official layer, are taken off the land. What is left
    and wide and large enough is feasible. A raster finds the best places in it, footprints are cut exactly there, and
    each is put through the full check; one that it forbids is dropped and the next proposed.

    Parameters
    ----------
    request : Request
    layers : mapping of str to Layer
        The whole catalogue as loaded.
    settings : Settings
        Of the check, with an activity.

    Raises
    ------
    BadInput
        On an activity, flag, day or territory that there is not.
    """
    land = land_of(request, counties_of(layers))
    chosen = set(settings.layers) or set(layers)
    checked = {name: one for name, one in layers.items() if one.spec.checked and name in chosen}
    tables = Tables()
    project = project_of(settings.activity, settings.flags, settings.works, law=tables.law)
    assert project is not None
    day = day_of(settings.as_of or None)
    legal = legal_of(project, day, list(checked.values()), shares_of(land), 1, tables=tables)
    everywhere = bans_everywhere(legal, frozenset(one.spec.stands_for for one in checked.values()))
    zones = zones_of(land, checked, legal, _AROUND_M, off=[layers[name] for name in request.off])
    banned = shapely.union_all([zone.plane for zone in zones]) if zones else shapely.Polygon()
    left = shapely.difference(land.plane, banned)
    per_m2 = land.area_m2 / max(land.plane.area, 1e-9)
    plane_m2 = request.area_m2 * land.stretch**2
    parts = shapely.get_parts(with_width(left, request.min_width_m))
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) >= plane_m2)]
    parts = parts[np.argsort(-shapely.area(parts), kind="stable")] if not everywhere else parts[:0]
    feasible = gpd.GeoDataFrame(geometry=degrees_of(parts, land.epsg), crs=STORE_CRS)
    feasible["area_m2"] = areas_of(feasible.geometry.to_numpy())
    cells = cells_of(land, request.area_m2, request.cell_m)
    settings = replace(settings, as_of=day)
    doubtful = open_zone_of(land, checked, legal, _AROUND_M)
    found = _Found(land, layers, settings, request, plane_m2, cells, banned, doubtful)
    candidates, values, scores, run, rejected = found.candidates(parts, zones, feasible)
    feasible_m2 = float(feasible["area_m2"].sum())
    free_m2 = 0.0 if everywhere else float(left.area * per_m2)
    return Suggestion(
        request, settings, land, cells.size_m, tuple(zones), tuple(everywhere), free_m2, feasible_m2, feasible,
        candidates, values, scores, run, rejected,
    )  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """What candidates are made from."""

    land: Land
    layers: Mapping[str, Layer]
    settings: Settings
    request: Request
    plane_m2: float
    cells: Cells
    banned: Any
    doubtful: Any

    def candidates(
        self, parts: NDArray[Any], zones: list[Zone], feasible: gpd.GeoDataFrame
    ) -> tuple[gpd.GeoDataFrame, NDArray[np.float64], NDArray[np.float64], Run | None, int]:
        """Return the candidates with values, scores and check, and how many proposals the check forbade."""
        may = self.cells.covered(list(parts))
        criteria = criteria_of(
            self.request.wishes,
            self.land,
            self.layers,
            self.cells,
            feasible=may,
            banned=self.cells.covered([self.banned]),
        )
        total = np.zeros(self.cells.shape)
        total[may] = _weighted(criteria, [criterion.scores(criterion.by_cell[may]) for criterion in criteria])
        beside_m = math.sqrt(self.plane_m2) / math.sqrt(2)  # a square around a cell reaches so far
        sure = may & ~self.cells.covered([self.doubtful.buffer(beside_m)], touched=True)
        total[may] = total[may] / 2 + sure[may] / 2  # any place that no rule may forbid before all others
        proposals = footprints(parts, total, self.cells, may, area_m2=self.plane_m2, width_m=self.request.min_width_m)
        shapes, rejected = self._passed(proposals) if len(parts) else ([], 0)
        kept = np.array(shapes, dtype=object)
        values = values_of(criteria, kept, self.land, self.layers, self.cells, banned=self.banned) if shapes else _NONE
        scores = np.column_stack([c.scores(values[:, n]) for n, c in enumerate(criteria)]) if shapes else _NONE
        totals = _weighted(criteria, list(scores.T)) if shapes else np.empty(0)
        run = self._checked(kept) if shapes else None
        doubtful = np.empty(0, dtype=bool) if run is None else _may_be_forbidden(run)
        order = np.lexsort((-np.round(totals, 9), doubtful))
        kept, values, scores = kept[order], values[order], scores[order]
        frame = gpd.GeoDataFrame(
            {
                "rank": np.arange(1, len(kept) + 1),
                "part_m2": _part_areas(kept, parts, feasible),
                "total": totals[order],
                "may_be_forbidden": doubtful[order],
                "cut_by": _cut_by(kept, zones),
            },
            geometry=degrees_of(kept, self.land.epsg),
            crs=STORE_CRS,
        )
        frame["area_m2"] = areas_of(frame.geometry.to_numpy())
        return frame, values, scores, self._checked(kept) if shapes else None, rejected

    def _passed(self, proposals: Any) -> tuple[list[Any], int]:
        """Return the first proposals that the check does not forbid, and how many it did."""
        passed: list[Any] = []
        rejected = 0
        for _ in range(_TRIES):
            some = np.array(list(islice(proposals, self.request.limit - len(passed))), dtype=object)
            if not len(some):
                break
            good = _not_forbidden(self._checked(some))
            passed += list(some[good])
            rejected += int((~good).sum())
        return passed, rejected

    def _checked(self, shapes: NDArray[Any]) -> Run:
        frame = gpd.GeoDataFrame({"site_id": [str(n + 1) for n in range(len(shapes))]}, geometry=degrees_of(
            shapes, self.land.epsg
        ))  # fmt: skip
        sites = sites_from_parts([RawPart(_NAME, frame, "EPSG:4490", "user")], name=_NAME)
        return run_check(sites, self.layers, self.settings)


_NONE: Final = np.empty((0, 0))


def _weighted(criteria: list[Criterion], scores: list[Any]) -> NDArray[np.float64]:
    """Return the mean of scores by the weights of their wishes."""
    weights = [criterion.wish.weight for criterion in criteria]
    made: NDArray[np.float64] = sum(w * s for w, s in zip(weights, scores, strict=True)) / sum(weights)
    return made


def _may_be_forbidden(run: Run) -> NDArray[np.bool_]:
    """Return which sites of a check a rule may forbid, once what it waits for is answered: a zone, an answer."""
    rows: pd.DataFrame = run.result.findings
    found = np.zeros(len(run.sites), dtype=bool)
    measured = rows["state"] != "not_checked"
    for site, rules in zip(rows["site"][measured].tolist(), rows["rules"][measured], strict=True):
        found[site] |= may_forbid(rules)
    return found


def _not_forbidden(run: Run) -> NDArray[np.bool_]:
    """Return which sites of a check no rule forbids, nor would on the official layer."""
    good = np.ones(len(run.sites), dtype=bool)
    rows: pd.DataFrame = run.result.findings
    for site, rules in zip(rows["site"].tolist(), rows["rules"], strict=True):
        good[site] &= not forbids(rules)
    for site, rules in enumerate(run.result.sites["reminders"]):
        good[site] &= not forbids(rules)
    return good


def _part_areas(shapes: NDArray[Any], parts: NDArray[Any], feasible: gpd.GeoDataFrame) -> list[float]:
    """Return the area of the feasible part that each candidate lies in."""
    if not len(shapes):
        return []
    at = shapely.STRtree(parts).nearest(shapely.point_on_surface(shapes))
    areas: list[float] = feasible["area_m2"].to_numpy()[at].tolist()
    return areas


def _cut_by(shapes: NDArray[Any], zones: list[Zone]) -> list[tuple[str, ...]]:
    """Return for each candidate the layers whose zone its outline follows."""
    near = [(zone.layer.id, shapely.distance(shapes, zone.plane) < _TOUCHING_M) for zone in zones]
    return [tuple(name for name, touching in near if touching[at]) for at in range(len(shapes))]
