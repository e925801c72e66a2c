"""The result of a check: as frames, and as the JSON report that other offices read (docs/check.schema.json)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pandas as pd
import shapely
import shapely.geometry

from geo.crs import CrsReading
from geo.notices import Notice
from siting.law import Project
from siting.records import SCHEMA_VERSION, CrsRecord, NoticeRecord, Report, SectionRecord, SiteRecord
from words import LANGUAGES, t

__all__ = [
    "CheckResult",
    "notices_to_json",
    "one_site",
    "plain_value",
    "sections_to_json",
    "to_json",
]


@dataclass(frozen=True)
class CheckResult:
    """The result of a check.

    Attributes
    ----------
    sites : DataFrame
        A row per site in input order: ``site_id``, ``kind`` (point, line, polygon), ``area_m2`` (ellipsoidal),
        ``plane_area_m2`` (3-degree Gauss-Krüger), ``declared_area_m2``, ``length_m`` (geodesic), NaN where a site
        has none; ``part`` (position in `crs`), ``verdict``; ``activity`` (code or None), ``as_of`` (the day whose law
        applies), ``missing_required`` (words of ``stands_for``: required layers that are not loaded, not complete
        here or only indicative), ``missing_advised``, ``reminders`` (rules that no layer decides: dicts as in
        ``rules``), ``approval_path`` (lists of `siting.records.StepRecord`), ``way_out`` (None or a dict:
        `siting.check.remainder`); from the reader ``repair`` (codes of what was mended: ``geo.repair_<code>``),
        ``repair_area_m2`` (by how much that changed the area), ``notices`` (codes: ``geo.notice_<code>``).
    findings : DataFrame
        A row per site and checked layer, by site and catalogue order; columns `siting.records.FINDING_COLUMNS`, whose
        meaning `siting.records.FindingRecord` gives, but for: ``site`` is the position of the site; NaN stands where a
        measure does not apply; ``county_only`` holds records (`siting.records.FeatureRecord`), not ids.
    counties : DataFrame
        ``site`` (position), ``adcode``, ``name`` (Chinese), ``name_en``, ``share`` (of the site's area or length; 1 for
        a point, NaN for a point on a boundary).
    crs : tuple of CrsReading
        How the systems of the sites were declared and understood.
    as_of : str
        The day whose law applies.
    project : Project or None
        The project; None if no activity was named.
    hashes : dict
        By layer id, the digest of what was checked against; None for a layer that is not loaded.
    rules_digest : str or None
        Of the tables of rules that were used; None if none was.
    """

    sites: pd.DataFrame
    findings: pd.DataFrame
    counties: pd.DataFrame
    crs: tuple[CrsReading, ...]
    as_of: str = ""
    project: Project | None = None
    hashes: dict[str, str | None] = field(default_factory=dict)
    rules_digest: str | None = None


def one_site(result: CheckResult, position: int) -> CheckResult:
    """Return the part of a result that concerns the site at a position."""
    parts = {name: getattr(result, name) for name in ("findings", "counties")}
    mine = {name: frame[frame["site"] == position].assign(site=0) for name, frame in parts.items()}
    return replace(
        result,
        sites=result.sites.iloc[[position]].reset_index(drop=True),
        **{name: frame.reset_index(drop=True) for name, frame in mine.items()},
    )


def to_json(result: CheckResult, version: str, *, check_id: str | None = None) -> Report:
    """Return a result as a report (docs/check.schema.json): sites in input order, null for what does not apply.

    Parameters
    ----------
    result : CheckResult
    version : str
        Of the software.
    check_id : str, optional
        Under which the check is stored.
    """
    shared = _Shared()
    findings: dict[int, list[dict[str, Any]]] = {}
    for row in result.findings.to_dict("records"):
        row["county_only"] = shared.ids(row["county_only"])  # often hundreds
        findings.setdefault(row.pop("site"), []).append(shared.row(row))
    counties: dict[int, list[dict[str, Any]]] = {}
    for row in result.counties.to_dict("records"):
        counties.setdefault(row.pop("site"), []).append(plain_value(row))
    hashes, readings = dict(result.hashes), [_crs(reading) for reading in result.crs]
    sites: list[SiteRecord] = []
    for position, row in enumerate(result.sites.to_dict("records")):
        reading = readings[row.pop("part")]
        if row["way_out"] is not None:
            shape = row["way_out"]["geometry"]
            row["way_out"] = {**row["way_out"], "geometry": None if shape is None else shapely.geometry.mapping(shape)}
        site = {
            "id": row.pop("site_id"),
            **shared.row({key: value for key, value in row.items() if key != "verdict"}),
            "crs": reading,
            "counties": counties.get(position, []),
            "findings": findings.get(position, []),
            "verdict": row["verdict"],
            "hashes": hashes,
            "check_id": check_id,
        }
        sites.append(cast("SiteRecord", site))
    return {"schema": SCHEMA_VERSION, "version": version, "rules_digest": result.rules_digest, "sites": sites}


def notices_to_json(notices: Sequence[Notice]) -> list[NoticeRecord]:
    """Return the notices of a reader, each in both languages."""
    return [NoticeRecord(code=notice.code, zh=notice.text("zh"), en=notice.text("en")) for notice in notices]


def sections_to_json(sections: pd.DataFrame | None, count: int) -> list[list[SectionRecord] | None]:
    """Return the sections of each of `count` sites; None for all if not requested."""
    if sections is None:
        return [None] * count
    by_site: list[list[SectionRecord]] = [[] for _ in range(count)]
    for row in sections.to_dict("records"):
        by_site[row.pop("site")].append(plain_value(row))
    return list(by_site)


def _crs(reading: CrsReading) -> CrsRecord:
    """Return the record of how a coordinate system was declared and understood."""
    evidence: list[Any] = [
        {"code": code, **{lang: t(f"geo.evidence_{code}", lang) for lang in LANGUAGES}} for code in reading.evidence
    ]
    return {"declared": reading.declared, "used": f"EPSG:{reading.epsg}", "evidence": evidence}


class _Shared:
    """Turns rows into JSON values; a list that many rows share is converted once and stays one object."""

    def __init__(self) -> None:
        self._lists: dict[int, tuple[Any, Any]] = {}
        self._ids: dict[tuple[str, ...], list[str]] = {}

    def row(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """Return a row with JSON values."""
        return {
            str(key): self._list(value) if type(value) is list else plain_value(value) for key, value in row.items()
        }

    def ids(self, features: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return the ids of features."""
        found = [feature["feature_id"] for feature in features]
        return self._ids.setdefault(tuple(found), found)

    def _list(self, value: list[Any]) -> Any:
        if id(value) not in self._lists:
            self._lists[id(value)] = (value, plain_value(value))  # a reference, so that the id is not used again
        return self._lists[id(value)][1]


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it; what is missing becomes None, never 0."""
    if type(value) in (str, bool, int, type(None)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(part) for part in value]
    if hasattr(value, "item"):
        value = value.item()
    missing = value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value))
    return None if missing else value
