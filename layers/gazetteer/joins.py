"""Join a table to territories by a column of names or codes, with a status for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from geo.errors import BadInput
from words import Lang, t

if TYPE_CHECKING:
    from layers.gazetteer.gazetteer import Gazetteer, Match

__all__ = ["STATUSES", "JoinReport", "Level", "Status", "as_text", "join"]

Status = Literal["matched", "renamed", "corrected", "ambiguous", "unmatched"]
Level = Literal["county", "prefecture", "province"]

STATUSES: Final[tuple[Status, ...]] = ("matched", "renamed", "corrected", "ambiguous", "unmatched")
_ADDED: Final = ("unit_adcode", "unit_name", "unit_candidates", "join_status", "join_how")


@dataclass(frozen=True)
class JoinReport:
    """Result of a join of a table to territories: every row with its status.

    Attributes
    ----------
    frame : DataFrame
        The table, every row, in its order and on its index, with ``unit_adcode`` and ``unit_name`` ("" where not one
        territory of the level is meant), ``unit_candidates`` (adcodes, ";" between), ``join_status``, ``join_how`` (as
        `Match.how`; ``elsewhere`` where the row's other columns put it in another place; ``other_level`` where the
        name is sound but of another level, ``several_counties`` for a zone).
    key : str
    level : str
    absent : tuple of str
        Adcodes of the level (inside `within`, if passed) that no row was joined to.
    found : DataFrame
        Index: each distinct key as text; columns of `Gazetteer.look_up_all`.
    gazetteer : Gazetteer
    """

    frame: pd.DataFrame
    key: str
    level: Level
    absent: tuple[str, ...]
    found: pd.DataFrame
    gazetteer: Gazetteer

    def rows(self, status: Status) -> list[object]:
        """Return the index labels of the rows with a status."""
        return list(self.frame.index[self.frame["join_status"] == status])

    @property
    def matched(self) -> list[object]:
        """Rows whose key is a current name or code."""
        return self.rows("matched")

    @property
    def renamed(self) -> list[object]:
        """Rows whose key is a former name or code."""
        return self.rows("renamed")

    @property
    def corrected(self) -> list[object]:
        """Rows whose key is a misprint of the document."""
        return self.rows("corrected")

    @property
    def ambiguous(self) -> list[object]:
        """Rows whose key may mean several territories, or a zone that lies in several."""
        return self.rows("ambiguous")

    @property
    def unmatched(self) -> list[object]:
        """Rows whose key means no territory of the level."""
        return self.rows("unmatched")

    @property
    def doubled(self) -> list[object]:
        """Rows joined to the same territory as another row; summed or drawn as they are they would count twice."""
        codes = self.frame["unit_adcode"]
        return list(self.frame.index[(codes != "") & codes.duplicated(keep=False)])

    def counts(self) -> pd.Series:
        """Return the number of rows for each of the five statuses; they add up to the table."""
        return self.frame["join_status"].value_counts().reindex(list(STATUSES), fill_value=0).rename("rows")

    def sentence(self, lang: Lang = "zh") -> str:
        """Return the counts in one sentence."""
        counts = {str(status): int(count) for status, count in self.counts().items()}
        return t("gazetteer.join", lang, total=len(self.frame), key=self.key, **counts)

    def match(self, key: str) -> Match:
        """Return the match of a key of the table: its territories with the evidence."""
        return self.gazetteer.describe(key, self.found.iloc[self.found.index.get_indexer(pd.Index([key]))[0]])

    def reasons(self, lang: Lang = "zh", limit: int = 200) -> pd.DataFrame:
        """Return the keys for a person to review: one row per distinct key that is not ``matched``, or is a zone.

        Parameters
        ----------
        lang : {"zh", "en"}
        limit : int
            At most so many keys, those of the most rows first; `frame` has the status of every row.

        Returns
        -------
        DataFrame
            ``key``, ``rows`` (how many), ``status``, ``candidates`` (names), ``why`` (a sentence).
        """
        unclear = self.frame[(self.frame["join_status"] != "matched") | (self.frame["join_how"] == "zone")]
        unclear = unclear.assign(key=as_text(unclear[self.key]), how=unclear["join_how"])
        unclear["says"] = unclear["row_says"].where(unclear["how"] == "elsewhere", "") if "row_says" in unclear else ""
        groups = unclear.groupby(["key", "how", "says"], sort=False)
        table = groups.agg(rows=("join_status", "size"), status=("join_status", "first")).reset_index()
        table = table.sort_values("rows", ascending=False, kind="stable").head(limit).reset_index(drop=True)
        found = [self.match(str(key)) for key in table["key"]]
        table["candidates"] = ["、".join(match.names) for match in found]
        table["why"] = [match.evidence(lang) for match in found]
        of_level = t("gazetteer.other_level", lang, level=t(f"gazetteer.level_{self.level}", lang))
        table.loc[table["how"] == "other_level", "why"] += " " + of_level
        elsewhere = table["how"] == "elsewhere"
        table.loc[elsewhere, "why"] = [
            t("gazetteer.row_elsewhere", lang, says=says) for says in table.loc[elsewhere, "says"]
        ]
        return table[["key", "rows", "status", "candidates", "why"]]


def join(
    table: pd.DataFrame,
    key: str,
    gazetteer: Gazetteer,
    *,
    level: Level = "county",
    document: str | None = None,
    clause: str | None = None,
    within: str | None = None,
) -> JoinReport:
    """Return a table joined to territories by a column of names or codes.

    Parameters
    ----------
    table : DataFrame
    key : str
        The column.
    gazetteer : Gazetteer
    level : {"county", "prefecture", "province"}
        The level that the rows are for. A known name of another level is ``unmatched`` here, with the reason.
    document, clause, within : str, optional
        As in `Gazetteer.lookup`.

    Raises
    ------
    BadInput
        If the table has no such column, or already has one of those that are added.
    """
    if key not in table.columns:
        raise BadInput("gazetteer.no_key", key=key, columns="、".join(map(str, table.columns)) or "—")
    existing = [column for column in _ADDED if column in table.columns]
    if existing:
        raise BadInput("gazetteer.column_taken", columns="、".join(existing))
    keys = as_text(table[key])
    first = ~keys.duplicated()
    found = gazetteer.look_up_all(table.loc[first.to_numpy(), key], document=document, clause=clause, within=within)
    found.index = pd.Index(keys[first.to_numpy()])
    added = _join_columns(found, level, gazetteer.names).reindex(keys).set_axis(table.index, axis=0)
    frame = table.assign(**{column: added[column] for column in _ADDED})
    used = set(frame["unit_adcode"])
    absent = tuple(code for code in gazetteer.units_of(level, within) if code not in used)
    return JoinReport(frame, key, level, absent, found, gazetteer)


def as_text(keys: pd.Series) -> pd.Series:
    """Return keys as text, missing ones as ""."""
    return keys.astype(object).where(keys.notna(), "").astype(str)


def _join_columns(found: pd.DataFrame, level: Level, names: pd.Series) -> pd.DataFrame:
    """Return the columns that the join adds, for each distinct key."""
    resolved = ~found["status"].isin(["ambiguous", "unmatched"])
    other = resolved & (found["level"] != level)
    several = resolved & ~other & found["adcodes"].str.contains(";")
    one = resolved & ~other & ~several
    code = found["adcodes"].where(one, "")
    return pd.DataFrame(
        {
            "unit_adcode": code,
            "unit_name": code.map(names).fillna(""),
            "unit_candidates": found["adcodes"],
            "join_status": np.select([other, several], ["unmatched", "ambiguous"], found["status"]),
            "join_how": np.select([other, several], ["other_level", "several_counties"], found["how"]),
        },
        index=found.index,
    )
