"""The readers as everybody calls them: the same result as read here, and files that kill a reader."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import geo.read
from geo.errors import BadInput, CrsError
from geo.read import formats, layer_file, pasted
from geo.sites import ReadLimits

SQUARE = shapely.box(117.05, 27.70, 117.06, 27.71)
QUICK = ReadLimits(read_seconds=20)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a GeoPackage of two layers, the second in another system."""
    path = tmp_path / "two.gpkg"
    frame = gpd.GeoDataFrame(
        {"名称": ["甲", None], "面积": [1.5, 2.0]}, geometry=[SQUARE, SQUARE.buffer(0.01)], crs=4490
    )
    frame.to_file(path, layer="first")
    frame.to_crs(4549).to_file(path, layer="second")
    return path


def test_the_same_as_read_in_this_process(package: Path) -> None:
    outside, here = geo.read.read_sites(package), formats.read_sites(package)
    assert_geodataframe_equal(outside.frame, here.frame)
    assert outside.originals.equals(here.originals)
    assert (outside.sha256, outside.crs, outside.notices) == (here.sha256, here.crs, here.notices)
    assert geo.read.inspect(package) == formats.inspect(package)
    opened, plain = (
        module.open_layer(package, "two.gpkg", layer="second", limits=QUICK) for module in (geo.read, layer_file)
    )
    assert_geodataframe_equal(opened.part.frame, plain.part.frame)
    assert list(opened.shapes) == list(plain.shapes)
    assert (opened.sha256, opened.reading, opened.part.crs) == (plain.sha256, plain.reading, plain.part.crs)
    text = "116.95, 27.60\n117.0, 27.6\n117.0 27.7"
    assert_geodataframe_equal(geo.read.sites_from_text(text).frame, pasted.sites_from_text(text).frame)
    (table,) = geo.read.read_plain_tables("县,值\n临川区,1\n".encode("gb18030"), "a.csv")
    assert table.rows.to_numpy().tolist() == [["县", "值"], ["临川区", "1"]]


def test_faults_come_through_with_what_they_offer() -> None:
    with pytest.raises(BadInput, match=r"none\.gpkg"):
        geo.read.read_sites(Path("none.gpkg"))
    with pytest.raises(CrsError) as caught:
        geo.read.sites_from_text("3053917.3, 39445120.8\n3053917.3, 39445220.8\n3053817.3, 39445220.8")
    assert caught.value.candidates


def _deep_wkb(depth: int) -> bytes:
    """Return collections in collections, the innermost with a point."""
    head = struct.pack("<BII", 1, 7, 1)
    return head * depth + struct.pack("<BIdd", 1, 1, 117.0, 27.7)


def _parquet(values: list[bytes]) -> bytes:
    table = pa.table({"id": ["a"] * len(values), "geometry": pa.array(values, pa.binary())})
    column = '{"encoding": "WKB", "geometry_types": [], "crs": null}'
    meta = f'{{"version": "1.0.0", "primary_column": "geometry", "columns": {{"geometry": {column}}}}}'
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": meta}), out)
    return out.getvalue()


def _deep_wkt(depth: int) -> str:
    return "GEOMETRYCOLLECTION (" * depth + "POINT (117 27.7)" + ")" * depth


DEEP_FILES = {
    "deep.parquet": _parquet([_deep_wkb(100_000)]),
    "deep.csv": f'id,wkt\n1,"{_deep_wkt(100_000)}"\n'.encode(),
}
"""Each ended the whole server by a segmentation fault."""


@pytest.mark.parametrize("name", DEEP_FILES)
@pytest.mark.parametrize("way", ["read_sites", "inspect", "open_layer"])
def test_what_kills_a_reader_costs_a_sentence(name: str, way: str) -> None:
    """Of a summary, the sentence stands with the layer."""
    if way == "inspect":
        fault = geo.read.inspect(DEEP_FILES[name], name, limits=QUICK).layers[0].fault
    else:
        with pytest.raises(BadInput) as caught:
            getattr(geo.read, way)(DEEP_FILES[name], name, limits=QUICK)
        fault = caught.value
    assert fault is not None
    assert name in fault.text("en")
    assert fault.key == "geo.reading_too_deep"


def test_pasted_text_is_read_outside_too() -> None:
    with pytest.raises(BadInput):
        geo.read.sites_from_text(_deep_wkt(100_000), limits=QUICK)


def test_a_long_line_is_for_another_reader() -> None:
    assert len(geo.read.sites_from_line("116.95, 27.60")) == 1
    with pytest.raises(BadInput, match="300"):
        geo.read.sites_from_line(" " * 301 + "116.95, 27.60")


def test_limits_are_those_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(geo.read.outside, "confined", lambda *_, ceilings, **__: told.append(ceilings))
    geo.read.read_sites(b"x", "a.csv", limits=ReadLimits(read_memory_mb=300, read_seconds=7, unpacked_mb=500))
    assert (told[0].memory_mb, told[0].seconds, told[0].written_mb) == (300, 7, 500)
