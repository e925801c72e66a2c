"""KML as people make it: commas, tracks, links, pictures, marks of other systems."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.crs.china_offsets import gcj02_of_wgs84
from geo.errors import RedlineError
from geo.read.formats import Sites, read_sites, sites_from_text
from geo.read.gis.kml_points import points_of
from layers.own.intake import read_and_validate
from tests.geo.read.test_formats import refused
from tests.helpers import geojson, shapefile_parts, zip_bytes

RING = [(116.35, 27.95), (116.351, 27.95), (116.351, 27.951), (116.35, 27.951), (116.35, 27.95)]
SHAPE = shapely.Polygon(RING)


def kml(*marks: str, around: str = "") -> bytes:
    head = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
    return (head + "".join(f"<Placemark>{mark}</Placemark>" for mark in marks) + around + "</Document></kml>").encode()


def polygon(text: str) -> str:
    return (f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon>")  # fmt: skip


PLAIN = polygon(" ".join(f"{x},{y},0" for x, y in RING))


def said(sites: Sites) -> list[str]:
    return [notice.code for notice in sites.notices]


WAYS = {
    "as the standard has it": ("{}", " ", ",0"),
    "commas between points": ("{}", ",", ",0"),
    "comma and blank between points": ("{}", ", ", ",0"),
    "no heights, commas between": ("{}", ",", ""),
    "no heights, comma and blank": ("{}", ", ", ""),
    "blanks only": ("{}", " ", None),
    "new lines and trailing commas": ("{}", "\n", ","),
    "full-width commas": ("{}", " ", "，0"),
    "semicolons": ("{}", ";", ",0"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["polygon", "line", "point"])
def test_commas_and_blanks_with_one_reading(way: str, kind: str) -> None:
    _, between, height = WAYS[way]
    points = RING if kind != "point" else RING[:1]
    text = between.join(f"{x} {y} 0" if height is None else f"{x},{y}{height}" for x, y in points)
    tags = {"polygon": polygon("{}"), "line": "<LineString><coordinates>{}</coordinates></LineString>",
            "point": "<Point><coordinates>{}</coordinates></Point>"}  # fmt: skip
    sites = read_sites(kml(tags[kind].format(text)), "a.kml")
    wanted = {"polygon": SHAPE, "line": shapely.LineString(RING), "point": shapely.Point(RING[0])}[kind]
    assert sites.frame.geometry[0].equals(wanted)
    plain = way in {"as the standard has it", "new lines and trailing commas"} or "comma and blank" in way
    if kind != "point":
        assert ("kml_commas" in said(sites)) != plain


@pytest.mark.parametrize(
    "text",
    [
        "116.35 , 27.95 , 0  116.351 , 27.95 , 0  116.351 , 27.951 , 0",
        "116.35,27.95 ,0 116.351, 27.95,0 116.351,27.951,0",
    ],
)
def test_blanks_round_commas(text: str) -> None:
    sites = read_sites(kml(polygon(text)), "a.kml")
    assert sites.frame.geometry[0].equals(shapely.Polygon(RING[:3]))
    assert "kml_commas" in said(sites)


@pytest.mark.parametrize(
    "text", ["1,2,3,4,5,6", "116.35,27.95,x 116.351,27.95", "116.35,27.95,0,5", "116.35 27.95 5 6", "a"]
)
def test_commas_with_several_readings_or_none_are_named(text: str) -> None:
    assert points_of(text) is None
    fault = refused(kml(polygon(text)), "a.kml", "geo.kml_bad_commas")
    assert text[:8] in fault.text("zh")


def test_a_height_is_no_longitude() -> None:
    """Heights of 100 could be longitudes, but not with latitudes beside them that are longitudes."""
    flat = ",".join(f"{x},{y},100" for x, y in RING)
    sites = read_sites(kml(polygon(flat)), "a.kml")
    assert sites.frame.geometry[0].equals(SHAPE)
    assert {"kml_commas", "z_dropped"} <= set(said(sites))


def test_a_track_is_a_line() -> None:
    def track(points: list[tuple[float, float]]) -> str:
        times = "".join("<when>2024-01-01T00:00:00Z</when>" for _ in points)
        return f"<gx:Track>{times}{''.join(f'<gx:coord>{x} {y} 30</gx:coord>' for x, y in points)}</gx:Track>"

    both = f"<gx:MultiTrack>{track(RING[:2])}{track(RING[2:4])}</gx:MultiTrack>"
    sites = read_sites(kml(track(RING[:4]), both, track(RING[:1])), "a.kml")
    assert sites.frame.geom_type.tolist() == ["LineString", "MultiLineString", "Point"]
    assert sites.frame.geometry[0].equals(shapely.LineString(RING[:4]))
    assert "z_dropped" in said(sites)


def link(href: str) -> str:
    return f"<NetworkLink><Link><href>{href}</href></Link></NetworkLink>"


@pytest.mark.parametrize("href", ["files/a.kml", "files\\A.KML", "./files/a.kml", "files/a.kml#top", "files/%61.kml"])
def test_a_link_to_a_document_of_the_same_archive_is_read(href: str) -> None:
    files = {
        "doc.kml": kml(around=link(href) + link("files/b.kml")),
        "files/a.kml": kml(PLAIN),
        "files/b.kml": kml(PLAIN),
    }
    sites = read_sites(zip_bytes(files), "a.kmz")
    assert len(sites) == 2
    assert "kml_links" not in said(sites)


@pytest.mark.parametrize("href", ["http://127.0.0.1:9/a.kml", "/etc/passwd", "../a.kml", "file:///a.kml", "inner.kmz"])
def test_a_link_that_leads_elsewhere_is_never_followed_and_named(href: str) -> None:
    outside = {"doc.kml": kml(around=link(href)), "files/b.kml": kml(PLAIN)}
    sites = read_sites(zip_bytes(outside), "a.kmz")
    assert len(sites) == 1
    told = next(one for one in sites.notices if one.code == "kml_links")
    assert href[:20] in told.text("en")
    alone = read_sites(kml(PLAIN, around=link(href)), "a.kml")
    assert "kml_links" in said(alone)
    refused(kml(around=link(href)), "a.kml", "geo.kml_only_links")
    refused(zip_bytes({"doc.kml": kml(around=link(href))}), "a.kmz", "geo.kml_only_links")


def test_pictures_and_blank_placemarks_are_said() -> None:
    picture = "<GroundOverlay><Icon><href>a.png</href></Icon></GroundOverlay>"
    blanks = ["<name>说明</name>", "<name>空</name><Polygon/>", "<Point><coordinates> </coordinates></Point>"]
    sites = read_sites(kml(*[PLAIN] * 300, *blanks, PLAIN, around=picture), "a.kml")
    assert len(sites) == 301
    assert "kml_overlays" in said(sites)
    told = next(one for one in sites.notices if one.code == "rows_without_shape").text("zh")
    assert "301、302、303" in told
    assert "说明" in told
    intake = read_and_validate(kml(*[PLAIN] * 3, *blanks), "a.kml")
    assert len(intake.frame) == 3
    assert next(fault for fault in intake.faults if fault.code == "no_geometry").rows == (4, 5, 6)


def point(mark: str) -> str:
    return (
        f"<name>{mark}</name><OvCoordType>{mark}</OvCoordType><Point><coordinates>116.35,27.95,0</coordinates></Point>"
    )


def test_marks_that_are_settled_stay_whatever_is_named() -> None:
    sites = read_sites(kml(*map(point, ["GCJ-02", "WGS84", "", "CGCS2000", "GCJ02"])), "a.ovkml", crs="GCJ-02")
    shifted = shapely.get_coordinates(
        sites.frame.geometry[sites.frame["name"].isin(["GCJ-02", "GCJ02", ""])].to_numpy()
    )
    assert len(shifted) == 3
    assert gcj02_of_wgs84(shifted) == pytest.approx(np.full((3, 2), (116.35, 27.95)), abs=1e-8)
    kept = shapely.get_coordinates(sites.frame.geometry[sites.frame["name"].isin(["WGS84", "CGCS2000"])].to_numpy())
    assert kept.tolist() == [[116.35, 27.95]] * 2
    refused(kml(*map(point, ["GCJ-02", "WGS84"])), "a.ovkml", "geo.crs_ask_ovkml")
    both = read_sites(kml(*map(point, ["WGS84", "CGCS2000"])), "a.ovkml")
    assert shapely.get_coordinates(both.frame.geometry.to_numpy()).tolist() == [[116.35, 27.95]] * 2
    with pytest.raises(RedlineError) as fault:
        read_and_validate(kml(*map(point, ["GCJ-02", "WGS84"])), "a.ovkml", crs="GCJ-02")
    assert fault.value.key == "data.which_layer"
    layer = "a.ovkml（WGS84）"
    assert (
        read_and_validate(kml(*map(point, ["GCJ-02", "WGS84"])), "a.ovkml", crs="GCJ-02", layer=layer)
        .frame.geometry[0]
        .x
        == 116.35
    )


DATAV = {
    "adcode": 361002,
    "name": "临川区",
    "acroutes": [100000, 360000, 361000],
    "subFeatureIndex": 0,
    "childrenNum": 0,
}


def test_marks_of_datav_mean_gcj02_and_are_asked_about() -> None:
    content = geojson(SHAPE, properties=DATAV)
    fault = refused(content, "临川.geojson", "geo.crs_ask_datav")
    assert "GCJ-02" in fault.text("zh")
    assert fault.values["candidates"][0].crs == "GCJ-02"
    assert "GCJ-02" in refused(zip_bytes({"a.geojson": content}), "a.zip", "geo.crs_ask_datav").text("en")
    with pytest.raises(RedlineError, match="GCJ-02"):
        read_and_validate(content, "a.geojson")
    with pytest.raises(RedlineError, match="GCJ-02"):
        sites_from_text(content.decode())
    sites = read_sites(content, "a.geojson", crs="GCJ-02")  # shifted once
    back = gcj02_of_wgs84(shapely.get_coordinates(sites.frame.geometry[0])[:1])
    assert back == pytest.approx(np.array([RING[0]]), abs=1e-8)
    assert "datav_marks" not in said(sites)
    named = read_sites(content, "a.geojson", crs="EPSG:4326")
    assert named.frame.geometry[0].equals(SHAPE)
    assert "datav_marks" in said(named)
    only = geojson(SHAPE, properties={"adcode": 361002, "name": "临川区"})
    assert len(read_sites(only, "a.geojson")) == 1  # a code alone is nobody's mark


def test_marks_of_datav_in_other_files(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({key: [json.dumps(value)] for key, value in DATAV.items()}, geometry=[SHAPE], crs=4326)
    frame.to_file(tmp_path / "a.gpkg", engine="pyogrio")
    refused((tmp_path / "a.gpkg").read_bytes(), "a.gpkg", "geo.crs_ask_datav")
    refused(zip_bytes({f"a{k}": v for k, v in shapefile_parts(tmp_path, frame).items()}), "a.zip", "geo.crs_ask_datav")


@pytest.mark.parametrize(
    "document",
    [
        {"type": {"name": "FeatureCollection"}, "features": []},
        {"type": ["Feature"], "geometry": None},
        {"type": None},
        {"type": 3, "coordinates": [116, 27]},
        {"type": "FeatureCollection", "features": {"0": 1}},
        {"type": "FeatureCollection", "features": [None, 1, "x"]},
        {"type": "FeatureCollection", "features": [{"type": {}, "geometry": None}]},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": [1, 2]}]},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": []}}]},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": {}, "coordinates": {}}}]},
        {"type": "Point", "coordinates": {"x": 1}},
        {"type": "Polygon", "coordinates": [[{}]]},
        {"type": "Polygon", "coordinates": [{}, []]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "MultiPolygon", "coordinates": [[[[]]]]},
        {"type": "GeometryCollection", "geometries": {"type": "Point"}},
        {"type": "GeometryCollection", "geometries": [None]},
        {"type": "Point", "coordinates": [116, 27], "crs": []},
        {"type": "Point", "coordinates": [116, 27], "crs": {"properties": {"name": {"a": 1}}}},
        {"type": "Point", "coordinates": [116, 27], "crs": {"properties": [1]}},
        {"type": "TIN", "coordinates": []},
        [],
        [1],
    ],
    ids=lambda document: json.dumps(document)[:60],
)
def test_json_of_odd_types_is_one_sentence(document: object) -> None:
    content = json.dumps(document).encode()
    for read in (lambda: read_sites(content, "a.geojson"), lambda: read_and_validate(content, "a.geojson")):
        with pytest.raises(RedlineError) as fault:
            read()
        assert "\n" not in fault.value.text("zh")


def test_odd_properties_are_kept_or_left_and_cost_no_shape() -> None:
    odd = {"id": {"a": 1}, "名称": ["x", {"y": None}], "面积亩": {"z": 2}, "geometry": 1, "": True, "site_id": [1]}
    features = [
        {"type": "Feature", "id": {"no": 1}, "properties": odd, "geometry": shapely.geometry.mapping(SHAPE)},
        {"type": "Feature", "id": [1], "properties": [1], "geometry": shapely.geometry.mapping(SHAPE)},
        {"type": "Feature", "properties": "x", "geometry": shapely.geometry.mapping(SHAPE), "bbox": {}},
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features, "name": {}}).encode()
    assert len(read_sites(content, "a.geojson")) == 3
    assert len(read_and_validate(content, "a.geojson").frame) == 3


TEXTS = {
    "declared UTF-8 in GBK": b'<?xml version="1.0" encoding="UTF-8"?>' + b"%b",
    "undeclared in GBK": b"%b",
}


@pytest.mark.parametrize("head", TEXTS)
@pytest.mark.parametrize(
    "name", ["临川区工业园".encode("gb18030"), b"A&B", b"a\x0bb", b"a\x00b", "临川".encode() + b"\xff"]
)
def test_no_text_of_a_kml_costs_a_shape(head: str, name: bytes) -> None:
    content = TEXTS[head] % kml(PLAIN).replace(b"<Placemark>", b"<Placemark><name>" + name + b"</name>")
    sites = read_sites(content, "a.kml")
    assert sites.frame.geometry[0].equals(SHAPE)
    assert "kml_text_mended" in said(sites)
    if name.startswith("临川区".encode("gb18030")):
        assert sites.frame["name"].tolist() == ["临川区工业园"]
    elif name == b"A&B":
        assert sites.frame["name"].tolist() == ["A&B"]


def test_a_kml_that_is_mixed_row_by_row() -> None:
    marks = [f"<name>{text}</name>{PLAIN}" for text in ("临川区一号", "东乡区二号")]
    one, two = kml(marks[0]), kml(marks[1])
    mixed = one.replace(b"</Document></kml>", b"") + two[two.index(b"<Placemark") :]
    mixed = mixed.replace("临川区一号".encode(), "临川区一号".encode("gb18030"))
    assert read_sites(mixed, "a.kml").frame["name"].tolist() == ["临川区一号", "东乡区二号"]


def test_entities_stay_refused_in_a_document_that_needs_mending() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "x">]><kml><name>&a; A&B</name></kml>'
    refused(bomb, "a.kml", "geo.xml_doctype")
    refused(b"<kml><Placemark>", "a.kml", "geo.not_xml")


@pytest.mark.parametrize("text", [b"\xff\xff", "临川区".encode("gb18030"), b"a\nb", b"a\tb", b"\\ud800"])
def test_no_text_of_a_geojson_costs_a_shape(text: bytes) -> None:
    content = geojson(SHAPE, SHAPE, properties={"name": "NNNN", "other": "抚州市"}).replace(b"NNNN", text)
    sites = read_sites(content, "a.geojson")
    assert len(sites) == 2
    assert sites.frame.geometry[0].equals(SHAPE)
    assert sites.frame["name"][0].encode("utf-8")
    if text.startswith("临".encode("gb18030")):
        assert sites.frame[["name", "other"]].iloc[0].tolist() == ["临川区", "抚州市"]


def test_what_the_reader_turned_is_not_turned_again() -> None:
    """An automatic choice and the user's word: the corners come out the same with and without it."""
    rows = "\n".join(f"J{n},{y},{x}" for n, (x, y) in enumerate(RING, 1)).encode()
    plain, told = (read_sites(rows, "界址.txt", swap=swap).frame.geometry[0] for swap in (False, True))
    assert plain.equals(told)
    assert plain.equals(SHAPE)


@pytest.mark.parametrize("coding", ["UTh-8", "ZTF-8", "no-such-coding", "base64", "gbk", "utf-7"])
def test_a_coding_that_is_none_is_read_as_what_the_text_is(coding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{coding}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        "<name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>116,27 116.1,27 116.1,27.1 116,27"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    )
    sites = read_sites(text.encode("gb18030" if coding == "gbk" else "utf-8"), "a.kml")
    assert len(sites) == 1
    assert "甲" in sites.frame.to_numpy().ravel().tolist()
