"""How a site lies to a layer, in one word: what the answer counts by, and what its tables say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from geo.measure import MEETING
from siting.records import CountRecord, FindingRecord
from words import Lang, t

__all__ = ["Standing", "accuracy_name", "counts_of", "standing_of", "standing_text"]

Standing = Literal["overlap", "too_near", "within_accuracy", "off", "not_checked"]


def standing_of(finding: Mapping[str, Any] | FindingRecord) -> Standing:
    """Return how a site lies to the layer of a finding.

    Parameters
    ----------
    finding : mapping
        With ``state``, ``relation``, ``must_be_inside``, ``rules`` and ``firm``.
    """
    inside = finding.get("must_be_inside", False)
    if finding["state"] == "not_checked":
        return "not_checked"
    if finding["relation"] in MEETING and not inside:
        return "overlap"
    if not inside and any(rule.get("measured_m") is not None and rule["counts_as"] for rule in finding["rules"]):
        return "too_near"
    return "within_accuracy" if finding["firm"] is False else "off"


def standing_text(finding: Mapping[str, Any] | FindingRecord, lang: Lang) -> str:
    """Return `standing_of` as text; of a layer that only warns, it says so."""
    standing = t(f"answer.standing_{standing_of(finding)}", lang)
    return t("answer.indicative", lang, standing=standing) if finding["state"] == "indicative" else standing


def accuracy_name(finding: Mapping[str, Any] | FindingRecord, lang: Lang) -> str:
    """Return what the accuracy of a finding is the accuracy of: a statutory line counts as published, without error."""
    return t("answer.accuracy_of_site" if finding["basis"] == "statutory" else "answer.accuracy", lang)


def counts_of(findings: Sequence[FindingRecord]) -> CountRecord:
    """Return how many layers the site lies on, near or off; each layer counts once."""
    counts: CountRecord = {"overlap": 0, "within_accuracy": 0, "too_near": 0, "off": 0, "not_checked": 0}
    for finding in findings:
        counts[standing_of(finding)] += 1
    return counts
