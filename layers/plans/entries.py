"""All rows of the plan tables as one list of entries for the Plans page, with filter and counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from layers.plans.clauses import clause_text
from layers.plans.features import corrected_names
from layers.plans.schema import TABLES
from layers.plans.tables import read_table

__all__ = ["KINDS", "EntryFilter", "PlanSet", "entry_counts", "filter_entries", "in_territory", "read_plan_set"]

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
"""Names of the plan tables that hold entries, in the order of the page."""

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
"""Per table: the column that classifies its rows, and the prefix of its codes."""
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
    """The plan tables as read, and all their rows as one frame of entries.

    Attributes
    ----------
    documents : DataFrame
        ``documents.csv``, index ``id``.
    tables : dict of DataFrame
        By kind, index ``id``, columns as in docs/plans-schema.md.
    entries : DataFrame
        One row per entry: ``key`` (``kind:id``), ``kind``, ``id``, ``name`` (as printed), ``name_zh`` (corrected),
        ``name_en``, ``document``, ``clause`` (path), ``adcodes`` (``;`` between), ``category``, ``status``, ``place``
        (codes with a prefix: ``category_air``, ``type_wetland``, ``status_done``, ``place_county``;
        blank where the table has none) and ``searched`` (lower case, the text that a free-text search looks in).
    place_sources : DataFrame
        ``place_sources.csv`` and ``key`` of the entry, those that are used first.
    """

    documents: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    entries: pd.DataFrame
    place_sources: pd.DataFrame


@dataclass(frozen=True)
class EntryFilter:
    """Filter criteria of entries; a blank one matches all.

    ``adcode`` matches entries of the county, or of any county of the prefecture or province; with ``wider`` also
    those of the prefecture or province that the county lies in. ``text`` is split at spaces; every word must occur.
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
    """Return the tables of ``data/plans`` and their entries.

    Raises
    ------
    DataFault
        On the first fault of a table.
    """
    tables = {kind: read_table(kind, folder) for kind in KINDS}
    sources = read_table("place_sources", folder)
    sources = sources.assign(key=sources["table"] + ":" + sources["feature"]).sort_values(
        ["key", "used", "id"], ascending=[True, False, True]
    )
    entries = pd.concat([_entries(kind, rows, tables["corrections"]) for kind, rows in tables.items()])
    entries["searched"] += " " + entries["key"].map(_stated_texts(sources)).fillna("")
    return PlanSet(
        read_table("documents", folder).set_index("id"),
        {kind: rows.set_index("id", drop=False) for kind, rows in tables.items()},
        entries.reset_index(drop=True),
        sources,
    )


def filter_entries(entries: pd.DataFrame, criteria: EntryFilter) -> pd.DataFrame:
    """Return the entries that match all criteria."""
    keep = entries["key"].notna()
    for column in ("document", "kind", "category", "status", "place"):
        if value := getattr(criteria, column):
            keep &= entries[column] == value
    if criteria.adcode:
        keep &= in_territory(entries["adcodes"], criteria.adcode, wider=criteria.wider)
    for word in criteria.text.lower().split():
        keep &= entries["searched"].str.contains(word, regex=False)
    return entries[keep]


def in_territory(adcodes: pd.Series, adcode: str, *, wider: bool = False) -> pd.Series:
    """Return a mask of the rows (codes separated by ``;``) that name a county, or anything in a prefecture or province.

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


def entry_counts(entries: pd.DataFrame) -> pd.DataFrame:
    """Return the number of entries by document (rows) and kind (columns `KINDS`)."""
    table = pd.crosstab(entries["document"], entries["kind"])
    return table.reindex(columns=list(KINDS), fill_value=0)


def _entries(kind: str, rows: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one table with the columns of `PlanSet.entries`."""
    names = _names(kind, rows)
    column, prefix = _CATEGORY[kind]
    entries = pd.DataFrame(
        {
            "key": kind + ":" + rows["id"],
            "kind": kind,
            "id": rows["id"],
            **names,
            "document": rows["document"],
            "clause": rows["clause"],
            "adcodes": rows["adcodes"] if "adcodes" in rows.columns else rows["adcode"],
            "category": f"{prefix}_" + rows[column],
            "status": _prefixed_codes(rows, _STATUS.get(kind), "status"),
            "place": _prefixed_codes(rows, _PLACE.get(kind), "place"),
        }
    )
    entries["name_zh"] = entries["name"] if kind == "corrections" else corrected_names(entries, corrections)
    searched = [rows[name] for name in _SEARCHED if name in TABLES[kind].names]
    clauses = pd.Series([clause_text(*pair) for pair in zip(rows["document"], rows["clause"], strict=True)])
    entries["searched"] = pd.concat([entries["name"], entries["name_zh"], *searched, clauses], axis=1).agg(
        " ".join, axis=1
    )
    entries["searched"] = entries["searched"].str.lower()
    return entries


def _stated_texts(sources: pd.DataFrame) -> pd.Series:
    """Return what sources state of the place of each entry, lower case, by key."""
    return sources.groupby("key")["stated"].agg(" ".join).str.lower()


def _names(kind: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    if kind == "rules":
        return {"name": rows["summary"], "name_en": rows["summary_en"]}
    if kind == "corrections":
        both = rows["as_printed"] + " → " + rows["correct"]
        return {"name": both, "name_en": both}
    return {"name": rows["name"], "name_en": rows["name_en"]}


def _prefixed_codes(rows: pd.DataFrame, column: str | None, prefix: str) -> pd.Series:
    """Return the codes of a column with a prefix, ``<prefix>_none`` for blank cells; "" where there is no column."""
    if column is None:
        return pd.Series("", index=rows.index)
    return f"{prefix}_" + rows[column].where(rows[column] != "", "none")
