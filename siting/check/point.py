"""The rules at one point of the map, for whatever is planned there or for one activity: the answer to a click."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from geo.sites import sites_from_points
from layers.catalogue import Layer
from siting.check.check import check_under
from siting.check.findings import Tolerances
from siting.check.result import CheckResult
from siting.law import UNKNOWN_PROJECT, Tables, day_of, project_of

__all__ = ["rules_here"]


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
        What is planned; None: the rules that bind every activity, undecided where they depend on the project. The
        result then has no required layers, approval path or way out.
    touch_tolerance_m : float

    Returns
    -------
    CheckResult

    Raises
    ------
    BadInput
        If the coordinates are not finite or out of range, or there is no such activity.
    """
    tables = Tables()
    return check_under(
        sites_from_points([(lon, lat)]),
        layers,
        counties,
        tolerances=Tolerances(touch_tolerance_m),
        survey_accuracy_m=None,
        day=day_of(None),
        project=UNKNOWN_PROJECT if activity is None else project_of(activity, (), "new", law=tables.law),
        tables=tables,
    )
