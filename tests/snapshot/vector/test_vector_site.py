"""Checked sites taken away: related tables, survey TXT, DXF."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Polygon, box

from geo.measure import area_m2
from geo.read.formats import Sites, read_sites
from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from siting.check.check import check
from siting.check.linear import corridor_sites
from siting.check.result import CheckResult
from snapshot.selection.selection import Selection
from snapshot.selection.survey_format import SurveyFormat
from snapshot.vector.forms import write


@pytest.fixture(scope="module")
def checked(default_layers: dict[str, Layer]) -> tuple[Sites, CheckResult]:
    frame = gpd.GeoDataFrame(
        {"name": ["甲", "乙"]}, geometry=[box(117.05, 27.7, 117.06, 27.71), box(117.07, 27.7, 117.08, 27.71)], crs=4490
    )
    sites = read_sites(frame.to_json(to_wgs84=True).encode(), "地块.geojson")
    return sites, check(sites, list(default_layers.values()), counties_of(default_layers))


def test_geopackage_relates_sites_to_findings_and_carries_metadata(
    default_layers: dict[str, Layer], checked: tuple[Sites, CheckResult], tmp_path: Path
) -> None:
    sites, result = checked
    asked = Selection(default_layers, chosen=("county",), adcodes=("361000",), sites=sites, result=result)
    path = write(asked, "gpkg", tmp_path / "x")
    with sqlite3.connect(path) as database:
        relation = database.execute("SELECT base_table_name, related_table_name FROM gpkgext_relations").fetchone()
        pairs = database.execute(
            "SELECT s.site_id, f.site_id FROM site_findings m JOIN site s ON s.fid = m.base_id"
            " JOIN findings f ON f.fid = m.related_id"
        ).fetchall()
        metadata = json.loads(database.execute("SELECT metadata FROM gpkg_metadata").fetchone()[0])
        fault = database.execute("PRAGMA integrity_check").fetchone()[0]
    assert relation == ("site", "findings")
    assert len(pairs) == len(result.findings)
    assert all(ours == theirs for ours, theirs in pairs)
    assert metadata["chosen"]["adcodes"] == ["361000"]
    assert metadata["site"]["sha256"] == sites.sha256
    assert fault == "ok"


def test_survey_txt_goes_round_with_its_reader(
    default_layers: dict[str, Layer], checked: tuple[Sites, CheckResult], tmp_path: Path
) -> None:
    sites, result = checked
    asked = Selection(default_layers, chosen=("county",), sites=sites, result=result, epsg=4527)
    path = write(asked, "txt", tmp_path / "x")
    content = zipfile.ZipFile(path).read("site.txt")
    back = read_sites(content, "site.txt")
    assert back.crs[0].epsg == 4527
    assert back.frame["site_id"].tolist() == sites.frame["site_id"].tolist()
    for ours, theirs in zip(sites.frame.geometry, back.frame.geometry, strict=True):
        # an edge of 1 km, straight in degrees there and on the plane here, departs by L² tan φ / 8R = 1 cm
        assert shapely.hausdorff_distance(ours.exterior, theirs.exterior) * 111_000 < 0.011


@pytest.mark.parametrize(("epsg", "first_east"), [(4527, "39"), (4548, "5")])
def test_survey_txt_has_the_corners_that_came_in(
    default_layers: dict[str, Layer], tmp_path: Path, epsg: int, first_east: str
) -> None:
    """Edges of 10 km: with what is stored a side would have forty points. Corners by pyproj, not by our own code."""
    drawn = box(117.0, 27.6, 117.1, 27.7)
    sites = read_sites(gpd.GeoDataFrame(geometry=[drawn], crs=4326).to_json().encode(), "a.geojson")
    result = check(sites, list(default_layers.values()), counties_of(default_layers))
    asked = Selection(default_layers, sites=sites, result=result, epsg=epsg, only_sites=True)
    content = zipfile.ZipFile(write(asked, "txt", tmp_path / "x")).read("site.txt").decode("gbk")
    east, north = Transformer.from_crs(4490, epsg, always_xy=True).transform(*drawn.exterior.coords.xy)
    rows = [line.split(",") for line in content.splitlines() if line.startswith("J")]
    assert len(rows) == 5
    assert f"5,{Polygon(np.column_stack([east, north])).area / 1e4:.4f}," in content
    assert [row[0] for row in rows] == ["J1", "J2", "J3", "J4", "J1"]
    assert {row[3][: len(first_east)] for row in rows} == {first_east}
    assert np.allclose([float(row[2]) for row in rows], north, atol=0.0006)
    assert np.allclose([float(row[3]) for row in rows], east, atol=0.0006)


def test_survey_txt_of_a_survey_is_the_survey(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    """A point on a straight edge is a corner too, and edges of a kilometre get none."""
    points = ["J1,1,3064000.123,39500100.456", "J2,1,3064000.123,39501300.456", "J3,1,3064000.123,39502500.456",
              "J4,1,3062800.001,39502500.456", "J1,1,3064000.123,39500100.456"]  # fmt: skip
    text = "\r\n".join(["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=39", "[地块坐标]",
                        "5,144.0000,D1,甲,面,,,,@", *points])  # fmt: skip
    sites = read_sites(text.encode("gbk"), "勘界.txt")
    result = check(sites, list(default_layers.values()), counties_of(default_layers))
    asked = Selection(default_layers, sites=sites, result=result, epsg=4527, only_sites=True)
    content = zipfile.ZipFile(write(asked, "txt", tmp_path / "x")).read("site.txt").decode("gbk")
    assert [line for line in content.splitlines() if line.startswith("J")] == points
    assert "甲" in content
    utf8 = replace(asked, survey=SurveyFormat("utf-8", heading=False))
    plain = zipfile.ZipFile(write(utf8, "txt", tmp_path / "y")).read("site.txt").decode("utf-8")
    assert plain.startswith("[地块坐标]\r\n5,144.0000,D1,甲,面")
    assert read_sites(plain.encode(), "y.txt", crs="EPSG:4527").frame["declared_area_m2"].tolist() == [1_440_000.0]


def test_a_band_round_a_line_is_written_as_a_band(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    line = gpd.GeoDataFrame(geometry=[LineString([(117.0, 27.6), (117.01, 27.6)])], crs=4326)
    sites = corridor_sites(read_sites(line.to_json().encode(), "路.geojson"), 40.0)
    result = check(sites, list(default_layers.values()), counties_of(default_layers))
    asked = Selection(default_layers, sites=sites, result=result, epsg=4527, only_sites=True)
    content = zipfile.ZipFile(write(asked, "txt", tmp_path / "x")).read("site.txt")
    again = read_sites(content, "x.txt")
    assert shapely.get_dimensions(again.frame.geometry.to_numpy()).tolist() == [2]
    assert area_m2(again.frame)[0] == pytest.approx(area_m2(sites.frame)[0], rel=1e-4)


def test_dxf_has_named_layers_in_metres_and_chinese_names(
    default_layers: dict[str, Layer], checked: tuple[Sites, CheckResult], tmp_path: Path
) -> None:
    sites, result = checked
    chosen = ("county", "redline_jiangxi")
    asked = Selection(default_layers, chosen=chosen, adcodes=("361030",), sites=sites, result=result)
    path = write(asked, "dxf", tmp_path / "x")
    drawing = tmp_path / "a.dxf"
    drawing.write_bytes(zipfile.ZipFile(path).read("redline.dxf"))
    back = pyogrio.read_dataframe(drawing)
    assert set(back["Layer"]) >= {"COUNTY", "COUNTY_TEXT", "SHIYI_REDLINE_JIANGXI", "SITE"}
    outlines = back[back["Layer"] == "SITE"].geometry
    expected = sites.frame.to_crs(4527).geometry
    for ours, theirs in zip(expected, outlines, strict=True):
        assert theirs.is_ring
        assert shapely.hausdorff_distance(ours.exterior, theirs) < 0.05
    names = default_layers["county"].frame.set_index("adcode")["short_name_zh"]
    assert names["361030"] in set(back[back["Layer"] == "COUNTY_TEXT"]["Text"])
    assert drawing.read_bytes().decode("gbk")
