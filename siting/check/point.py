"""What holds at a point for whatever is planned there: the answer to a click, before anybody says what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd

from geo.sites import sites_from_points
from layers.catalogue import Layer
from layers.law import ANY_ACTIVITY, FLAGS
from siting.check.check import check
from siting.check.findings import Settings, findings_of, ground_of
from siting.check.result import CheckResult
from siting.law import Project, day_of, legal_of, rules_digest, verdicts
from siting.measures import survey_accuracies

__all__ = ["rules_here"]

_ANYTHING: Final = Project(ANY_ACTIVITY, frozenset(), frozenset(FLAGS), "new")
"""Nothing is known of the project: only what binds every activity speaks, and every question is open."""


def rules_here(
    lon: float,
    lat: float,
    layers: Sequence[Layer],
    counties: gpd.GeoDataFrame,
    *,
    activity: str | None = None,
    touch_tolerance_m: float = 0.001,
) -> CheckResult:
    """Check a point (WGS 84 degrees) with the rules of today.

    Parameters
    ----------
    lon, lat : float
    layers, counties
        As `siting.check.check.check` takes them.
    activity : str, optional
        What is planned; None: the rules that bind every activity, those that ask a question being undecided. It is no
        check then: the result bears no list of required layers, and nothing follows for a project.
    touch_tolerance_m : float

    Returns
    -------
    CheckResult

    Raises
    ------
    BadInput
        If the coordinates are not finite or out of range, or there is no such activity.
    """
    point = sites_from_points([(lon, lat)])
    if activity is not None:
        return check(point, layers, counties, touch_tolerance_m=touch_tolerance_m, activity=activity)
    day = day_of(None)
    survey_m = survey_accuracies(point.crs, point.frame["part"].to_numpy(), None)
    ground = ground_of(point.frame, counties, Settings(touch_tolerance_m), survey_m)
    checked = [layer for layer in layers if layer.spec.checked]
    legal = legal_of(_ANYTHING, day, checked, ground.shares, 1)
    findings = findings_of(checked, replace(ground, legal=legal))
    nothing: dict[str, Any] = {name: [[]] for name in ("missing_required", "missing_advised", "approval_path")}
    told: dict[str, Any] = nothing | {
        "verdict": verdicts(findings, 1),
        "reminders": legal.reminders(frozenset(layer.spec.stands_for for layer in layers)),
        "way_out": [None],
    }
    sites = ground.described.assign(**told, activity=None, as_of=day)
    listed = ground.shares[["site", "adcode", "name", "name_en", "share"]].reset_index(drop=True)
    hashes = {layer.id: layer.digest for layer in checked}
    return CheckResult(sites, findings, listed, point.crs, day, None, hashes, rules_digest())
