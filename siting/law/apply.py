"""Apply rules to measured sites: which apply, which are undecided and why, and what each adds to the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast, overload

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo.measure import MEETING, nearest
from layers.law import ZONES
from siting.law.rules import AUTHORITIES, Rule
from siting.measures import Measured, Prepared
from siting.records import RULE_KEYS, RuleRecord, Status

__all__ = [
    "AppliedRules", "apply_rules", "mark_fits_rule", "rule_record", "rules_of_missing_layer", "sorted_rules",
    "zone_in_law_words",
]  # fmt: skip

Floats = NDArray[np.float64]
Mark = tuple[str | None, str | None, bool]

_WEIGHTS: Final = {
    "prohibit": "prohibited",
    "restrict": "review_required",
    "condition": "review_required",
    "notice": "notice",
}
_RANK: Final = ("prohibited", "review_required", "notice", None)

_PART_OF: Final = {"长江重要支流": "长江支流", "国家重要湿地": "重要湿地"}
"""Zones that are part of another: meeting the part is meeting the whole; meeting the whole leaves the part open."""
_ALIASES: Final = {
    "一级水源保护区": "一级保护区",
    "二级水源保护区": "二级保护区",
    "饮用水水源一级保护区": "一级保护区",
    "饮用水水源二级保护区": "二级保护区",
    "饮用水水源准保护区": "准保护区",
    "高铁": "高速铁路",
    "普速铁路": "其他铁路",
    "普通铁路": "其他铁路",
}
_REDLINE_ZONES: Final = {"核心保护区": "自然保护地核心保护区", "一般控制区": "自然保护地核心保护区外"}
_OLD, _NEW = frozenset({"核心区", "缓冲区", "实验区"}), frozenset({"核心保护区", "一般控制区"})
"""Two generations of zones in nature reserves; never mapped to one another."""
_ASSUMED: Final = {
    "自然保护地核心保护区外": "core_not_told_apart",
    "永久基本农田集中区域": "concentrated_not_told_apart",
}
"""Zones that a feature without a zone is assumed to lie in, and the code of that assumption."""
_TYPES: Final = {
    "nature_reserve": "nature_reserve", "自然保护区": "nature_reserve",
    "national_park": "national_park", "国家公园": "national_park",
    "nature_park": "nature_park", "自然公园": "nature_park", "wetland_park": "nature_park", "湿地公园": "nature_park",
    "forest_park": "nature_park", "森林公园": "nature_park", "geopark": "nature_park", "地质公园": "nature_park",
    "scenic_area": "scenic_area", "风景名胜区": "scenic_area",
}  # fmt: skip


class _Standing(NamedTuple):
    """How a site lies to a layer, as far as rules without a distance ask: equal standings get equal rules.

    `codes` are the territories (adcodes of all levels), `marks` positions of the marks that the site meets.
    """

    codes: frozenset[str]
    marks: frozenset[int]
    meets: bool
    within: bool
    measurable: bool


@dataclass(frozen=True)
class AppliedRules:
    """The rules that apply to sites through one layer.

    Attributes
    ----------
    rules : list of list of RuleRecord
        Per site, the gravest first.
    flips_m : array of float
        Per site, how far off the distance of a rule is from being reached, or left; inf where none asks.
    leaving : array of bool
        Whether that distance would be left.
    """

    rules: list[list[RuleRecord]]
    flips_m: Floats
    leaving: NDArray[np.bool_]


def rule_record(
    rule: Rule,
    status: Status,
    *,
    open_questions: Sequence[str] = (),
    assumed: Sequence[str] = (),
    soft: bool = False,
    measured_m: float | None = None,
) -> RuleRecord:
    """Return the record of a rule that a finding holds.

    Parameters
    ----------
    rule : Rule
    status : {"applies", "undecided", "reminder", "reference"}
    open_questions : sequence of str
        Codes of what keeps it from being decided.
    assumed : sequence of str
        Codes of what was assumed to decide it.
    soft : bool
        Whether all features behind it are modelled or approximate: then it only warns.
    measured_m : float, optional
        How far the site is, for ``within_distance``.
    """
    row = rule.row
    own: dict[str, Any] = {
        "status": status,
        "counts_as": _weight(rule, status, soft=soft),
        "would_count_as": _weight(rule, status, soft=False),
        "open": list(open_questions),
        "assumed": list(assumed),
        "zone": list(rule.zone),
        "distance_m": None if np.isnan(rule.distance_m) else rule.distance_m,
        "measured_m": measured_m,
        "in_force_from": row["in_force_from"] or None,
        "in_force_to": row["in_force_to"] or None,
    }
    return cast("RuleRecord", {key: own[key] if key in own else row[key] for key in RULE_KEYS})


def _weight(rule: Rule, status: Status, *, soft: bool) -> str | None:
    """Return what a rule adds to the verdict.

    Never a ban: plans, unverified clauses, clauses that depend on facts outside the map, undecided rules. Modelled or
    approximate layers only warn.
    """
    if status in ("reminder", "reference"):
        return None
    row = rule.row
    plan = row["kind"] == "plan"
    weight = _WEIGHTS[row["effect"]]
    if weight == "prohibited" and (
        plan or row["verified"] == "no" or row["checkable"] != "geometry" or status == "undecided"
    ):
        weight = "review_required"
    return "notice" if soft or (plan and row["checkable"] != "geometry") else weight


def sorted_rules(rules: list[RuleRecord]) -> list[RuleRecord]:
    """Return rules sorted by weight (gravest first), then by rank of the legal text."""
    return sorted(
        rules, key=lambda r: (_RANK.index(r["counts_as"]), AUTHORITIES.index(r["authority"]), r["status"], r["id"])
    )


def rules_of_missing_layer(rules: Sequence[Rule], codes: frozenset[str], reason: str) -> list[RuleRecord]:
    """Return the rules that a missing layer leaves undecided, without weight in the verdict."""
    return sorted_rules(
        [
            {
                **rule_record(rule, "undecided", open_questions=[reason, *_open_flags(rule)]),
                "counts_as": None,
                "would_count_as": None,
            }
            for rule in rules
            if rule.holds_in(codes) and not rule.reference
        ]
    )


def apply_rules(
    rules: Sequence[Rule],
    sites: gpd.GeoDataFrame,
    codes: Sequence[frozenset[str]],
    layer: Prepared,
    measured: Measured,
    *,
    redline: bool = False,
    soft: bool = False,
    open_questions: Sequence[str] = (),
) -> AppliedRules:
    """Return which rules apply to sites, given how the sites lie to a layer.

    Parameters
    ----------
    rules : sequence of Rule
        Those that name what the layer stands for.
    sites : GeoDataFrame
        EPSG:4490.
    codes : sequence of frozenset of str
        Adcodes of all levels that each site lies in.
    layer : Prepared
    measured : Measured
        Of the same sites.
    redline : bool
        Whether the layer is the red line, whose zones have names of their own.
    soft : bool
        Whether the layer as a whole only warns.
    open_questions : sequence of str
        Codes of what keeps every rule on this layer undecided, such as ``centreline`` (the bank is not known).
    """
    count = len(sites)
    meets, measurable = np.isin(measured.relation, MEETING), measured.relation != None  # noqa: E711
    met = _marks_met(measured, layer, count)
    near = [rule for rule in rules if rule.relation == "within_distance"]
    flips, leaving = np.full(count, np.inf), np.zeros(count, dtype=bool)
    found: list[list[RuleRecord]] = [[] for _ in range(count)]
    for rule in near:
        beyond_m = _apply_distance_rule(
            rule,
            sites,
            codes,
            layer,
            known_m=measured.distance_m,
            into=(found, open_questions),
            redline=redline,
            soft=soft,
        )
        nearer = np.abs(beyond_m) < flips
        flips, leaving = np.where(nearer, np.abs(beyond_m), flips), np.where(nearer, beyond_m < 0, leaving)
    known: dict[_Standing, list[RuleRecord]] = {}
    rest = [rule for rule in rules if rule.relation != "within_distance"]
    for site in range(count):
        standing = _Standing(
            codes[site], met[site], bool(meets[site]), bool(measured.relation[site] == "within"), bool(measurable[site])
        )
        if standing not in known:
            here = [rule for rule in rest if rule.holds_in(codes[site])]
            parts = [
                _record_by_relation(rule, standing, layer.marks, open_questions, redline=redline, soft=soft)
                for rule in here
            ]
            known[standing] = sorted_rules([part for part in parts if part is not None])
        found[site] = sorted_rules(found[site] + known[standing]) if found[site] else known[standing]
    return AppliedRules(found, flips, leaving)


def _marks_met(measured: Measured, layer: Prepared, count: int) -> list[frozenset[int]]:
    """Return the marks (zone, type, firm) of the features that each site meets, as positions in ``layer.marks``."""
    pairs = measured.meeting
    met: list[set[int]] = [set() for _ in range(count)]
    marks = layer.mark[pairs.feature]
    for site, mark in set(zip(pairs.site.tolist(), marks.tolist(), strict=True)):
        met[site].add(mark)
    return [frozenset(marks) for marks in met]


def _open_flags(rule: Rule) -> list[str]:
    return [f"flag:{flag}" for flag in rule.open_flags]


def _record_by_relation(
    rule: Rule, standing: _Standing, marks: Sequence[Mark], open_questions: Sequence[str], *, redline: bool, soft: bool
) -> RuleRecord | None:
    """Return the record of a rule without a distance for sites of one standing; None if it does not apply."""
    if rule.relation == "any":
        return rule_record(rule, "reference" if rule.reference else "reminder", open_questions=_open_flags(rule))
    if rule.relation == "outside":
        if standing.within or not standing.measurable:
            return None
        return _record_if_met(rule, [], [], open_questions, soft=soft)
    if not standing.meets:
        return None
    for sure in (True, None):
        fitting = [
            (mark, mark_fits_rule(rule, mark, redline=redline)) for mark in (marks[place] for place in standing.marks)
        ]
        chosen = [(mark, why) for mark, (fit, why) in fitting if fit is sure]
        if chosen:
            whys = sorted({why for _, why in chosen if why})
            only_soft = soft or not any(mark[2] for mark, _ in chosen)
            return _record_if_met(rule, [] if sure else whys, whys if sure else [], open_questions, soft=only_soft)
    return None


def _record_if_met(
    rule: Rule,
    undecided: Sequence[str],
    assumed: Sequence[str],
    open_questions: Sequence[str],
    *,
    soft: bool,
    measured_m: float | None = None,
) -> RuleRecord:
    """Return the record of a rule whose relation is met: it applies unless a question is open."""
    still = [*undecided, *_open_flags(rule), *open_questions]
    status: Status = "reference" if rule.reference else "undecided" if still else "applies"
    return rule_record(rule, status, open_questions=still, assumed=assumed, soft=soft, measured_m=measured_m)


def mark_fits_rule(rule: Rule, mark: Mark, *, redline: bool = False) -> tuple[bool | None, str]:
    """Return whether a feature's zone and type are those that a rule names.

    Returns
    -------
    bool or None
        None where what is known of the feature does not decide it.
    str
        Why it is not decided, or what was assumed to decide it; else "".
    """
    zone, kind, _ = mark
    if rule.site_type:
        known = _TYPES.get(kind) if kind else None
        if kind and known not in rule.site_type:
            return False, ""
        if not kind:
            return None, "type_unknown"
    return _fits_zone(rule.zone, zone, redline=redline)


@lru_cache(maxsize=4096)
def _fits_zone(wanted: tuple[str, ...], zone: str | None, *, redline: bool) -> tuple[bool | None, str]:
    """Return whether a zone, as printed, is one of those that a rule names, and the code why (see above)."""
    if not wanted:
        return True, ""
    if zone is None:
        taken = [_ASSUMED[name] for name in wanted if name in _ASSUMED]
        return (True, taken[0]) if taken else (None, "zone_unknown")
    zone = zone_in_law_words(zone, redline=redline)
    if zone in wanted or _PART_OF.get(zone) in wanted:
        return True, ""
    if any(_PART_OF.get(name) == zone for name in wanted) or zone not in ZONES:
        return None, "zone_unknown"
    if (zone in _OLD and not _NEW.isdisjoint(wanted)) or (zone in _NEW and not _OLD.isdisjoint(wanted)):
        return None, "zone_generation"
    return False, ""


@overload
def zone_in_law_words(zone: str, *, redline: bool = False) -> str: ...
@overload
def zone_in_law_words(zone: str | None, *, redline: bool = False) -> str | None: ...
def zone_in_law_words(zone: str | None, *, redline: bool = False) -> str | None:
    """Return the name that the law uses for a zone as printed; the printed name where it has no other."""
    if zone is None:
        return None
    named = _ALIASES.get(zone, zone)
    return _REDLINE_ZONES.get(named, named) if redline else named


def _apply_distance_rule(
    rule: Rule,
    sites: gpd.GeoDataFrame,
    codes: Sequence[frozenset[str]],
    layer: Prepared,
    *,
    known_m: Floats,
    into: tuple[list[list[RuleRecord]], Sequence[str]],
    redline: bool,
    soft: bool,
) -> Floats:
    """Add a rule with a distance to the sites within it; return how far each lies beyond it (m, negative within)."""
    found, open_questions = into
    fitting = [mark_fits_rule(rule, mark, redline=redline) for mark in layer.marks]
    decided = np.zeros(len(sites), dtype=bool)
    flips = np.full(len(sites), np.inf)
    valid = np.array([rule.holds_in(here) for here in codes], dtype=bool)
    for sure in (True, None):
        places = tuple(place for place, (fit, _) in enumerate(fitting) if fit is sure)
        if not places:
            continue
        whys = sorted({fitting[place][1] for place in places} - {""})
        only_soft = soft or not any(layer.marks[place][2] for place in places)
        away = np.full(len(sites), np.inf)
        if len(places) == len(layer.marks):
            away = np.nan_to_num(known_m, nan=np.inf)
        else:
            table = nearest(sites, layer.subset(places))
            away[table["site"].to_numpy()] = table["distance_m"].to_numpy()
        near = valid & ~decided & (away <= rule.distance_m)
        if not rule.reference:
            beyond_m = np.where(valid, away - rule.distance_m, np.inf)
            flips = np.where(np.abs(beyond_m) < np.abs(flips), beyond_m, flips)
        for site in np.flatnonzero(near).tolist():
            found[site].append(
                _record_if_met(
                    rule, [] if sure else whys, whys if sure else [], open_questions, soft=only_soft,
                    measured_m=float(away[site]),
                )
            )  # fmt: skip
        decided |= near
    return flips
