"""Rasters that are read in a process of their own come back as they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from rasterio.transform import from_origin

import geo.raster
from geo.confined import Ceilings
from geo.errors import BadInput
from geo.raster import open as opening
from geo.raster import view, zones
from tests.geo.raster.test_zones import ZONES, drawn

WITHIN = (116.0, 27.0, 117.6, 28.2)


def test_facts_picture_and_figures_are_those_of_the_readers(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.tif", "EPSG:4527")
    facts = geo.raster.raster_facts(path, "a.tif")
    assert facts == opening.raster_facts(path, "a.tif")
    ours, theirs = geo.raster.raster_view(path, facts, WITHIN), view.raster_view(path, facts, WITHIN)
    np.testing.assert_array_equal(ours.values, theirs.values)
    assert ours.bounds == theirs.bounds
    told: list[float] = []
    figures = geo.raster.zonal_figures(path, facts, ZONES, "mean", progress=lambda share, _="": told.append(share))
    expected = zones.zonal_figures(path, facts, ZONES, "mean")
    pd.testing.assert_series_equal(figures.figures, expected.figures)
    pd.testing.assert_series_equal(figures.covered, expected.covered)
    assert all(0 <= share <= 1 for share in told)


def test_a_raster_that_takes_too_much_is_one_sentence(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.tif", "EPSG:4490")
    facts = geo.raster.raster_facts(path, "a.tif")
    with pytest.raises(BadInput) as fault:
        geo.raster.raster_view(path, facts, WITHIN, ceilings=Ceilings(memory_mb=5))
    assert fault.value.key == "geo.reading_too_heavy"


@pytest.mark.parametrize(
    "transform",
    [
        from_origin(-1.7e241, -9.0e307, 0.01, 0.01),  # eight damaged bytes
        from_origin(116.0, 28.0, 1e-310, 1e-310),
        from_origin(float("nan"), 28.0, 0.01, 0.01),
    ],
)
def test_a_raster_beyond_the_earth_is_one_sentence(transform: Affine, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    options = {"driver": "GTiff", "width": 4, "height": 3, "count": 1, "dtype": "uint8", "crs": "EPSG:4490"}
    with rasterio.open(path, "w", transform=transform, **options) as grid:
        grid.write(np.ones((1, 3, 4), dtype=np.uint8))
    with pytest.raises(BadInput) as fault:
        geo.raster.raster_facts(path, "a.tif")
    assert fault.value.key == "raster_own.nowhere"
