"""Make indicators of a user's table: find the column of territories, join the rows, read the numbers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from geo.read.tables import blank_cells, number_cells
from layers.catalogue import Bilingual
from layers.gazetteer import ELSEWHERE, Gazetteer, JoinReport, Level, checked_by_other_columns, join
from layers.indicators.indicators import Indicator
from layers.indicators.subjects import Moment, Subject
from words import t

__all__ = [
    "ColumnGuess",
    "Doubled",
    "Numbers",
    "assigned_codes",
    "guess_columns",
    "join_table",
    "own_subject",
    "read_numbers",
]

Doubled = Literal["leave_out", "sum", "mean"]
"""How several rows of one territory are combined."""

_MOST_KEYS: Final = 400
_ENOUGH: Final = 0.6
_UNIT: Final = re.compile(r"(.*)[(（\[]([^()（）\[\]]{1,16})[)）\]]\s*+")
_MAX_FIGURES: Final = 40


@dataclass(frozen=True)
class ColumnGuess:
    """The likely column of territories ("" if none) with its level, and the likely columns of numbers."""

    key: str
    level: Level
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers.

    Attributes
    ----------
    numbers : Series of float
        On the rows of the table.
    unread : tuple of (int, str)
        Row (from 1, below the header) and text of cells that hold something that is no number.
    """

    numbers: pd.Series
    unread: tuple[tuple[int, str], ...]


def guess_columns(table: pd.DataFrame, gazetteer: Gazetteer) -> ColumnGuess:
    """Return the likely column of territories, found by its cells and not by its name, and the columns of numbers.

    Parameters
    ----------
    table : DataFrame
        Text.
    gazetteer : Gazetteer
    """
    best: tuple[float, str, Level] = (0.0, "", "county")
    for column in table.columns:
        cells = pd.Series(table[column][table[column] != ""].unique()[:_MOST_KEYS])
        if cells.empty:
            continue
        found = gazetteer.look_up_all(cells)
        known = found["status"] != "unmatched"
        share = float(known.mean())
        if share > max(best[0], 0.3):
            cities = float((found.loc[known, "level"] == "prefecture").mean())
            best = (share, str(column), "prefecture" if cities > _ENOUGH else "county")
    numbers = [str(column) for column in table.columns if str(column) != best[1] and _mostly_numbers(table[column])]
    return ColumnGuess(best[1], best[2], tuple(numbers[:_MAX_FIGURES]))


def _mostly_numbers(cells: pd.Series) -> bool:
    filled = cells[~blank_cells(cells)]
    numbers = number_cells(filled)
    codes = filled.str.fullmatch(r"\d{6}|\d{9}|\d{12}")
    running = bool(numbers.is_monotonic_increasing) and list(numbers) == list(range(1, len(numbers) + 1))
    return len(filled) > 0 and float(numbers.notna().mean()) >= _ENOUGH and not bool(codes.all()) and not running


def read_numbers(cells: pd.Series) -> Numbers:
    """Return a column as numbers, with the cells that are neither numbers nor blank."""
    values = number_cells(cells)
    bad = cells[values.isna() & ~blank_cells(cells)]
    return Numbers(values, tuple((at + 1, str(text)) for at, text in zip(bad.index.tolist(), bad, strict=True)))


def join_table(table: pd.DataFrame, key: str, gazetteer: Gazetteer, level: Level) -> JoinReport:
    """Return a table joined to territories by a column, checked by its columns of provinces, cities and codes."""
    return checked_by_other_columns(join(table[[key]], key, gazetteer, level=level), table)


def assigned_codes(report: JoinReport, choices: Mapping[str, str]) -> pd.Series:
    """Return the adcode of each row ("" for none): as joined, else as the user chose for its key.

    Parameters
    ----------
    report : JoinReport
    choices : Mapping of str to str
        Key as written in the table to an adcode of the report's level.
    """
    known = set(report.gazetteer.units_of(report.level))
    valid = {key: code for key, code in choices.items() if code in known}
    codes = report.frame["unit_adcode"]
    chosen = report.frame[report.key].astype(str).map(lambda key: valid.get(key, ""))
    chosen = chosen.where(report.frame["join_how"] != ELSEWHERE, "")  # other columns of the row contradict the key
    return codes.where(codes != "", chosen)


def own_subject(
    table: pd.DataFrame,
    codes: pd.Series,
    columns: Sequence[str],
    *,
    level: Level,
    name: str,
    read_on: str,
    doubled: Doubled = "leave_out",
) -> Subject:
    """Return a subject made of a joined table, with one moment for each column of numbers.

    Parameters
    ----------
    table : DataFrame
        Text.
    codes : Series
        Adcode of each row, as `assigned_codes` returns.
    columns : sequence of str
    level : {"county", "prefecture", "province"}
    name : str
        Of the file.
    read_on : str
        Date.
    doubled : {"leave_out", "sum", "mean"}
        How several rows of one territory are combined; by default they are left out.
    """
    digest = hashlib.sha256(table.to_csv(index=False).encode() + name.encode()).hexdigest()[:10]
    source = Bilingual(
        zh=t("indicator_own.source", "zh", name=name, date=read_on),
        en=t("indicator_own.source", "en", name=name, date=read_on),
    )
    moments, figures = [], {}
    for number, column in enumerate(columns, start=1):
        title, unit = _title_unit(column)
        moment = Moment(f"c{number}", Bilingual(zh=title, en=title), "", Bilingual(zh=unit, en=unit))
        moments.append(moment)
        figures[moment.key] = Indicator(
            f"own-{digest}-{number}", moment.title, moment.unit, level, "own", source,
            _by_territory(read_numbers(table[column]).numbers, codes, doubled),
        )  # fmt: skip
    label = moments[0].title if len(moments) == 1 else Bilingual(zh=name, en=name)
    unit_shown = moments[0].unit if len({moment.unit.zh for moment in moments}) == 1 else Bilingual(zh="—", en="—")
    covered = tuple(sorted(set(codes) - {""}))
    return Subject(
        f"own-{digest}", label, unit_shown, level, "own", "own", (), covered, tuple(moments), figures,
    )  # fmt: skip


def _title_unit(column: str) -> tuple[str, str]:
    """Return name and unit of a heading such as ``人口（万人）``; the unit is "—" if there is none."""
    found = _UNIT.match(column)
    return (found[1], found[2]) if found and found[1] else (column, "—")


def _by_territory(values: pd.Series, codes: pd.Series, doubled: Doubled) -> pd.Series:
    pairs = pd.DataFrame({"adcode": codes, "value": values})
    pairs = pairs[(pairs["adcode"] != "") & pairs["value"].notna()]
    groups = pairs.groupby("adcode")["value"]
    if doubled == "sum":
        return groups.sum()
    if doubled == "mean":
        return groups.mean()
    return groups.first().where(groups.size() == 1)
