"""Rows of tables as plain dicts, and a test for missing cells."""

from __future__ import annotations

from typing import Any

import pandas as pd

__all__ = ["Row", "is_missing", "row_of", "rows_of"]

Row = dict[str, Any]


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as dicts by column name."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def row_of(row: pd.Series | pd.DataFrame) -> Row:
    """Return one row of a table, as ``.loc`` returns it, as a dict by column name."""
    return {str(name): value for name, value in row.to_dict().items()}


def is_missing(value: Any) -> bool:
    """Return whether a cell is None, NaN or NA."""
    result: Any = pd.isna(value)
    return bool(result)
