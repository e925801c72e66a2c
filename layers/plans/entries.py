"""Everything the five documents name as one list: what the Plans page browses, and how it is filtered and counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from layers.plans.clauses import clause_text
from layers.plans.features import corrected_names
from layers.plans.schema import TABLES
from layers.plans.tables import read_table

__all__ = ["KINDS", "PlanSet", "Wanted", "counted", "in_territory", "matching", "read_plan_set"]

KINDS: Final = (
    "projects",
    "protected_sites",
    "waters",
    "indicators",
    "limits",
    "rules",
    "county_facts",
    "corrections",
)
"""The tables that hold entries, in the order of the page."""

_CATEGORY: Final = {
    "projects": ("category", "category"),
    "protected_sites": ("type", "type"),
    "waters": ("kind", "water"),
    "indicators": ("topic", "topic"),
    "limits": ("topic", "topic"),
    "rules": ("layer", "layer"),
    "county_facts": ("kind", "fact"),
    "corrections": ("kind", "slip"),
}
"""Column that classes the rows of each table, and the vocabulary it speaks."""
_STATUS: Final = {
    "projects": "status",
    "indicators": "kind",
    "limits": "kind",
    "rules": "status",
    "county_facts": "state",
    "corrections": "confidence",
}
_PLACE: Final = {"projects": "location_basis", "protected_sites": "extent_kind", "waters": "location_basis"}
_SEARCHED: Final = ("id", "name", "name_en", "aliases", "note", "region", "place", "value_text", "summary_en")


@dataclass(frozen=True)
class PlanSet:
    """The plan tables as read, and their entries in one list.

    Attributes
    ----------
    documents : DataFrame
        ``documents.csv``, index ``id``.
    tables : dict of DataFrame
        By kind, index ``id``, columns as in docs/plans-schema.md.
    entries : DataFrame
        One row per entry: ``key`` (``kind:id``), ``kind``, ``id``, ``name`` (as printed), ``name_zh`` (corrected),
        ``name_en``, ``document``, ``clause`` (path), ``adcodes`` (``;`` between), ``category``, ``status``, ``place``
        (codes with their vocabulary in front: ``category_air``, ``type_wetland``, ``status_done``, ``place_county``;
        blank where the table has none) and ``searched`` (lower case, what free text looks in).
    """

    documents: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    entries: pd.DataFrame


@dataclass(frozen=True)
class Wanted:
    """What to keep; a blank keeps all.

    ``adcode`` keeps what claims the county, or any county of the prefecture or province; with ``wider`` also what
    claims the prefecture or province that the county lies in. ``text`` is split at spaces; every word must occur.
    """

    document: str = ""
    kind: str = ""
    category: str = ""
    adcode: str = ""
    wider: bool = False
    status: str = ""
    place: str = ""
    text: str = ""


def read_plan_set(folder: Path) -> PlanSet:
    """Read the tables of ``data/plans`` and list their entries.

    Raises
    ------
    DataFault
        On the first fault of a table.
    """
    tables = {kind: read_table(kind, folder) for kind in KINDS}
    entries = pd.concat([_entries(kind, rows, tables["corrections"]) for kind, rows in tables.items()])
    return PlanSet(
        read_table("documents", folder).set_index("id"),
        {kind: rows.set_index("id", drop=False) for kind, rows in tables.items()},
        entries.reset_index(drop=True),
    )


def matching(entries: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """Return the entries that meet every wish."""
    keep = entries["key"].notna()
    for column in ("document", "kind", "category", "status", "place"):
        if value := getattr(wanted, column):
            keep &= entries[column] == value
    if wanted.adcode:
        keep &= in_territory(entries["adcodes"], wanted.adcode, wider=wanted.wider)
    for word in wanted.text.lower().split():
        keep &= entries["searched"].str.contains(word, regex=False)
    return entries[keep]


def in_territory(adcodes: pd.Series, adcode: str, *, wider: bool = False) -> pd.Series:
    """Tell which rows (codes separated by ``;``) claim a county, or anything in a prefecture or province.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.Series(["361028", "361002;361028", "361000", "360000", ""])
    >>> in_territory(rows, "361028").tolist()
    [True, True, False, False, False]
    >>> in_territory(rows, "361028", wider=True).tolist()
    [True, True, True, True, False]
    >>> in_territory(rows, "361000").tolist()
    [True, True, True, False, False]
    """
    stem = adcode[:2] if adcode.endswith("0000") else adcode[:4] if adcode.endswith("00") else adcode
    above = {adcode[:2] + "0000", adcode[:4] + "00"} - {adcode} if wider else set()
    codes = adcodes.str.split(";").explode()
    hit = codes.str.startswith(stem) | codes.isin(above)
    return hit.groupby(level=0).any().reindex(adcodes.index)


def counted(entries: pd.DataFrame) -> pd.DataFrame:
    """Return how many entries each document has of each kind: rows documents, columns `KINDS`."""
    table = pd.crosstab(entries["document"], entries["kind"])
    return table.reindex(columns=list(KINDS), fill_value=0)


def _entries(kind: str, rows: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Bring one table to the columns of `PlanSet.entries`."""
    names = _names(kind, rows)
    column, words = _CATEGORY[kind]
    told = pd.DataFrame(
        {
            "key": kind + ":" + rows["id"],
            "kind": kind,
            "id": rows["id"],
            **names,
            "document": rows["document"],
            "clause": rows["clause"],
            "adcodes": rows["adcodes"] if "adcodes" in rows.columns else rows["adcode"],
            "category": f"{words}_" + rows[column],
            "status": _coded(rows, _STATUS.get(kind), "status"),
            "place": _coded(rows, _PLACE.get(kind), "place"),
        }
    )
    told["name_zh"] = told["name"] if kind == "corrections" else corrected_names(told, corrections)
    searched = [rows[name] for name in _SEARCHED if name in TABLES[kind].names]
    clauses = pd.Series([clause_text(*pair) for pair in zip(rows["document"], rows["clause"], strict=True)])
    told["searched"] = pd.concat([told["name"], told["name_zh"], *searched, clauses], axis=1).agg(" ".join, axis=1)
    told["searched"] = told["searched"].str.lower()
    return told


def _names(kind: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    if kind == "rules":
        return {"name": rows["summary"], "name_en": rows["summary_en"]}
    if kind == "corrections":
        both = rows["as_printed"] + " → " + rows["correct"]
        return {"name": both, "name_en": both}
    return {"name": rows["name"], "name_en": rows["name_en"]}


def _coded(rows: pd.DataFrame, column: str | None, words: str) -> pd.Series:
    """Return the codes of a column with their vocabulary in front; ``none`` where the document does not say."""
    if column is None:
        return pd.Series("", index=rows.index)
    return f"{words}_" + rows[column].where(rows[column] != "", "none")
