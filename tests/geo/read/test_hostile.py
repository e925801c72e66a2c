"""Each way round a guard, and the guard that holds: see docs/decisions/uploads.md."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import struct
import tempfile
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import RedlineError
from geo.read.formats import ReadLimits, read_sites
from tests.helpers import geojson, shapefile_parts, zip_bytes

BOX = shapely.box(116, 27, 116.01, 27.01)
FRAME = gpd.GeoDataFrame({"name": ["a"]}, geometry=[BOX], crs=4490)


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever happens, the private folders are gone afterwards."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    assert list(scratch.iterdir()) == []


def key_of(content: bytes, name: str, **options: object) -> str:
    with pytest.raises(RedlineError) as fault:
        read_sites(content, name, **options)
    return fault.value.key


@pytest.mark.parametrize(
    "path", ["../../evil.shp", "/etc/evil.shp", "C:\\evil.shp", "a/../../evil.shp", "..\\evil.shp"]
)
def test_zip_slip(path: str) -> None:
    assert key_of(zip_bytes({path: b"x", "a.shp": b"x"}), "a.zip") == "geo.zip_unsafe"


def test_symlink_in_a_zip() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert key_of(held.getvalue(), "a.zip") == "geo.zip_unsafe"


def test_zip_bomb_by_its_declared_size() -> None:
    content = zip_bytes({"a.shp": bytes(5 << 20)})
    assert len(content) < 20_000
    assert key_of(content, "a.zip", limits=ReadLimits(unpacked_mb=4)) == "geo.zip_too_large"


def test_zip_bomb_that_lies_about_its_size() -> None:
    content = bytearray(zip_bytes({"a.geojson": bytes(5 << 20)}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.index(signature) + offset
        content[at : at + 4] = struct.pack("<I", 100)
    assert key_of(bytes(content), "a.zip", limits=ReadLimits(unpacked_mb=4)) in {"geo.zip_too_large", "geo.zip_damaged"}


def test_too_many_members() -> None:
    assert key_of(zip_bytes({f"{n}.txt": b"" for n in range(5001)}), "a.zip") == "geo.zip_too_many"


def test_nested_archives_stay_closed() -> None:
    assert key_of(zip_bytes({"inner.zip": zip_bytes({"a.geojson": geojson(BOX)})}), "a.zip") == "geo.zip_nested"


def test_encrypted_and_damaged_archives() -> None:
    content = bytearray(zip_bytes({"a.geojson": geojson(BOX)}))
    locked = bytearray(content)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert key_of(bytes(locked), "a.zip") == "geo.zip_encrypted"
    assert key_of(bytes(content[: len(content) // 2]), "a.zip") == "geo.zip_damaged"
    content[60:70] = b"garbage!!!"
    assert key_of(bytes(content), "a.zip") == "geo.zip_damaged"
    assert key_of(zip_bytes({"readme.txt": b"x"}), "a.zip") == "geo.zip_nothing"


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]><kml><Placemark>&b;</Placemark></kml>'
    secret = tmp_path / "secret"
    secret.write_text("116,27")
    outside = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]><kml><Placemark><Point><coordinates>&s;</coordinates></Point></Placemark></kml>'
    for content in (laughs, outside.encode(), outside.encode("utf-16")):
        assert key_of(content, "a.kml") == "geo.xml_doctype"
        assert key_of(zip_bytes({"doc.kml": content}), "a.kmz") == "geo.xml_doctype"


def test_links_in_kml_are_not_followed() -> None:
    content = b"<kml><NetworkLink><Link><href>http://localhost:9/x.kml</href></Link></NetworkLink></kml>"
    assert key_of(content, "a.kml") == "geo.kml_only_links"


def test_deep_documents() -> None:
    assert key_of(b"<kml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</kml>", "a.kml") == "geo.xml_too_deep"
    assert key_of(b'{"type":' + b"[" * 200_000, "a.geojson") in {"geo.not_plain_geojson", "geo.not_geojson"}
    deep = b'{"type":"Polygon","coordinates":' + b"[" * 900 + b"]" * 900 + b"}"
    assert key_of(deep, "a.geojson") in {"geo.bad_geometry", "geo.no_geometry", "geo.not_plain_geojson"}


@pytest.mark.parametrize(
    "disguise",
    [
        b"<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        b"<VRTDataset/>",
        b"<gml/>",
        b'<?xml version="1.0"?><svg/>',
    ],
)
@pytest.mark.parametrize("name", ["a.kml", "a.geojson", "a.gpkg", "a.shp", "a.vrt"])
def test_another_format_under_a_borrowed_name(disguise: bytes, name: str) -> None:
    assert key_of(disguise, name) == "geo.not_kml"
    assert key_of(zip_bytes({"a.shp": disguise, "a.dbf": b"", "a.shx": b""}), "a.zip") == "geo.not_what_it_says"


@pytest.mark.parametrize(
    "word", ["/vsicurl/http://localhost:9/a", "/vsizip//etc/x", "PG:dbname=x", "ESRIJSON:http://localhost:9"]
)
def test_names_and_contents_that_gdal_would_open(word: str) -> None:
    """A name is only ever shown; content that is a connection is text."""
    assert read_sites(geojson(BOX), word).name == word.rpartition("/")[2]
    assert key_of(word.encode(), "a.geojson") == "geo.not_geojson"
    assert (
        key_of(json.dumps({"type": "FeatureCollection", "features": word}).encode(), "a.json")
        == "geo.not_plain_geojson"
    )


def test_a_prj_that_is_no_definition(tmp_path: Path) -> None:
    files = shapefile_parts(tmp_path, FRAME)
    for text in (b"http://localhost:9/epsg", b"EPSG:4490", b"+init=/etc/passwd", b"\xff\xfe\x00"):
        content = zip_bytes({f"s{k}": v for k, v in files.items()} | {"s.prj": text})
        assert key_of(content, "s.zip") == "geo.crs_unreadable"


def geopackage(folder: Path, *statements: str) -> bytes:
    path = folder / "a.gpkg"
    FRAME.to_file(path, layer="a", engine="pyogrio")
    with sqlite3.connect(path) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    return path.read_bytes()


def test_views_and_modules_in_a_geopackage(tmp_path: Path) -> None:
    view = (
        "CREATE VIEW v AS SELECT * FROM a",
        "UPDATE gpkg_contents SET table_name = 'v', identifier = 'v' WHERE table_name = 'a'",
    )
    assert key_of(geopackage(tmp_path, "PRAGMA foreign_keys = OFF", *view), "a.gpkg") == "geo.gpkg_unsafe"


def test_a_virtual_table_in_a_geopackage(tmp_path: Path) -> None:
    content = geopackage(
        tmp_path,
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES "
        "('table', 'e', 'e', 0, 'CREATE VIRTUAL TABLE e USING VirtualOGR(''/etc/passwd'')')",
    )
    assert key_of(content, "a.gpkg") == "geo.gpkg_unsafe"


def test_a_plain_database_and_a_cut_one(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE a (b)")
    db.close()
    assert key_of(path.read_bytes(), "a.gpkg") == "geo.not_what_it_says"
    whole = geopackage(tmp_path)
    assert key_of(whole[: len(whole) // 2], "a.gpkg") in {"geo.not_what_it_says", "geo.unreadable"}


def test_damaged_shapefiles(tmp_path: Path) -> None:
    files = shapefile_parts(tmp_path, FRAME)
    for cut in (30, 104, 120):
        content = zip_bytes({"s.shp": files[".shp"][:cut], "s.prj": files[".prj"]})
        with pytest.raises(RedlineError):
            read_sites(content, "s.zip")


def test_a_column_for_every_feature() -> None:
    features = [
        {"type": "Feature", "properties": {f"c{n}": 1}, "geometry": shapely.geometry.mapping(BOX)} for n in range(1100)
    ]
    assert (
        key_of(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "a.geojson")
        == "geo.too_many_columns"
    )


def test_few_vertices_that_span_the_earth() -> None:
    """Each edge would be cut into 160,000 pieces; 2,000 of them would fill the memory."""
    zigzag = shapely.LineString([(x, y) for n in range(1000) for x, y in ((-1.9e7, n), (1.9e7, n + 0.5))])
    start = time.perf_counter()
    for crs, shape in ((3857, zigzag), (4326, shapely.transform(zigzag, lambda xy: xy / (1.1e5, 1e3)))):
        assert key_of(geojson(shape), "a.geojson", crs=crs, limits=ReadLimits(vertices=100_000)) == "geo.too_long"
    assert time.perf_counter() - start < 5


def test_names_cannot_break_a_sentence() -> None:
    with pytest.raises(RedlineError) as fault:
        read_sites(b"x", "../../<b>\n{key}" + "长" * 500 + ".geojson")
    assert "\n" not in fault.value.text("zh")
    assert len(fault.value.text("zh")) < 250
    assert "{key}" in fault.value.text("zh")


def test_a_gdb_with_strangers_in_it(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "a.gdb", driver="OpenFileGDB", layer="a", engine="pyogrio")
    files = {f"a.gdb/{path.name}": path.read_bytes() for path in (tmp_path / "a.gdb").iterdir()}
    strange = {"a.gdb/x.vrt": b"<OGRVRTDataSource/>", "a.gdb/sub/a00000009.gdbtable.txt": b"x"}
    assert len(read_sites(zip_bytes(files | strange), "a.zip")) == 1
    assert key_of(zip_bytes({"a.gdb/a00000001.gdbtable": b"x" * 50}), "a.zip") in {
        "geo.not_what_it_says",
        "geo.unreadable",
        "geo.no_features",
    }
    assert key_of(zip_bytes(files | {f"b{name}": data for name, data in files.items()}), "a.zip") == "geo.gdb_several"


def test_a_dxf_of_blocks_in_blocks() -> None:
    """Twenty blocks, each of ten of the one before: 10^20 squares if they were all put in place."""
    lines = ["0", "SECTION", "2", "HEADER", "0", "ENDSEC", "0", "SECTION", "2", "BLOCKS"]
    for level in range(20):
        lines += ["0", "BLOCK", "8", "0", "2", f"B{level}", "70", "0", "10", "0", "20", "0"]
        one = ["0", "LINE", "8", "0", "10", "0", "20", "0", "11", "1", "21", "1"]
        lines += one if level == 0 else ["0", "INSERT", "8", "0", "2", f"B{level - 1}", "10", "0", "20", "0"] * 10
        lines += ["0", "ENDBLK", "8", "0"]
    lines += ["0", "ENDSEC", "0", "SECTION", "2", "ENTITIES", "0", "INSERT", "8", "0", "2", "B19", "10", "0", "20", "0"]
    start = time.perf_counter()
    with pytest.raises(RedlineError):
        read_sites("\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""]).encode(), "a.dxf", crs=4527)
    assert time.perf_counter() - start < 20


def test_a_dxf_whose_block_holds_itself_or_a_million_copies() -> None:
    def drawing(inside: str, extra: str = "") -> bytes:
        block = f"0\nBLOCK\n8\n0\n2\nB\n10\n0\n20\n0\n{inside}0\nENDBLK\n"
        entity = f"0\nINSERT\n8\n0\n2\nB\n10\n39400000\n20\n3000000\n{extra}"
        parts = f"0\nSECTION\n2\nBLOCKS\n{block}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n{entity}0\nENDSEC\n"
        return f"0\nSECTION\n2\nHEADER\n0\nENDSEC\n{parts}0\nEOF\n".encode()

    itself = "0\nINSERT\n8\n0\n2\nB\n10\n0\n20\n0\n"
    line = "0\nLINE\n8\n0\n10\n0\n20\n0\n11\n9\n21\n9\n"
    assert key_of(drawing(itself), "a.dxf", crs=4527) == "geo.unreadable"
    many = drawing(line, "70\n30000\n71\n30000\n44\n1\n45\n1\n")
    assert key_of(many, "a.dxf", crs=4527) == "geo.too_many_vertices"
    assert len(read_sites(drawing(line), "a.dxf", crs=4527)) == 1


def test_a_dxf_of_many_circles() -> None:
    circle = "0\nCIRCLE\n8\n0\n10\n39400000\n20\n3000000\n40\n5\n"
    content = f"0\nSECTION\n2\nENTITIES\n{circle * 30_000}0\nENDSEC\n0\nEOF\n".encode()
    assert key_of(content, "a.dxf", crs=4527) == "geo.too_many_vertices"


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_workbook_with_entities_or_too_much_in_it() -> None:
    content = workbook([["经度", "纬度"], [116.1, 27.1]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
    assert key_of(zip_bytes(files | {"xl/workbook.xml": evil}), "a.xlsx") == "geo.xml_doctype"
    assert key_of(
        zip_bytes(files | {"xl/media/x.bin": bytes(3 << 20)}), "a.xlsx", limits=ReadLimits(unpacked_mb=2)
    ) == ("geo.zip_too_large")
    assert key_of(zip_bytes(files | {"xl/workbook.xml": b"<x/>"}), "a.xlsx") in {"geo.unreadable", "geo.no_features"}
    assert key_of(workbook([["x", "y", *range(1200)]]), "a.xlsx") == "geo.too_many_columns"


def test_a_workbook_whose_cells_lie_far_out() -> None:
    content = workbook([["经度", "纬度"], [116.1, 27.1]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    start = time.perf_counter()
    assert len(read_sites(zip_bytes(files | {"xl/worksheets/sheet1.xml": sheet}), "a.xlsx", crs=4490)) == 1
    assert time.perf_counter() - start < 5


def test_formulas_are_text_and_never_run() -> None:
    content = workbook([["名称", "经度", "纬度"], ['=WEBSERVICE("http://localhost:9")', 116.1, 27.1]])
    assert read_sites(content, "a.xlsx", crs=4490).frame["名称"].tolist() == [""]
    csv = '名称,经度,纬度\n"=cmd|x",116.1,27.1\n'
    assert read_sites(csv.encode(), "a.csv", crs=4490).frame["名称"].tolist() == ["=cmd|x"]


def parquet(geo: dict[str, object], shapes: pa.Array) -> bytes:
    table = pa.table({"geometry": shapes}).replace_schema_metadata({"geo": json.dumps(geo)})
    held = io.BytesIO()
    pq.write_table(table, held, dictionary_pagesize_limit=1 << 28)
    return held.getvalue()


GEO: dict[str, object] = {"version": "1.0.0", "primary_column": "geometry"}


def test_a_parquet_dictionary_bomb() -> None:
    large = shapely.to_wkb(shapely.LineString([(116, 27)] * 60_000))
    column = pa.array([large]).dictionary_encode()
    shapes = pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), column.dictionary)
    content = parquet(GEO | {"columns": {"geometry": {"encoding": "WKB"}}}, shapes)
    assert len(content) < 2_000_000
    start = time.perf_counter()
    assert key_of(content, "a.parquet", limits=ReadLimits(unpacked_mb=100)) == "geo.zip_too_large"
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("system", ["http://localhost:9/x", "+init=/etc/passwd:1", {"type": "x"}, ["EPSG", 4490], 7])
def test_a_parquet_with_an_address_for_a_system(system: object) -> None:
    shapes = pa.array([shapely.to_wkb(BOX)])
    described = {"geometry": {"encoding": "WKB", "crs": system}}
    assert key_of(parquet(GEO | {"columns": described}, shapes), "a.parquet") == "geo.crs_unreadable"


def test_plain_and_odd_parquet() -> None:
    shapes = pa.array([shapely.to_wkb(BOX)])
    assert key_of(parquet({}, shapes), "a.parquet") == "geo.parquet_plain"
    odd = GEO | {"columns": {"geometry": {"encoding": "polygon"}}}
    assert key_of(parquet(odd, shapes), "a.parquet") == "geo.parquet_not_wkb"
    assert key_of(b"PAR1" + bytes(100), "a.parquet") == "geo.not_what_it_says"
    assert key_of(b"fgb\x03fgb\x00" + bytes(100), "a.fgb") in {"geo.unreadable", "geo.no_features"}
