"""What must not leave: a finding against a layer whose entry says ``export = "none"`` keeps its state, no measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from layers.catalogue import LayerSpec, withheld_ids
from siting.check.result import CheckResult

__all__ = ["MEASURED", "result_without_withheld", "without_withheld"]

MEASURED: Final[dict[str, Any]] = {
    "relation": None,
    "overlap_m2": None,
    "share": None,
    "distance_m": None,
    "overlap_m": None,
    "margin_m": None,
    "margin_is": None,
    "firm": None,
    "sliver": False,
    "inside_m2": None,
    "outside_m2": None,
    "features": [],
    "zones": [],
    "nearest": None,
    "county_only": [],
}
"""What was measured against a layer, and what stands in its place."""
_WAY_OUT: Final = ("area_m2", "length_m", "share", "geometry")


def result_without_withheld(result: CheckResult, specs: Iterable[LayerSpec]) -> CheckResult:
    """Return a result as it may leave: `without_withheld` for frames."""
    kept_in = withheld_ids(specs)
    if not kept_in:
        return result
    findings = result.findings.copy()
    rows = findings["layer"].isin(kept_in).to_numpy()
    for name, blank in MEASURED.items():
        column = findings[name].copy()
        if isinstance(blank, list):
            column[rows] = pd.Series([list(blank)] * int(rows.sum()), index=column.index[rows])
        else:
            column[rows] = float("nan") if blank is None and column.dtype.kind == "f" else blank
        findings[name] = column
    pairs = zip(findings["rules"], rows, strict=True)
    rules = [_unmeasured(told) if hide else told for told, hide in pairs]
    ways = [
        {**way, **dict.fromkeys(_WAY_OUT)} if way and kept_in & set(way["layers"]) else way
        for way in result.sites["way_out"]
    ]
    findings = findings.assign(rules=pd.Series(rules, index=findings.index, dtype=object))
    sites = result.sites.assign(way_out=pd.Series(ways, index=result.sites.index, dtype=object))
    return replace(result, findings=findings, sites=sites)


def _unmeasured(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**rule, "measured_m": None} if "measured_m" in rule else dict(rule) for rule in rules]


def without_withheld(report: Mapping[str, Any], specs: Iterable[LayerSpec]) -> dict[str, Any]:
    """Return a report (`siting.check.run.Run.report`) as it may leave, by the catalogue entries of its layers.

    A finding that lost its measures says so by ``withheld``. What is left of a site off such a layer would draw the
    layer's line, so it goes too.
    """
    kept_in = withheld_ids(specs)
    if not kept_in:
        return dict(report)
    return {**report, "sites": [_site(site, kept_in) for site in report["sites"]]}


def _site(site: Mapping[str, Any], kept_in: set[str]) -> dict[str, Any]:
    findings = [_finding(found) if found["layer"] in kept_in else found for found in site["findings"]]
    told = {**site, "findings": findings}
    if site.get("sections"):
        told["sections"] = [section for section in site["sections"] if section["layer"] not in kept_in]
    way_out = site.get("way_out")
    if way_out and kept_in & set(way_out["layers"]):
        told["way_out"] = {**way_out, **dict.fromkeys(_WAY_OUT)}
    return told


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    blank = {name: value for name, value in MEASURED.items() if name in found}
    told = {**found, **blank, "withheld": True}
    if "rules" in found:
        told["rules"] = _unmeasured(found["rules"])
    return told
