"""Rules of law and plans in one frame, and the selection of those that concern a project on a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers.law import ANY_ACTIVITY, read_law
from layers.paths import law_folder, plans_folder
from layers.plans import clause_text, read_table
from siting.law.project import Project
from siting.law.rule_tables import FilesStamp, Tables, stamp_of

__all__ = [
    "AUTHORITIES", "NOWHERE", "PLAN_LAYERS", "Rule", "clause_of", "in_force",
    "rules_digest", "rules_for", "rules_frame",
]  # fmt: skip

AUTHORITIES: Final = (
    "law", "administrative_regulation", "central", "ministry", "local_regulation", "province", "prefecture",
    "plan", "opinion", "scheme", "report",
)  # fmt: skip
"""Ranks of texts, the highest first; the last four never forbid."""

NOWHERE: Final = ""
"""In place of a layer: what a plan speaks of and no catalogue entry stands for."""

PLAN_LAYERS: Final[dict[str, str]] = {
    "ecological_redline": "redline",
    "protected_site": "protected_site",
    "water_source_zone": "water_source_zone",
    "permanent_farmland": "permanent_farmland",
    "farmland": "farmland",
    "town_boundary": "town_boundary",
    "river_space": "river_management",
    "lake_space": "river_management",
    "wetland": "wetland",
    "sensitive_area": NOWHERE,
    "control_unit": "environmental_unit",
    "groundwater": NOWHERE,
    "built_up_area": NOWHERE,
    "natural_forest": NOWHERE,
    "forest_land": "forest_land",
    "polluted_plot": NOWHERE,
    "mining_area": NOWHERE,
    "ecological_space": "ecological_space",
    "any": "any",
}
"""What the plans call a layer, in the words of ``stands_for``."""

_PLAN_RELATIONS: Final = {"inside": "overlaps", "crosses": "overlaps"}
_PLAN_ZONES: Final = {"一级水源保护区": "一级保护区", "集中区域": "永久基本农田集中区域"}
_LISTS: Final = ("zone", "site_type", "activities", "flags", "unless_flags", "works", "exceptions", "adcodes")
_LAW_COLUMNS: Final = (
    "id", "layer", "zone", "site_type", "activities", "flags", "unless_flags", "works", "relation", "distance_m",
    "effect", "exceptions", "checkable", "adcodes", "in_force_from", "in_force_to", "summary", "summary_en",
    "verified", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule that concerns a project on a day.

    Attributes
    ----------
    row : dict
        Its row of `rules_frame`; not to be changed.
    open_flags : tuple of str
        Answers that it waits for.
    reference : bool
        Whether it is a report, or a plan past its end: shown, without weight.
    """

    row: dict[str, Any]
    open_flags: tuple[str, ...]
    reference: bool

    @property
    def id(self) -> str:
        """The id of the rule."""
        return str(self.row["id"])

    @property
    def layer(self) -> str:
        """The ``stands_for`` of the layer it concerns, ``any``, or `NOWHERE`."""
        return str(self.row["layer"])

    @property
    def relation(self) -> str:
        """How a site must lie to the layer for the rule to apply."""
        return str(self.row["relation"])

    @property
    def distance_m(self) -> float:
        """The distance of the clause; NaN unless ``within_distance``."""
        return float(self.row["distance_m"])

    @property
    def zone(self) -> tuple[str, ...]:
        """Zones of the layer, as the clause names them; empty: all of it."""
        return tuple(self.row["zone"])

    @property
    def site_type(self) -> tuple[str, ...]:
        """For protected sites: which types; empty: all."""
        return tuple(self.row["site_type"])

    def holds_in(self, codes: frozenset[str]) -> bool:
        """Return whether the rule holds in one of some territories (adcodes of all levels)."""
        return not self.row["adcodes"] or not codes.isdisjoint(self.row["adcodes"])


def rules_frame(law: Path | None = None, plans: Path | None = None) -> pd.DataFrame:
    """Return all rules of law and plans as a frame.

    Parameters
    ----------
    law, plans : Path, optional
        Folders of the tables; default: those in use.

    Returns
    -------
    DataFrame
        A row per rule: ``id``, ``kind`` (law, plan), ``clause`` (title and article), ``title``, ``title_en``,
        ``article``, ``file_number`` ("" where it has none), ``authority`` (`AUTHORITIES`), ``layer`` (a word of
        ``stands_for``, ``any`` or `NOWHERE`),
        ``relation`` (overlaps, outside, within_distance, any), ``distance_m`` (metres, NaN unless within_distance),
        ``effect``, ``checkable``, ``in_force_from`` and ``in_force_to`` (as exact as known, "" where none),
        ``first_day`` and ``last_day`` (``YYYY-MM-DD``), ``verified``, ``summary``, ``summary_en``, ``note``; as tuples
        of str ``zone``, ``site_type``, ``activities``, ``flags``, ``unless_flags``, ``works``, ``exceptions``,
        ``adcodes``. Not to be changed: it is kept while the tables stay as they are.
    """
    law, plans = law or law_folder(), plans or plans_folder()
    return _kept_frame(law, plans, stamp_of(law, plans))


@lru_cache(maxsize=8)
def _kept_frame(law: Path, plans: Path, _: FilesStamp) -> pd.DataFrame:
    frame = pd.concat([_law_rules(law), _plan_rules(law, plans)], ignore_index=True)
    for name in _LISTS:
        frame[name] = [tuple(filter(None, text.split(";"))) for text in frame[name].fillna("")]
    frame["first_day"] = [_first_day(text) for text in frame["in_force_from"]]
    frame["last_day"] = [_last_day(text) for text in frame["in_force_to"]]
    return frame


@lru_cache(maxsize=8)
def _kept_rows(law: Path, plans: Path, stamp: FilesStamp) -> list[dict[str, Any]]:
    """Return the rows of `rules_frame` as dicts: not to be changed."""
    rows = _kept_frame(law, plans, stamp).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def rules_digest(law: Path | None = None, plans: Path | None = None) -> str:
    """Return the version of the rules of a check: SHA-256 of the tables that it depends on."""
    law, plans = law or law_folder(), plans or plans_folder()
    return _kept_digest(law, plans, stamp_of(law, plans))


@lru_cache(maxsize=8)
def _kept_digest(law: Path, plans: Path, _: FilesStamp) -> str:
    seen = hashlib.sha256()
    for path in [*sorted(law.glob("*.csv")), plans / "rules.csv", plans / "documents.csv"]:
        seen.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def rules_for(project: Project, day: str, tables: Tables | None = None) -> list[Rule]:
    """Return the rules that concern a project on a day, in the order of `rules_frame`.

    A rule of law must be in force. A plan that has ended, and every report, stays for reference. A rule that waits for
    an answer (``may_flags``) is among them and says what it waits for.

    Parameters
    ----------
    project : Project
    day : str
        ``YYYY-MM-DD``.
    tables : Tables, optional
        Default: those in use.
    """
    tables = tables or Tables()
    rules: list[Rule] = []
    for row in _kept_rows(tables.law, tables.plans, stamp_of(tables.law, tables.plans)):
        is_plan = row["kind"] == "plan"
        if row["first_day"] > day or (row["last_day"] < day and not is_plan):
            continue
        waits = _flags_waited_for(row, project)
        if waits is not None:
            ended = is_plan and (row["last_day"] < day or row["standing"] == "reference")
            rules.append(Rule(row, waits, ended))
    return rules


def _flags_waited_for(row: dict[Any, Any], project: Project) -> tuple[str, ...] | None:
    """Return the flags that a rule waits for; None if the rule does not concern the project."""
    named = row["activities"]
    if not (ANY_ACTIVITY in named or project.activity in named) or project.activity in row["exceptions"]:
        return None
    if row["works"] and project.works not in row["works"]:
        return None
    if not project.flags.isdisjoint(row["unless_flags"]):
        return None
    if not row["flags"] or not project.flags.isdisjoint(row["flags"]):
        return ()
    waits = tuple(sorted(project.open_flags.intersection(row["flags"])))
    return waits or None


def in_force(rows: pd.DataFrame, day: str) -> pd.Series:
    """Return which rows (``in_force_from``, ``in_force_to`` as exact as known) are in force on a day.

    A month or a year counts from its first day, and to its last.
    """
    first, last = rows["in_force_from"].map(_first_day), rows["in_force_to"].map(_last_day)
    living: pd.Series = (first <= day) & (last >= day)
    return living


def _law_rules(law: Path) -> pd.DataFrame:
    """Return the rules of ``data/law`` joined with their instruments."""
    rules = read_law("rules", law)
    texts = read_law("instruments", law).set_index("id")
    frame = rules[list(_LAW_COLUMNS)].assign(
        kind="law",
        standing="in_force",
        article=rules["article"],
        title=rules["instrument"].map(texts["title"]),
        title_en=rules["instrument"].map(texts["title_en"]),
        file_number=rules["instrument"].map(texts["file_number"]),
        authority=rules["instrument"].map(texts["level"]),
    )
    return frame.assign(clause=[clause_of(*pair) for pair in zip(frame["title"], frame["article"], strict=True)])


def clause_of(title: str, article: str) -> str:
    """Return a clause as it is cited: title and article."""
    return f"《{title}》" + (f" {article}" if article != "未查到" else "（条号未查到）")


def _plan_rules(law: Path, plans: Path) -> pd.DataFrame:
    """Return the rules of plans in the columns and codes of the rules of law."""
    rules = read_table("rules", plans)
    documents = read_table("documents", plans).set_index("id")
    words = read_law("plan_words", law).set_index("activity")
    articles = [clause_text(*pair) for pair in zip(rules["document"], rules["clause"], strict=True)]
    titles = rules["document"].map(documents["title"])
    standing = rules["status"].where(rules["authority"] != "report", "reference")
    return pd.DataFrame(
        {
            "id": rules["id"],
            "layer": rules["layer"].map(PLAN_LAYERS),
            "zone": rules["zone"].replace(_PLAN_ZONES),
            "site_type": "",
            "activities": rules["activity"].map(words["activities"]),
            "flags": rules["activity"].map(words["flags"]),
            "unless_flags": "",
            "works": "",
            "relation": rules["relation"].replace(_PLAN_RELATIONS),
            "distance_m": rules["distance_m"],
            "effect": rules["effect"],
            "exceptions": "",
            "checkable": rules["checkable"],
            "adcodes": rules["adcodes"],
            "in_force_from": rules["in_force_from"],
            "in_force_to": rules["in_force_to"],
            "summary": rules["summary"],
            "summary_en": rules["summary_en"],
            "verified": "yes",
            "note": rules["note"],
            "kind": "plan",
            "standing": standing,
            "article": articles,
            "title": titles,
            "title_en": rules["document"].map(documents["title_en"]),
            "file_number": "",
            "authority": rules["authority"],
            "clause": [clause_of(*pair) for pair in zip(titles, articles, strict=True)],
        }
    )


def _first_day(text: str) -> str:
    """Return the first day of a date of any precision; "" (before every day) if blank."""
    return text + "-01" * (2 - text.count("-")) if text else ""


def _last_day(text: str) -> str:
    """Return the last day of a date of any precision; 9999-12-31 if blank."""
    if not text:
        return "9999-12-31"
    if text.count("-") == 2:
        return text
    return str(pd.Period(text).end_time.date())
