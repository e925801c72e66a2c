"""The command line: forms of output, the ledger, and the same check by every way in."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from shapely.geometry import LineString, Point, box

from cli import main
from geo.read.formats import read_sites
from layers.catalogue.config import read_catalogue
from layers.catalogue.load import load_layers
from siting.check.run import run_check, settings_of
from siting.ledger.store import Ledger
from tests.helpers import ROOT

ASKED = ["--activity", "chemical_project", "--as-of", "2026-11-20"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "项目.geojson"
    frame = gpd.GeoDataFrame(
        {"id": ["=1+1", "线", "-5"], "备注": ["@SUM(A1)", None, "+x"]},
        geometry=[box(117.05, 27.7, 117.1, 27.74), LineString([(117.05, 27.7), (117.1, 27.74)]), Point(119.4, 32.4)],
        crs=4326,
    )
    frame.to_file(path, driver="GeoJSON")
    return path


def redline(*words: object, code: int = 0) -> Result:
    answer = CliRunner().invoke(main, [str(word) for word in words])
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer


def stored_id() -> str:
    return str(json.loads(redline("ledger", "list", "--format", "json").stdout)[0]["id"])


def findings_of(report: dict[str, Any]) -> list[Any]:
    return [(site["id"], site["verdict"], site["findings"]) for site in report["sites"]]


def test_json_is_what_its_schema_says(file: Path) -> None:
    told = json.loads(redline("check", file, *ASKED, "--format", "json", "--store").stdout)
    schema = json.loads((ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    assert told["check_id"] == stored_id()
    assert {site["check_id"] for site in told["sites"]} == {told["check_id"]}
    assert told["run"]["settings"]["activity"] == "chemical_project"
    assert told["sites"][0]["as_of"] == "2026-11-20"


def test_command_line_stored_link_and_function_say_the_same(file: Path, home: Path) -> None:
    told = json.loads(redline("check", file, *ASKED, "--format", "json", "--store").stdout)
    link = Ledger.open(home).get(told["check_id"]).report
    catalogue = read_catalogue(ROOT / "config.toml")
    settings = settings_of(catalogue, activity="chemical_project", as_of="2026-11-20")
    direct = run_check(read_sites(file), load_layers(catalogue), settings).report()
    shown = json.loads(redline("ledger", "show", told["check_id"], "--format", "json").stdout)
    assert findings_of(told) == findings_of(link) == findings_of(shown) == findings_of(json.loads(json.dumps(direct)))


def test_csv_keeps_own_columns_and_disarms_formulas(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    redline("check", file, "--format", "csv", "--out", out)
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert list(rows[0])[:3] == ["id", "备注", "rl_site"]
    assert [row["id"] for row in rows] == ["'=1+1", "线", "-5"]
    assert [row["备注"] for row in rows] == ["'@SUM(A1)", "", "'+x"]
    told = json.loads(redline("check", file, "--format", "json").stdout)
    red = next(f for f in told["sites"][0]["findings"] if f["layer"] == "redline_jiangxi")
    assert float(rows[0]["redline_jiangxi_m2"]) == red["overlap_m2"]
    assert float(rows[0]["redline_jiangxi_share"]) == red["share"]
    assert rows[2]["redline_jiangxi_m2"] == ""
    redline("check", file, "--format", "csv", "--out", out, "--no-bom")
    assert not out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_workbook_is_typed_frozen_and_runs_nothing(file: Path, tmp_path: Path) -> None:
    redline("check", file, "--format", "xlsx", "--out", tmp_path / "out.xlsx")
    book = load_workbook(tmp_path / "out.xlsx")
    assert len(book.sheetnames) == 6  # one of the sites is a line, with its sections
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    assert book.sheetnames[:2] == ["结论", "地块"]
    sites = book.worksheets[1]
    head = [cell.value for cell in sites[1]]
    assert [sites.cell(row, 1).value for row in (2, 3, 4)] == ["=1+1", "线", "-5"]
    area = sites.cell(2, next(n for n, text in enumerate(head, start=1) if "椭球面积" in str(text)))
    assert area.data_type == "n"
    assert area.number_format == "#,##0.00"


def test_geopackage_holds_sites_findings_and_occupation(file: Path, tmp_path: Path) -> None:
    redline("check", file, "--format", "gpkg", "--out", tmp_path / "out.gpkg")
    names = {name for name, _ in pyogrio.list_layers(tmp_path / "out.gpkg")}
    assert {"sites_polygon", "sites_line", "sites_point", "findings", "occupation", "about"} <= names
    frame = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="sites_polygon")
    assert frame["id"].tolist() == ["=1+1"]
    assert frame.crs.to_epsg() == 4326  # as the file has it
    taken = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="occupation")
    assert taken.loc[taken["level"] == "合计", "mu"].gt(0).all()


def test_out_into_a_folder_gets_a_safe_name(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    redline("check", file, "--format", "json", "--out", folder)
    assert [path.name for path in folder.iterdir()] == ["项目-check.json"]


def test_only_chosen_layers_are_checked_and_the_rest_says_so(file: Path) -> None:
    told = json.loads(redline("check", file, "--layers", "rivers,redline_jiangxi", "--format", "json").stdout)
    for site in told["sites"]:
        assert site["verdict"] != "nothing_found"
        for finding in site["findings"]:
            left_out = finding["layer"] not in {"rivers", "redline_jiangxi"}
            assert (finding["reason"] == "not_chosen") is left_out
            assert not left_out or finding["state"] == "not_checked"


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "xlsx"],
        ["--format", "gpkg"],
        ["--layers", "no_such"],
        ["--layers", "county"],
        ["--activity", "no_such"],
        ["--as-of", "yesterday"],
        ["--flag", "no_such"],
        ["--accuracy", "-1"],
        ["--case-name", "甲"],
        ["--crs", "EPSG:0"],
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_written(file: Path, home: Path, words: list[str]) -> None:
    answer = redline("check", file, *words, code=2)
    assert answer.stdout == ""
    assert answer.stderr.strip()
    assert not (home / "ledger").exists()


def test_the_input_is_never_overwritten(file: Path) -> None:
    before = file.read_bytes()
    redline("check", file, "--format", "json", "--out", file, code=2)
    assert file.read_bytes() == before


def test_a_place_that_cannot_be_written_to_is_one_sentence(file: Path, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("x", encoding="utf-8")
    answer = redline("check", file, "--format", "json", "--out", tmp_path / "a-file" / "out.json", code=2)
    assert answer.stderr.strip().count("\n") == 0


def test_ledger_stores_lists_shows_and_amends(file: Path) -> None:
    case = ["--store", "--case-name", "化工项目", "--case-prepared-by", "张三"]
    redline("check", file, *ASKED, *case, "--format", "csv")
    check_id = stored_id()
    assert check_id in redline("ledger", "list", "化工").stdout
    assert check_id not in redline("ledger", "list", "风电").stdout
    shown = redline("ledger", "show", check_id).stdout
    assert "化工项目" in shown
    assert "张三" in shown
    redline("ledger", "amend", check_id, "--case-reviewed-by", "李四")
    shown = redline("ledger", "show", check_id).stdout
    assert "李四" in shown
    assert "张三" in shown
    assert redline("verify", check_id).exit_code == 0
    redline("ledger", "show", "R20200101-AAAA", code=2)


def test_verify_by_number_and_by_report(file: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    redline("check", file, *ASKED, "--format", "json", "--out", report, "--store")
    told = redline("verify", stored_id()).stdout
    assert "可复现" in told
    assert "GEOS" in told
    assert "PROJ" in told
    assert "可复现" in redline("verify", report).stdout
    forged = json.loads(report.read_text(encoding="utf-8"))
    forged["sites"][0]["findings"][0]["overlap_m2"] += 1.0
    report.write_text(json.dumps(forged), encoding="utf-8")
    told = redline("--lang", "en", "verify", report, code=1).stdout
    assert "redline_jiangxi" in told
    assert "overlap m²" in told
    (tmp_path / "no.json").write_text("[", encoding="utf-8")
    redline("verify", tmp_path / "no.json", code=2)
    redline("verify", "R20200101-AAAA", code=2)


def test_one_vertex_of_a_layer_file_changes_its_hash_and_verify_says_so(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copy(ROOT / "config.toml", folder)
    config = ["--config", folder / "config.toml", "--lang", "en"]
    redline(*config, "check", file, "--store", "--format", "json")
    check_id = stored_id()
    assert "redline_jiangxi" not in redline(*config, "verify", check_id).stdout
    path = folder / "data" / "redline" / "jiangxi.fgb"
    frame = gpd.read_file(path)
    moved = frame.geometry.copy()
    moved.iloc[0] = _with_vertex_moved(frame.geometry.iloc[0])
    frame.set_geometry(moved).to_file(path, driver="FlatGeobuf")
    told = redline(*config, "verify", check_id).stdout
    assert "hash of layer redline_jiangxi" in told
    assert "reproduced" in told


def _with_vertex_moved(shape: Any) -> Any:
    """Move the first corner of a shape by a tenth of a millimetre."""
    points = shapely.get_coordinates(shape)
    points[(points == points[0]).all(axis=1)] += 1e-9
    return shapely.set_coordinates(shape, points)


def test_report_of_another_office_needs_the_input(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = tmp_path / "report.json"
    redline("check", file, *ASKED, "--format", "json", "--out", report, "--store")
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "elsewhere"))
    assert file.name in redline("verify", report, code=2).stderr
    assert "可复现" in redline("verify", report, "--input", file).stdout


def test_validate_takes_plans_and_law(tmp_path: Path) -> None:
    assert redline("validate").stderr.count("\n") == 2
    law = tmp_path / "law"
    shutil.copytree(ROOT / "data" / "law", law)
    redline("validate", law)
    rules = law / "rules.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace("prohibit", "forbid", 1), encoding="utf-8")
    assert "rules.csv" in redline("validate", law, code=1).stdout


def test_help_names_every_command() -> None:
    told = redline("--help").stdout
    for command in ("serve", "layers", "validate", "check", "verify", "ledger"):
        assert command in told


def test_verify_looks_at_the_input_that_it_is_given(file: Path, tmp_path: Path) -> None:
    report, moved = tmp_path / "st.json", tmp_path / "moved.geojson"
    redline("check", file, "--store", "--format", "json", "--out", report)
    moved.write_text(file.read_text(encoding="utf-8").replace("117.05", "117.0501", 1), encoding="utf-8")
    assert moved.read_bytes() != file.read_bytes()
    for what in (report, stored_id()):
        assert "可复现" in redline("verify", what, "--input", file).stdout
        told = redline("verify", what, "--input", moved, code=1).stdout
        assert "输入文件" in told
        assert "可复现" not in told.splitlines()[0]
    sheet = tmp_path / "x.gpkg"
    redline("snapshot", sheet, "--layer", "province")
    assert "--input" in redline("verify", sheet, "--input", file, code=2).stderr
    assert "--input" in redline("verify", stored_id(), "--today", "--input", file, code=2).stderr


def test_an_entry_that_closed_since_keeps_its_measures_in_the_ledger_too(file: Path, tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8").replace('"data/', f'"{ROOT}/data/')
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    redline("--config", config, "check", file, "--store")
    shown = json.loads(redline("--config", config, "ledger", "show", stored_id(), "--format", "json").stdout)
    found = {one["layer"]: one for one in shown["sites"][0]["findings"]}
    assert found["waters"]["distance_m"] is not None
    assert not any(one.get("withheld") for one in found.values())

    entry = 'id = "waters"\n'
    assert entry in text
    config.write_text(text.replace(entry, entry + 'export = "none"\n'), encoding="utf-8")
    shown = json.loads(redline("--config", config, "ledger", "show", stored_id(), "--format", "json").stdout)
    found = {one["layer"]: one for one in shown["sites"][0]["findings"]}
    assert {name for name, one in found.items() if one.get("withheld")} == {"waters", "river_corridors"}
    assert found["waters"]["distance_m"] is None


def test_verify_says_that_a_measure_of_a_closed_layer_differs_but_not_the_measures(file: Path, tmp_path: Path) -> None:
    report = tmp_path / "st.json"
    redline("check", file, "--format", "json", "--out", report)
    told = json.loads(report.read_text(encoding="utf-8"))
    finding = next(one for one in told["sites"][0]["findings"] if one["layer"] == "waters")
    finding["distance_m"] = 123_456.789
    report.write_text(json.dumps(told), encoding="utf-8")
    text = (ROOT / "config.toml").read_text(encoding="utf-8").replace('"data/', f'"{ROOT}/data/')
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    said = redline("--config", config, "verify", report, "--input", file, code=1).stdout
    assert "123,456.7890" in said
    config.write_text(text.replace('id = "waters"\n', 'id = "waters"\nexport = "none"\n'), encoding="utf-8")
    said = redline("--config", config, "verify", report, "--input", file, code=1).stdout
    assert "123,456" not in said
