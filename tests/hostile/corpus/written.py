"""Harmless files, as GDAL writes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd

from tests.hostile.corpus.shapes import SQUARE


def frame(count: int = 1) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": [f"A{at}" for at in range(count)]}, geometry=[SQUARE] * count, crs=4490)


def written(suffix: str, own: gpd.GeoDataFrame | None = None, **options: Any) -> bytes:
    """Return the bytes of a file that GDAL writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        (frame() if own is None else own).to_file(path, **options)
        return path.read_bytes()
