"""A raster reckoned for territories: too little covered is no figure, and the source says how it was done."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import box

from geo.errors import RedlineError
from geo.raster.open import raster_facts
from layers.indicators.own_raster import RasterWish, raster_subject

REGIONS = gpd.GeoDataFrame(
    {"adcode": ["361001", "361002", "361003"]},
    geometry=[box(116.0, 27.0, 116.1, 27.1), box(116.1, 27.0, 116.2, 27.1), box(118, 30, 118.1, 30.1)],
    crs=4490,
)


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    """Classes 1 and 2 side by side in the first county; a quarter of the second."""
    values = np.zeros((40, 60), np.uint8)
    values[:, :20], values[:, 20:40] = 1, 2
    values[:, 50:] = 0
    values[:, 40:50] = 1
    path = tmp_path / "land.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=60, height=40, count=1, dtype="uint8", crs="EPSG:4490", nodata=0,
        transform=from_origin(116.0, 27.1, 0.0025, 0.0025),
    ) as out:  # fmt: skip
        out.write(values, 1)
    return path


def test_the_share_of_a_class_and_its_source(grid: Path) -> None:
    facts = raster_facts(grid, "land.tif")
    wish = RasterWish(statistic="share", of_class=2, least=50)
    subject = raster_subject(grid, facts, REGIONS, wish, read_on="2026-11-21")
    figures = subject.figures[""].figures
    assert figures["361001"] == pytest.approx(50, abs=1e-6)
    assert np.isnan(figures["361002"]), "covered by a quarter only"
    assert np.isnan(figures["361003"]), "not covered at all"
    assert subject.unit.zh == "%"
    assert subject.basis == "own"
    for part in ("land.tif", "EPSG:4490", "2026-11-21", "50"):
        assert part in subject.figures[""].source.zh
    quarter = raster_subject(grid, facts, REGIONS, RasterWish(statistic="share", of_class=1, least=20), read_on="x")
    assert quarter.figures[""].figures["361002"] == pytest.approx(100, abs=1e-6)
    assert quarter.id != subject.id


def test_a_raster_that_covers_nobody_is_one_sentence(grid: Path) -> None:
    with pytest.raises(RedlineError) as fault:
        raster_subject(grid, raster_facts(grid, "land.tif"), REGIONS.iloc[2:], RasterWish(), read_on="x")
    assert fault.value.key == "raster_own.nothing"
