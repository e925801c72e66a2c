"""Rasters: valid COGs whose cells agree with brute force; nothing left behind when stopped."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rio_cogeo.cogeo import cog_validate

from geo.errors import BadInput
from layers.catalogue.model import Layer
from snapshot.raster import CLASSES, RasterSettings, control_layers, write_raster

BOUNDS = (116.95, 27.6, 117.25, 27.85)


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> list[Layer]:
    return list(shipped.values())


def plane(layers: list[Layer], epsg: int) -> tuple[np.ndarray, list[str]]:
    """Every counted shape in the plane, by geopandas: another way than the code's."""
    shapes, ids = [], []
    for layer in control_layers(layers):
        near = layer.frame[layer.frame["located"]].cx[116:118.2, 26.7:28.8]
        parts = gpd.GeoSeries(near.geometry, crs=4490).segmentize(0.005).to_crs(epsg)
        keep = shapely.get_dimensions(parts.to_numpy()) > 0
        shapes += parts.to_numpy()[keep].tolist()
        ids += [layer.id] * int(keep.sum())
    return np.array(shapes, dtype=object), ids


def test_distance_agrees_with_brute_force(layers: list[Layer], tmp_path: Path) -> None:
    target = tmp_path / "distance.tif"
    write_raster(target, layers, RasterSettings("distance", BOUNDS, 45.0), lang="zh", version="1", manifest={"a": 1})
    valid, errors, warnings = cog_validate(target, strict=True)
    assert (valid, errors, warnings) == (True, [], [])
    with rasterio.open(target) as grid:
        cells, epsg, nodata = grid.read(1), grid.crs.to_epsg(), grid.nodata
        assert grid.overviews(1)
        assert grid.block_shapes == [(512, 512)]
        assert json.loads(grid.tags()["REDLINE_MANIFEST"])["a"] == 1
        assert "示意" in grid.tags()["REDLINE_NOTICE"]
        rows, columns = np.random.default_rng(6).integers(0, [grid.height, grid.width], (300, 2)).T
        x, y = grid.xy(rows, columns)
    assert epsg == 4548
    assert nodata == -1
    shapes, _ = plane(layers, epsg)
    points = shapely.points(x, y)
    expected = np.min([shapely.distance(points, shape) for shape in shapes], axis=0)
    assert (expected > 0).sum() > 50
    np.testing.assert_allclose(cells[rows, columns], expected, atol=0.05)


def test_class_is_the_gravest_at_the_centre(layers: list[Layer], tmp_path: Path) -> None:
    target = tmp_path / "constraint.tif"
    write_raster(target, layers, RasterSettings("constraint", BOUNDS, 100.0), lang="en", version="1")
    assert cog_validate(target, strict=True)[0]
    with rasterio.open(target) as grid:
        cells = grid.read(1)
        rows, columns = np.random.default_rng(7).integers(0, [grid.height, grid.width], (300, 2)).T
        x, y = grid.xy(rows, columns)
        epsg = grid.crs.to_epsg()
    shapes, ids = plane(layers, epsg)
    points = shapely.points(x, y)
    expected = np.zeros(len(points), int)
    for shape, name in zip(shapes, ids, strict=True):
        word = {"redline_jiangxi": "redline", "protected_sites": "protected", "waters": "water"}.get(name)
        word = word or {"river_corridors": "corridor", "ecospace_yangzhou": "ecological"}.get(name)
        if word and shapely.get_dimensions(shape) == 2:
            expected = np.where(shapely.contains(shape, points), np.maximum(expected, CLASSES.index(word)), expected)
    assert len(set(expected.tolist())) > 2
    assert (cells[rows, columns] != expected).sum() <= 1  # a centre within rounding of an edge


def test_outside_the_territory_is_nodata(layers: list[Layer], tmp_path: Path) -> None:
    target = tmp_path / "in.tif"
    inside = shapely.box(117.0, 27.65, 117.1, 27.75)
    settings = RasterSettings("constraint", BOUNDS, 200.0, within=inside)
    write_raster(target, layers, settings, lang="zh", version="1")
    with rasterio.open(target) as grid:
        share = float((grid.read(1) != grid.nodata).mean())
    assert share == pytest.approx(0.1 * 0.1 / (0.3 * 0.25), rel=0.05)


def test_what_must_stay_in_does_not_count(layers: list[Layer]) -> None:
    kept = [dataclasses.replace(one, spec=one.spec.model_copy(update={"export": "findings"})) for one in layers]
    assert control_layers(kept) == []


@pytest.mark.parametrize(("change", "key"), [
    ({"cell_m": 0.0}, "raster.no_cell"),
    ({"cell_m": 0.5}, "raster.too_fine"),
    ({"epsg": 4490}, "raster.not_projected"),
    ({"bounds": (117.0, 27.0, 116.0, 28.0)}, "sheet.no_extent"),
])  # fmt: skip
def test_what_cannot_be_is_one_sentence(layers: list[Layer], tmp_path: Path, change: dict, key: str) -> None:
    settings = dataclasses.replace(RasterSettings("distance", BOUNDS), **change)
    with pytest.raises(BadInput) as fault:
        write_raster(tmp_path / "a.tif", layers, settings, lang="zh", version="1")
    assert fault.value.key == key


def test_stopped_half_way_leaves_nothing(layers: list[Layer], tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write_raster(
            tmp_path / "a.tif",
            layers,
            RasterSettings("constraint", BOUNDS, 500.0),
            lang="zh",
            version="1",
            progress=stop,
        )
    assert list(tmp_path.iterdir()) == []
