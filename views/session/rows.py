"""Rows of tables as plain dicts, and whether a cell holds anything."""

from __future__ import annotations

from typing import Any

import pandas as pd

__all__ = ["Row", "missing", "row_of", "rows_of"]

Row = dict[str, Any]


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Return the rows of a table, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def row_of(row: pd.Series | pd.DataFrame) -> Row:
    """Return one row of a table, as ``.loc`` gives it, by the names of its columns."""
    return {str(name): value for name, value in row.to_dict().items()}


def missing(value: Any) -> bool:
    """Tell whether a cell holds nothing: None, NaN or NA."""
    found: Any = pd.isna(value)
    return bool(found)
