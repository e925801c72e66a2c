"""What stands beside what is read: brought in with it where it belongs to it, named where it does not."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import RedlineError
from geo.files.source import zip_with_sidecars
from geo.measure.ellipsoid import area_m2
from geo.read.formats import Sites, inspect, read_sites
from geo.read.layer_file import open_layer, pack_for_upload
from geo.sites.sites import ReadLimits
from tests.geo.formats import fgb, gdb, gpkg, kml, lwpolyline
from tests.geo.raw_shapefile import PRJ, dbf, shp
from tests.geo.read.gis.test_cases_vector import CASES, SAID
from tests.geo.read.test_every_format import drawing
from tests.geo.read.test_formats import refused
from tests.geo.shapes.test_ring_kinds import E0, N0, SHELL, square
from tests.helpers import geojson, zip_bytes

FRAME = gpd.GeoDataFrame({"DKBH": ["甲"]}, geometry=[shapely.Polygon(SHELL)], crs=4527)
LIMITS = ReadLimits()


def said(sites: Sites) -> list[str]:
    return [notice.code for notice in sites.notices]


@pytest.fixture
def wal(tmp_path: Path) -> Path:
    """The GeoPackage of the cases as it lies on a disk, its -wal beside it."""
    with zipfile.ZipFile(CASES / "gpkg_with_wal.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "land.gpkg"


def test_a_geopackage_at_a_path_is_read_with_its_wal(wal: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    sites = read_sites(wal)
    assert len(sites) == 2
    assert "gpkg_with_wal" in said(sites)
    assert inspect(wal).layers[0].count == 2
    folder = tmp_path / "packed"
    folder.mkdir()
    content, name = pack_for_upload(wal, 100, folder)
    opened = open_layer(content, name, limits=LIMITS)
    assert len(opened.shapes) == 2
    assert opened.sha256 == sites.sha256
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before, "left as it was"


def test_what_is_kept_of_such_a_file_reads_the_same_again(wal: Path) -> None:
    content = zip_with_sidecars(wal)
    assert content is not None
    assert content == zip_with_sidecars(wal), "the same files give the same bytes"
    again, sites = read_sites(content, wal.name), read_sites(wal)
    assert sites.sha256 == again.sha256 == hashlib.sha256(content).hexdigest()
    assert area_m2(again.frame).tolist() == area_m2(sites.frame).tolist()


def test_a_geopackage_without_its_wal_says_what_may_be_missing(wal: Path) -> None:
    sites = read_sites(wal.read_bytes(), "land.gpkg")
    assert len(sites) == 1
    assert "gpkg_wal_missing" in said(sites)
    wal.with_name("land.gpkg-wal").write_bytes(b"")
    assert "gpkg_wal_missing" in said(read_sites(wal))


def test_a_geopackage_that_is_whole_says_nothing(tmp_path: Path) -> None:
    assert zip_with_sidecars(tmp_path / "none.gpkg") is None
    assert said(read_sites(gpkg(FRAME, tmp_path), "a.gpkg")) == []
    text = tmp_path / "a.geojson"
    text.write_bytes(geojson(shapely.Point(116, 27)))
    text.with_name("a.geojson-wal").write_bytes(b"x")
    assert zip_with_sidecars(text) is None


def test_a_write_that_was_broken_off_is_undone(tmp_path: Path) -> None:
    """A hot journal: the file holds a row that was never committed."""
    path = tmp_path / "a.gpkg"
    FRAME.to_file(path, layer="dk", engine="pyogrio")
    db = sqlite3.connect(path, isolation_level=None)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{name}"')
    db.execute("PRAGMA cache_size = 1")
    db.execute("PRAGMA cache_spill = 1")
    db.execute("BEGIN")
    db.execute("INSERT INTO dk (geom, DKBH) SELECT geom, 'not committed' FROM dk")
    db.execute("CREATE TABLE filler (t TEXT)")
    db.executemany("INSERT INTO filler VALUES (?)", [("x" * 3000,)] * 200)
    torn, journal = path.read_bytes(), path.with_name("a.gpkg-journal").read_bytes()
    db.execute("ROLLBACK")
    db.close()
    if not journal.strip(b"\0"):
        pytest.skip("SQLite kept its journal in memory")
    sites = read_sites(zip_bytes({"a.gpkg": torn, "a.gpkg-journal": journal}), "a.zip")
    assert sites.frame["DKBH"].tolist() == ["甲"]


def shapefile_files(**more: bytes) -> dict[str, bytes]:
    files = {f"a{suffix}": data for suffix, data in shp([[SHELL]]).items()}
    return files | {"a.dbf": dbf([b"NAME"], [["甲".encode()]]), "a.prj": PRJ} | more


OTHERS = {
    "GeoJSON": ("b.geojson", geojson(shapely.Point(116, 27))),
    "KML": ("sub/b.kml", b"<kml/>"),
    "GeoPackage": ("b.gpkg", b"SQLite format 3\0"),
    "DXF": ("b.dxf", b"0\nEOF\n"),
    "DWG": ("b.DWG", b"AC1032"),
    "MapInfo": ("b.tab", b"!table\n"),
    "MapInfo exchange": ("b.mif", b"Version 300\n"),
    "FileGDB": ("b.gdb/a00000001.gdbtable", b"x"),
    "an archive": ("b.zip", b"PK\x05\x06" + bytes(18)),
    "an archive of another kind": ("b.rar", b"Rar!"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_other_files_of_an_archive_are_named(what: str) -> None:
    name, content = OTHERS[what]
    sites = read_sites(zip_bytes(shapefile_files() | {name: content}), "a.zip")
    assert len(sites) == 1
    told = next(one for one in sites.notices if one.code == "zip_passed_over").text("zh")
    assert "b" + Path(name.split("/")[0]).suffix in told or Path(name).name in told
    assert not {"zip_passed_over", "several_layers"} & set(said(read_sites(zip_bytes(shapefile_files()), "a.zip")))


def test_what_only_explains_is_not_named() -> None:
    beside = {
        "说明.txt": b"x",
        "a.qmd": b"x",
        "a.shp.xml": b"<metadata/>",
        "a.sbn": b"x",
        "图.png": b"x",
        "表.xlsx": b"x",
    }
    assert said(read_sites(zip_bytes(shapefile_files() | beside), "a.zip")) == []


def test_several_shapefiles_are_all_read_and_it_is_said() -> None:
    files = shapefile_files() | {f"b{suffix}": data for suffix, data in shp([[square(200, 0, 50)]]).items()}
    sites = read_sites(zip_bytes(files | {"b.prj": PRJ}), "a.zip")
    assert len(sites) == 2
    told = next(one for one in sites.notices if one.code == "several_layers").text("en")
    assert "a、b" in told
    assert "shp_no_dbf" in said(sites)
    assert "several_layers" not in said(read_sites(zip_bytes(files | {"b.prj": PRJ}), "a.zip", layer="a"))


def test_the_qpj_of_qgis_stands_in_for_a_prj_or_is_held_against_it() -> None:
    files = shapefile_files()
    alone = {name: data for name, data in files.items() if name != "a.prj"}
    assert read_sites(zip_bytes(alone | {"a.qpj": PRJ}), "a.zip").crs[0].epsg == 4527
    assert "prj_qpj_differ" not in said(read_sites(zip_bytes(files | {"a.qpj": PRJ}), "a.zip"))
    other = gpd.GeoSeries([], crs=4528).crs.to_wkt().encode()
    sites = read_sites(zip_bytes(files | {"a.qpj": other}), "a.zip")
    assert sites.crs[0].epsg == 4527
    assert "prj_qpj_differ" in said(sites)
    assert said(read_sites(zip_bytes(files | {"a.qpj": b"nothing"}), "a.zip")) == []


def test_mapinfo_alone_is_refused_with_the_export_step() -> None:
    files = {"a.mif": b'Version 300\nCharset "Neutral"\n', "a.mid": b"1\n"}
    assert "Shapefile" in refused(zip_bytes(files), "a.zip", "geo.refuse_mapinfo").text("en")
    tab = {"a.tab": b"!table\n!version 300\n", "a.dat": b"x", "a.map": b"x", "a.id": b"x"}
    refused(zip_bytes(tab), "a.zip", "geo.refuse_mapinfo")
    refused(tab["a.tab"], "a.tab", "geo.refuse_mapinfo")


# ---------------------------------------------------------------- M, curves, kinds that are not read


def test_a_shapefile_with_m_says_so_once() -> None:
    files = {f"a{suffix}": data for suffix, data in shp([[SHELL], [square(200, 0, 50)]], measured=True).items()}
    sites = read_sites(zip_bytes(files | {"a.prj": PRJ, "a.dbf": dbf([b"N"], [[b"1"], [b"2"]])}), "a.zip")
    assert said(sites) == ["m_dropped"]
    assert "2" in sites.notices[0].text("en")
    assert area_m2(sites.frame)[0] == pytest.approx(9999.07, abs=0.01)


@pytest.mark.parametrize("door", [["check"], ["import", *SAID]])
def test_no_word_of_a_library_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: list[str]) -> None:
    """GDAL grumbles about M and about the turn of rings; what counts of that is said by us, once."""
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    shapes = [[SHELL, square(20, 20, 60)], [square(200, 0, 50)]]
    files = {f"a{suffix}": data for suffix, data in shp(shapes, measured=True).items()}
    path = tmp_path / "a.zip"
    path.write_bytes(zip_bytes(files | {"a.prj": PRJ, "a.dbf": dbf([b"N"], [[b"1"], ["乙".encode("gbk")]])}))
    command = [sys.executable, "-W", "default", "-m", "cli", "--lang", "en", door[0], str(path), *door[1:]]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stderr
    told = answer.stdout + answer.stderr
    assert told.count("measures (M)") == 1
    for word in ("pyogrio", "UserWarning", "RuntimeWarning", "winding order", "Traceback"):
        assert word not in told


def with_wkb(folder: Path, wkb: bytes, kind: str) -> bytes:
    """A GeoPackage of which the one shape is other WKB, of a kind that its writer here does not know."""
    content = gpkg(FRAME, folder)
    path = folder / "changed.gpkg"
    path.write_bytes(content)
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{name}"')
    head = b"GP\x00\x01" + (4527).to_bytes(4, "little")
    db.execute('UPDATE "地块" SET geom = ?', (head + wkb,))
    db.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", (kind,))
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_master SET sql = replace(sql, 'POLYGON', ?) WHERE name = '地块'", (kind,))
    db.commit()
    db.close()
    return path.read_bytes()


def circle_wkb(radius: float = 50.0) -> bytes:
    points = [(E0 - radius, N0), (E0, N0 + radius), (E0 + radius, N0), (E0, N0 - radius), (E0 - radius, N0)]
    chain = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<2d", *point) for point in points)
    return struct.pack("<BII", 1, 10, 1) + chain


def test_curves_become_chords_by_geopackage_and_geoparquet_alike(tmp_path: Path) -> None:
    by_gpkg = read_sites(with_wkb(tmp_path, circle_wkb(), "CURVEPOLYGON"), "a.gpkg")
    assert "curves_linearised" in said(read_sites(with_wkb(tmp_path, circle_wkb(), "GEOMETRY"), "a.gpkg"))
    FRAME.to_parquet(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    at = table.schema.get_field_index("geometry")
    table = table.set_column(at, table.schema.field(at), pa.array([circle_wkb()], type=pa.binary()))
    pq.write_table(table, tmp_path / "b.parquet")
    by_parquet = read_sites(tmp_path / "b.parquet")
    for sites in (by_gpkg, by_parquet):
        assert "curves_linearised" in said(sites)
        assert sites.frame.to_crs(4527).area[0] == pytest.approx(3.14159265 * 50**2, rel=3e-6)
    assert by_gpkg.frame.geometry[0].equals_exact(by_parquet.frame.geometry[0], 1e-12)


@pytest.mark.parametrize(("code", "kind"), [(15, "POLYHEDRALSURFACE"), (16, "TIN"), (17, "TRIANGLE")])
def test_solids_are_one_sentence_in_every_file(tmp_path: Path, code: int, kind: str) -> None:
    ring = [(E0, N0), (E0 + 10, N0), (E0, N0 + 10), (E0, N0)]
    face = struct.pack("<II", 1, 4) + b"".join(struct.pack("<2d", *point) for point in ring)
    triangle = struct.pack("<BI", 1, 17) + face
    part = triangle if code == 16 else struct.pack("<BI", 1, 3) + face
    wkb = triangle if code == 17 else struct.pack("<BII", 1, code, 1) + part
    with pytest.raises(RedlineError) as fault:
        read_sites(with_wkb(tmp_path, wkb, kind), "a.gpkg")
    assert fault.value.key in {"geo.kind_not_read", "geo.layer_kind_not_read"}
    assert kind in fault.value.text("zh").upper()
    with pytest.raises(RedlineError) as mixed:
        read_sites(with_wkb(tmp_path, wkb, "GEOMETRY"), "a.gpkg")
    assert mixed.value.key == "geo.kind_not_read"
    refused(f'id,wkt\n1,"{kind} Z(((0 0 1,1 0 1,1 1 1,0 0 1)))"\n'.encode(), "a.csv", "geo.kind_not_read", crs=4527)


@pytest.mark.parametrize("form", ["gpkg", "fgb", "gdb", "kml", "parquet"])
def test_one_blank_row_among_hundreds(tmp_path: Path, form: str) -> None:
    """Null shapes, as a database leaves them."""
    shapes = [shapely.box(116 + n * 1e-4, 27, 116 + n * 1e-4 + 5e-5, 27.0005) for n in range(300)]
    frame = gpd.GeoDataFrame({"名称": [f"地块{n}" for n in range(300)]}, geometry=shapes, crs=4490)
    frame.loc[150, "geometry"] = None
    if form == "kml":
        text = kml(frame[frame.geometry.notna()], tmp_path).decode()
        content = text.replace(
            "<Placemark><name>150<", "<Placemark><name>地块150</name></Placemark><Placemark><name>150<"
        )
        sites = read_sites(content.encode(), "a.kml")
    elif form == "parquet":
        frame.to_parquet(tmp_path / "a.parquet")
        sites = read_sites(tmp_path / "a.parquet")
    else:
        write = {"gpkg": gpkg, "fgb": fgb, "gdb": gdb}[form]
        sites = read_sites(write(frame, tmp_path), "a.zip" if form == "gdb" else f"a.{form}")
    assert len(sites) == 299
    told = next(one for one in sites.notices if one.code == "rows_without_shape").text("zh")
    assert "151" in told
    assert "地块150" in told


def test_a_null_shape_of_a_shapefile() -> None:
    files = {f"a{suffix}": data for suffix, data in shp([[SHELL], None, [square(200, 0, 50)]]).items()}
    content = zip_bytes(files | {"a.prj": PRJ, "a.dbf": dbf([b"N"], [[b"1"], ["空".encode()], [b"3"]])})
    sites = read_sites(content, "a.zip")
    assert sites.frame["N"].tolist() == ["1", "3"]
    assert "空" in next(one for one in sites.notices if one.code == "rows_without_shape").text("zh")


def test_a_drawing_in_an_archive_beside_a_table_is_read() -> None:
    outline = drawing(lwpolyline([(E0, N0, 0), (E0 + 100, N0, 0), (E0 + 100, N0 + 100, 0)]))
    held = io.BytesIO(zip_bytes({"a.dxf": outline, "a.csv": b"x,y\n1,2\n"})).getvalue()
    assert len(read_sites(held, "a.zip", crs=4527)) == 1
