"""Checked sites taken away: related tables, survey TXT, DXF."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from shapely.geometry import box

from geo.read.formats import Sites, read_sites
from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from siting.check.check import check
from siting.check.result import CheckResult
from snapshot.selection.selection import Selection
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
        assert shapely.hausdorff_distance(ours.exterior, theirs.exterior) * 111_000 < 0.002


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
