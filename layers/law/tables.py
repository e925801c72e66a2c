"""Read and validate the tables of ``data/law``, each by its schema and against one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from geo.errors import DataFault
from layers.law.schema import ANY_ACTIVITY, DECLARED_FLAGS, LAW_TABLES
from layers.paths import PRODUCT, law_folder
from layers.plans import Fault, checked_rows, typed_rows

__all__ = ["LAW_FOLDER", "read_law", "validate_law"]

LAW_FOLDER: Final = PRODUCT / "data" / "law"
"""The shipped folder; `layers.paths.law_folder` returns the one in use."""

_HEADER: Final = "law.header"

Tables = Mapping[str, pd.DataFrame]


def read_law(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return a table of ``data/law`` with typed columns.

    Parameters
    ----------
    name : str
        A key of ``layers.law.schema.LAW_TABLES``.
    folder : Path, optional
        Default: the one in use.

    Returns
    -------
    DataFrame
        Columns and meaning as in ``layers.law.schema``. ``number`` is float64 (NaN where blank), ``integer`` is Int64
        (NA where blank), everything else is str ("" where blank). Distances are metres.

    Raises
    ------
    DataFault
        On the first fault of the file; `validate_law` lists them all.

    Examples
    --------
    >>> rules = read_law("rules")
    >>> float(rules.set_index("id").loc["yrpl-26-chemical", "distance_m"])
    1000.0
    """
    rows, faults = _read(name, law_folder() if folder is None else Path(folder))
    if rows is None or faults:
        raise DataFault("law.table_faulty", fault=faults[0], count=len(faults))
    return rows


def validate_law(folder: Path | None = None) -> list[Fault]:
    """Return all faults of the tables of a folder, each by itself and across tables.

    Parameters
    ----------
    folder : Path, optional
        Default: the one in use.

    Returns
    -------
    list of Fault
        Empty if all tables are valid. The checks across tables run only once every table is valid by itself.
    """
    where = law_folder() if folder is None else Path(folder)
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name in LAW_TABLES:
        rows, found = _read(name, where)
        faults += found
        if rows is not None:
            tables[name] = rows
    if faults:
        return faults
    return [fault for check in _CHECKS for fault in check(tables)]


def _read(name: str, folder: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    table = LAW_TABLES[name]
    rows, faults = checked_rows(table, folder)
    faults = [replace(fault, key=_HEADER) if fault.key == "plans.header" else fault for fault in faults]
    return (None if rows is None or faults else typed_rows(rows, table)), faults


def _fault(table: str, row: object, column: str, key: str, **values: object) -> Fault:
    return Fault(f"{table}.csv", int(str(row)) + 2, column, key, values)


def _unique(tables: Tables) -> Iterator[Fault]:
    keys = {
        "activities": ["code"],
        "required_layers": ["activity", "stands_for"],
        "plan_words": ["activity"],
        "keepers": ["stands_for"],
    }
    for name, rows in tables.items():
        columns = keys.get(name, ["id"])
        for row in rows.index[rows.duplicated(columns)]:
            value = " ".join(str(rows.loc[row, column]) for column in columns)
            yield _fault(name, row, columns[0], "plans.doubled", value=value)


def _references(tables: Tables) -> Iterator[Fault]:
    instruments, activities, rules = (
        set(tables["instruments"]["id"]), set(tables["activities"]["code"]), set(tables["rules"]["id"]),
    )  # fmt: skip
    cited = (
        ("instruments", "replaces", instruments, "instruments"),
        ("rules", "instrument", instruments, "instruments"),
        ("rules", "activities", activities | {ANY_ACTIVITY}, "activities"),
        ("rules", "exceptions", activities, "activities"),
        ("required_layers", "activity", activities, "activities"),
        ("required_layers", "rules", rules, "rules"),
        ("keepers", "instrument", instruments, "instruments"),
        ("plan_words", "activities", activities | {ANY_ACTIVITY}, "activities"),
        ("approval_paths", "instrument", instruments, "instruments"),
    )
    for name, column, known, target in cited:
        parts = tables[name][column].str.split(";").explode()
        for row, value in parts[(parts != "") & ~parts.isin(known)].items():
            yield _fault(name, row, column, "plans.no_target", value=value, target=f"{target}.csv")


def _distances(tables: Tables) -> Iterator[Fault]:
    rows = tables["rules"]
    near = rows["relation"] == "within_distance"
    for row in rows.index[near ^ rows["distance_m"].notna()]:
        yield _fault("rules", row, "distance_m", "plans.rule_distance")
    for row in rows.index[near ^ (rows["distance_from"] != "")]:
        yield _fault("rules", row, "distance_from", "law.distance_from")


def _periods(tables: Tables) -> Iterator[Fault]:
    for name in ("instruments", "rules", "approval_paths"):
        rows = tables[name]
        start, end = rows["in_force_from"], rows["in_force_to"]
        for row in rows.index[(start != "") & (end != "") & (end < start)]:
            yield _fault(name, row, "in_force_to", "law.period_turned")
    known = tables["instruments"].set_index("id")
    for name in ("rules", "approval_paths"):
        rows = tables[name]
        ends = rows["instrument"].map(known["in_force_to"])
        for row in rows.index[(ends != "") & ((rows["in_force_to"] == "") | (rows["in_force_to"] > ends))]:
            yield _fault(name, row, "in_force_to", "law.outlives", instrument=rows.loc[row, "instrument"])
        starts = rows["instrument"].map(known["in_force_from"])
        for row in rows.index[(starts != "") & (rows["in_force_from"] < starts)]:
            yield _fault(name, row, "in_force_from", "law.predates", instrument=rows.loc[row, "instrument"])


def _unsafe_values(tables: Tables) -> Iterator[Fault]:
    """Yield rules that prohibit without being verified, and activities with a flag that only a person can declare."""
    rules, activities = tables["rules"], tables["activities"]
    for row in rules.index[(rules["verified"] == "no") & (rules["effect"] == "prohibit")]:
        yield _fault("rules", row, "effect", "law.unverified_forbids")
    for column in ("flags", "may_flags"):
        parts = activities[column].str.split(";").explode()
        for row, value in parts[parts.isin(DECLARED_FLAGS)].items():
            yield _fault("activities", row, column, "law.flag_declared", value=value)


def _covered(tables: Tables) -> Iterator[Fault]:
    activities, needed = tables["activities"], tables["required_layers"]
    for row in activities.index[~activities["code"].isin(needed["activity"])]:
        yield _fault("activities", row, "code", "law.nothing_required", value=activities.loc[row, "code"])
    for row in needed.index[(needed["basis"] == "rule") ^ (needed["rules"] != "")]:
        yield _fault("required_layers", row, "rules", "law.rule_unnamed")


_CHECKS: Final = (_unique, _references, _distances, _periods, _unsafe_values, _covered)
