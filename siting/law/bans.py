"""Where the rules for a project forbid it: for each layer the features, and the distance around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from layers.catalogue import Layer
from siting.law.apply import mark_fits_rule, rule_record
from siting.law.rule_book import Legal
from siting.law.rules import Rule
from siting.measures import prepared
from siting.records import RuleRecord

__all__ = ["Ban", "bans_everywhere", "bans_of", "forbids", "may_forbid", "open_bans_of"]

_FORBIDS: Final = "prohibited"


@dataclass(frozen=True)
class Ban:
    """A rule that forbids a project by how it lies to one layer.

    Attributes
    ----------
    rule : Rule
    places : tuple of int
        Positions in ``Prepared.marks`` of the features that it names.
    outside : bool
        Whether what lies outside the layer is forbidden, rather than what meets it.
    distance_m : float
        How near to the features it forbids; 0: on them.
    """

    rule: Rule
    places: tuple[int, ...]
    outside: bool
    distance_m: float


def forbids(records: Sequence[Mapping[str, object]] | Sequence[RuleRecord]) -> bool:
    """Return whether one of some rules forbids, or would were its layer the official one."""
    return any(_FORBIDS in (record["counts_as"], record.get("would_count_as")) for record in records)


def bans_of(legal: Legal, layer: Layer) -> list[Ban]:
    """Return the rules by which a loaded layer forbids the project, or would were it the official one.

    A rule that waits for an answer, or whose zone the features do not tell, never forbids; here as in a check.
    """
    found: list[Ban] = []
    for rule, fits, questions in _rules_on(legal, layer):
        outside = rule.relation == "outside"
        places = tuple(place for place, fit in enumerate(fits) if outside or fit)
        if _forbids_when_met(rule, questions) and (places or outside):
            found.append(Ban(rule, places, outside, _reach_m(rule)))
    return found


def open_bans_of(legal: Legal, layer: Layer) -> list[Ban]:
    """Return the rules that would forbid the project by a loaded layer, but wait for an answer, a zone or a type.

    Their places are those features for which they are not decided; what `bans_of` returns is not among them.
    """
    found: list[Ban] = []
    for rule, fits, questions in _rules_on(legal, layer):
        if rule.relation == "outside" or not _forbids_once_decided(rule):
            continue
        waits = not _forbids_when_met(rule, questions)
        places = tuple(place for place, fit in enumerate(fits) if fit is None or (waits and fit))
        if places:
            found.append(Ban(rule, places, outside=False, distance_m=_reach_m(rule)))
    return found


def _rules_on(legal: Legal, layer: Layer) -> Iterator[tuple[Rule, list[bool | None], Sequence[str]]]:
    """Yield each rule that depends on how a site lies to a layer.

    With it whether it names the features of each mark (None: not known), and what is open whatever the site.
    """
    if layer.frame is None or layer.frame.empty:
        return
    rules, questions, _ = legal.rules_on(layer)
    marks, redline = prepared(layer.frame).marks, layer.spec.stands_for == "redline"
    for rule in rules:
        if rule.relation != "any":
            yield rule, [mark_fits_rule(rule, mark, redline=redline)[0] for mark in marks], questions


def _reach_m(rule: Rule) -> float:
    return rule.distance_m if rule.relation == "within_distance" else 0.0


def may_forbid(records: Sequence[RuleRecord]) -> bool:
    """Return whether one of the rules that a finding holds would forbid, once what it waits for is answered."""
    return any(record["status"] == "undecided" and record["effect"] == "prohibit" for record in records)


def bans_everywhere(legal: Legal, words: frozenset[str]) -> list[RuleRecord]:
    """Return the rules that forbid the project wherever it stands in the territories of `legal`.

    Parameters
    ----------
    legal : Legal
        With a site in each territory.
    words : frozenset of str
        What the checked layers stand for.
    """
    found = {rule["id"]: rule for rules in legal.reminders(words) for rule in rules if forbids([rule])}
    return list(found.values())


def _forbids_once_decided(rule: Rule) -> bool:
    """Return whether a rule forbids a site for which its relation holds and nothing is open."""
    return not rule.reference and forbids([rule_record(rule, "applies")])


def _forbids_when_met(rule: Rule, questions: Sequence[str]) -> bool:
    """Return whether a rule forbids a site for which its relation holds."""
    waits = [*rule.open_flags, *questions]
    status = "reference" if rule.reference else "undecided" if waits else "applies"
    return forbids([rule_record(rule, status)])  # type: ignore[arg-type]
