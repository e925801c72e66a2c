"""Zonal figures against a brute-force fine grid, Karney's areas and one field drawn in four systems."""

from __future__ import annotations

import itertools
import struct
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod, Transformer
from rasterio.transform import from_origin

from geo.errors import BadInput, CrsError
from geo.raster.grids import value_at, write_slope, zonal
from geo.raster.open import raster_facts, system_of
from geo.raster.view import raster_view
from geo.raster.zones import cell_areas_m2, zonal_figures
from tests.helpers import ROOT

CASES = ROOT / "tests" / "fixtures" / "cases"
CGCS2000 = Geod(a=6378137.0, rf=298.257222101)
ZONES = gpd.GeoDataFrame(
    geometry=[
        shapely.Polygon([(116.4, 27.3), (116.9, 27.4), (116.8, 27.9), (116.5, 27.8), (116.6, 27.6)]),
        shapely.Polygon([(116.9, 27.4), (117.3, 27.2), (117.2, 27.8), (116.8, 27.9)]),
    ],
    crs=4490,
)
"""Two counties' worth of land with straight edges in degrees."""
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m +type=crs"
CELLS = {"EPSG:4490": 0.004, "EPSG:4527": 400.0, "EPSG:3857": 450.0, ALBERS: 400.0}


def field(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Anything smooth that differs much across a county."""
    return 500 + 300 * np.sin(9 * lon) * np.cos(7 * lat) + 200 * (lat - 27.5)


def drawn(path: Path, crs: str, *, cell: float | None = None, dtype: str = "float64", **changes: object) -> Path:
    """Write the field in a system, a little larger than the zones."""
    size = cell or CELLS[crs]
    there = Transformer.from_crs(4490, crs, always_xy=True)
    rim = shapely.segmentize(shapely.box(*ZONES.total_bounds), 0.01).exterior.coords.xy
    x, y = there.transform(*rim)
    west, north = min(x) - 3 * size, max(y) + 3 * size
    columns, rows = (int((max(side) - min(side)) / size) + 7 for side in (x, y))
    centres = np.meshgrid(west + (np.arange(columns) + 0.5) * size, north - (np.arange(rows) + 0.5) * size)
    lon, lat = there.transform(*centres, direction="INVERSE")
    values = field(np.asarray(lon), np.asarray(lat)).astype(dtype)
    profile = {"crs": crs, "transform": from_origin(west, north, size, size)} | changes
    with rasterio.open(path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype=dtype, **profile) as grid:
        grid.write(values, 1)
    return path


@cache
def brute(statistic: str, *, per_degree: int = 1500) -> list[float]:
    """Integrate the field over the zones by a fine grid of points, each with the ground that it stands for."""
    found = []
    e2 = 2 / 298.257222101 - 1 / 298.257222101**2
    for zone in ZONES.geometry:
        west, south, east, north = zone.bounds
        lon, lat = np.meshgrid(
            np.arange(west, east, 1 / per_degree) + 0.5 / per_degree,
            np.arange(south, north, 1 / per_degree) + 0.5 / per_degree,
        )
        inside = shapely.contains_xy(zone, lon, lat)
        lon, lat = lon[inside], lat[inside]
        ground = np.cos(np.radians(lat)) / (1 - e2 * np.sin(np.radians(lat)) ** 2) ** 2
        values = field(lon, lat)
        met = values > 600
        found.append(
            {"mean": np.average(values, weights=ground), "share": 100 * np.average(met, weights=ground)}[statistic]
        )
    return found


@pytest.mark.parametrize("crs", list(CELLS), ids=["degrees", "gk39", "mercator", "albers"])
def test_the_mean_is_that_of_the_ground_in_every_system(tmp_path: Path, crs: str) -> None:
    path = drawn(tmp_path / "a.tif", crs)
    told = zonal_figures(path, raster_facts(path, "a.tif"), ZONES, "mean")
    assert told.figures.to_numpy() == pytest.approx(brute("mean"), rel=2e-4)
    assert told.covered.to_numpy() == pytest.approx(1, abs=2e-5)


def test_zone_39_and_web_mercator_give_one_figure(tmp_path: Path) -> None:
    means = []
    for crs in ("EPSG:4527", "EPSG:3857"):
        path = drawn(tmp_path / "a.tif", crs)
        means.append(zonal_figures(path, raster_facts(path, "a.tif"), ZONES, "mean").figures)
    assert means[0].to_numpy() == pytest.approx(means[1].to_numpy(), rel=1e-4)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857"])
def test_the_share_of_a_class(tmp_path: Path, crs: str) -> None:
    path = drawn(tmp_path / "a.tif", crs, cell=CELLS[crs] / 2)
    with rasterio.open(path, "r+") as grid:
        grid.write((grid.read(1) > 600).astype(float) + 1, 1)
    told = zonal_figures(path, raster_facts(path, "a.tif"), ZONES, "share", of_class=2)
    assert told.figures.to_numpy() == pytest.approx(brute("share"), abs=0.15)


@pytest.mark.parametrize("crs", list(CELLS), ids=["degrees", "gk39", "mercator", "albers"])
def test_cells_have_the_area_of_the_ground(crs: str) -> None:
    system = system_of(crs, "a")
    x, y = Transformer.from_crs(4490, crs, always_xy=True).transform([116.2, 117.5], [27.1, 28.2])
    bounds = (min(x), min(y), max(x), max(y))
    ring = np.array(shapely.segmentize(shapely.box(*bounds), (bounds[2] - bounds[0]) / 2000).exterior.coords)
    karney = abs(CGCS2000.polygon_area_perimeter(*system.to_degrees(ring).T)[0])
    assert cell_areas_m2(system, bounds, (300, 400)).sum() == pytest.approx(karney, rel=3e-6)


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drawn(tmp_path / "a.tif", "EPSG:4527")
    facts = raster_facts(path, "a.tif")
    whole = {name: zonal_figures(path, facts, ZONES, name).figures for name in ("mean", "sum", "min", "max")}
    monkeypatch.setattr("geo.raster.zones._BLOCK", 64)
    done: list[float] = []
    for name, figures in whole.items():
        parts = zonal_figures(path, facts, ZONES, name, progress=done.append).figures
        assert parts.to_numpy() == pytest.approx(figures.to_numpy(), rel=1e-6)
    assert done[-1] == 1
    assert whole["min"].lt(whole["mean"]).all()
    assert whole["mean"].lt(whole["max"]).all()


def test_a_sum_counts_cells_by_the_share_inside(tmp_path: Path) -> None:
    """Ones of 400 m cells: the sum is the plane area of the zone in the grid's system over that of a cell."""
    path = drawn(tmp_path / "a.tif", "EPSG:4527")
    with rasterio.open(path, "r+") as grid:
        grid.write(np.ones((grid.height, grid.width)), 1)
    told = zonal_figures(path, raster_facts(path, "a.tif"), ZONES, "sum").figures
    there = Transformer.from_crs(4490, 4527, always_xy=True)
    edges = shapely.segmentize(ZONES.geometry.to_numpy(), 0.0005)
    plane = shapely.area(shapely.transform(edges, lambda xy: np.column_stack(there.transform(*xy.T))))
    assert told.to_numpy() == pytest.approx(plane / 400**2, rel=1e-6)


def test_what_holds_nothing_does_not_count(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.tif", "EPSG:4490", nodata=-9999.0)
    with rasterio.open(path, "r+") as grid:
        values = grid.read(1)
        lon = grid.transform.c + (np.arange(grid.width) + 0.5) * grid.transform.a
        values[:, lon > 116.7] = -9999.0
        values[5, 5] = np.nan
        grid.write(values, 1)
    told = zonal_figures(path, raster_facts(path, "a.tif"), ZONES, "mean")
    west = shapely.intersection(ZONES.geometry.iloc[0], shapely.box(116, 27, 116.7, 28.5))
    share = shapely.area(west) / ZONES.geometry.area.iloc[0]
    assert told.covered.iloc[0] == pytest.approx(share, abs=0.01)
    assert np.isnan(told.figures.iloc[1])
    assert told.covered.iloc[1] == 0


# ---------------------------------------------------------------- what strangers bring


def bare(path: Path, **changes: object) -> Path:
    given = {"crs": "EPSG:4490", "transform": from_origin(116, 28, 0.01, 0.01)} | changes
    with rasterio.open(path, "w", driver="GTiff", width=8, height=8, count=1, dtype="uint8", **given) as grid:
        grid.write(np.ones((8, 8), np.uint8), 1)
    return path


def huge() -> bytes:
    """A TIFF header that claims 200,000 x 200,000 cells and holds none."""
    entries = [(256, 4, 1, 200_000), (257, 4, 1, 200_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
               (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 1, 8)]  # fmt: skip
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", *entry) for entry in entries
    ) + struct.pack("<I", 0)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"crs": None}, "raster_own.no_crs"),
        ({"crs": "EPSG:4610"}, "geo.crs_xian80"),
        ({"crs": "EPSG:2000"}, "geo.crs_not_supported"),
        ({"transform": rasterio.Affine(0.01, 0.001, 116, 0.001, -0.01, 28)}, "raster_own.turned"),
        ({"transform": rasterio.Affine(0.01, 0, 116, 0, 0.01, 27)}, "raster_own.turned"),
    ],
)
def test_a_grid_that_cannot_be_placed_is_refused(tmp_path: Path, changes: dict[str, object], key: str) -> None:
    path = bare(tmp_path / "a.tif", **changes)
    with pytest.raises((BadInput, CrsError)) as fault:
        raster_facts(path, "a.tif")
    assert fault.value.key == key
    if key == "raster_own.no_crs":
        assert raster_facts(path, "a.tif", "EPSG:4527").system.label == "EPSG:4527"


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<VRTDataset/>", b"II*\0" + b"\0" * 40, b"II*\0\x08\0\0\0", huge()]
)
def test_what_is_no_sound_geotiff_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(BadInput) as fault:
        raster_facts(path, "../../etc/a.tif")
    assert fault.value.key.startswith("raster_own.")
    assert "etc" not in fault.value.text("en")


def test_a_file_cut_short_is_one_sentence(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.tif", "EPSG:4490")
    facts = raster_facts(path, "a.tif")
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(BadInput) as fault:
        zonal_figures(path, facts, ZONES, "mean")
    assert fault.value.key == "raster_own.damaged"


def global_grid(path: Path, crs: str, cell: float, value: object = 1.0, dtype: str = "float64") -> Path:
    """A grid far larger than the zones, of cells that are large beside them."""
    west, south, east, north = (100.0, 15.0, 130.0, 45.0)
    if crs != "EPSG:4490":
        there = Transformer.from_crs(4490, crs, always_xy=True)
        x, y = there.transform([west, east, west, east], [south, south, north, north])
        west, south, east, north = min(x), min(y), max(x), max(y)
    columns, rows = int((east - west) / cell) + 1, int((north - south) / cell) + 1
    profile = {"crs": crs, "transform": from_origin(west, north, cell, cell), "width": columns, "height": rows}
    values = np.broadcast_to(np.asarray(value, dtype), (rows, columns))
    with rasterio.open(path, "w", driver="GTiff", count=1, dtype=dtype, **profile) as grid:
        grid.write(values, 1)
    return path


@pytest.mark.parametrize(
    ("crs", "cell"),
    [("EPSG:4490", 0.1), ("EPSG:4490", 0.5), ("EPSG:4490", 1.0), ("EPSG:4490", 5.0), ("EPSG:3857", 100_000.0),
     ("EPSG:3857", 9_000.0), (ALBERS, 50_000.0)],
)  # fmt: skip
def test_a_zone_inside_a_coarse_grid_is_covered_whole(tmp_path: Path, crs: str, cell: float) -> None:
    path = global_grid(tmp_path / "a.tif", crs, cell)
    told = zonal_figures(path, raster_facts(path, "a.tif"), ZONES, "mean")
    assert told.covered.to_numpy() == pytest.approx(1.0, abs=1e-6)
    assert told.figures.to_numpy() == pytest.approx(1.0, rel=1e-9)


def test_cells_of_a_coarse_grid_count_by_their_ground(tmp_path: Path) -> None:
    """Rows of one degree that hold their number: the mean is that of bands whose areas have a closed form."""
    rows = np.arange(31, dtype=float)[:, None]
    path = global_grid(tmp_path / "a.tif", "EPSG:4490", 1.0, np.broadcast_to(rows, (31, 31)))
    zone = gpd.GeoDataFrame(geometry=[shapely.box(115.3, 25.7, 117.9, 28.6)], crs=4490)
    edges = [25.7, 26.0, 27.0, 28.0, 28.6]
    bands = [
        abs(
            CGCS2000.polygon_area_perimeter(*shapely.segmentize(shapely.box(0, a, 2.6, b), 0.001).exterior.coords.xy)[0]
        )
        for a, b in itertools.pairwise(edges)
    ]
    right = np.average([19, 18, 17, 16], weights=bands)  # the row of 25 to 26 degrees is the twentieth
    assert zonal_figures(path, raster_facts(path, "a.tif"), zone, "mean").figures[0] == pytest.approx(right, rel=1e-6)
    summed = zonal_figures(path, raster_facts(path, "a.tif"), zone, "sum").figures[0]
    assert summed == pytest.approx(2.6 * (0.3 * 19 + 18 + 17 + 0.6 * 16), rel=1e-6)  # cells by the share inside


def test_scale_and_offset_are_what_cells_mean() -> None:
    path = CASES / "raster_scale_offset.tif"
    facts = raster_facts(path, "a.tif")
    assert facts.scaling == ((0.1, 5.0),)
    for statistic in ("mean", "min", "max"):
        assert zonal_figures(path, facts, ZONES, statistic).figures.to_numpy() == pytest.approx(55.0)
    assert zonal_figures(path, facts, ZONES, "share", of_class=55.0).figures.to_numpy() == pytest.approx(100.0)
    assert value_at(path, 116.5, 27.5) == pytest.approx(55.0)
    assert zonal(path, ZONES, "mean").to_numpy() == pytest.approx(55.0)
    shown = raster_view(path, facts, (116.0, 27.0, 117.0, 28.0)).values
    assert shown[np.isfinite(shown)] == pytest.approx(55.0)


def test_each_band_has_its_own_scale_and_emptiness(tmp_path: Path) -> None:
    path = tmp_path / "two.tif"
    profile = {"crs": "EPSG:4490", "transform": from_origin(116, 28.2, 0.01, 0.01), "width": 150, "height": 120}
    with rasterio.open(path, "w", driver="GTiff", count=2, dtype="int16", nodata=0, **profile) as grid:
        grid.write(np.full((120, 150), 7), 1)
        grid.write(np.full((120, 150), 30), 2)
        grid.scales, grid.offsets = (1.0, 0.5), (0.0, 1.0)
    facts = raster_facts(path, "two.tif")
    assert zonal_figures(path, facts, ZONES, "mean", band=1).figures.to_numpy() == pytest.approx(7.0)
    assert zonal_figures(path, facts, ZONES, "mean", band=2).figures.to_numpy() == pytest.approx(16.0)


def test_the_slope_of_scaled_heights(tmp_path: Path) -> None:
    """Decimetres with a scale of 0.1: 1 m up per 100 m east is 0.5729 degrees."""
    path = tmp_path / "dm.tif"
    profile = {"crs": "EPSG:4527", "transform": from_origin(39_400_000, 3_100_000, 100, 100), "width": 9, "height": 9}
    with rasterio.open(path, "w", driver="GTiff", count=1, dtype="int16", **profile) as grid:
        grid.write(np.tile(np.arange(9) * 10, (9, 1)), 1)
        grid.scales = (0.1,)
    write_slope(path, tmp_path / "slope.tif")
    with rasterio.open(tmp_path / "slope.tif") as made:
        assert made.read(1)[4, 4] == pytest.approx(np.degrees(np.arctan(0.01)), rel=1e-5)
