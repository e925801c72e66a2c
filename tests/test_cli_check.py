"""``redline check`` as a planner uses it: what is read of a file, linear works, schemes, and figures by config."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import pytest
import shapely
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from shapely.geometry import LineString, box

from cli import main
from geo.read.formats import read_sites
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.load import load_layers
from siting.check.linear import Structure, corridor_sites, linear_sections
from siting.check.run import run_check, settings_of
from tests.helpers import ROOT, geojson

ASKED = ["--activity", "chemical_project", "--as-of", "2026-11-20"]
ON_THE_LINE = box(117.05, 27.7, 117.1, 27.74)


_LOADED: dict[str, Any] = {}


def load_once(catalogue: Catalogue, **_where: Any) -> Any:
    """Load the layers of a catalogue once for all tests of this file: a check changes none of them."""
    key = catalogue.model_dump_json()
    if key not in _LOADED:
        _LOADED[key] = load_layers(catalogue)
    return _LOADED[key]


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.catalogue.load_layers", load_once)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def redline(*words: object, code: int = 0) -> Result:
    answer = CliRunner().invoke(main, [str(word) for word in words])
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "地块.geojson"
    gpd.GeoDataFrame({"id": ["面"]}, geometry=[ON_THE_LINE], crs=4326).to_file(path, driver="GeoJSON")
    return path


def config_with(folder: Path, **keys: object) -> Path:
    """Write the shipped configuration with other values for some keys, its paths still those of the house."""
    lines = (
        (ROOT / "config.toml").read_text(encoding="utf-8").replace('"data/', f'"{os.path.relpath(ROOT, folder)}/data/')
    )
    for name, value in keys.items():
        lines = "\n".join(f"{name} = {value}" if line.startswith(f"{name} =") else line for line in lines.splitlines())
    path = folder / "config.toml"
    path.write_text(lines, encoding="utf-8")
    return path


def test_decimal_places_of_the_occupation_table_come_from_the_configuration(file: Path, tmp_path: Path) -> None:
    config = config_with(tmp_path, places_m2=0, places_ha=1, places_mu=3)
    redline("--config", config, "check", file, "--format", "xlsx", "--out", tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx")["压占汇总"]
    head = [cell.value for cell in sheet[1]]
    for unit, digits in (("平方米", 0), ("公顷", 1), ("亩", 3)):
        at = next(n for n, text in enumerate(head, start=1) if unit in str(text))
        cell = sheet.cell(2, at)
        assert cell.value == round(cell.value, digits)
        assert cell.number_format.count("0") == digits + 1
    told = redline("--config", config_with(tmp_path, places_m2=9), "check", file, code=2)
    assert "places_m2" in told.stderr


# ---------------------------------------------------------------- what is read of a file


def report_of(*words: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(redline("check", *words, "--format", "json").stdout)
    schema = json.loads((ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    return told


def taken_of(report: dict[str, Any], layer: str) -> list[Any]:
    return [f["overlap_m2"] for site in report["sites"] for f in site["findings"] if f["layer"] == layer]


@pytest.fixture
def two_layers(tmp_path: Path) -> Path:
    """A GeoPackage in a Gauss-Krüger zone: two parcels in one layer, one elsewhere in the other."""
    path = tmp_path / "两层.gpkg"
    frame = gpd.GeoDataFrame({"编号": ["甲", "乙"]}, geometry=[ON_THE_LINE, box(117.2, 27.7, 117.25, 27.74)], crs=4490)
    frame.to_crs(4527).to_file(path, layer="用地", driver="GPKG")
    frame.iloc[1:].to_crs(4527).to_file(path, layer="红线图框", driver="GPKG")
    return path


def test_one_layer_of_a_file_and_some_of_its_sites(two_layers: Path, home: Path) -> None:
    assert len(report_of(two_layers)["sites"]) == 3
    assert len(report_of(two_layers, "--layer", "红线图框")["sites"]) == 1
    told = report_of(two_layers, "--layer", "用地", "--site", "乙", "--store")
    assert [site["id"] for site in told["sites"]] == ["乙"]
    assert told["run"]["settings"]["source_sites"] == ["乙"]
    assert "可复现" in redline("verify", told["check_id"]).stdout
    assert "用地" in redline("check", two_layers, "--layer", "没有", code=2).stderr
    assert "乙" in redline("check", two_layers, "--layer", "用地", "--site", "丙", code=2).stderr


def test_columns_axes_and_text_say_the_same_site(tmp_path: Path) -> None:
    corners = [(117.05, 27.7), (117.1, 27.7), (117.1, 27.74), (117.05, 27.74)]
    table = tmp_path / "界址点.csv"
    table.write_text("宗地,东,北方\n" + "".join(f"甲,{x},{y}\n" for x, y in corners), encoding="utf-8")
    named = ["--column", "parcel=宗地", "--column", "lon=东", "--column", "lat=北方", "--shape", "polygon"]
    area = report_of(table, *named, "--crs", "EPSG:4490")["sites"][0]["area_m2"]
    turned = tmp_path / "倒.geojson"
    turned.write_bytes(geojson(box(27.7, 117.05, 27.74, 117.1)))
    assert "--swap" not in redline("check", turned, code=2).stdout
    assert report_of(turned, "--swap")["sites"][0]["area_m2"] == pytest.approx(area, abs=0.01)
    text = "".join(f"{x} {y}\n" for x, y in corners)
    answer = CliRunner().invoke(main, ["check", "-", "--shape", "polygon", "--format", "json", "--store"], input=text)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["sites"][0]["area_m2"] == pytest.approx(area, abs=0.01)
    assert told["run"]["input"]["sha256"] == sha256(text.encode()).hexdigest()
    assert "可复现" in redline("verify", told["check_id"]).stdout
    for wrong in ("编号", "=x", "height=z"):
        assert "--column" in redline("check", table, "--column", wrong, code=2).stderr
    # what only a table can follow is not passed over in silence
    assert "x" in redline("check", turned, "--swap", "--column", "x=东", code=2).stderr
    assert "没有" in redline("check", table, *named, "--column", "id=没有", "--crs", "EPSG:4490", code=2).stderr
    rows = tmp_path / "坐标.xyz"
    rows.write_text(text, encoding="utf-8")
    assert [site["kind"] for site in report_of(rows, "--shape", "points")["sites"]] == ["point"] * 4
    assert report_of(rows, "--shape", "polygon")["sites"][0]["area_m2"] == pytest.approx(area, abs=0.01)


def test_what_the_reader_found_is_told_and_stored(tmp_path: Path) -> None:
    survey = tmp_path / "勘测.txt"
    survey.write_text(
        "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=\n精度=0.001\n"
        "转换参数=,,,,,,\n[地块坐标]\n4,1.0,甲,地块一,面,,,,@\nJ1,1,3068000.000,39505000.000\n"
        "J2,1,3068000.000,39505100.000\nJ3,1,3068100.000,39505100.000\nJ4,1,3068100.000,39505000.000\n",
        encoding="utf-8",
    )
    told = report_of(survey, "--store")
    site = told["sites"][0]
    assert {"txt_zone_from_prefix", "txt_open_rings", "txt_shift_commas"} <= set(site["notices"])
    assert {one["code"] for one in told["run"]["input"]["notices"]} == set(site["notices"])
    assert site["repair"] == ["ring_closed"]
    shown = redline("check", survey).stdout
    for notice in told["run"]["input"]["notices"]:
        assert notice["zh"] in shown
    assert "EPSG:4527" in shown
    kept = redline("ledger", "show", told["check_id"]).stdout
    assert all(notice["zh"] in kept for notice in told["run"]["input"]["notices"])
    stored = json.loads(redline("ledger", "show", told["check_id"], "--format", "json").stdout)
    assert stored["sites"][0]["notices"] == site["notices"]
    assert stored["run"]["input"]["notices"] == told["run"]["input"]["notices"]


def test_a_geopackage_goes_out_with_its_own_vertices_and_system(two_layers: Path, tmp_path: Path) -> None:
    redline("check", two_layers, "--layer", "用地", "--format", "gpkg", "--out", tmp_path / "out.gpkg")
    before = gpd.read_file(two_layers, layer="用地")
    after = gpd.read_file(tmp_path / "out.gpkg", layer="sites")
    assert after.crs.to_epsg() == before.crs.to_epsg() == 4527
    assert after["编号"].tolist() == ["甲", "乙"]
    for one, other in zip(before.geometry, after.geometry, strict=True):
        assert shapely.get_coordinates(one).tolist() == shapely.get_coordinates(other).tolist()


# ---------------------------------------------------------------- linear works and schemes


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    path = tmp_path / "路线.geojson"
    lines = [LineString([(117.0, 27.65), (117.3, 27.75)]), LineString([(117.0, 27.65), (117.15, 27.9), (117.3, 27.75)])]
    gpd.GeoDataFrame({"id": ["A线", "B线"]}, geometry=lines, crs=4326).to_file(path, driver="GeoJSON")
    return path


ROAD = ["--activity", "linear_road", "--as-of", "2026-11-20", "--corridor", "60"]


def test_linear_works_say_their_width_and_chainages(roads: Path, tmp_path: Path) -> None:
    told = report_of(roads, *ROAD, "--bridge", "K6+500-K7+000", "--store")
    line, other = told["sites"]
    for site in told["sites"]:
        assert site["kind"] == "polygon"
        assert site["sections"]
    # the browser's own functions on the same line say the same
    catalogue = read_catalogue(ROOT / "config.toml")
    layers = load_layers(catalogue)
    sites = read_sites(roads)
    checked = [layer for layer in layers.values() if layer.spec.checked]
    direct = linear_sections(sites.frame, checked, [Structure(6500, 7000, "bridge")])
    assert [row["from_m"] for row in line["sections"]] == direct.loc[direct["site"] == 0, "from_m"].tolist()
    page = run_check(
        corridor_sites(sites, 60), layers, settings_of(catalogue, activity="linear_road", as_of="2026-11-20")
    )
    page_m2 = page.result.findings.query("layer == 'redline_jiangxi'")["overlap_m2"].tolist()
    assert taken_of(told, "redline_jiangxi") == page_m2
    assert "bridge" in {row["structure"] for row in [*line["sections"], *other["sections"]]}
    assert "可复现" in redline("verify", told["check_id"]).stdout
    assert line["sections"][0]["from_k"] in redline("check", roads, *ROAD).stdout
    redline("check", roads, *ROAD, "--format", "xlsx", "--out", tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx")["分段桩号"]
    assert sheet.max_row == 1 + sum(len(site["sections"]) for site in report_of(roads, *ROAD)["sites"])
    for words in (
        ["--corridor", "-5"],
        ["--corridor", "nan"],
        ["--corridor", "1e9"],
        ["--bridge", "6500-7000"],
        ["--tunnel", "K2+000-K1+000"],
    ):
        redline("check", roads, *words, code=2)
    assert report_of(roads, "--no-sections")["sites"][0]["sections"] is None


def test_linear_works_need_a_line(file: Path) -> None:
    assert file.name in redline("check", file, "--corridor", "30", code=2).stderr


def test_schemes_side_by_side(roads: Path, tmp_path: Path) -> None:
    told = json.loads(redline("compare", roads, *ROAD, "--format", "json").stdout)
    schema = json.loads((ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8"))
    comparison = {"$ref": "#/$defs/comparison", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator(comparison).validate(told)
    single = report_of(roads, *ROAD)
    assert [one["scheme"] for one in told["schemes"]] == ["A线", "B线"]
    for one, site in zip(told["schemes"], single["sites"], strict=True):
        assert one["verdict"] == site["verdict"]
        assert one["area_m2"] == site["area_m2"]
        assert one["missing_required"] == site["missing_required"]
    taken = [one["layers"]["redline_jiangxi"]["overlap_m2"] for one in told["schemes"]]
    assert taken == taken_of(single, "redline_jiangxi")
    lines = gpd.read_file(roads)
    files = [tmp_path / "一.geojson", tmp_path / "二.geojson"]
    for at, path in enumerate(files):
        lines.iloc[[at]].to_file(path, driver="GeoJSON")
    apart = json.loads(redline("compare", *files, *ROAD, "--format", "json").stdout)
    assert [one["scheme"] for one in apart["schemes"]] == ["一", "二"]
    assert [one["layers"] for one in apart["schemes"]] == [one["layers"] for one in told["schemes"]]
    rows = list(csv.DictReader(io.StringIO(redline("compare", roads, *ROAD, "--format", "csv").stdout, newline="")))
    assert [float(row["overlap_m2:redline_jiangxi"]) for row in rows] == taken
    assert "中线长度" in redline("compare", roads, *ROAD).stdout
    redline("compare", roads, *ROAD, "--format", "xlsx", "--out", tmp_path / "比选.xlsx")
    assert load_workbook(tmp_path / "比选.xlsx").worksheets[0]["B2"].value == "注意"
    redline("compare", files[0], code=2)
    redline("compare", *[*files, *files, *files], code=2)
    redline("compare", roads, "--format", "xlsx", code=2)


def test_a_check_loads_nothing_that_it_does_not_need(file: Path, home: Path) -> None:
    asked = (
        "import sys\nfrom cli import main\ntry:\n    main(['check', sys.argv[1]])\nexcept SystemExit:\n    pass\n"
        "unneeded = {'folium', 'mapclassify', 'matplotlib', 'pypinyin', 'reportlab', 'scipy', 'sklearn', 'streamlit'}\n"
        "print(sorted(unneeded & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked, file], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "结果" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
