"""Figures against published areas, geodesics of a second library, closed forms and counts made by hand."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Geod
from shapely.geometry import LineString, box

from geo.raster.grids import slope_degrees, write_slope, zonal
from layers.catalogue.model import Bilingual, Layer, LayerSpec
from layers.indicators.indicators import DERIVED, derived_values, published_indicators
from layers.plans.tables import read_table
from layers.sources import FileSource

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)


def layer(layer_id: str, stands_for: str, frame: gpd.GeoDataFrame | None, **changes: object) -> Layer:
    given = {"basis": "modelled", "extent": ["360000"]} | changes
    spec = LayerSpec(
        id=layer_id, title=Bilingual(zh="甲", en="A"), group="own", role="other", stands_for=stands_for,
        source=FileSource(kind="file", files=["x"]), publisher=Bilingual(zh="乙", en="B"), licence="x", as_of="2022",
        **given,
    )  # fmt: skip
    if frame is not None and "located" not in frame:
        frame["located"] = True
    return Layer(spec, "not_loaded" if frame is None else "loaded", frame)


def frame(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4490)


@pytest.fixture
def counties() -> Layer:
    made = frame(
        [box(115.0, 27.0, 115.1, 27.1), box(115.1, 27.0, 115.2, 27.1), box(119.0, 32.0, 119.1, 32.1)],
        adcode=["360001", "360002", "321001"],
        prefecture_adcode=["360100", "360100", "321000"],
        province_adcode=["360000", "360000", "320000"],
    )
    return layer("county", "county", made, basis="published", extent=[])


def test_what_two_features_cover_counts_once(counties: Layer) -> None:
    halves = frame([box(115.0, 27.0, 115.05, 27.1), box(115.02, 27.0, 115.07, 27.1)])
    layers = {"county": counties, "red": layer("red", "redline", halves)}
    share = derived_values("redline_share", layers)
    area = derived_values("redline_area", layers)
    assert share is not None
    assert area is not None
    assert share.figures["360001"] == pytest.approx(70.0, abs=1e-9)
    ring = shapely.segmentize(box(115.0, 27.0, 115.07, 27.1).exterior, 0.0005)
    karney = abs(CGCS2000.polygon_area_perimeter(*ring.xy)[0]) / 1e6
    assert area.figures["360001"] == pytest.approx(karney, rel=1e-7)


def test_zero_is_covered_and_empty_missing_is_not_covered(counties: Layer) -> None:
    layers = {"county": counties, "red": layer("red", "redline", frame([box(115.0, 27.0, 115.05, 27.1)]))}
    figures = derived_values("redline_share", layers).figures  # type: ignore[union-attr]
    assert figures["360002"] == 0.0
    assert math.isnan(figures["321001"])
    layers["red_yangzhou"] = layer(
        "red_yangzhou", "redline", frame([box(119.0, 32.0, 119.05, 32.1)]), extent=["321000"]
    )
    both = derived_values("redline_share", layers).figures  # type: ignore[union-attr]
    assert both["321001"] == pytest.approx(50.0, abs=1e-9)
    assert both["360002"] == 0.0


def test_the_basis_goes_with_the_figure(counties: Layer) -> None:
    red = frame([box(115.0, 27.0, 115.05, 27.1)])
    modelled = derived_values("redline_share", {"county": counties, "red": layer("red", "redline", red)})
    statutory = derived_values(
        "redline_share", {"county": counties, "red": layer("red", "redline", red, basis="statutory")}
    )
    assert modelled is not None
    assert statutory is not None
    assert "示意" in modelled.title.zh
    assert "illustrative" in modelled.title.en
    assert "示意" in modelled.source.zh
    assert "示意" not in statutory.title.zh
    assert modelled.basis == "derived"


def test_nothing_is_derived_from_what_is_not_loaded(counties: Layer) -> None:
    assert derived_values("redline_share", {"county": counties}) is None
    assert derived_values("redline_share", {"county": counties, "red": layer("red", "redline", None)}) is None


def test_river_length_is_cut_at_the_county(counties: Layer) -> None:
    course = LineString([(114.9, 27.05), (115.25, 27.05)])
    layers = {"county": counties, "rivers": layer("rivers", "river_line", frame([course]))}
    figures = derived_values("river_length", layers).figures  # type: ignore[union-attr]
    inside = LineString(np.column_stack([np.linspace(115.0, 115.1, 2001), np.full(2001, 27.05)]))
    assert figures["360001"] == pytest.approx(CGCS2000.geometry_length(inside) / 1e3, rel=1e-9)
    assert figures["360002"] == pytest.approx(figures["360001"], rel=1e-9)
    assert math.isnan(figures["321001"])


def test_projects_count_by_the_counties_they_name(counties: Layer) -> None:
    named = frame(
        [shapely.Point(115.05, 27.05)] * 4,
        adcodes=["360001", "360001;360002", "360100", "360002;321001"],
        category=["air", "soil", "air", "air"],
        status=["planned", "", "done", "planned"],
        located=[False] * 4,
    )
    layers = {"county": counties, "projects": layer("projects", "plan_project", named, extent=[])}
    every = derived_values("projects", layers)
    assert every is not None
    assert dict(every.figures) == {"360001": 2, "360002": 2, "321001": 1}
    assert "1 项" in every.source.zh
    air = derived_values("projects_category_air", layers)
    planned = derived_values("projects_status_planned", layers)
    assert dict(air.figures) == {"360001": 1, "360002": 1, "321001": 1}  # type: ignore[union-attr]
    assert dict(planned.figures) == {"360001": 1, "360002": 1, "321001": 1}  # type: ignore[union-attr]


def test_a_bureaus_layer_without_codes_counts_by_place(counties: Layer) -> None:
    sites = frame([shapely.Point(115.05, 27.05), box(115.09, 27.0, 115.12, 27.02)])
    layers = {"county": counties, "sites": layer("sites", "protected_site", sites, extent=[])}
    assert dict(derived_values("protected_sites", layers).figures) == {  # type: ignore[union-attr]
        "360001": 2, "360002": 1, "321001": 0,
    }  # fmt: skip


def test_protected_area_is_blank_where_no_extent_is_drawn(counties: Layer) -> None:
    sites = frame(
        [box(115.0, 27.0, 115.05, 27.1), shapely.Point(115.15, 27.05)],
        adcodes=["360001", "360002"], type=["nature_reserve"] * 2, located=[True, False],
    )  # fmt: skip
    layers = {"county": counties, "sites": layer("sites", "protected_site", sites, extent=[])}
    figures = derived_values("protected_area", layers).figures  # type: ignore[union-attr]
    ring = shapely.segmentize(box(115.0, 27.0, 115.05, 27.1).exterior, 0.0005)
    assert figures["360001"] == pytest.approx(abs(CGCS2000.polygon_area_perimeter(*ring.xy)[0]) / 1e4, rel=1e-7)
    assert math.isnan(figures["360002"])
    assert figures["321001"] == 0.0


# ---------------------------------------------------------------- slope


def test_slope_of_a_plane_is_its_angle() -> None:
    """z = 0.3 x - 0.4 y (metres): the gradient is 0.5 whatever the cell's shape."""
    width, height = np.full(8, 40.0), np.full(8, 90.0)
    x, y = np.meshgrid(np.arange(7) * 40.0, -np.arange(8) * 90.0)
    slope = slope_degrees(0.3 * x - 0.4 * y, width, height)
    assert slope.shape == (6, 5)
    assert np.allclose(slope, math.degrees(math.atan(0.5)), atol=1e-12)


def test_slope_is_unknown_beside_a_gap() -> None:
    heights = np.zeros((7, 7))
    heights[3, 3] = np.nan
    slope = slope_degrees(heights, np.full(7, 30.0), np.full(7, 30.0))
    assert np.isnan(slope[1:4, 1:4]).all()
    assert np.isnan(slope).sum() == 9


@pytest.mark.parametrize(("epsg", "west", "north", "size"), [(4490, 115.0, 28.0, 1 / 120), (4547, 4e5, 3e6, 90.0)])
def test_slope_file_is_in_metres(tmp_path: Path, epsg: int, west: float, north: float, size: float) -> None:
    """A ramp that rises 30 m with every cell to the east: the angle follows from geodesic cell widths."""
    rows, columns = 1100, 40
    heights = np.tile(np.arange(columns) * 30.0, (rows, 1)).astype("float32")
    source = tmp_path / "dem.tif"
    transform = rasterio.transform.from_origin(west, north, size, size)
    with rasterio.open(source, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
                       crs=f"EPSG:{epsg}", transform=transform) as out:  # fmt: skip
        out.write(heights, 1)
    target = tmp_path / "kept" / "slope.tif"
    write_slope(source, target)
    with rasterio.open(target) as grid:
        slope = grid.read(1, masked=True)
        assert (grid.transform, grid.crs) == (transform, rasterio.crs.CRS.from_epsg(epsg))
    assert slope.mask[0].all()
    assert slope.mask[:, 0].all()
    assert not slope.mask[1:-1, 1:-1].any()  # strips leave no seam
    for row in (1, 511, 512, 1098):
        cell_m = size
        if epsg == 4490:
            lat = north - (row + 0.5) * size
            # a parallel's arc by many short geodesics, not by our radii
            arc = LineString(np.column_stack([np.linspace(west, west + size, 200), np.full(200, lat)]))
            cell_m = CGCS2000.geometry_length(arc)
        assert slope[row, 7] == pytest.approx(math.degrees(math.atan(30.0 / cell_m)), rel=1e-6)


def test_extremes_are_the_zones_own(tmp_path: Path) -> None:
    source = tmp_path / "grid.tif"
    with rasterio.open(source, "w", driver="GTiff", width=4, height=1, count=1, dtype="float32", crs="EPSG:4490",
                       transform=rasterio.transform.from_origin(115.0, 28.0, 0.1, 0.1)) as out:  # fmt: skip
        out.write(np.array([[1.0, 5.0, 9.0, 99.0]], dtype="float32"), 1)
    zone = frame([box(115.0, 27.9, 115.32, 28.0)])
    assert zonal(source, zone, "max")[0] == 9.0
    assert zonal(source, zone, "min")[0] == 1.0


# ---------------------------------------------------------------- the product's own layers


@pytest.fixture(scope="module")
def ours(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


@pytest.mark.parametrize(
    ("prefix", "published_km2"),
    [("36", 166_900.0), ("3610", 18_817.0), ("3608", 25_283.0), ("3210", 6_591.0)],
)
def test_land_area_as_published(ours: dict[str, Layer], prefix: str, published_km2: float) -> None:
    figures = derived_values("land_area", ours).figures  # type: ignore[union-attr]
    assert figures[figures.index.str.startswith(prefix)].sum() == pytest.approx(published_km2, rel=0.003)


def test_red_line_as_published(ours: dict[str, Layer]) -> None:
    """抚州 27.12 % of its land; 吉安 673 万亩, fifteen mu to the hectare; 江西 4.12 万 km²; Yangzhou has none."""
    areas = derived_values("redline_area", ours).figures  # type: ignore[union-attr]
    land = derived_values("land_area", ours).figures  # type: ignore[union-attr]
    fuzhou, jian = (areas.index.str.startswith(code) for code in ("3610", "3608"))
    assert 100 * areas[fuzhou].sum() / land[fuzhou].sum() == pytest.approx(27.12, rel=0.005)
    assert areas[jian].sum() == pytest.approx(673e4 / 15 / 100, rel=0.005)
    assert areas.sum() == pytest.approx(41_200, rel=0.005)
    assert areas[areas.index.str.startswith("32")].isna().all()


def test_counties_add_up_to_the_rivers(ours: dict[str, Layer]) -> None:
    """County by county the lengths come to those of the lines inside the region, by Karney's geodesics."""
    figures = derived_values("river_length", ours).figures  # type: ignore[union-attr]
    region = shapely.union_all(shapely.set_precision(ours["prefecture"].frame.geometry.to_numpy(), 0))
    inside = shapely.intersection(ours["rivers"].frame.geometry.to_numpy(), region)
    geodesic = sum(CGCS2000.geometry_length(shapely.segmentize(line, 0.005)) for line in inside if not line.is_empty)
    assert figures.sum() == pytest.approx(geodesic / 1e3, rel=1e-4)


def test_slope_follows_the_land(ours: dict[str, Layer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    slope = derived_values("mean_slope", ours).figures  # type: ignore[union-attr]
    assert slope.notna().all()
    assert slope["321023"] < 0.2  # 宝应 lies in the plain
    assert slope[["361028", "360881", "360925"]].min() > 3.0  # 资溪, 井冈山 and 靖安 in the hills
    kept = list((tmp_path / "derived").glob("slope-*.tif"))
    assert len(kept) == 1
    made = kept[0].stat().st_mtime_ns
    derived_values("mean_slope", ours)
    assert kept[0].stat().st_mtime_ns == made


def test_slope_is_the_same_where_its_grid_cannot_be_stored(
    ours: dict[str, Layer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "with"))
    stored = derived_values("mean_slope", ours).figures  # type: ignore[union-attr]
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "derived").write_text("a file in its place")
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "without"))
    pd.testing.assert_series_equal(derived_values("mean_slope", ours).figures, stored)  # type: ignore[union-attr]


def test_every_recipe_gives_every_county_a_figure_or_says_it_has_none(ours: dict[str, Layer]) -> None:
    codes = set(ours["county"].frame["adcode"])
    for name, recipe in DERIVED.items():
        if name == "mean_slope":
            continue
        one = derived_values(name, ours)
        assert one is not None, name
        assert set(one.figures.index) == codes
        assert one.figures.dropna().ge(0).all()
        assert one.source.en != one.source.zh
        assert recipe.unit.en


def test_project_counts_are_those_of_the_table(ours: dict[str, Layer]) -> None:
    rows = read_table("projects")
    figures = derived_values("projects", ours).figures  # type: ignore[union-attr]
    for code in ("361028", "360827", "361002"):
        assert figures[code] == sum(code in adcodes.split(";") for adcodes in rows["adcodes"])


# ---------------------------------------------------------------- published


def rows(*given: tuple[str, str, str, float, int]) -> pd.DataFrame:
    table = pd.DataFrame(given, columns=["series", "adcode", "document", "value", "year"])
    fixed = {"name": "森林覆盖率", "name_en": "Forest cover", "unit": "%", "kind": "actual", "cell": "",
             "level": "prefecture", "clause": "1/1"}  # fmt: skip
    return table.assign(**fixed, year_from=pd.array([pd.NA] * len(table), dtype="Int64"))


def test_one_figure_of_several_cities_is_one_indicator() -> None:
    (one,) = published_indicators(rows(("a", "361000", "000", 67.2, 2020), ("b", "360800", "001", 67.7, 2020)))
    assert dict(one.figures) == {"361000": 67.2, "360800": 67.7}
    assert "抚州规划" in one.source.zh
    assert "吉安报告" in one.source.zh


def test_years_are_never_mixed() -> None:
    found = published_indicators(rows(("a", "361000", "000", 67.2, 2020), ("b", "360800", "001", 67.7, 2022)))
    assert [dict(one.figures) for one in found] == [{"361000": 67.2}, {"360800": 67.7}]


def test_two_values_of_one_region_stand_apart() -> None:
    """The source tells 7495 and 7872 under one name: neither may hide the other."""
    found = published_indicators(rows(("a", "361000", "000", 7495, 2020), ("b", "361000", "000", 7872, 2020)))
    assert sorted(float(one.figures.iloc[0]) for one in found) == [7495, 7872]
    assert len({one.id for one in found}) == 2


def test_no_published_number_is_lost() -> None:
    table = pd.concat([read_table("indicators"), read_table("limits")])
    found = published_indicators(table)
    assert len({one.id for one in found}) == len(found)
    told = {(one.level, code, float(value)) for one in found for code, value in one.figures.items()}
    numbers = table[table["value"].notna()]
    assert told == set(zip(numbers["level"], numbers["adcode"], numbers["value"], strict=True))
    forest = next(one for one in found if one.title.zh == "森林覆盖率 2020 实际值" and one.level == "prefecture")
    assert dict(forest.figures) == {"361000": 67.2}


def test_a_change_is_called_a_change() -> None:
    found = published_indicators(read_table("indicators"))
    (fine_dust,) = [one for one in found if one.title.zh.startswith("城市PM2.5浓度") and "变化" in one.title.zh]
    assert dict(fine_dust.figures) == {"361000": 0.4}
