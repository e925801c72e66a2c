"""A file at a path is read as its bytes are, is never held whole, and is left as it was."""

from __future__ import annotations

import hashlib
import sqlite3
import tracemalloc
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import pytest

from geo.errors import BadInput
from geo.files.source import copy_with_digest, private_content
from geo.read.formats import inspect
from geo.read.layer_file import open_layer, pack_for_upload
from geo.sites.sites import ReadLimits
from layers.catalogue.digest import frame_digest
from tests.layers.bureau_files import gbk_shapefile_zip, red_line

LIMITS = ReadLimits()


def written(folder: Path, name: str) -> Path:
    path = folder / name
    if path.suffix == ".zip":
        path.write_bytes(gbk_shapefile_zip(red_line(), "STBHHX"))
    else:
        frame = red_line() if path.suffix != ".geojson" else red_line().to_crs(4326)
        frame.to_file(path)
    return path


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.zip", "a.geojson", "a.shp", "a.gdb"])
def test_by_path_as_by_bytes(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    before = {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")}
    (tmp_path / "packed").mkdir()
    file, label = pack_for_upload(path, 100, tmp_path / "packed")
    by_path = open_layer(file, label, limits=LIMITS)
    by_bytes = open_layer(file.read_bytes(), label, limits=LIMITS)
    assert by_path.sha256 == by_bytes.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert frame_digest(by_path.part.frame) == frame_digest(by_bytes.part.frame)
    assert inspect(file, label).layers == inspect(file.read_bytes(), label).layers
    assert {one: one.stat().st_mtime_ns for one in before} == before, "the user's files are only read"
    left = {one for one in tmp_path.rglob("*") if "packed" not in one.parts} - set(before)
    assert not left, "and nothing is put beside them"


def test_a_shapefile_without_its_index_gets_none(tmp_path: Path) -> None:
    path = written(tmp_path, "a.shp")
    path.with_suffix(".shx").unlink()
    (tmp_path / "packed").mkdir()
    file, label = pack_for_upload(path, 100, tmp_path / "packed")
    assert len(open_layer(file, label, limits=LIMITS).part.frame) == 12
    assert not path.with_suffix(".shx").exists()


@pytest.mark.parametrize("name", ["a.gpkg", "b.zip"])
def test_a_large_file_is_not_held(tmp_path: Path, name: str) -> None:
    if name == "a.gpkg":
        path = written(tmp_path, name)
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE ballast (held BLOB)")
            db.execute("INSERT INTO ballast VALUES (zeroblob(?))", (64 << 20,))
        db.close()
    else:
        folder = tmp_path / "b.gdb"
        red_line().to_file(folder, driver="OpenFileGDB", layer="STBHHX")
        (folder / "a0000ffff.gdbtable").write_bytes(bytes(64 << 20))
        path, _ = pack_for_upload(folder, 100, tmp_path)
    assert path.stat().st_size > 64 << 20
    open_layer(path, path.name, limits=LIMITS)  # what is imported on the way does not count
    tracemalloc.start()
    opened = open_layer(path, path.name, limits=LIMITS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(opened.part.frame) == 12
    assert peak < 16 << 20


def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    def key(path: Path, most: int = 1) -> str:
        with pytest.raises(BadInput) as fault, ExitStack() as stack:
            private_content(path, path.name, ReadLimits(upload_mb=most), stack)
        return fault.value.key

    large, empty = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    large.write_bytes(bytes((1 << 20) + 1))
    empty.touch()
    assert key(large) == "geo.file_too_large"
    assert key(empty) == "geo.file_empty"
    assert key(tmp_path / "none.gpkg") == "geo.file_missing"
    assert key(tmp_path) == "geo.unreadable"
    with pytest.raises(BadInput, match=r"none\.gpkg"):
        pack_for_upload(tmp_path / "none.gpkg", 1, tmp_path)


def test_a_copy_is_hashed_as_it_is_written(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(bytes(range(256)) * 9000)
    assert copy_with_digest(source, target) == hashlib.sha256(source.read_bytes()).hexdigest()
    assert target.read_bytes() == source.read_bytes()


def test_hostile_by_path_as_by_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, "a.gpkg")
    with sqlite3.connect(path) as db:
        db.execute("CREATE VIEW trap AS SELECT load_extension('x') AS geom")
        db.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('trap', 'features', 'trap')")
    db.close()
    for content in (path, path.read_bytes()):
        with pytest.raises(BadInput) as fault:
            open_layer(content, "a.gpkg", limits=LIMITS)
        assert fault.value.key == "geo.gpkg_unsafe"


def test_empty_frames_have_no_place(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"a": []}, geometry=[], crs=4490).to_file(path)
    with pytest.raises(BadInput) as fault:
        open_layer(path, "a.gpkg", limits=LIMITS)
    assert fault.value.key == "geo.no_features"
