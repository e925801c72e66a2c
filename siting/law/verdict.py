"""Verdicts: one word a site, the gravest of what its findings and rules mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.measure import MEETING
from siting.records import VERDICTS, RuleRecord

__all__ = ["verdicts", "verdicts_under_law"]


def verdicts(findings: pd.DataFrame, count: int) -> NDArray[Any]:
    """Return the verdict of each site without rules, where no activity is named.

    Without rules nothing can be forbidden and nothing needs a review: a site that meets a layer gets
    ``notice``. "Nothing found" is said only where every checked layer is loaded, firm and wholly clear.

    Parameters
    ----------
    findings : DataFrame
        As `siting.check.result.CheckResult`.
    count : int
        Number of sites.

    Returns
    -------
    array of str
    """
    inside = findings["must_be_inside"].astype(bool)
    measured = findings["state"].isin(["hit", "clear", "indicative"]) & findings["relation"].notna()
    strays = inside & measured & findings["relation"].ne("within")
    open_question = findings["state"].isin(["not_checked", "indicative"]) | findings["reason"].notna()
    noticed = _any_by_site(findings, _meets(findings) | strays, count)
    unsettled = _any_by_site(findings, open_question, count)
    seen = _any_by_site(findings, pd.Series(data=True, index=findings.index), count)
    return np.select([noticed, unsettled | ~seen], ["notice", "not_checked"], "nothing_found").astype(object)


def verdicts_under_law(
    findings: pd.DataFrame, reminders: Sequence[list[RuleRecord]], missing: Sequence[list[str]]
) -> NDArray[Any]:
    """Return the verdict of each site for a project: the gravest weight of its rules.

    A site that meets a layer, or is clear of it by less than the accuracy, gets ``notice`` at least. "Nothing
    found" is said only where no required layer is missing, none is closed to whoever checks and none failed to load.

    Parameters
    ----------
    findings : DataFrame
        As `siting.check.result.CheckResult`.
    reminders : sequence of list of RuleRecord
        Rules that no layer decides, per site.
    missing : sequence of list of str
        Required layers that settle nothing, per site.

    Returns
    -------
    array of str
    """
    count = len(missing)
    close = findings["state"].eq("clear") & (findings["firm"].to_numpy() == False)  # noqa: E712
    looked = _any_by_site(findings, _meets(findings) | (close & ~findings["must_be_inside"].astype(bool)), count)
    worst = np.where(looked, VERDICTS.index("notice"), len(VERDICTS))
    for site, rules in zip(findings["site"].tolist(), findings["rules"], strict=True):
        worst[site] = min(worst[site], _gravest(rules))
    for site, rules in enumerate(reminders):
        worst[site] = min(worst[site], _gravest(rules))
    unseen = _any_by_site(findings, findings["reason"].isin(["no_access", "load_failed"]), count)
    open_list = np.array([bool(words) for words in missing], dtype=bool) | unseen
    quiet = np.where(open_list, VERDICTS.index("not_checked"), VERDICTS.index("nothing_found"))
    result: NDArray[Any] = np.array(VERDICTS, dtype=object)[np.where(worst < len(VERDICTS), worst, quiet)]
    return result


def _gravest(rules: list[RuleRecord]) -> int:
    """Return the position in `VERDICTS` of the gravest of sorted rules."""
    first = rules[0]["counts_as"] if rules else None
    return len(VERDICTS) if first is None else VERDICTS.index(first)


def _meets(findings: pd.DataFrame) -> pd.Series:
    """Return which findings meet a layer that the site need not lie inside."""
    met: pd.Series = findings["relation"].isin(MEETING) & ~findings["must_be_inside"].astype(bool)
    return met


def _any_by_site(findings: pd.DataFrame, chosen: pd.Series, count: int) -> NDArray[np.bool_]:
    """Return which sites have a chosen finding."""
    found = np.zeros(count, dtype=bool)
    found[findings["site"].to_numpy()[chosen.to_numpy(dtype=bool)]] = True
    return found
