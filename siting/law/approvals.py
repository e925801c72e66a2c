"""Approval paths (办理路径): for the layers that a site meets, which authority decides what at which stage."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd

from geo.measure import MEETING
from layers.catalogue import Layer
from siting.law.apply import zone_in_law_words
from siting.law.project import Project, law_table
from siting.law.rule_book import Legal
from siting.law.rule_tables import FilesStamp, stamp_of
from siting.law.rules import clause_of, in_force
from siting.records import STEP_KEYS, StepRecord

__all__ = ["approval_paths", "conditions"]

_CORE: Final = "自然保护地核心保护区"
_IMPORTANT: Final = ("国家重要湿地", "重要湿地")
_WORKS: Final = {
    "forest_land": "takes_forest",
    "public_welfare_forest": "takes_forest",
    "river_management": "river_range",
    "flood_zone": "flood_zone",
    "mining_rights": "covers_minerals",
    "protected_site": "protected_site",
}
"""Layers through which whoever builds or digs takes one and the same path."""
_HERITAGE: Final = {"保护范围": "heritage_range", "建设控制地带": "heritage_belt"}


def approval_paths(layers: Sequence[Layer], findings: pd.DataFrame, legal: Legal) -> list[list[StepRecord]]:
    """Return the approval steps of each site, by the layers it meets, in the order of layers, conditions and steps.

    Parameters
    ----------
    layers : sequence of Layer
        The checked ones.
    findings : DataFrame
        As `siting.check.result.CheckResult`.
    legal : Legal

    Returns
    -------
    list of list of StepRecord
        Per site.
    """
    words = {layer.id: layer.spec.stands_for for layer in layers}
    steps = _kept_steps(legal.day, legal.tables.law, stamp_of(legal.tables.law))
    led = {layer for layer, _ in steps}
    local = {code for rows in steps.values() for step in rows for code in step["adcodes"].split(";")}
    paths: list[list[StepRecord]] = [[] for _ in legal.codes]
    hits = findings[findings["relation"].isin(MEETING) & findings["layer"].map(words).isin(led)]
    known: dict[Any, list[StepRecord]] = {}
    for site, layer, state, features in hits[["site", "layer", "state", "features"]].itertuples(index=False, name=None):
        word = words[layer]
        zones = frozenset(zone_in_law_words(feature["zone"], redline=word == "redline") for feature in features)
        here = legal.codes[site].intersection(local)
        key = (layer, zones, here, state != "hit")
        if key not in known:
            known[key] = [
                _step_record(step, layer, questions, indicative=state != "hit")
                for condition, questions in conditions(word, zones, legal.project, law=legal.tables.law)
                for step in steps.get((word, condition), ())
                if not step["adcodes"] or not here.isdisjoint(step["adcodes"].split(";"))
            ]
        paths[site] += known[key]
    return paths


def conditions(
    word: str, zones: frozenset[str | None], project: Project, *, law: Path | None = None
) -> list[tuple[str, list[str]]]:
    """Return the approval paths of a project through a layer, each with its open questions.

    Parameters
    ----------
    word : str
        What the layer stands for.
    zones : frozenset of str or None
        Zones that the site meets, as the law names them; None for a feature without one.
    project : Project
    law : Path, optional
        Folder of the tables; default: those in use.
    """
    if word == "redline":
        return _through_redline(zones, project, law)
    if word == "permanent_farmland":
        key = not project.flags.isdisjoint(("key_project", "national_major"))
        return [("key_project" if key else "otherwise", [])]
    if word == "wetland" and (None in zones or not zones.isdisjoint(_IMPORTANT)):
        return [("important_wetland", [] if zones.intersection(_IMPORTANT) else ["zone_unknown"])]
    return _of_works(word, zones, project)


def _of_works(word: str, zones: frozenset[str | None], project: Project) -> list[tuple[str, list[str]]]:
    """Return the approval path of projects that build or dig; none for others."""
    works = {"construction", "mining"}
    if project.flags.isdisjoint(works) and project.open_flags.isdisjoint(works):
        return []
    questions = ["flag:construction"] if project.flags.isdisjoint(works) else []
    if word == "heritage":
        named = [(path, questions) for zone, path in _HERITAGE.items() if zone in zones]
        return named or [("heritage_range", [*questions, "zone_unknown"])]
    return [(_WORKS[word], questions)] if word in _WORKS else []


def _through_redline(zones: frozenset[str | None], project: Project, law: Path | None) -> list[tuple[str, list[str]]]:
    """Return the paths through the red line: core zone, listed activity, national major project, or otherwise."""
    found: list[tuple[str, list[str]]] = [("core_zone", [])] if _CORE in zones else []
    if zones == {_CORE}:
        return found
    unsure = ["core_not_told_apart"] if None in zones else []
    row = law_table("activities", law).set_index("code").loc[project.activity]
    lists = ["limited_142", *(["limited_142_rebuild"] if project.works == "rebuild" else [])]
    item = next((name for name in lists if pd.notna(row[name])), None)
    if item is not None:
        if row[f"{item}_verified"] != "yes":
            unsure = [*unsure, "limited_unverified"]
        if "construction" in project.open_flags:
            questions = [*unsure, "flag:construction"]
            return [*found, ("limited_new_land", questions), ("limited_no_new_land", questions)]
        return [*found, ("limited_new_land" if "construction" in project.flags else "limited_no_new_land", unsure)]
    return [*found, ("national_major" if "national_major" in project.flags else "otherwise", unsure)]


@lru_cache(maxsize=8)
def _kept_steps(day: str, law: Path, _: FilesStamp) -> dict[tuple[str, str], list[dict[Any, Any]]]:
    """Return the approval steps in force on a day by layer and condition, each list in order, with their clause.

    They are kept while the tables stay as they are, and not to be changed.
    """
    steps = law_table("approval_paths", law)
    texts = law_table("instruments", law).set_index("id")["title"]
    steps = steps[in_force(steps, day)]
    pairs = zip(steps["instrument"].map(texts), steps["article"], strict=True)
    steps = steps.assign(clause=[clause_of(*pair) for pair in pairs])
    found: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for step in steps.sort_values("step", kind="stable").to_dict("records"):
        found.setdefault((step["layer"], step["condition"]), []).append(step)
    return found


def _step_record(step: dict[Any, Any], layer: str, open_questions: Sequence[str], *, indicative: bool) -> StepRecord:
    """Return the record of a step, from its row of ``approval_paths.csv``."""
    own: dict[str, Any] = {
        "layer": layer,
        "stands_for": step["layer"],
        "step": int(step["step"]),
        "in_force_from": step["in_force_from"] or None,
        "in_force_to": step["in_force_to"] or None,
        "indicative": indicative,
        "open": list(open_questions),
    }
    return cast("StepRecord", {key: own[key] if key in own else step[key] for key in STEP_KEYS})
