"""Export policy of suggestions: what would draw a layer of which neither shapes nor measures may leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.check import Run, result_without_withheld
from siting.suggest.suggestion import Suggestion

__all__ = ["closed_zones", "suggestion_without_withheld"]


def closed_zones(suggestion: Suggestion, closed: set[str]) -> list[str]:
    """Return the ids of the layers that take land and of which nothing may leave."""
    return [zone.layer.id for zone in suggestion.zones if zone.layer.id in closed]


def suggestion_without_withheld(suggestion: Suggestion, closed: set[str]) -> Suggestion:
    """Return a suggestion as it may leave the building: the same candidates in the same order.

    Blank are the shape and areas of a candidate whose outline follows a layer in `closed`, as those of a way out are;
    how much such a layer takes and what is left without it; measures and scores against it; the feasible areas, whose
    edges are its edges. A candidate that stands clear stays: it says no more than the check of any drawn site.

    Parameters
    ----------
    suggestion : Suggestion
    closed : set of str
        From `layers.catalogue.withheld_ids`.
    """
    hidden = set(closed_zones(suggestion, closed))
    wishes = suggestion.request.wishes
    blank = np.array([one.layer in closed or (one.kind == "margin" and bool(hidden)) for one in wishes], dtype=bool)
    if not hidden and not blank.any():
        return replace(suggestion, run=_open(suggestion.run))
    frame = suggestion.candidates.copy()
    follows = np.array([bool(closed & set(names)) for names in frame["cut_by"]], dtype=bool)
    frame.loc[follows, "area_m2"] = np.nan
    frame.loc[follows, frame.geometry.name] = None
    if hidden:
        frame["part_m2"] = np.nan
    if blank.any():
        frame["total"] = np.nan
    values, scores = suggestion.measured.copy(), suggestion.scores.copy()
    if len(frame):
        values[:, blank], scores[:, blank] = np.nan, np.nan
    zones = [replace(zone, area_m2=np.nan) if zone.layer.id in hidden else zone for zone in suggestion.zones]
    return replace(
        suggestion,
        zones=tuple(zones),
        free_m2=np.nan if hidden else suggestion.free_m2,
        feasible_m2=np.nan if hidden else suggestion.feasible_m2,
        feasible=suggestion.feasible.iloc[:0] if hidden else suggestion.feasible,
        candidates=frame,
        measured=values,
        scores=scores,
        run=_open(suggestion.run),
    )


def _open(run: Run | None) -> Run | None:
    """Return the check of the candidates without measures against closed layers."""
    if run is None:
        return None
    return replace(run, result=result_without_withheld(run.result, [layer.spec for layer in run.layers.values()]))
