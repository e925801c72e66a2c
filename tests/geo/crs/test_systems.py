from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo.crs.systems import describe, from_store, gk3_epsg, to_store, transform_points
from geo.errors import CrsError
from geo.raster.open import system_of
from tests.helpers import KARNEY

ESRI_GK39 = (
    'PROJCS["{name}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("zone", range(25, 46))
def test_three_degree_zones_with_prefix_against_pyproj(zone: int) -> None:
    epsg, lon, lat = 4513 + zone - 25, 3.0 * zone + 1.2, 28.3
    expected = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
    found = transform_points(np.array([[lon, lat]]), epsg)[0]
    assert found == pytest.approx(expected, abs=1e-6)
    assert found[0] // 1_000_000 == zone  # the prefix stands in front of the easting: east is first
    assert describe(epsg).false_easting == zone * 1e6 + 500_000


@pytest.mark.parametrize("epsg", [*range(4534, 4555), *range(4491, 4513), 32649, 32650, 32651, 3857])
def test_other_systems_against_pyproj(epsg: int) -> None:
    meridian = describe(epsg).central_meridian
    lon, lat = (meridian if meridian is not None else 116.0) + 0.7, 27.9
    degrees = 4490 if epsg <= 4554 and epsg != 3857 else 4326
    expected = Transformer.from_crs(degrees, epsg, always_xy=True).transform(lon, lat)
    assert transform_points(np.array([[lon, lat]]), epsg)[0] == pytest.approx(expected, abs=1e-6)
    assert describe(epsg).epsg == epsg


def test_axes_are_east_then_north() -> None:
    """A point near 抚州 in zone 39: about 56 km west of 117°E, 3,097 km north of the equator."""
    east, north = transform_points(np.array([[116.36, 27.98]]), 4548)[0]
    west_m = KARNEY.inv(116.36, 27.98, 117.0, 27.98)[2]
    assert 500_000 - east == pytest.approx(west_m, abs=30)
    assert north == pytest.approx(KARNEY.inv(117.0, 0.0, 117.0, 27.98)[2], abs=200)


def test_utm_and_gauss_krueger_differ_as_known() -> None:
    """UTM 50N scales by 0.9996 about the same meridian: 1.2 km less north at 28°N, and the east end nearer."""
    gk, utm = (transform_points(np.array([[116.36, 27.98]]), epsg)[0] for epsg in (4548, 32650))
    assert (utm[0] - 500_000) / (gk[0] - 500_000) == pytest.approx(0.9996, abs=1e-8)
    assert utm[1] / gk[1] == pytest.approx(0.9996, abs=1e-8)


@given(st.floats(113.5, 119.9), st.floats(24.0, 33.5), st.sampled_from([4526, 4527, 4528, 4548, 4508, 32650, 3857]))
@settings(max_examples=200, deadline=None)
def test_there_and_back(lon: float, lat: float, epsg: int) -> None:
    there = transform_points(np.array([[lon, lat]]), epsg)
    assert transform_points(there, epsg, inverse=True)[0] == pytest.approx([lon, lat], abs=1e-10)


@pytest.mark.parametrize(("lon", "plain", "prefixed"), [(116.4, 4548, 4527), (114.2, 4547, 4526), (119.4, 4549, 4528)])
def test_zone_by_longitude(lon: float, plain: int, prefixed: int) -> None:
    assert (gk3_epsg(lon), gk3_epsg(lon, prefix=True)) == (plain, prefixed)


def test_renamed_esri_prj_is_known_by_its_parameters() -> None:
    reading = describe(ESRI_GK39.format(name="某县规划坐标系", easting="39500000.0", meridian="117.0"))
    assert (reading.epsg, reading.family, reading.evidence) == (4527, "gk3_prefix", ("same_parameters",))
    assert reading.declared == "某县规划坐标系"
    assert describe(ESRI_GK39.format(name="x", easting="500000.0", meridian="117.0")).epsg == 4548
    assert describe(ESRI_GK39.format(name="x", easting="20500000.0", meridian="117.0")).family == "gk6_prefix"


@pytest.mark.parametrize(
    ("crs", "key"),
    [
        (None, "geo.crs_missing"),
        (4610, "geo.crs_xian80"),
        (2343, "geo.crs_xian80"),
        (2363, "geo.crs_xian80"),
        (4214, "geo.crs_beijing54"),
        (2422, "geo.crs_beijing54"),
        (4555, "geo.crs_beijing54"),  # New Beijing
        (4258, "geo.crs_not_supported"),  # ETRS89: the same ellipsoid, another datum
        (4269, "geo.crs_not_supported"),
        (3035, "geo.crs_not_supported"),
        (4479, "geo.crs_not_supported"),  # geocentric
        ("+proj=tmerc +lon_0=117 +ellps=GRS80", "geo.crs_not_supported"),
        ("+proj=longlat +ellps=WGS84 +towgs84=100,0,0", "geo.crs_shifted"),
        (ESRI_GK39.format(name="x", easting="500000.0", meridian="115.5"), "geo.crs_no_standard_zone"),
        (ESRI_GK39.format(name="x", easting="50000.0", meridian="117.0"), "geo.crs_no_standard_zone"),
        ("nonsense", "geo.crs_unreadable"),
    ],
)
def test_what_is_refused(crs: object, key: str) -> None:
    with pytest.raises(CrsError) as fault:
        describe(crs, "规划.shp")
    assert fault.value.key == key
    assert "规划.shp" in fault.value.text("zh")
    assert "规划.shp" in fault.value.text("en")


def test_a_system_that_pyproj_cannot_finish_reading_is_a_sentence() -> None:
    """One byte of a GeoParquet changed: PROJ takes the system, and fails when it is asked for its datum."""
    document = CRS.from_epsg(4490).to_json_dict()
    axis = document["coordinate_system"]["axis"][0]
    axis["Unit"] = axis.pop("unit")
    system = CRS.from_json_dict(document)
    with pytest.raises(CrsError) as fault:
        describe(system, "a.parquet")
    assert fault.value.key == "geo.crs_unreadable"
    with pytest.raises(CrsError) as fault:
        system_of(system.to_json(), "a.tif")
    assert fault.value.key == "geo.crs_unreadable"


def test_xian80_says_what_to_ask_for() -> None:
    with pytest.raises(CrsError) as fault:
        to_store(gpd.GeoDataFrame(geometry=[shapely.Point(500_000, 3_000_000)], crs=2343), "a.shp")
    assert "2000" in fault.value.text("zh")
    assert "CGCS2000" in fault.value.text("en")


def test_degrees_of_both_datums_pass_unchanged_and_say_so() -> None:
    shape = shapely.box(116, 27, 118, 29)
    made = to_store(gpd.GeoDataFrame({"a": [1]}, index=[7], geometry=[shape], crs=4326))
    assert made.geometry.iloc[0].equals_exact(shape, 0)
    assert list(made.index) == [7]
    assert made.crs == "EPSG:4490"
    assert describe(4326).evidence == ("null_shift",)
    assert describe(4490).evidence == ()


@pytest.mark.parametrize(("epsg", "corner"), [(4527, (39_420_000, 3_050_000)), (3857, (12_950_000, 3_200_000))])
def test_edges_stay_within_a_millimetre_of_where_they_were_declared(epsg: int, corner: tuple[float, float]) -> None:
    x, y = corner
    shape = shapely.Polygon([(x, y), (x + 90_000, y + 20_000), (x + 30_000, y + 70_000)])
    made = to_store(gpd.GeoDataFrame(geometry=[shape], crs=epsg)).geometry.iloc[0]
    points = shapely.get_coordinates(made)
    halves = (points[:-1] + points[1:]) / 2
    back = transform_points(np.vstack([points, halves]), epsg)
    scale = 1 / np.cos(np.radians(28)) if epsg == 3857 else 1.0
    assert shapely.distance(shapely.points(back), shape.exterior).max() / scale < 0.001
    pieces = KARNEY.line_lengths(*points.T)
    assert max(pieces) < 250.3


def test_neighbours_stay_neighbours() -> None:
    """Two parcels share a long slanting edge, walked in opposite directions: not a sliver opens between them."""
    a, b, c, d = (39_400_000, 3_000_000), (39_433_333, 3_071_234), (39_460_000, 3_010_000), (39_380_000, 3_060_000)
    frame = gpd.GeoDataFrame(geometry=[shapely.Polygon([a, b, c]), shapely.Polygon([b, a, d])], crs=4527)
    left, right = to_store(frame).geometry
    assert shapely.intersection(left, right).area == 0
    assert shapely.union(left, right).geom_type == "Polygon"
    assert len(shapely.union(left, right).interiors) == 0
    assert shapely.coverage_is_valid([left, right])


def test_heights_are_dropped_and_mixed_kinds_pass() -> None:
    shapes = [
        shapely.Point(39_500_000, 3_000_000, 12),
        shapely.LineString([(39_500_000, 3_000_000, 1), (39_501_000, 3_000_500, 2)]),
        shapely.MultiPolygon([shapely.box(39_500_000, 3_000_000, 39_500_100, 3_000_100)]),
        shapely.Polygon(),
    ]
    made = to_store(gpd.GeoDataFrame(geometry=shapes, crs=4527))
    assert list(made.geom_type) == ["Point", "LineString", "MultiPolygon", "Polygon"]
    assert not made.geometry.has_z.any()


def test_into_another_system_and_back() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.box(116.4, 27.2, 116.401, 27.201)], crs=4490)
    plane = from_store(frame, 4527)
    assert plane.crs == "EPSG:4527"
    assert plane.geometry.iloc[0].equals_exact(frame.to_crs(4527).geometry.iloc[0], 1e-6)
