"""Export policy: redact what was measured against layers with ``export = "none"``; the state of a finding stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import pandas as pd

from layers.catalogue import LayerSpec, withheld_ids
from siting.check.result import CheckResult
from siting.records import FindingRecord, Report, RuleRecord, SiteRecord

__all__ = ["MEASURED", "result_without_withheld", "without_withheld"]

MEASURED: Final[dict[str, Any]] = {
    "relation": None,
    "overlap_m2": None,
    "share": None,
    "distance_m": None,
    "bearing_deg": None,
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
"""Keys of a finding that are measurements, and the value that replaces each."""
_WAY_OUT: Final = ("area_m2", "length_m", "share", "geometry")


def result_without_withheld(result: CheckResult, specs: Iterable[LayerSpec]) -> CheckResult:
    """Return a result without measurements that must not be exported: `without_withheld` for frames."""
    closed = withheld_ids(specs)
    if not closed:
        return result
    findings = result.findings.copy()
    rows = findings["layer"].isin(closed).to_numpy()
    for name, blank in MEASURED.items():
        column = findings[name].copy()
        if isinstance(blank, list):
            column[rows] = pd.Series([list(blank)] * int(rows.sum()), index=column.index[rows])
        else:
            column[rows] = float("nan") if blank is None and column.dtype.kind == "f" else blank
        findings[name] = column
    pairs = zip(findings["rules"], rows, strict=True)
    rules = [_without_distances(of_finding) if hide else of_finding for of_finding, hide in pairs]
    ways = [
        {**way, **dict.fromkeys(_WAY_OUT)} if way and closed & set(way["layers"]) else way
        for way in result.sites["way_out"]
    ]
    findings = findings.assign(rules=pd.Series(rules, index=findings.index, dtype=object))
    sites = result.sites.assign(way_out=pd.Series(ways, index=result.sites.index, dtype=object))
    return replace(result, findings=findings, sites=sites)


def _without_distances(rules: Sequence[RuleRecord]) -> list[RuleRecord]:
    return [{**rule, "measured_m": None} if "measured_m" in rule else rule for rule in rules]


def without_withheld(report: Report, specs: Iterable[LayerSpec]) -> Report:
    """Return a report without measurements that the catalogue entries of its layers forbid to export.

    A redacted finding has ``withheld``. The way out off such a layer is redacted too: its shape would draw the layer.
    """
    closed = withheld_ids(specs)
    if not closed:
        return report
    return {**report, "sites": [_site(site, closed) for site in report["sites"]]}


def _site(site: SiteRecord, closed: set[str]) -> SiteRecord:
    findings = [_finding(found) if found["layer"] in closed else found for found in site["findings"]]
    redacted: SiteRecord = {**site, "findings": findings}
    sections, way_out = site.get("sections"), site.get("way_out")
    if sections:
        redacted["sections"] = [section for section in sections if section["layer"] not in closed]
    if way_out and closed & set(way_out["layers"]):
        redacted["way_out"] = {**way_out, "area_m2": None, "length_m": None, "share": None, "geometry": None}
    return redacted


def _finding(found: FindingRecord) -> FindingRecord:
    blank = {name: value for name, value in MEASURED.items() if name in found}
    redacted = cast("FindingRecord", {**found, **blank, "withheld": True})
    if "rules" in found:
        redacted["rules"] = _without_distances(found["rules"])
    return redacted
