from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import BadInput, CrsError, RedlineError
from geo.measure.ellipsoid import area_m2
from geo.read.formats import ReadLimits, read_sites, sites_from_drawing, sites_from_points
from tests.helpers import KARNEY, geojson, shapefile_parts, zip_bytes

BOX = shapely.box(116, 27, 116.01, 27.01)
PLANE = gpd.GeoDataFrame(
    {"名称": ["项目甲", "项目乙"], "面积_亩": [15.0, 30.0]},
    geometry=[
        shapely.box(39_400_000, 3_000_000, 39_400_100, 3_000_100),
        shapely.box(39_410_000, 3_000_000, 39_410_100, 3_000_200),
    ],
    crs=4527,
)
KML = """<?xml version="1.0" encoding="{coding}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>地块一</name><ExtendedData><Data name="用途"><value>工业</value></Data></ExtendedData><Polygon>
<outerBoundaryIs><LinearRing>
<coordinates>116,27,5 116.01,27,5 116.01,27.01,5 116,27.01,5 116,27,5</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing>
<coordinates>116.002,27.002 116.004,27.002 116.004,27.004 116.002,27.002</coordinates></LinearRing></innerBoundaryIs>
</Polygon></Placemark>
<Placemark><MultiGeometry><LineString><coordinates>116,27 117,28</coordinates></LineString>
<LineString><coordinates>118,27 117,28</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><Point><coordinates>
 116.5,27.5 </coordinates></Point></Placemark></Folder></Document></kml>"""


def refused(content: bytes, name: str, key: str, **options: object) -> RedlineError:
    with pytest.raises(RedlineError) as fault:
        read_sites(content, name, **options)
    assert fault.value.key == key
    for lang in ("zh", "en"):
        sentence = fault.value.text(lang)
        assert name in sentence
        assert "\n" not in sentence
        assert sentence.rstrip("。.").count("。") == 0  # one sentence
        assert "Traceback" not in sentence
    return fault.value


# ---------------------------------------------------------------- what is read


def test_geojson() -> None:
    content = geojson(BOX, shapely.Point(116, 27), properties={"name": "甲", "area_ha": 109.9})
    sites = read_sites(content, "a.geojson")
    assert sites.frame.crs == "EPSG:4490"
    assert sites.frame["site_id"].tolist() == ["1", "2"]
    assert sites.frame["name"].tolist() == ["甲", "甲"]
    assert sites.frame["declared_area_m2"].tolist() == pytest.approx([1_099_000.0] * 2)
    assert sites.frame.geometry.iloc[0].equals_exact(BOX, 0)
    assert sites.sha256 == hashlib.sha256(content).hexdigest()
    assert sites.crs[0].evidence == ("rfc7946", "null_shift")
    assert len(sites) == 2


@pytest.mark.parametrize(
    "document",
    [{"type": "Feature", "properties": None, "geometry": shapely.geometry.mapping(BOX)}, shapely.geometry.mapping(BOX)],
)
def test_a_single_feature_or_geometry_will_do(document: dict[str, object]) -> None:
    assert len(read_sites(json.dumps(document).encode(), "a.json")) == 1


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
def test_geojson_codings(coding: str) -> None:
    content = geojson(BOX, properties={"名称": "瑞洪"}).decode().encode(coding)
    assert read_sites(content, "a.geojson").frame["名称"].tolist() == ["瑞洪"]


def test_geojson_with_the_older_crs_member() -> None:
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}}
    sites = read_sites(geojson(PLANE.geometry[0], crs=member), "a.geojson")
    assert sites.crs[0].epsg == 4527
    assert sites.crs[0].evidence[0] == "crs_member"
    assert sites.frame.geometry.iloc[0].centroid.x == pytest.approx(115.99, abs=0.01)


def test_own_ids_are_kept_where_they_serve() -> None:
    features = json.loads(geojson(BOX, BOX))
    for number, feature in enumerate(features["features"]):
        feature["id"] = f"地块-{number}"
    assert read_sites(json.dumps(features).encode(), "a.geojson").frame["site_id"].tolist() == ["地块-0", "地块-1"]
    features["features"][1]["id"] = "地块-0"
    assert read_sites(json.dumps(features).encode(), "a.geojson").frame["site_id"].tolist() == ["1", "2"]


def test_attributes_of_our_names_step_aside() -> None:
    frame = read_sites(geojson(BOX, properties={"part": 5, "geometry": 1}), "a.geojson").frame
    assert frame["part_"].tolist() == [5]
    assert frame["part"].tolist() == [0]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("without", [(), (".cpg",), (".cpg", ".shx")])
def test_zipped_shapefile(tmp_path: Path, encoding: str, without: tuple[str, ...]) -> None:
    files = shapefile_parts(tmp_path, PLANE, encoding)
    content = zip_bytes({f"红线/S{suffix.upper()}": data for suffix, data in files.items() if suffix not in without})
    sites = read_sites(content, "地块.zip")
    assert sites.frame["名称"].tolist() == ["项目甲", "项目乙"]
    assert sites.frame["declared_area_m2"].tolist() == pytest.approx([10_000, 20_000])
    assert (sites.crs[0].epsg, sites.crs[0].evidence) == (4527, ("prj",))
    x, y = shapely.get_coordinates(sites.frame.geometry[0])[0]
    expected = PLANE.to_crs(4490).geometry[0]
    assert expected.hausdorff_distance(sites.frame.geometry[0]) < 1e-10
    assert (x, y) == pytest.approx((expected.bounds[2], expected.bounds[1]), abs=0.002)


def test_a_cpg_that_lies(tmp_path: Path) -> None:
    files = shapefile_parts(tmp_path, PLANE, "GB18030") | {".cpg": b"UTF-8"}
    sites = read_sites(zip_bytes({f"s{suffix}": data for suffix, data in files.items()}), "s.zip")
    assert sites.frame["名称"].tolist() == ["项目甲", "项目乙"]


def test_a_shapefile_without_its_system_needs_one(tmp_path: Path) -> None:
    files = shapefile_parts(tmp_path, PLANE)
    content = zip_bytes({f"s{suffix}": data for suffix, data in files.items() if suffix != ".prj"})
    assert isinstance(refused(content, "s.zip", "geo.crs_missing"), CrsError)
    sites = read_sites(content, "s.zip", crs="EPSG:4527")
    assert (sites.crs[0].declared, sites.crs[0].epsg, sites.crs[0].evidence) == ("EPSG:4527", 4527, ("user",))
    refused(content, "s.zip", "geo.other_zone", crs="EPSG:4526")
    refused(content, "s.zip", "geo.metres_not_degrees", crs="EPSG:4490")
    refused(content, "s.zip", "geo.crs_xian80", crs="EPSG:2363")


def test_the_users_word_wins_and_the_files_label_stays_visible(tmp_path: Path) -> None:
    files = shapefile_parts(tmp_path, PLANE.set_crs(4526, allow_override=True))
    content = zip_bytes({f"s{suffix}": data for suffix, data in files.items()})
    refused(content, "s.zip", "geo.other_zone")
    sites = read_sites(content, "s.zip", crs=4527)
    assert (sites.crs[0].declared, sites.crs[0].epsg) == ("EPSG:4526", 4527)


def test_several_shapefiles_in_one_archive(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = shapefile_parts(tmp_path / "a", PLANE)
    second = shapefile_parts(tmp_path / "b", PLANE.to_crs(4490))
    content = zip_bytes({f"a{k}": v for k, v in first.items()} | {f"b{k}": v for k, v in second.items()})
    sites = read_sites(content, "all.zip")
    assert sites.frame["part"].tolist() == [0, 0, 1, 1]
    assert [reading.epsg for reading in sites.crs] == [4527, 4490]
    assert sites.frame["site_id"].tolist() == ["1", "2", "3", "4"]


def test_geopackage(tmp_path: Path) -> None:
    PLANE.to_file(tmp_path / "a.gpkg", layer="地块", engine="pyogrio")
    PLANE.iloc[:1].to_crs(32650).to_file(tmp_path / "a.gpkg", layer="utm", engine="pyogrio")
    sites = read_sites(tmp_path / "a.gpkg")
    assert [reading.epsg for reading in sites.crs] == [4527, 32650]
    assert sites.name == "a.gpkg"
    areas = area_m2(sites.frame).tolist()
    assert areas[0] == pytest.approx(areas[2], abs=0.5)  # declared in another system, its edges are straight elsewhere


@pytest.mark.parametrize(("coding", "codec"), [("UTF-8", "utf-8"), ("GB2312", "gb18030"), ("UTF-16", "utf-16")])
def test_kml_and_kmz(coding: str, codec: str) -> None:
    content = KML.format(coding=coding).encode(codec)
    for sites in (read_sites(content, "a.kml"), read_sites(zip_bytes({"doc.kml": content}), "a.kmz")):
        assert list(sites.frame.geom_type) == ["Polygon", "MultiLineString", "Point"]
        assert sites.frame["name"].tolist()[0] == "地块一"
        assert sites.frame["用途"].tolist()[0] == "工业"
        assert len(sites.frame.geometry[0].interiors) == 1
        assert not sites.frame.geometry.has_z.any()
        assert sites.crs[0].evidence == ("kml", "null_shift")


def test_a_path_and_its_bytes_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(BOX))
    assert read_sites(path).sha256 == read_sites(path.read_bytes(), "a.geojson").sha256
    assert read_sites(str(path)).name == "a.geojson"


# ---------------------------------------------------------------- what is refused, in one sentence


def test_text_named_geojson() -> None:
    fault = refused("这不是 GeoJSON\n".encode(), "a.geojson", "geo.not_geojson")
    assert "第 1 行" in fault.text("zh")
    refused(b'{"type": "FeatureCollection",\n "features": [}', "a.geojson", "geo.not_geojson")
    refused(b'{"type": "Topology"}', "a.geojson", "geo.not_plain_geojson")
    refused(b'[{"a": 1}]', "a.json", "geo.not_plain_geojson")


def test_shapefile_without_shp(tmp_path: Path) -> None:
    files = shapefile_parts(tmp_path, PLANE)
    content = zip_bytes({f"地块{suffix}": data for suffix, data in files.items() if suffix != ".shp"})
    fault = refused(content, "a.zip", "geo.zip_without_shp")
    assert ".shp" in fault.text("zh")
    refused(files[".shp"], "a.shp", "geo.bare_shapefile")


def test_polygon_that_crosses_itself() -> None:
    bow = shapely.Polygon([(116, 27), (116.02, 27.02), (116.02, 27), (116, 27.02)])
    fault = refused(geojson(BOX, bow), "a.geojson", "geo.self_crossing")
    assert "第 2 个" in fault.text("zh")
    assert "116.01" in fault.text("en")
    assert "27.01" in fault.text("en")


def test_the_place_of_a_crossing_is_named_in_the_files_own_system(tmp_path: Path) -> None:
    bow = shapely.Polygon(
        [(39_400_000, 3_000_000), (39_400_200, 3_000_200), (39_400_200, 3_000_000), (39_400_000, 3_000_200)]
    )
    gpd.GeoDataFrame(geometry=[bow], crs=4527).to_file(tmp_path / "a.gpkg", engine="pyogrio")
    fault = refused((tmp_path / "a.gpkg").read_bytes(), "a.gpkg", "geo.self_crossing")
    assert "39400100" in fault.text("zh")


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        (shapely.box(416, 27, 416.1, 27.1), "geo.out_of_range"),
        (shapely.box(27, 116, 27.1, 116.1), "geo.swapped_degrees"),
        (shapely.Point(39_400_000, 3_000_000), "geo.metres_not_degrees"),
        (shapely.Point(60, 95), "geo.out_of_range"),
    ],
)
def test_coordinates_out_of_range(shape: object, key: str) -> None:
    fault = refused(geojson(BOX, shape), "a.geojson", key)
    assert "第 2 个" in fault.text("zh")
    assert "hape 2" in fault.text("en")


@pytest.mark.parametrize(
    ("x", "y", "epsg", "key"),
    [
        (116.3, 27.9, 4527, "geo.degrees_not_metres"),
        (27.9, 116.3, 4527, "geo.degrees_not_metres"),
        (3_000_000, 39_400_000, 4527, "geo.swapped_metres"),
        (3_000_000, 400_000, 4548, "geo.swapped_metres"),
        (38_400_000, 3_000_000, 4527, "geo.other_zone"),
        (400_000, 3_000_000, 4527, "geo.no_zone_prefix"),
        (39_400_000, 3_000_000, 4548, "geo.other_zone"),
        (400_000, -50_000, 4548, "geo.out_of_range"),
        (3e7, 3_000_000, 3857, "geo.out_of_range"),
    ],
)
def test_plane_coordinates_that_contradict_their_system(x: float, y: float, epsg: int, key: str) -> None:
    refused(geojson(shapely.Point(x, y)), "a.geojson", key, crs=epsg)


def test_far_away_is_no_fault() -> None:
    assert len(read_sites(geojson(shapely.Point(-70, -33)), "a.geojson")) == 1


@pytest.mark.parametrize(
    ("geometry", "key"),
    [
        ({"type": "Polygon", "coordinates": [[[116, 27], [117, 27]]]}, "geo.too_few_points"),
        ({"type": "Polygon", "coordinates": [[[116, "x"], [117, 27], [117, 28], [116, 27]]]}, "geo.bad_geometry"),
        ({"type": "Circle", "coordinates": [116, 27]}, "geo.kind_not_read"),
        ({"type": {"name": "Point"}, "coordinates": [116, 27]}, "geo.bad_geometry"),
        ({"type": "LineString", "coordinates": [[116, 27], [116, 27]]}, "geo.too_few_points"),
        ({"type": "Polygon", "coordinates": [[[116, 27], [117, 28], [118, 29], [116, 27]]]}, None),
        (shapely.geometry.mapping(shapely.GeometryCollection([BOX, shapely.Point(115, 27)])), "geo.mixed_kinds"),
        (
            shapely.geometry.mapping(
                shapely.Polygon(BOX.exterior.coords, [shapely.box(118, 28, 119, 29).exterior.coords])
            ),
            "geo.hole_outside",
        ),
        (
            shapely.geometry.mapping(shapely.MultiPolygon([BOX, shapely.box(116.001, 27.001, 116.002, 27.002)])),
            "geo.shells_nested",
        ),
    ],
)
def test_shapes_that_cannot_be_measured(geometry: object, key: str | None) -> None:
    with pytest.raises(BadInput) as fault:
        read_sites(geojson(BOX, geometry), "a.geojson")
    assert key is None or fault.value.key == key
    assert "2" in fault.value.text("zh")


@pytest.mark.parametrize("nothing", [None, {"type": "Polygon", "coordinates": []}])
def test_a_row_without_a_shape_is_passed_over_and_named(nothing: object) -> None:
    bow_tie = shapely.Polygon([(116, 27), (117, 28), (117, 27), (116, 28)])
    sites = read_sites(geojson(BOX, nothing, BOX, properties={"name": "甲"}), "a.geojson")
    assert len(sites) == 2
    told = next(notice for notice in sites.notices if notice.code == "rows_without_shape")
    assert "2" in told.text("zh")
    assert "甲" in told.text("en")
    refused(geojson(nothing, nothing), "a.geojson", "geo.no_geometry")
    fault = refused(geojson(BOX, nothing, bow_tie), "a.geojson", "geo.self_crossing")
    assert fault.values["row"] == 3  # as the file counts


def test_a_collection_of_one_kind_is_what_it_is() -> None:
    both = shapely.GeometryCollection([BOX, shapely.box(117, 28, 118, 29)])
    assert read_sites(geojson(both), "a.geojson").frame.geom_type.tolist() == ["MultiPolygon"]


def test_empty_and_missing(tmp_path: Path) -> None:
    refused(b"", "a.geojson", "geo.file_empty")
    refused(b'{"type": "FeatureCollection", "features": []}', "a.geojson", "geo.no_features")
    refused(b"\x00\x01\x02 what", "a.dat", "geo.unknown_format")
    refused(b"plain", "a.gpkg", "geo.not_what_it_says")
    refused(b"plain", "a.zip", "geo.not_what_it_says")
    with pytest.raises(BadInput) as fault:
        read_sites(tmp_path / "none.geojson")
    assert fault.value.key == "geo.file_missing"


def test_limits() -> None:
    content = geojson(*[BOX] * 5)
    refused(content, "a.geojson", "geo.too_many_sites", limits=ReadLimits(sites=4))
    refused(content, "a.geojson", "geo.too_many_vertices", limits=ReadLimits(vertices=24))
    refused(content + b" " * (1 << 20), "a.geojson", "geo.file_too_large", limits=ReadLimits(upload_mb=1))


# ---------------------------------------------------------------- drawn and typed


def test_drawn_shapes() -> None:
    circle = {
        "type": "Feature",
        "properties": {"radius": 1500},
        "geometry": {"type": "Point", "coordinates": [116.3, 28]},
    }
    others = json.loads(geojson(BOX, shapely.LineString([(116, 27), (117, 28)]), shapely.Point(116, 27)))["features"]
    sites = sites_from_drawing([circle, *others])
    assert sites.frame.geom_type.tolist() == ["Polygon", "Polygon", "LineString", "Point"]
    ring = shapely.get_coordinates(sites.frame.geometry[0].exterior)
    halves = (ring[1:] + ring[:-1]) / 2
    for points in (ring, halves):
        reach = KARNEY.inv(np.full(len(points), 116.3), np.full(len(points), 28.0), *points.T)[2]
        assert np.abs(reach - 1500).max() < 0.0015
    assert area_m2(sites.frame)[0] == pytest.approx(np.pi * 1500**2, rel=2e-6)
    assert sites.crs[0].evidence[0] == "drawn"


@pytest.mark.parametrize(
    "feature",
    [
        {},
        {"geometry": None},
        {"geometry": {"type": "Point", "coordinates": ["x"]}},
        {"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}},
    ],
)
def test_a_broken_drawing_is_one_sentence(feature: dict[str, object]) -> None:
    with pytest.raises(BadInput) as fault:
        sites_from_drawing([feature])
    assert "绘制" in fault.value.text("zh")


def test_points() -> None:
    sites = sites_from_points([(116.3, 28.0), (116.4, 28.1)], ids=["a", "b"])
    assert sites.frame["site_id"].tolist() == ["a", "b"]
    with pytest.raises(BadInput) as fault:
        sites_from_points([(28.0, 116.3)])
    assert fault.value.key == "geo.swapped_degrees"
    with pytest.raises(BadInput) as fault:
        sites_from_points([(float("nan"), 28.0)])
    assert fault.value.key in {"geo.not_finite", "geo.no_geometry"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "id,x,y\n1,3.94387E+407,3093100\n2,39438800,3093100\n3,39438800,3093200\n"),
        ("a.dat", "1,,3.94387E+407,3093100.0,45\n2,,39438800,3093100,45\n3,,39438800,3093200,45\n"),
        ("a.txt", "3.94387E+407,3093100.0\n39438800,3093100\n39438800,3093200\n"),
        ("w.csv", 'id,wkt\n1,"POLYGON((3E+407 3093100,39438800 3093100,39438800 3093200,3E+407 3093100))"\n'),
    ],
)
def test_a_number_beyond_all_floats_is_named_as_no_number(name: str, text: str) -> None:
    """It is not one that lost digits, and no exception or warning of a library reaches the user."""
    with pytest.raises(BadInput) as fault:
        read_sites(text.encode(), name, crs="EPSG:4527")
    assert fault.value.key == "geo.not_finite"
