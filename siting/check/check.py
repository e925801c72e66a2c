"""The siting check: all sites against all checked layers. One function for browser, command line and cluster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geo.sites import Sites
from layers.catalogue import Layer
from layers.paths import law_folder, plans_folder
from siting.check.findings import Ground, Tolerances, findings_of, ground_of
from siting.check.remainder import ways_out
from siting.check.result import CheckResult
from siting.law import (
    Project,
    Tables,
    approval_paths,
    day_of,
    legal_of,
    missing_layers,
    project_of,
    rules_digest,
    verdicts,
    verdicts_under_law,
)
from siting.measures import survey_accuracies

__all__ = ["check", "check_under"]

_LISTS: Final = ("missing_required", "missing_advised", "reminders", "approval_path")


def check(
    sites: Sites,
    layers: Sequence[Layer],
    counties: gpd.GeoDataFrame,
    *,
    touch_tolerance_m: float = 0.001,
    activity: str | None = None,
    flags: Mapping[str, bool] | Iterable[str] = (),
    works: str = "new",
    as_of: str | dt.date | None = None,
    survey_accuracy_m: float | None = None,
    sliver_area_m2: float = 100.0,
    sliver_width_m: float = 1.0,
    law: Path | None = None,
    plans: Path | None = None,
) -> CheckResult:
    """Check sites against every layer of the catalogue that a siting check looks at.

    Every layer with ``spec.checked`` gives one finding per site, whatever its state. What is modelled or approximate
    can warn but never clear; what is not loaded, failed, or not complete where the site lies is not checked, with the
    reason. Features known only by county are never measured against; where the site's county holds one, the layer
    cannot be clear there.

    Parameters
    ----------
    sites : Sites
    layers : sequence of Layer
        As loaded by ``layers.catalogue.load_layers``, in catalogue order.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``name_zh``, ``prefecture_adcode``, ``province_adcode``.
    touch_tolerance_m : float
        Edges closer than this touch; they do not overlap.
    activity : str, optional
        What is planned, a code of ``data/law/activities.csv``. Without it no rule applies and the verdict says only
        what is met.
    flags : mapping of str to bool, or iterable of str
        Answers about the project (``layers.law.schema.FLAGS``); in an iterable ``no-`` before a flag says no.
    works : {"new", "rebuild", "expand"}
    as_of : str or date, optional
        The day whose law applies; default today.
    survey_accuracy_m : float, optional
        How far the site's own coordinates may be off; default by the kind of input (``siting.measures.margin``).
    sliver_area_m2, sliver_width_m : float
        Overlaps smaller and narrower than this are suspected edge-matching errors.
    law, plans : Path, optional
        Folders of the tables of rules; default those in use. `siting.ledger.copies.Kept.law_folder` holds old ones.

    Returns
    -------
    CheckResult

    Raises
    ------
    BadInput
        On an activity, flag, kind of works or day that there is not.
    """
    tables = Tables(law or law_folder(), plans or plans_folder())
    return check_under(
        sites,
        layers,
        counties,
        tolerances=Tolerances(touch_tolerance_m, sliver_area_m2, sliver_width_m),
        survey_accuracy_m=survey_accuracy_m,
        day=day_of(as_of),
        project=project_of(activity, flags, works, law=tables.law),
        tables=tables,
    )


def check_under(
    sites: Sites,
    layers: Sequence[Layer],
    counties: gpd.GeoDataFrame,
    *,
    tolerances: Tolerances,
    survey_accuracy_m: float | None,
    day: str,
    project: Project | None,
    tables: Tables,
) -> CheckResult:
    """Check sites under the rules of a day for a project: what `check` and `rules_here` have in common.

    Parameters
    ----------
    sites, layers, counties, survey_accuracy_m
        As in `check`.
    tolerances : Tolerances
    day : str
        ``YYYY-MM-DD``.
    project : Project or None
        None: no rules. An unknown project gets the rules for every activity, and no list of required layers, approval
        path or way out, which only a known one has.
    tables : Tables
        Where the rules come from.
    """
    survey_m = survey_accuracies(sites.crs, sites.frame["part"].to_numpy(), survey_accuracy_m)
    ground = ground_of(sites.frame, counties, tolerances, survey_m)
    checked = [layer for layer in layers if layer.spec.checked]
    if project is not None:
        ground = replace(ground, legal=legal_of(project, day, checked, ground.shares, len(sites), tables=tables))
    findings = findings_of(checked, ground)
    named = project if project is not None and project.is_known else None
    described = ground.described.assign(
        **_of_reading(sites),
        **_of_whole_sites(checked, ground, findings),
        activity=None if named is None else named.activity,
        as_of=day,
    )
    listed = ground.shares[["site", "adcode", "name", "name_en", "share"]]
    return CheckResult(
        described,
        findings,
        listed.reset_index(drop=True),
        sites.crs,
        day,
        named,
        {layer.id: layer.digest for layer in checked},
        None if project is None else rules_digest(tables.law, tables.plans),
    )


def _of_reading(sites: Sites) -> dict[str, Any]:
    """Return the columns that say what the reader repaired and noticed of each site."""
    frame, notices = sites.frame, sites.notices
    every = [notice.code for notice in notices if not notice.sites]
    known: dict[str, list[str]] = {}
    for notice in notices:
        for site in notice.sites:
            known.setdefault(site, list(every)).append(notice.code)
    return {
        "repair": [code.split(";") if code else [] for code in frame["repair"]],
        "repair_area_m2": frame["repair_area_m2"].to_numpy(float),
        "notices": [list(dict.fromkeys(known.get(site, every))) for site in frame["site_id"]],
    }


def _of_whole_sites(layers: Sequence[Layer], ground: Ground, findings: pd.DataFrame) -> dict[str, Any]:
    """Return the columns about each site as a whole: verdict, missing layers, reminders, next steps."""
    count, legal = len(ground.frame), ground.legal
    columns: dict[str, Any] = {name: [[] for _ in range(count)] for name in _LISTS}
    columns |= {"verdict": verdicts(findings, count), "way_out": [None] * count}
    if legal is None:
        return columns
    columns["reminders"] = legal.reminders(frozenset(layer.spec.stands_for for layer in layers))
    if not legal.project.is_known:
        return columns
    word, law = legal.project.activity, legal.tables.law
    required, advised = missing_layers(word, layers, findings, ground.shares, legal.codes, law=law)
    return columns | {
        "verdict": verdicts_under_law(findings, columns["reminders"], required),
        "missing_required": required,
        "missing_advised": advised,
        "approval_path": approval_paths(layers, findings, legal),
        "way_out": ways_out(layers, ground.frame, findings, legal.tables),
    }
