"""Read and validate the tables of ``data/plans``: by their schema, row by row and against one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from geo.errors import DataFault
from layers.paths import PRODUCT, plans_folder
from layers.plans.checks import Boundaries, Finding, check_tables
from layers.plans.schema import TABLES, Column, Table
from words import Lang, t

__all__ = ["PLANS_FOLDER", "Fault", "checked_rows", "read_table", "typed_rows", "validate_folder"]

PLANS_FOLDER: Final = PRODUCT / "data" / "plans"
"""The shipped folder; `layers.paths.plans_folder` returns the one in use."""

_PATTERNS: Final = {
    kind: re.compile(pattern, re.ASCII)
    for kind, pattern in {
        "id": r"[a-z0-9]+(?:-[a-z0-9]+)*",
        "document": r"\d{3}",
        "adcode": r"\d{6}",
        "adcodes": r"\d{6}(?:;\d{6})*",
        "number": r"-?\d+(?:\.\d+)?",
        "integer": r"-?\d+",
        "year": r"\d{4}",
        "date": r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?",
    }.items()
}


@dataclass(frozen=True)
class Fault:
    """One fault in one cell of a table, and what to do about it.

    Attributes
    ----------
    file : str
        File name inside the folder.
    line : int
        Line of the file, the header being 1.
    column : str
        Blank where the whole row or file is meant.
    key : str
        Key of the sentence in the catalogue of ``words``.
    values : Mapping
        What the sentence names.
    """

    file: str
    line: int
    column: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: Lang = "zh") -> str:
        """Return the sentence about the fault: where, what and what to do."""
        what = t(self.key, lang, **self.values)
        place = "plans.place" if self.column else "plans.place_row"
        return t(place, lang, file=self.file, line=self.line, column=self.column, what=what)

    def __str__(self) -> str:
        return self.text("zh")


def read_table(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return a table of ``data/plans`` with typed columns.

    Parameters
    ----------
    name : str
        A key of ``layers.plans.schema.TABLES``.
    folder : Path, optional
        Default: the one in use.

    Returns
    -------
    DataFrame
        Columns and meaning as in ``layers.plans.schema``. ``number`` is float64 (NaN where blank), ``integer`` and
        ``year`` are Int64 (NA where blank), everything else is str ("" where blank).

    Raises
    ------
    DataFault
        On the first fault of the file; `validate_folder` lists them all.
    """
    where = plans_folder() if folder is None else Path(folder)
    rows, faults = checked_rows(TABLES[name], where)
    if rows is None or faults:
        raise DataFault("plans.table_faulty", fault=faults[0], count=len(faults))
    return typed_rows(rows, TABLES[name])


def validate_folder(folder: Path | None = None, boundaries: Path | None = None) -> list[Fault]:
    """Return all faults of the tables of a folder, each by itself and across tables.

    Parameters
    ----------
    folder : Path, optional
        Default: the one in use.
    boundaries : Path, optional
        Folder of ``county.fgb``; default: ``boundaries`` beside `folder`, else that of the product.

    Returns
    -------
    list of Fault
        Empty if all tables are valid. The checks across tables run only once every table is valid by itself.
    """
    where = plans_folder() if folder is None else Path(folder)
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, table in TABLES.items():
        rows, found = checked_rows(table, where)
        faults += found
        if rows is not None and not found:
            tables[name] = typed_rows(rows, table)
    if faults:
        return faults
    beside = where.parent / "boundaries"
    known = Boundaries.read(boundaries or (beside if beside.is_dir() else PRODUCT / "data" / "boundaries"))
    return [_fault_of(finding) for finding in check_tables(tables, known)]


def _fault_of(finding: Finding) -> Fault:
    return Fault(f"{finding.table}.csv", finding.row + 2, finding.column, finding.key, finding.values)


def checked_rows(table: Table, folder: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Return the rows of one table file as text and all faults against its schema.

    Returns
    -------
    DataFrame or None
        The rows as text; None where the file cannot be read at all.
    list of Fault
        What is wrong in it.
    """
    path = folder / f"{table.name}.csv"
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", index_col=False)
    except FileNotFoundError:
        return None, [Fault(path.name, 1, "", "plans.no_file", {"folder": folder.name})]
    except UnicodeDecodeError:
        return None, [Fault(path.name, 1, "", "plans.not_utf8")]
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        line = re.search(r"line (\d+)", str(fault))
        return None, [Fault(path.name, int(line[1]) if line else 1, "", "plans.not_csv")]
    rows = _with_later_columns(rows, table)
    if tuple(rows.columns) != table.names:
        missing = "、".join(name for name in table.names if name not in rows.columns) or "—"
        unknown = "、".join(str(name) for name in rows.columns if name not in table.names) or "—"
        return None, [Fault(path.name, 1, "", "plans.header", {"missing": missing, "unknown": unknown})]
    faults = [
        Fault(path.name, int(row) + 2, column.name, key, values)
        for column in table.columns
        for row, key, values in _cell_faults(rows[column.name], column)
    ]
    return rows, sorted(faults, key=lambda fault: fault.line)


def _with_later_columns(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return rows with the columns that a table of an earlier version has not, blank."""
    later = [column.name for column in table.columns if column.added and column.name not in rows.columns]
    if not later or set(rows.columns) != set(table.names) - set(later):
        return rows
    return rows.assign(**dict.fromkeys(later, ""))[list(table.names)]


def _cell_faults(cells: pd.Series, column: Column) -> Iterator[tuple[int, str, dict[str, object]]]:
    """Yield row, sentence and values of each bad cell of a column."""
    for row, value in enumerate(cells.tolist()):  # a cell costs a microsecond so, and a column a millisecond in pandas
        if value:
            for key, values in _value_faults(value, column):
                yield row, key, values
        elif column.required:
            yield row, "plans.blank", {}


def _value_faults(value: str, column: Column) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield sentence and values of whatever is wrong with the text of a cell."""
    if value != value.strip():
        yield "plans.spaces", {"value": value}
    pattern = _PATTERNS.get(column.kind)
    if pattern is not None and not pattern.fullmatch(value):
        yield f"plans.no_{column.kind}", {"value": value}
        return
    if column.allowed:
        for part in value.split(";") if column.kind == "codes" else (value,):
            if part not in column.allowed:
                yield "plans.not_allowed", {"value": part, "allowed": "、".join(column.allowed)}
    if column.low is not None or column.high is not None:
        low = float("-inf") if column.low is None else column.low
        high = float("inf") if column.high is None else column.high
        if not low <= float(value) <= high:
            yield "plans.out_of_range", {"value": value, "low": low, "high": high}


def typed_rows(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the rows of `checked_rows` with numbers as numbers."""
    typed = rows.copy()
    for column in table.columns:
        if column.kind == "number":
            typed[column.name] = pd.to_numeric(rows[column.name].replace("", None)).astype("float64")
        elif column.kind in ("integer", "year"):
            typed[column.name] = pd.to_numeric(rows[column.name].replace("", None)).astype("Int64")
    return typed
