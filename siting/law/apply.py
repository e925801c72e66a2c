"""Rules on findings: which apply to a site, which cannot be decided and why, and what each adds to the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, overload

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo.measure import MEETING, nearest
from layers.law import ZONES
from siting.law.rules import AUTHORITIES, RULE_KEYS, Rule
from siting.measures import Measured, Prepared

__all__ = ["Said", "fits", "say", "say_unloaded", "sorted_rules", "told", "zone_named"]

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
"""Zones that are a kind of another: who meets the first meets the second; who meets the second may meet the first."""
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
"""Zones that a feature without a zone is taken to lie in, and what to say of it."""
_TYPES: Final = {
    "nature_reserve": "nature_reserve", "自然保护区": "nature_reserve",
    "national_park": "national_park", "国家公园": "national_park",
    "nature_park": "nature_park", "自然公园": "nature_park", "wetland_park": "nature_park", "湿地公园": "nature_park",
    "forest_park": "nature_park", "森林公园": "nature_park", "geopark": "nature_park", "地质公园": "nature_park",
    "scenic_area": "scenic_area", "风景名胜区": "scenic_area",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What rules say of sites against one layer.

    Attributes
    ----------
    rules : list of list of dict
        Per site, the gravest first; keys `siting.law.rules.RULE_KEYS`.
    flips_m : array of float
        Per site, how far off the distance of a rule is from being reached, or left; inf where none asks.
    leaving : array of bool
        Whether that distance would be left.
    """

    rules: list[list[dict[str, Any]]]
    flips_m: Floats
    leaving: NDArray[np.bool_]


def told(
    rule: Rule,
    status: str,
    *,
    waits: Sequence[str] = (),
    assumed: Sequence[str] = (),
    soft: bool = False,
    measured_m: float | None = None,
) -> dict[str, Any]:
    """Return a rule as a finding carries it.

    Parameters
    ----------
    rule : Rule
    status : {"applies", "undecided", "reminder", "reference"}
    waits : sequence of str
        What keeps it from being decided.
    assumed : sequence of str
        What was taken for granted.
    soft : bool
        Whether only modelled or approximate features speak for it: then it warns and no more.
    measured_m : float, optional
        How far the site is, for ``within_distance``.
    """
    row = rule.row
    own: dict[str, Any] = {
        "status": status,
        "counts_as": _counts(rule, status, soft=soft),
        "open": list(waits),
        "assumed": list(assumed),
        "zone": list(rule.zone),
        "distance_m": None if np.isnan(rule.distance_m) else rule.distance_m,
        "measured_m": measured_m,
        "in_force_from": row["in_force_from"] or None,
        "in_force_to": row["in_force_to"] or None,
    }
    return {key: own[key] if key in own else row[key] for key in RULE_KEYS}


def _counts(rule: Rule, status: str, *, soft: bool) -> str | None:
    """Say what a rule adds to the verdict.

    Plans, unverified clauses, clauses that facts outside the map decide, and what is undecided never forbid; layers
    that are modelled or approximate only warn.
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


def sorted_rules(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rules the gravest first, then by rank of the text."""
    return sorted(
        rules, key=lambda r: (_RANK.index(r["counts_as"]), AUTHORITIES.index(r["authority"]), r["status"], r["id"])
    )


def say_unloaded(rules: Sequence[Rule], codes: frozenset[str], reason: str) -> list[dict[str, Any]]:
    """Return the rules that a layer would have decided, had it been there; they weigh nothing."""
    return sorted_rules(
        [
            {**told(rule, "undecided", waits=[reason, *_flags(rule)]), "counts_as": None}
            for rule in rules
            if rule.holds_in(codes) and not rule.reference
        ]
    )


def say(
    rules: Sequence[Rule],
    sites: gpd.GeoDataFrame,
    codes: Sequence[frozenset[str]],
    layer: Prepared,
    measured: Measured,
    *,
    redline: bool = False,
    soft: bool = False,
    waits: Sequence[str] = (),
) -> Said:
    """Say which rules apply to sites, given what a layer does to them.

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
        Whether the layer stands for the red line, where new zones have names of their own.
    soft : bool
        Whether the layer as a whole only warns.
    waits : sequence of str
        What keeps every rule from being decided on this layer, such as that it is a centreline and no bank.
    """
    count = len(sites)
    meets, measurable = np.isin(measured.relation, MEETING), measured.relation != None  # noqa: E711
    met = _marks_met(measured, layer, count)
    near = [rule for rule in rules if rule.relation == "within_distance"]
    flips, leaving = np.full(count, np.inf), np.zeros(count, dtype=bool)
    found: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for rule in near:
        beyond_m = _say_distance(
            rule, sites, codes, layer, known_m=measured.distance_m, into=(found, waits), redline=redline, soft=soft
        )
        nearer = np.abs(beyond_m) < flips
        flips, leaving = np.where(nearer, np.abs(beyond_m), flips), np.where(nearer, beyond_m < 0, leaving)
    known: dict[Any, list[dict[str, Any]]] = {}
    rest = [rule for rule in rules if rule.relation != "within_distance"]
    for site in range(count):
        key = (codes[site], met[site], bool(meets[site]), measured.relation[site] == "within", bool(measurable[site]))
        if key not in known:
            here = [rule for rule in rest if rule.holds_in(codes[site])]
            parts = [_say_one(rule, key, layer.marks, waits, redline=redline, soft=soft) for rule in here]
            known[key] = sorted_rules([part for part in parts if part is not None])
        found[site] = sorted_rules(found[site] + known[key]) if found[site] else known[key]
    return Said(found, flips, leaving)


def _marks_met(measured: Measured, layer: Prepared, count: int) -> list[frozenset[int]]:
    """Return the marks of the features that each site shares ground with."""
    pairs = measured.meeting
    met: list[set[int]] = [set() for _ in range(count)]
    marks = layer.mark[pairs["feature"].to_numpy()]
    for site, mark in set(zip(pairs["site"].tolist(), marks.tolist(), strict=True)):
        met[site].add(mark)
    return [frozenset(marks) for marks in met]


def _flags(rule: Rule) -> list[str]:
    return [f"flag:{flag}" for flag in rule.open_flags]


def _say_one(
    rule: Rule, key: Any, marks: Sequence[Mark], waits: Sequence[str], *, redline: bool, soft: bool
) -> dict[str, Any] | None:
    """Return what a rule that names no distance says of a site that stands to the layer in one way."""
    _, met, meets, within, measurable = key
    if rule.relation == "any":
        return told(rule, "reference" if rule.reference else "reminder", waits=_flags(rule))
    if rule.relation == "outside":
        if within or not measurable:
            return None
        return _decided(rule, [], [], waits, soft=soft)
    if not meets:
        return None
    for sure in (True, None):
        fitting = [(mark, fits(rule, mark, redline=redline)) for mark in (marks[place] for place in met)]
        chosen = [(mark, why) for mark, (fit, why) in fitting if fit is sure]
        if chosen:
            whys = sorted({why for _, why in chosen if why})
            only_soft = soft or not any(mark[2] for mark, _ in chosen)
            return _decided(rule, [] if sure else whys, whys if sure else [], waits, soft=only_soft)
    return None


def _decided(
    rule: Rule, undecided: Sequence[str], assumed: Sequence[str], waits: Sequence[str], *, soft: bool, **more: Any
) -> dict[str, Any]:
    """Return a rule that applies, or would if what it waits for were known."""
    still = [*undecided, *_flags(rule), *waits]
    status = "reference" if rule.reference else "undecided" if still else "applies"
    return told(rule, status, waits=still, assumed=assumed, soft=soft, **more)


def fits(rule: Rule, mark: Mark, *, redline: bool = False) -> tuple[bool | None, str]:
    """Tell whether a feature is of the type and zone that a rule names.

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
    """Tell whether a zone, as printed, is one of those that a rule names."""
    if not wanted:
        return True, ""
    if zone is None:
        taken = [_ASSUMED[name] for name in wanted if name in _ASSUMED]
        return (True, taken[0]) if taken else (None, "zone_unknown")
    zone = zone_named(zone, redline=redline)
    if zone in wanted or _PART_OF.get(zone) in wanted:
        return True, ""
    if any(_PART_OF.get(name) == zone for name in wanted) or zone not in ZONES:
        return None, "zone_unknown"
    if (zone in _OLD and not _NEW.isdisjoint(wanted)) or (zone in _NEW and not _OLD.isdisjoint(wanted)):
        return None, "zone_generation"
    return False, ""


@overload
def zone_named(zone: str, *, redline: bool = False) -> str: ...
@overload
def zone_named(zone: str | None, *, redline: bool = False) -> str | None: ...
def zone_named(zone: str | None, *, redline: bool = False) -> str | None:
    """Return a zone as printed in the words of the law, where they are only other words for the same."""
    if zone is None:
        return None
    named = _ALIASES.get(zone, zone)
    return _REDLINE_ZONES.get(named, named) if redline else named


def _say_distance(
    rule: Rule,
    sites: gpd.GeoDataFrame,
    codes: Sequence[frozenset[str]],
    layer: Prepared,
    *,
    known_m: Floats,
    into: tuple[list[list[dict[str, Any]]], Sequence[str]],
    redline: bool,
    soft: bool,
) -> Floats:
    """Put a rule that names a distance to the sites within it; return how far each is beyond it, below 0 within."""
    found, waits = into
    fitting = [fits(rule, mark, redline=redline) for mark in layer.marks]
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
                _decided(
                    rule, [] if sure else whys, whys if sure else [], waits, soft=only_soft,
                    measured_m=float(away[site]),
                )
            )  # fmt: skip
        decided |= near
    return flips
