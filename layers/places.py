"""Towns and townships with a point: those of GeoNames, and those whose coordinates a cited source prints."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

__all__ = ["place_files", "place_table"]

_NAMES: Final = ("places.csv", "cited_places.csv")
_COLUMNS: Final = (
    "place_id", "name_zh", "name_en", "kind", "adcode", "lon", "lat", "population", "source", "licence", "as_of",
    "accuracy_m", "basis",
)  # fmt: skip


def place_files(folder: Path) -> list[Path]:
    """Return the paths of the tables of places that a gazetteer folder has; the second is kept by hand."""
    return [file for name in _NAMES if (file := folder / name).is_file()]


def place_table(folder: Path) -> pd.DataFrame:
    """Return the places of a gazetteer folder as texts, "" where nothing is known; no rows where there are no tables.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    DataFrame
        ``place_id``, ``name_zh``, ``name_en``, ``kind`` (town, township, subdistrict, county_seat, city, district,
        place, village), ``adcode``, ``lon`` and ``lat`` (degrees, EPSG:4490), ``population``, ``source``, ``licence``,
        ``as_of``, ``accuracy_m``, ``basis``.
    """
    tables = [pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8") for file in place_files(folder)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(_COLUMNS), dtype=str)
