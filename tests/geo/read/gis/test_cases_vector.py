"""The shared cases of vector files, each with its right value: see the README of the cases.

Areas are Karney's on edges densified to 1 m in the plane, as stated there; none is copied from our own output.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shapely
from pyproj import Geod

from geo.errors import RedlineError
from geo.measure.ellipsoid import area_m2
from geo.read.formats import read_sites
from geo.sites.sites import ReadLimits
from layers.own.intake import read_and_validate
from tests.helpers import ROOT, geojson

CASES = ROOT / "tests" / "fixtures" / "cases"
WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Case:
    """A file, how it is read, and what is right.

    Areas in square metres, one per site; notices that have to be among those said; values of a column.
    """

    file: str
    areas: tuple[float, ...]
    notices: tuple[str, ...] = ()
    crs: str | None = None
    column: tuple[str, tuple[str, ...]] | None = None
    within_m2: float = 0.011
    not_said: tuple[str, ...] = field(default=())


READ = (
    Case("shp_shell_ccw_hole_cw.zip", (6399.41,), ("rings_nested",)),
    Case("shp_shell_and_hole_cw.zip", (6399.41,), ("rings_nested",)),
    Case("shp_island_in_lake_all_ccw.zip", (6799.37,), ("rings_nested",)),
    Case(
        "dbf_rows_gbk_utf8_gbk.zip",
        (9999.07, 9999.07, 9999.07),
        ("text_mixed",),
        column=("NAME", ("临川区一号", "东乡区二号", "南城县三号")),
        within_m2=0.05,
    ),
    Case("dxf_open_by_1mm.dxf", (9999.07,), ("dxf_closed",), crs="EPSG:4527"),
    Case("kml_commas_between_tuples.kml", (9999.07,), ("kml_commas",), within_m2=0.03),  # nine decimals are 0.1 mm
    Case("layer_polygon_empty_hole.geojson", (10_988.0,), within_m2=0.5),
    Case("shp_geopandas_default_4char_field.zip", (7999.194,), column=("地块编", ("D-1",))),
    Case(
        "shp_utf8_value_cut.zip",
        (7999.194, 7999.194),
        ("text_cut",),
        column=("XMMC", ("抚州市临川区上顿", "临川二期")),
        within_m2=0.02,
    ),
    Case("shp_wgs84_gk_zone39.zip", (7999.194,)),
    Case("shp_utf8_with_cpg_gbk.zip", (7999.194,), ("text_not_as_said",), column=("XMMC", ("临川区工业园",))),
    Case("kml_placemark_without_shape.kml", (7999.194,), ("rows_without_shape",), within_m2=0.03),
    Case("gpkg_with_wal.zip", (7999.194, 7999.194), ("gpkg_with_wal",), within_m2=0.02),
    Case(
        "dxf_straight_frozen_layer.dxf",
        (7999.194, 7999.194),
        ("dxf_frozen",),
        crs="EPSG:4527",
        column=("Layer", ("0", "冻结层")),
        within_m2=0.02,
        not_said=("curves_linearised",),
    ),
)


@pytest.mark.parametrize("case", READ, ids=lambda case: case.file)
def test_a_case_is_read_right_and_says_so(case: Case) -> None:
    sites = read_sites(CASES / case.file, crs=case.crs)
    assert area_m2(sites.frame).tolist() == pytest.approx(list(case.areas), abs=case.within_m2)
    said = {notice.code for notice in sites.notices}
    assert set(case.notices) <= said
    assert said.isdisjoint(case.not_said)
    if case.column is not None:
        assert tuple(sites.frame[case.column[0]]) == case.column[1]


@pytest.mark.parametrize("case", READ, ids=lambda case: case.file)
def test_a_case_comes_in_as_a_layer_just_as_it_is_checked(case: Case) -> None:
    """Two ways in must not clean differently."""
    content = (CASES / case.file).read_bytes()
    name = "0" if case.file == "dxf_straight_frozen_layer.dxf" else None
    intake = read_and_validate(content, case.file, crs=case.crs, layer=name)
    assert not intake.blocked
    wanted = sum(case.areas) if name is None else case.areas[0]
    assert intake.area_m2 == pytest.approx(wanted, abs=len(case.areas) * case.within_m2)
    said = {notice.code for notice in intake.notices} | {fault.code for fault in intake.faults}
    missing = {code for code in case.notices if not code.startswith("dxf_frozen")} - said
    assert missing <= {"rows_without_shape"}
    if missing:
        assert "no_geometry" in said


def test_an_area_with_a_curved_edge_becomes_chords() -> None:
    """Segment of the circle through (0, 0), (1, 1), (2, 0) thousandths: half a disc of radius 0.001°."""
    sites = read_sites(CASES / "wkt_curve.csv", crs="EPSG:4490")
    assert "curves_linearised" in {notice.code for notice in sites.notices}
    assert sites.frame.geometry[0].area == pytest.approx(3.141592653589793 * 0.001**2 / 2, rel=2.1e-6)


def test_a_type_that_is_no_text_is_one_sentence() -> None:
    with pytest.raises(RedlineError) as fault:
        read_sites(CASES / "geojson_type_object.geojson")
    assert fault.value.key == "geo.not_plain_geojson"


def test_a_mark_of_its_own_keeps_a_placemark_where_it_is() -> None:
    sites = read_sites(CASES / "ovkml_mixed_marks.ovkml", crs="GCJ-02")
    points = dict(zip(sites.frame["name"], sites.frame.geometry, strict=True))
    assert (points["84"].x, points["84"].y) == (116.35, 27.95)
    apart = WGS84.inv(points["84"].x, points["84"].y, points["国测局"].x, points["国测局"].y)[2]
    assert apart == pytest.approx(602, abs=1)
    assert "ov_marks_kept" in {notice.code for notice in sites.notices}
    with pytest.raises(RedlineError) as fault:
        read_sites(CASES / "ovkml_mixed_marks.ovkml")
    assert fault.value.key == "geo.crs_ask_ovkml"


SAID = ["--publisher", "test", "--stands-for", "redline", "--as-of", "2024", "--extent", "all", "--dry-run"]


@pytest.mark.parametrize("door", ["check", "import"])
@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("layer_polygon_empty_hole.geojson", 0),
        ("geojson_type_object.geojson", 2),
        ("shp_island_in_lake_all_ccw.zip", 0),
        ("gpkg_with_wal.zip", 0),
    ],
)
def test_no_case_ends_the_process_or_says_more_than_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str, file: str, code: int
) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    command = [
        sys.executable,
        "-m",
        "cli",
        door,
        str(CASES / file),
        *(SAID if door == "import" else ["--format", "json"]),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == code, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "Warning:" not in answer.stderr
    if code:
        assert len(answer.stderr.strip().splitlines()) == 1
    elif door == "check":
        assert json.loads(answer.stdout)["sites"]


def test_limits_still_hold_for_cases() -> None:
    with pytest.raises(RedlineError) as fault:
        read_sites(CASES / "gpkg_with_wal.zip", limits=ReadLimits(sites=1))
    assert fault.value.key == "geo.too_many_sites"


@pytest.mark.parametrize("engine", ["geojson", "csv"])
def test_an_attribute_longer_than_a_description_is_refused(engine: str) -> None:
    long = "x" * 100_001
    for text, refused_too in ((long, True), (long[1:], False)):
        if engine == "geojson":
            content = geojson(shapely.box(116, 27, 116.01, 27.01), properties={"备注": text})
        else:
            content = f"lon,lat,备注\n116,27,{text}\n".encode()
        ways = (
            lambda content=content: read_sites(content, f"a.{engine}", crs=4490),
            lambda content=content: read_and_validate(content, f"a.{engine}", crs=4490),
        )
        for read in ways:
            if refused_too:
                with pytest.raises(RedlineError) as fault:
                    read()
                assert (fault.value.key, fault.value.values["column"]) == ("geo.text_too_long", "备注")
            else:
                read()
