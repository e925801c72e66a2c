"""Activities (拟建内容), the questions about each, and the layers each must be checked against (必查清单)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers.catalogue import Layer
from layers.law import DECLARED_FLAGS
from siting.law.project import law_table
from siting.measures import share_inside

__all__ = ["activities", "missing_layers", "questions", "required_layers"]

_WHOLE: Final = 1 - 1e-9
_FIRM: Final = ("hit", "clear")
_LEVELS: Final = ("required", "advised")


def activities() -> pd.DataFrame:
    """Return the activities that a user picks from.

    Returns
    -------
    DataFrame
        By ``code``: ``name``, ``name_en``, ``family``, ``flags`` and ``may_flags`` (tuples of str), ``limited_142``
        (which of the ten limited activities inside the red line it can be; NA where none), ``description``,
        ``description_en``, ``note``.
    """
    rows = law_table("activities").set_index("code")
    for name in ("flags", "may_flags"):
        rows[name] = [tuple(filter(None, text.split(";"))) for text in rows[name]]
    return rows


def questions(activity: str) -> tuple[str, ...]:
    """Return the flags to ask the user about an activity: open by its kind first, then those only the user can declare.

    Examples
    --------
    >>> questions("livestock")
    ('construction', 'key_project', 'national_major', 'disaster_relief')
    """
    return (*activities()["may_flags"][activity], *DECLARED_FLAGS)


def required_layers(activity: str, codes: frozenset[str] | None = None, *, law: Path | None = None) -> pd.DataFrame:
    """Return the layers that an activity must, or should, be checked against.

    Parameters
    ----------
    activity : str
        A code of ``activities.csv``.
    codes : frozenset of str, optional
        Adcodes, of all levels, that the site lies in; default: whatever is required anywhere.
    law : Path, optional
        Folder of the tables; default: those in use.

    Returns
    -------
    DataFrame
        ``stands_for``, ``level`` (required, advised), ``basis`` (rule, practice), ``rules`` (ids, tuple), ``adcodes``
        (tuple), ``why``, ``why_en``.
    """
    rows = law_table("required_layers", law)
    rows = rows[rows["activity"] == activity].drop(columns="activity").reset_index(drop=True)
    for name in ("rules", "adcodes"):
        rows[name] = [tuple(filter(None, text.split(";"))) for text in rows[name]]
    if codes is None:
        return rows
    here = [not wanted or not codes.isdisjoint(wanted) for wanted in rows["adcodes"]]
    return rows[here].reset_index(drop=True)


def missing_layers(
    activity: str,
    layers: Sequence[Layer],
    findings: pd.DataFrame,
    shares: pd.DataFrame,
    codes: Sequence[frozenset[str]],
    *,
    law: Path | None = None,
) -> tuple[list[list[str]], list[list[str]]]:
    """Return per site the required, and the advised, layers that leave the site unchecked.

    A layer settles where it is loaded, firm and complete over the whole site; several that stand for the same may share
    the site between them.

    Parameters
    ----------
    activity : str
    layers : sequence of Layer
        The checked ones.
    findings : DataFrame
        As `siting.check.result.CheckResult`, a row per site and layer.
    shares : DataFrame
        From `siting.measures.counties.county_shares`.
    codes : sequence of frozenset of str
        Adcodes of all levels that each site lies in.
    law : Path, optional
        Folder of the tables; default: those in use.

    Returns
    -------
    tuple of list of list of str
        Words of ``stands_for``.
    """
    count = len(codes)
    states = findings["state"].to_numpy().reshape(count, len(layers))
    settled: dict[str, Any] = {}
    needed = required_layers(activity, law=law)
    for word in needed["stands_for"]:
        own = [at for at, layer in enumerate(layers) if layer.spec.stands_for == word]
        settled[word] = _settled([layers[at] for at in own], states[:, own], shares, count)
    wanted = list(zip(needed["level"], needed["stands_for"], needed["adcodes"], strict=True))
    lists: tuple[list[list[str]], list[list[str]]] = ([], [])
    known: dict[frozenset[str], list[list[str]]] = {}
    for site, here in enumerate(codes):
        if here not in known:
            words_here = [(level, word) for level, word, places in wanted if not places or not here.isdisjoint(places)]
            known[here] = [[word for of, word in words_here if of == level] for level in _LEVELS]
        for words, into in zip(known[here], lists, strict=True):
            into.append([word for word in words if not settled[word][site]])
    return lists


def _settled(layers: Sequence[Layer], states: Any, shares: pd.DataFrame, count: int) -> list[bool]:
    """Return for each site whether the layers with one ``stands_for`` together cover it firmly."""
    firm = [tuple(state in _FIRM for state in row) for row in states]
    covered: dict[tuple[bool, ...], Any] = {}
    for key in set(firm):
        extents = [layer.spec.extent for layer, good in zip(layers, key, strict=True) if good]
        everywhere = any(not extent for extent in extents)
        union = [code for extent in extents for code in extent]
        if not extents:
            covered[key] = [False] * count
        else:
            covered[key] = (share_inside(shares, [] if everywhere else union, count) >= _WHOLE).tolist()
    return [bool(covered[key][site]) for site, key in enumerate(firm)]
