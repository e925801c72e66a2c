"""The rules of one project on one day, by layer, and what they mean for sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import pandas as pd

from layers.catalogue import Layer
from siting.law.apply import AppliedRules, apply_rules, rule_record, rules_of_missing_layer, sorted_rules
from siting.law.project import Project
from siting.law.rule_tables import Tables
from siting.law.rules import NOWHERE, Rule, rules_for
from siting.measures import Measured, Prepared
from siting.records import RuleRecord

__all__ = ["STAND_INS", "Legal", "legal_of"]

STAND_INS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "water_surface": ("river_bank", ()),
    "river_line": ("river_bank", ("centreline",)),
}
"""Substitute layers, by ``stands_for``: which layer each replaces while that is not loaded, with its open questions."""


@dataclass(frozen=True)
class Legal:
    """The rules that concern a project on a day.

    Attributes
    ----------
    project : Project
    day : str
    rules : dict
        By word of ``stands_for``.
    codes : list of frozenset of str
        Adcodes of all levels that each site lies in.
    loaded : frozenset of str
        Words that a loaded layer stands for.
    tables : Tables
        Where the rules come from.
    """

    project: Project
    day: str
    rules: dict[str, list[Rule]]
    codes: list[frozenset[str]]
    loaded: frozenset[str]
    tables: Tables = field(default_factory=Tables)
    _missing: dict[tuple[str, frozenset[str], str], list[RuleRecord]] = field(default_factory=dict)

    def applied(
        self, layer: Layer, sites: gpd.GeoDataFrame, at: Sequence[int], ready: Prepared, measured: Measured
    ) -> AppliedRules:
        """Return which rules apply to the sites at positions `at`, given how they lie to a layer."""
        rules, questions, soft = self.rules_on(layer)
        codes, redline = [self.codes[site] for site in at], layer.spec.stands_for == "redline"
        return apply_rules(rules, sites, codes, ready, measured, redline=redline, soft=soft, open_questions=questions)

    def rules_on(self, layer: Layer) -> tuple[list[Rule], tuple[str, ...], bool]:
        """Return the rules that a layer decides, what keeps all of them open, and whether the layer only warns.

        A substitute (`STAND_INS`) decides rules with a distance for the layer that it replaces, and only warns.
        """
        word = layer.spec.stands_for
        if word in STAND_INS and STAND_INS[word][0] not in self.loaded:
            other, questions = STAND_INS[word]
            return [rule for rule in self.rules.get(other, []) if rule.relation == "within_distance"], questions, True
        return self.rules.get(word, []), (), layer.spec.indicative

    def of_missing_layer(self, layer: Layer, site: int, reason: str) -> list[RuleRecord]:
        """Return the rules that a missing layer leaves undecided for a site. The list is shared: do not change it."""
        key = (layer.spec.stands_for, self.codes[site], reason)
        if key not in self._missing:
            self._missing[key] = rules_of_missing_layer(self.rules.get(key[0], []), key[1], reason)
        return self._missing[key]

    def reminders(self, words: frozenset[str]) -> list[list[RuleRecord]]:
        """Return per site the rules that no checked layer decides.

        Parameters
        ----------
        words : frozenset of str
            What the checked layers stand for.
        """
        loose = [rule for word, rules in self.rules.items() if word not in words for rule in rules]
        made: dict[frozenset[str], list[RuleRecord]] = {}
        for codes in self.codes:
            if codes not in made:
                made[codes] = sorted_rules([_reminder(rule) for rule in loose if rule.holds_in(codes)])
        return [made[codes] for codes in self.codes]


def _reminder(rule: Rule) -> RuleRecord:
    """Return the record of a rule that no layer decides: place and project alone do, or it stays a reminder."""
    questions = [f"flag:{flag}" for flag in rule.open_flags]
    if rule.reference:
        return rule_record(rule, "reference", open_questions=questions)
    if rule.layer != "any":
        missing = "no_layer" if rule.layer == NOWHERE else "not_declared"
        record = rule_record(rule, "undecided", open_questions=[missing, *questions])
        return {**record, "counts_as": None}
    decided = rule.row["kind"] == "law" and rule.row["effect"] != "notice" and rule.relation == "any" and not questions
    return rule_record(rule, "applies" if decided else "reminder", open_questions=questions)


def legal_of(
    project: Project,
    day: str,
    layers: Sequence[Layer],
    shares: pd.DataFrame,
    count: int,
    *,
    tables: Tables | None = None,
) -> Legal:
    """Return the rules that concern a project on a day, with the territories of the sites.

    Parameters
    ----------
    project : Project
    day : str
        ``YYYY-MM-DD``.
    layers : sequence of Layer
        The checked ones.
    shares : DataFrame
        From `siting.measures.counties.county_shares`.
    count : int
        Number of sites.
    tables : Tables, optional
        Default: those in use.
    """
    tables = tables or Tables()
    rules: dict[str, list[Rule]] = {}
    for rule in rules_for(project, day, tables):
        if rule.layer != NOWHERE or not rule.reference:
            rules.setdefault(rule.layer, []).append(rule)
    codes: list[set[str]] = [set() for _ in range(count)]
    levels = shares[["site", "adcode", "prefecture_adcode", "province_adcode"]].astype({"site": int}).astype(str)
    for site, *adcodes in levels.itertuples(index=False, name=None):
        codes[int(site)].update(adcodes)
    frames = [(layer.spec.stands_for, layer.frame) for layer in layers if layer.state == "loaded"]
    loaded = frozenset(word for word, frame in frames if frame is not None and len(frame))
    return Legal(project, day, rules, [frozenset(of_site) for of_site in codes], loaded, tables)
