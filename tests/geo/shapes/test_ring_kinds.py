"""Shell, lake and island in every order and turn, in every format that carries rings: one reading, by containment."""

from __future__ import annotations

import itertools
import sqlite3
import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import RedlineError
from geo.measure.ellipsoid import area_m2
from geo.read.formats import read_sites, sites_from_text
from geo.shapes.repair import repair_shapes
from layers.own.intake import read_and_validate
from layers.sources import FileSource, ReadRequest
from tests.geo.formats import gdb
from tests.geo.raw_shapefile import PRJ, dbf, shp
from tests.geo.read.test_formats import refused
from tests.helpers import geojson, zip_bytes

E0, N0 = 39_438_600.0, 3_001_400.0


def square(west: float, south: float, size: float) -> list[tuple[float, float]]:
    """A closed ring, counter-clockwise."""
    x, y = E0 + west, N0 + south
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]


SHELL, LAKE, ISLAND, APART = square(0, 0, 100), square(20, 20, 60), square(40, 40, 20), square(200, 0, 50)
RINGS = (SHELL, LAKE, ISLAND, APART)
PLANE = 100.0**2 - 60.0**2 + 20.0**2 + 50.0**2
TO_PLANE = 9999.07 / 10_000  # of the site base: ellipsoidal over plane, see the cases


def turns(rings: tuple[list[tuple[float, float]], ...]):
    """Every order of rings, each in every turn."""
    for order in itertools.permutations(rings):
        for turned in itertools.product((1, -1), repeat=len(rings)):
            yield [ring[::step] for ring, step in zip(order, turned, strict=True)]


def by_the_rule(rings: list[list[tuple[float, float]]]) -> bool:
    """Shells clockwise, holes the other way."""
    return all(shapely.LinearRing(ring).is_ccw == (set(ring) == set(LAKE)) for ring in rings)


def test_a_shapefile_of_every_order_and_turn() -> None:
    """384 ways to write the same ground, each a shape of one file."""
    shapes = list(turns(RINGS))
    names = [str(n).encode() for n in range(len(shapes))]
    files = {f"a{suffix}": data for suffix, data in shp(shapes).items()}
    content = zip_bytes({**files, "a.dbf": dbf([b"NAME"], [[name] for name in names]), "a.prj": PRJ})
    sites = read_sites(content, "a.zip")
    assert area_m2(sites.frame).to_numpy() == pytest.approx(np.full(len(shapes), PLANE * TO_PLANE), abs=0.02)
    assert sites.frame.geometry.is_valid.all()
    assert sites.frame["NAME"].tolist() == [name.decode() for name in names]
    turned = sites.frame["repair"] == "rings_nested"
    assert turned.tolist() == [not by_the_rule(rings) for rings in shapes]
    told = next(notice for notice in sites.notices if notice.code == "rings_nested")
    assert set(told.rows) == set((np.flatnonzero(turned) + 1).tolist())
    intake = read_and_validate(content, "a.zip")
    assert intake.area_m2 == pytest.approx(len(shapes) * PLANE * TO_PLANE, abs=0.02 * len(shapes))
    assert "rings_nested" in {fault.code for fault in intake.faults}


def test_a_file_geodatabase_keeps_rings_by_containment(tmp_path: Path) -> None:
    """Its writer puts rings right, so what can be had of it is read right."""
    shape = shapely.MultiPolygon([(SHELL, [LAKE]), (ISLAND, []), (APART, [])])
    sites = read_sites(gdb(gpd.GeoDataFrame(geometry=[shape], crs=4527), tmp_path), "a.zip")
    assert area_m2(sites.frame)[0] == pytest.approx(PLANE * TO_PLANE, abs=0.1)


NESTED = (SHELL, LAKE, ISLAND)
NESTED_PLANE = 100.0**2 - 60.0**2 + 20.0**2


def wkb_of(rings: list[list[tuple[float, float]]]) -> bytes:
    """A polygon whose first ring is called its shell, whatever it is."""
    body = b"".join(
        struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *point) for point in ring) for ring in rings
    )
    return struct.pack("<BII", 1, 3, len(rings)) + body


def as_geojson(rings: list[list[list[tuple[float, float]]]], _: Path) -> tuple[bytes, str]:
    shapes = [{"type": "Polygon", "coordinates": one} for one in rings]
    crs = {"type": "name", "properties": {"name": "EPSG:4527"}}
    return geojson(*shapes, crs=crs), "a.geojson"


def as_wkt(rings: list[list[list[tuple[float, float]]]], _: Path) -> tuple[bytes, str]:
    texts = [
        "POLYGON(" + ",".join("(" + ",".join(f"{x!r} {y!r}" for x, y in ring) + ")" for ring in one) + ")"
        for one in rings
    ]
    return ("id,wkt\n" + "".join(f'{n},"SRID=4527;{text}"\n' for n, text in enumerate(texts))).encode(), "a.csv"


def as_parquet(rings: list[list[list[tuple[float, float]]]], folder: Path) -> tuple[bytes, str]:
    shapes = shapely.from_wkb([wkb_of(one) for one in rings])
    gpd.GeoDataFrame(geometry=shapes, crs=4527).to_parquet(folder / "a.parquet")
    return (folder / "a.parquet").read_bytes(), "a.parquet"


def as_fgb(rings: list[list[list[tuple[float, float]]]], folder: Path) -> tuple[bytes, str]:
    shapes = shapely.from_wkb([wkb_of(one) for one in rings])
    frame = gpd.GeoDataFrame(geometry=shapes, crs=4527)
    frame.to_file(folder / "a.fgb", driver="FlatGeobuf", engine="pyogrio", SPATIAL_INDEX="NO")
    return (folder / "a.fgb").read_bytes(), "a.fgb"


def as_gpkg(rings: list[list[list[tuple[float, float]]]], folder: Path) -> tuple[bytes, str]:
    shapes = shapely.from_wkb([wkb_of(one) for one in rings])
    gpd.GeoDataFrame(geometry=shapes, crs=4527).to_file(folder / "a.gpkg", layer="dk", engine="pyogrio")
    with sqlite3.connect(folder / "a.gpkg") as db:
        assert db.execute("SELECT count(*) FROM dk").fetchone() == (len(rings),)
    return (folder / "a.gpkg").read_bytes(), "a.gpkg"


WRITERS = {"geojson": as_geojson, "wkt": as_wkt, "parquet": as_parquet, "fgb": as_fgb, "gpkg": as_gpkg}


@pytest.mark.parametrize("form", WRITERS)
def test_rings_of_one_polygon_in_every_order_and_turn(tmp_path: Path, form: str) -> None:
    ways = list(turns(NESTED))
    sites = read_sites(*WRITERS[form](ways, tmp_path))
    assert len(sites) == len(ways)
    assert area_m2(sites.frame).to_numpy() == pytest.approx(np.full(len(ways), NESTED_PLANE * TO_PLANE), abs=0.02)
    assert "rings_nested" in {notice.code for notice in sites.notices}


def test_a_kml_that_calls_the_hole_its_shell() -> None:
    def ring(points: list[tuple[float, float]]) -> str:
        degrees = " ".join(f"{116 + (x - E0) * 1e-5!r},{27 + (y - N0) * 1e-5!r}" for x, y in points)
        return f"<LinearRing><coordinates>{degrees}</coordinates></LinearRing>"

    for outer, *inner in turns(NESTED):
        holes = "".join(f"<innerBoundaryIs>{ring(one)}</innerBoundaryIs>" for one in inner)
        text = f"<outerBoundaryIs>{ring(outer)}</outerBoundaryIs>{holes}"
        kml = f"<kml><Placemark><Polygon>{text}</Polygon></Placemark></kml>".encode()
        shape = read_sites(kml, "a.kml").frame.geometry[0]
        assert shape.area == pytest.approx(NESTED_PLANE * 1e-10, rel=1e-6)


def test_what_has_two_readings_still_goes_back() -> None:
    """Two parts of which one lies in the other, and a hole beside its shell, say two things."""
    parts = shapely.MultiPolygon([shapely.Polygon(SHELL), shapely.Polygon(LAKE)])
    refused(geojson(parts), "a.geojson", "geo.shells_nested", crs=4527)
    refused(geojson(shapely.Polygon(SHELL, [APART])), "a.geojson", "geo.hole_outside", crs=4527)
    crossing = [square(0, 0, 100), square(50, 50, 100)]
    content = zip_bytes({f"a{suffix}": data for suffix, data in shp([crossing]).items()} | {"a.prj": PRJ})
    with pytest.raises(RedlineError):
        read_sites(content, "a.zip")


@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon", "GeometryCollection"])
def test_an_empty_ring_or_part_is_none_in_any_kind(kind: str) -> None:
    holed = [[[116, 27], [116.01, 27], [116.01, 27.01], [116, 27.01], [116, 27]], [],
             [[116.002, 27.002], [116.004, 27.002], [116.004, 27.004], [116.002, 27.002]]]  # fmt: skip
    made: dict[str, object] = {"type": "Polygon", "coordinates": holed}
    if kind == "MultiPolygon":
        made = {"type": kind, "coordinates": [holed, []]}
    elif kind == "GeometryCollection":
        made = {"type": kind, "geometries": [made, {"type": "Polygon", "coordinates": []}]}
    content = geojson(made)
    wanted = 0.01**2 - 0.002**2 / 2
    sites = read_sites(content, "a.geojson")
    assert sites.frame.geometry[0].area == pytest.approx(wanted, rel=1e-9)
    counties = gpd.GeoDataFrame(geometry=[shapely.box(115, 26, 118, 28)], crs=4490)
    intake = read_and_validate(content, "a.geojson", counties=counties)
    assert intake.frame.geometry[0].area == pytest.approx(wanted, rel=1e-9)


def test_an_empty_ring_in_wkt_wkb_and_memory() -> None:
    text = "POLYGON((116 27,116.01 27,116.01 27.01,116 27),EMPTY)"
    table = f'id,wkt\n1,"{text}"\n'.encode()
    assert read_and_validate(table, "a.csv", crs=4490).frame.geometry[0].area == pytest.approx(0.01**2 / 2)
    shape = shapely.from_wkt(text)
    made = repair_shapes(np.array([shape], dtype=object), "a", geographic=True)
    assert len(made.shapes[0].interiors) == 0


def test_a_config_layer_passes_the_same_cleaning(tmp_path: Path) -> None:
    """A file named in config.toml with an empty ring must not end the process either."""
    shape = {"type": "Polygon", "coordinates": [[[116, 27], [116.01, 27], [116.01, 27.01], [116, 27]], []]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    (tmp_path / "a.geojson").write_bytes(geojson(shape, crs=crs))
    source = FileSource(kind="file", files=["a.geojson"])
    wanted = ReadRequest("own_a", "EPSG:4490", None, tmp_path, lambda _: pytest.fail("no other layer is needed"))
    frame = source.read(wanted).frame
    assert frame is not None
    assert not any(ring.is_empty for ring in frame.geometry[0].interiors)


def test_an_open_ring_in_wkt_and_wkb_is_closed_and_said(tmp_path: Path) -> None:
    """As in every other format; the last edge is the only one that can be meant."""
    text = "POLYGON((" + ",".join(f"{x!r} {y!r}" for x, y in SHELL[:-1]) + "))"
    table = read_sites(f'id,wkt\n1,"{text}"\n'.encode(), "a.csv", crs=4527)
    pasted = sites_from_text(text, "EPSG:4527")
    gpd.GeoDataFrame(geometry=[shapely.Polygon(SHELL)], crs=4527).to_parquet(tmp_path / "a.parquet")
    held = pq.read_table(tmp_path / "a.parquet")
    at = held.schema.get_field_index("geometry")
    column = pa.array([wkb_of([SHELL[:-1]])], type=pa.binary())
    pq.write_table(held.set_column(at, held.schema.field(at), column), tmp_path / "b.parquet")
    for sites in (table, pasted, read_sites(tmp_path / "b.parquet")):
        assert area_m2(sites.frame)[0] == pytest.approx(TO_PLANE * 1e4, abs=0.01)
        assert [notice.code for notice in sites.notices] == ["rings_closed"]
    refused(b'id,wkt\n1,"POLYGON((116 27,117 27))"\n', "a.csv", "geo.too_few_points", crs=4490)
    refused(b'id,wkt\n1,"POLYGON((116 27"\n', "a.csv", "geo.bad_geometry", crs=4490)
