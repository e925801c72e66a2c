"""Whatever the bytes are, reading ends in sites or in one sentence, never in another exception."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import RedlineError
from geo.read.formats import ReadLimits, Sites, read_sites
from tests.geo.formats import csv_corners, dxf, fgb, gdb, parquet, txt, xlsx
from tests.helpers import geojson, shapefile_parts, zip_bytes

FRAME = gpd.GeoDataFrame(
    {"名称": ["甲", "乙"], "area_m2": [1.5, None]},
    geometry=[shapely.box(116, 27, 116.01, 27.01), shapely.box(117, 28, 117.02, 28.02)],
    crs=4490,
)
KML = b"""<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>a</name>
<ExtendedData><Data name="x"><value>1</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>
116,27 116.1,27 116.1,27.1 116,27</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""
LIMITS = ReadLimits(upload_mb=5, unpacked_mb=20, sites=100, vertices=10_000)


def outcome(content: bytes, name: str) -> Sites | RedlineError:
    try:
        return read_sites(content, name, limits=LIMITS)
    except RedlineError as fault:
        said = fault
    assert "\n" not in said.text("zh")
    assert said.text("en")
    return said


class Samples(dict[str, bytes]):
    """Files by name, kept out of the reports of failures."""

    def __repr__(self) -> str:
        return "Samples"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    folder: Path = tmp_path_factory.mktemp("samples")
    files = {f"s{suffix}": data for suffix, data in shapefile_parts(folder, FRAME).items()}
    FRAME.to_file(folder / "a.gpkg", engine="pyogrio")
    held = {"a.geojson": geojson(*FRAME.geometry, properties={"a": 1}), "a.kml": KML, "a.zip": zip_bytes(files)}
    held |= {"a.gpkg": (folder / "a.gpkg").read_bytes()}
    for name, write in (("a.txt", txt), ("a.csv", csv_corners), ("a.xlsx", xlsx), ("a.dxf", dxf), ("a.fgb", fgb)):
        held[name] = write(FRAME, folder)
    return Samples(held | {"a.parquet": parquet(FRAME, folder), "gdb.zip": gdb(FRAME, folder)})


@given(
    st.binary(max_size=400),
    st.sampled_from(["a.geojson", "a.kml", "a.zip", "a.gpkg", "a.shp", "a.txt", "a.csv", "a.xlsx", "a.dxf", ""]),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes(content: bytes, name: str) -> None:
    outcome(content, name)


def damaged(content: bytes, rng: random.Random) -> bytes:
    held = bytearray(content)
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(held))
        match rng.randrange(4):
            case 0:
                held[at] = rng.randrange(256)
            case 1:
                del held[at : at + rng.choice([1, 4, 100])]
            case 2:
                held[at:at] = rng.choice([b"\x00" * 4, b"\xff" * 8, b"9" * 30, b"[", b"-1e999", b"<a>"])
            case _:
                held[at : at + 4] = rng.randbytes(4)
        if len(held) < 8:
            break
    return bytes(held)


NAMES = ["a.geojson", "a.kml", "a.zip", "a.gpkg", "a.txt", "a.csv", "a.xlsx", "a.dxf", "a.fgb", "a.parquet", "gdb.zip"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # GDAL's own words about the damage
@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(samples: Samples, name: str, seed: int) -> None:
    outcome(damaged(samples[name], random.Random(seed)), name)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # GDAL's own words about the damage
@pytest.mark.parametrize("member", ["s.shp", "s.shx", "s.dbf", "s.prj", "s.cpg"])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_parts_of_a_shapefile(samples: Samples, member: str, seed: int) -> None:
    with zipfile.ZipFile(io.BytesIO(samples["a.zip"])) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[member] = damaged(files[member], random.Random(seed))
    outcome(zip_bytes(files), "a.zip")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    json_values,
    json_values,
    json_values,
    st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "GeometryCollection", "Curve"]),
)
@settings(max_examples=300, deadline=None)
def test_any_json(coordinates: object, properties: object, crs: object, kind: str) -> None:
    feature = {"type": kind, "coordinates": coordinates, "geometries": coordinates}
    outcome(geojson(feature, properties=properties, crs=crs), "a.geojson")  # type: ignore[arg-type]
