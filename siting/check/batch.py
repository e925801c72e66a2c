"""Checks of many sites in portions with progress, and their results as one row a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geo.errors import BadInput
from geo.progress import Progress, no_progress
from geo.sites import Sites
from layers.catalogue import Layer, withheld_ids
from siting.check.result import CheckResult
from siting.check.run import Run, run_check
from siting.check.settings import Settings

__all__ = ["PORTION", "result_columns", "run_batch", "with_results"]

PORTION: Final = 1000

_MEASURES: Final = {"overlap_m2": "m2", "overlap_m": "m", "share": "share", "distance_m": "distance_m"}


def run_batch(
    sites: Sites,
    layers: Mapping[str, Layer],
    settings: Settings,
    *,
    progress: Progress = no_progress,
    portion: int = PORTION,
    law: Path | None = None,
) -> Run:
    """Check many sites, a portion at a time; the result is that of `siting.check.run.run_check`.

    Parameters
    ----------
    sites : Sites
    layers : mapping of str to Layer
    settings : Settings
    progress : Progress
        Called after each portion, with how many sites are done.
    portion : int
        Sites at a time.
    law : Path, optional
        As for `siting.check.run.run_check`.

    Raises
    ------
    BadInput
        If the tables of rules were edited in the midst of it.
    """
    runs = []
    for some in _portions(sites, portion):
        runs.append(run_check(some, layers, settings, law=law))
        if runs[-1].law_sha256 != runs[0].law_sha256:
            raise BadInput("ledger.law_moved")
        settings = runs[0].settings  # the day of the law is settled once, also past midnight
        done = min(len(runs) * portion, len(sites))
        progress(done / len(sites), str(done))
    if len(runs) == 1:
        return replace(runs[0], read_sites=runs[0].read_sites and sites)
    frame = pd.concat([run.sites.frame for run in runs], ignore_index=True) if settings.corridor_m else sites.frame
    sections = [run.sections for run in runs if run.sections is not None]
    return replace(
        runs[0],
        sites=replace(sites, frame=frame),
        read_sites=sites if settings.corridor_m else None,
        result=_joined([run.result for run in runs], portion),
        sections=_shifted(sections, portion) if sections else None,
    )


def _portions(sites: Sites, portion: int) -> Iterator[Sites]:
    for start in range(0, len(sites), portion):
        yield replace(sites, frame=sites.frame.iloc[start : start + portion].reset_index(drop=True))


def _joined(results: Sequence[CheckResult], portion: int) -> CheckResult:
    """Concatenate the results of portions."""
    sites = pd.concat([result.sites for result in results], ignore_index=True)
    findings = _shifted([result.findings for result in results], portion)
    counties = _shifted([result.counties for result in results], portion)
    return replace(results[0], sites=sites, findings=findings, counties=counties)


def _shifted(parts: Sequence[pd.DataFrame], portion: int) -> pd.DataFrame:
    """Concatenate frames of portions, ``site`` renumbered over the whole input."""
    moved = [part.assign(site=part["site"] + number * portion) for number, part in enumerate(parts)]
    return pd.concat(moved, ignore_index=True)


def result_columns(run: Run) -> pd.DataFrame:
    """Return the results of a check as a flat table, one row a site in input order.

    Returns
    -------
    DataFrame
        ``rl_site`` (the site's id), ``rl_verdict`` (code), ``rl_area_m2``, ``rl_length_m`` (NaN where a site has
        none), ``rl_counties`` (names, largest share first, joined by ``;``), ``rl_layers`` (ids of the layers met,
        joined by ``;``); for each checked layer ``<id>_state``, and for those that were measured ``<id>_m2``
        (overlap), ``<id>_m`` (length inside), ``<id>_share`` (0 to 1), ``<id>_distance_m``. Layers whose entry says
        ``export = "none"`` have a state only.
    """
    result = run.result
    count = len(result.sites)
    counties = result.counties.groupby("site")["name"].agg(";".join).reindex(range(count)).fillna("")
    met = result.findings[result.findings["relation"].isin(["within", "covers", "overlaps", "crosses"])]
    layers = met.groupby("site")["layer"].agg(";".join).reindex(range(count)).fillna("")
    columns: dict[str, Any] = {
        "rl_site": result.sites["site_id"].to_numpy(),
        "rl_verdict": result.sites["verdict"].to_numpy(),
        "rl_area_m2": result.sites["area_m2"].to_numpy(float),
        "rl_length_m": result.sites["length_m"].to_numpy(float),
        "rl_counties": counties.to_numpy(),
        "rl_layers": layers.to_numpy(),
    }
    withheld = withheld_ids(layer.spec for layer in run.layers.values())
    for name, rows in result.findings.groupby("layer", sort=False):
        columns[f"{name}_state"] = rows["state"].to_numpy()
        if rows["relation"].isna().all() or name in withheld:
            continue
        for measure, suffix in _MEASURES.items():
            if rows[measure].notna().any():
                columns[f"{name}_{suffix}"] = rows[measure].to_numpy(float)
    return pd.DataFrame(columns)


def with_results(run: Run) -> pd.DataFrame:
    """Return the attributes of the input as they came, with `result_columns` appended.

    A result column whose name the input has already gets an underscore behind it; the input's never change.
    """
    frame = run.sites.frame
    own = pd.DataFrame(frame[list(frame.columns[list(frame.columns).index("geometry") + 1 :])])
    found = result_columns(run)
    taken = set(own.columns)
    names: list[str] = []
    for name in found.columns:
        fresh = name
        while fresh in taken:
            fresh += "_"
        taken.add(fresh)
        names.append(fresh)
    found.columns = pd.Index(names)
    return pd.concat([own.reset_index(drop=True), found], axis=1)
