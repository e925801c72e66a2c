"""What a check found, as frames, and as the JSON that other offices read (docs/check.schema.json)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd
import shapely
import shapely.geometry

from geo.crs import CrsReading
from geo.notices import Notice
from siting.law import Project
from words import LANGUAGES, t

__all__ = [
    "FINDING_COLUMNS",
    "REASONS",
    "SCHEMA",
    "STATES",
    "CheckResult",
    "notices_to_json",
    "one_site",
    "sections_to_json",
    "to_json",
]

STATES: Final = ("hit", "clear", "indicative", "not_checked")
REASONS: Final = (
    "not_loaded",
    "load_failed",
    "out_of_extent",
    "partly_out_of_extent",
    "no_features",
    "no_shapes",
    "county_only",
    "modelled",
    "approximate",
    "not_chosen",
)
"""Why a state is what it is; null where it needs no reason. ``siting.reason_<code>`` says each in words."""

FINDING_COLUMNS: Final = (
    "site",
    "layer",
    "role",
    "basis",
    "state",
    "reason",
    "relation",
    "overlap_m2",
    "share",
    "distance_m",
    "length_m",
    "overlap_m",
    "must_be_inside",
    "features",
    "zones",
    "nearest",
    "county_only",
    "margin_m",
    "margin_is",
    "accuracy_m",
    "firm",
    "sliver",
    "inside_m2",
    "outside_m2",
    "rules",
)

SCHEMA: Final = "1.3"
"""Version of the JSON: the second number grows with every key that is added, the first would with one that goes."""


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Attributes
    ----------
    sites : DataFrame
        A row per site in input order: ``site_id``, ``kind`` (point, line, polygon), ``area_m2`` (ellipsoidal),
        ``plane_area_m2`` (3-degree Gauss-Krüger), ``declared_area_m2``, ``length_m`` (geodesic), NaN where a site
        has none; ``part`` (position in `crs`), ``verdict``; ``activity`` (code or None), ``as_of`` (the day whose law
        was asked), ``missing_required`` (words of ``stands_for``: required layers that are not loaded, not complete
        here or only indicative), ``missing_advised``, ``reminders`` (rules that no layer decides: dicts as in
        ``rules``), ``approval_path`` (steps: `siting.law.approvals`), ``way_out`` (None or a dict:
        `siting.check.remainder`); from the reader ``repair`` (codes of what was mended: ``geo.repair_<code>``),
        ``repair_area_m2`` (by how much that changed the area), ``notices`` (codes: ``geo.notice_<code>``).
    findings : DataFrame
        A row per site and checked layer, by site and catalogue order; the columns of `FINDING_COLUMNS`:
        ``site`` (position), ``layer`` (id), ``role``, ``basis``; ``state``, ``reason`` (None or a code of `REASONS`),
        ``relation`` (``geo.measure.overlays.RELATIONS``; None if not checked). NaN where it does not apply, 0 where
        nothing is shared: ``overlap_m2`` (union of what the features take of a polygon), ``share`` (of the site's area
        or length), ``distance_m`` (geodesic, to the nearest edge; 0 where they meet), ``length_m`` (of a site that is a
        line), ``overlap_m`` (of the line inside, or of the layer's lines inside the site). ``must_be_inside``;
        ``features`` (what was hit: dicts of feature_id, name_zh, name_en, zone, basis, relation, overlap_m2,
        overlap_m, share); ``zones`` (dicts of zone, overlap_m2, overlap_m, share); ``nearest`` (a dict of feature_id,
        name_zh, name_en, zone, basis; None unless apart); ``county_only`` (features known only to lie in the site's
        county: dicts like it). ``margin_m`` (how far site or line may be off before the finding flips), ``margin_is``
        (``exact``, ``at_least``, None where no margin is known), ``accuracy_m`` (how far they may be:
        `siting.measures.margin`), ``firm`` (True, False: within accuracy, survey needed; None: not known), ``sliver``
        (suspected edge-matching error, 疑似接边误差), ``inside_m2`` and ``outside_m2`` (of a site that must be
        inside), ``rules`` (dicts: `siting.law.rules.RULE_KEYS`).
    counties : DataFrame
        ``site`` (position), ``adcode``, ``name`` (Chinese), ``name_en``, ``share`` (of the site's area or length; 1 for
        a point, NaN for a point on a boundary).
    crs : tuple of CrsReading
        How the systems of the sites were declared and understood.
    as_of : str
        The day whose law was asked for.
    project : Project or None
        What was said of the project.
    hashes : dict
        By layer id, the digest of what was checked against; None for a layer that is not loaded.
    rules_digest : str or None
        Of the tables of rules that were asked; None where none was.
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
    """Return the part of a result that speaks of one site."""
    parts = {name: getattr(result, name) for name in ("findings", "counties")}
    mine = {name: frame[frame["site"] == position].assign(site=0) for name, frame in parts.items()}
    return replace(
        result,
        sites=result.sites.iloc[[position]].reset_index(drop=True),
        **{name: frame.reset_index(drop=True) for name, frame in mine.items()},
    )


def to_json(result: CheckResult, version: str, *, check_id: str | None = None) -> dict[str, Any]:
    """Return a result as documented in docs/check.schema.json: input order, null for what does not apply.

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
        counties.setdefault(row.pop("site"), []).append(_plain(row))
    sites, hashes, readings = [], dict(result.hashes), [_crs(reading) for reading in result.crs]
    for position, row in enumerate(result.sites.to_dict("records")):
        reading = readings[row.pop("part")]
        if row["way_out"] is not None:
            shape = row["way_out"]["geometry"]
            row["way_out"] = {**row["way_out"], "geometry": None if shape is None else shapely.geometry.mapping(shape)}
        sites.append(
            {
                "id": row.pop("site_id"),
                **shared.row({key: value for key, value in row.items() if key != "verdict"}),
                "crs": reading,
                "counties": counties.get(position, []),
                "findings": findings.get(position, []),
                "verdict": row["verdict"],
                "hashes": hashes,
                "check_id": check_id,
            }
        )
    return {"schema": SCHEMA, "version": version, "rules_digest": result.rules_digest, "sites": sites}


def notices_to_json(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """Return what a reader noticed, each in both languages."""
    return [{"code": notice.code, **{lang: notice.text(lang) for lang in LANGUAGES}} for notice in notices]


def sections_to_json(sections: pd.DataFrame | None, count: int) -> list[list[dict[str, Any]] | None]:
    """Return the sections of each of `count` sites; None for all where they were not asked for."""
    if sections is None:
        return [None] * count
    told: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for row in sections.to_dict("records"):
        told[row.pop("site")].append(_plain(row))
    return list(told)


def _crs(reading: CrsReading) -> dict[str, Any]:
    """Say how a coordinate system was declared and understood, and from what that follows."""
    return {
        "declared": reading.declared,
        "used": f"EPSG:{reading.epsg}",
        "evidence": [
            {"code": code, **{lang: t(f"geo.evidence_{code}", lang) for lang in LANGUAGES}} for code in reading.evidence
        ],
    }


class _Shared:
    """Rows as JSON, in which lists that many rows have in common stay one object: their clauses are read once."""

    def __init__(self) -> None:
        self._lists: dict[int, tuple[Any, Any]] = {}
        self._ids: dict[tuple[str, ...], list[str]] = {}

    def row(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """Return a row in JSON's own kinds."""
        return {str(key): self._list(value) if type(value) is list else _plain(value) for key, value in row.items()}

    def ids(self, features: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return the ids of features."""
        found = [feature["feature_id"] for feature in features]
        return self._ids.setdefault(tuple(found), found)

    def _list(self, value: list[Any]) -> Any:
        if id(value) not in self._lists:
            self._lists[id(value)] = (value, _plain(value))  # held, so that its id stays its own
        return self._lists[id(value)][1]


def _plain(value: Any) -> Any:
    """Turn a value into JSON's own kinds; what is missing becomes null, never 0."""
    if type(value) in (str, bool, int, type(None)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "item"):
        value = value.item()
    missing = value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value))
    return None if missing else value
