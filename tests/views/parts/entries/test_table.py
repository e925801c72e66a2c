"""Base against target of the printed table: rising, falling and met, each reckoned its own way."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from views.parts.entries.table import _progress_percent


def cells(rows: list[tuple[float, float, str, str, int | None]]) -> dict[str, pd.DataFrame]:
    base = pd.DataFrame(
        {
            "value": [row[0] for row in rows],
            "flag": "",
            "comparator": "=",
            "year_from": pd.array([row[4] for row in rows], "Int64"),
        }
    )
    target = pd.DataFrame(
        {
            "value": [row[1] for row in rows],
            "comparator": [row[2] for row in rows],
            "flag": [row[3] for row in rows],
            "year_from": pd.array([None] * len(rows), "Int64"),
        }
    )
    return {"base": base, "target": target}


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ((37.0, 300.0, "=", "", None), 100 * 37 / 300),
        ((27.0, 26.6, "<=", "", None), 100 * 26.6 / 27),
        ((27.0, 26.6, "=", "", None), 100 * 26.6 / 27),
        ((96.7, 96.0, ">=", "target_below_base", None), 100),
        ((20.0, 26.6, "<=", "", None), 100),
        ((13.1, 12.5, "=", "", 2016), math.nan),
        ((0.0, 0.0, "=", "", None), math.nan),
        ((math.nan, 5000.0, "=", "", None), math.nan),
    ],
)
def test_how_far_the_base_was_from_the_target(row: tuple[float, float, str, str, int | None], share: float) -> None:
    assert _progress_percent(cells([row])).iloc[0] == pytest.approx(share, nan_ok=True)
