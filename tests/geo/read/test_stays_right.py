"""Files that were tried and right, to stay right: see the README of the cases."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from geo.measure.ellipsoid import area_m2
from geo.read.formats import inspect, read_sites
from layers.catalogue.model import Bilingual, Layer, LayerSpec
from layers.sources import NoSource
from siting.check.check import check
from tests.geo.raw_shapefile import PRJ, dbf, shp
from tests.geo.read.test_every_format import COUNTIES, refused
from tests.geo.shapes.test_ring_kinds import E0, N0, SHELL, square
from tests.helpers import geojson, karney_area_m2, shapefile_parts, zip_bytes

AREA = 9999.07


def test_features_that_overlap_each_other_count_once() -> None:
    """Squares 0-300 and 200-500, site 100-400: the site's own 300 m, of which 100 m lie in both."""
    boxes = [shapely.Polygon(square(0, 0, 300)), shapely.Polygon(square(200, 0, 300))]
    name = Bilingual(zh="图层", en="layer")
    spec = LayerSpec(
        id="control", role="other", basis="published", stands_for="control", title=name, group="control",
        source=NoSource(kind="none"), publisher=name, licence="test", as_of="2024",
    )  # fmt: skip
    frame = gpd.GeoDataFrame(geometry=boxes, crs=4527).to_crs(4490)
    held = {"feature_id": ["a", "b"], "name_zh": ["甲", "乙"], "name_en": ["A", "B"], "zone": [None] * 2}
    frame = frame.assign(**held, basis="published", located=True)
    site = shapely.box(E0 + 100, N0 + 30, E0 + 400, N0 + 263.333333)
    sites = read_sites(geojson(site, crs={"type": "name", "properties": {"name": "EPSG:4527"}}), "a.geojson")
    row = check(sites, [Layer(spec, "loaded", frame)], COUNTIES).findings.iloc[0]
    assert row["overlap_m2"] == pytest.approx(69_993.54, abs=0.5)
    assert row["overlap_m2"] == pytest.approx(area_m2(sites.frame)[0], rel=1e-9)


def test_one_ring_that_touches_itself() -> None:
    """A square of 100 m whose ring walks into it at a corner and round a diamond: 7,800 m² are left."""
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0), (40, 60), (80, 60), (60, 20), (0, 0)]
    wanted = 7800
    shape = shapely.Polygon([(E0 + x, N0 + y) for x, y in ring])
    sites = read_sites(geojson(shape), "a.geojson", crs=4527)
    assert sites.frame["repair"].tolist() == ["touching"]
    assert area_m2(sites.frame)[0] == pytest.approx(wanted * AREA / 1e4, abs=0.05)


def test_member_names_in_gbk_and_endings_in_capitals() -> None:
    files = {f"地块{suffix.upper()}": data for suffix, data in shp([[SHELL]]).items()}
    files |= {"地块.DBF": dbf([b"NAME"], [["甲".encode("gbk")]]), "地块.PRJ": PRJ, "地块.CPG": b"GBK"}
    plain = zip_bytes({name.replace("地块", "DIKU"): data for name, data in files.items()})
    content = plain.replace(b"DIKU", "地块".encode("gbk"))  # as long, and no flag of UTF-8
    sites = read_sites(content, "a.zip")
    assert sites.frame["NAME"].tolist() == ["甲"]
    assert area_m2(sites.frame)[0] == pytest.approx(AREA, abs=0.01)
    assert [info.name for info in inspect(content, "a.zip").layers] == ["地块"]


def test_a_prj_with_metadata(tmp_path: Path) -> None:
    """ArcGIS Pro writes METADATA into a .prj, which is no WKT of its version."""
    wkt = CRS.from_epsg(4527).to_wkt("WKT1_ESRI")
    told = wkt[:-1] + ',METADATA["China - 115.5°E to 118.5°E",115.5,22.66,118.5,49.88,0.0,0.0174532925199433,0.0,2434]]'
    files = shapefile_parts(tmp_path, gpd.GeoDataFrame({"N": ["1"]}, geometry=[shapely.Polygon(SHELL)], crs=4527))
    for coding in ("utf-8", "gb18030"):
        sites = read_sites(zip_bytes({f"a{k}": v for k, v in (files | {".prj": told.encode(coding)}).items()}), "a.zip")
        assert sites.crs[0].epsg == 4527
        assert area_m2(sites.frame)[0] == pytest.approx(AREA, abs=0.01)


def test_projected_geojson_without_a_crs_is_asked_about() -> None:
    shape = shapely.Polygon(SHELL)
    fault = refused(geojson(shape), "a.geojson", "geo.metres_not_degrees")
    assert "EPSG:4527" in fault.text("en")
    sites = read_sites(geojson(shape), "a.geojson", crs=4527)
    cut = gpd.GeoSeries([shapely.segmentize(shape, 1.0)], crs=4527).to_crs(4490)[0]
    assert area_m2(sites.frame)[0] == pytest.approx(karney_area_m2(cut), abs=0.01)


@pytest.mark.parametrize(
    ("easting", "meridian", "zone"), [(500_000, 117, 4548), (39_500_000, 117, 4527), (500_000, 120, 4549)]
)
def test_a_zone_on_wgs84_is_that_of_cgcs2000(easting: int, meridian: int, zone: int) -> None:
    text = (
        f'PROJCS["x",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
        f'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{easting}.0],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    ring = [(x - 39_500_000 + easting, y) for x, y in SHELL]
    files = {f"a{suffix}": data for suffix, data in shp([[ring]]).items()} | {"a.prj": text.encode()}
    reading = read_sites(zip_bytes(files), "a.zip").crs[0]
    assert reading.epsg == zone
    assert reading.evidence == ("prj", "null_shift", "zone_of_wgs84")
    local = text.replace(f'"Central_Meridian",{meridian}.0', '"Central_Meridian",116.5')
    refused(zip_bytes(files | {"a.prj": local.encode()}), "a.zip", "geo.crs_no_standard_zone")
