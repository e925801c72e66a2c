"""The command line: exit codes, one sentence for bad input, the JSON contract."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner
from pyproj import Geod
from shapely.geometry import LineString, Point, box

from cli import main
from tests.helpers import ROOT


@pytest.fixture
def run() -> CliRunner:
    return CliRunner()


def sites(folder: Path) -> Path:
    path = folder / "sites.geojson"
    gpd.GeoDataFrame(
        {"id": ["面", "线", "点"]},
        geometry=[box(117.05, 27.7, 117.1, 27.74), LineString([(117.05, 27.7), (117.1, 27.74)]), Point(119.4, 32.4)],
        crs=4326,
    ).to_file(path, driver="GeoJSON")
    return path


def test_check_keeps_its_contract(run: CliRunner, tmp_path: Path) -> None:
    answer = run.invoke(main, ["check", str(sites(tmp_path)), "--format", "json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    area, line, point = told["sites"]
    assert [site["id"] for site in told["sites"]] == ["面", "线", "点"]
    for site in told["sites"]:
        assert {
            "id", "area_m2", "plane_area_m2", "declared_area_m2", "crs", "counties", "findings", "verdict",
        } <= set(site)  # fmt: skip
        assert set(site["crs"]) == {"declared", "used", "evidence"}
        for finding in site["findings"]:
            assert {
                "layer", "role", "basis", "state", "reason", "relation", "overlap_m2", "share", "distance_m",
            } <= set(finding)  # fmt: skip
            assert finding["state"] in {"hit", "clear", "indicative", "not_checked"}
            if finding["state"] == "not_checked":
                assert finding["overlap_m2"] is None
                assert finding["distance_m"] is None
                assert finding["reason"]
    geod = Geod(ellps="GRS80")
    assert area["area_m2"] == pytest.approx(
        abs(geod.geometry_area_perimeter(box(117.05, 27.7, 117.1, 27.74))[0]), rel=1e-4
    )
    assert area["declared_area_m2"] is None
    assert line["area_m2"] is None
    assert point["counties"][0]["adcode"].startswith("3210")
    states = {finding["layer"]: finding for finding in point["findings"]}
    assert states["redline_jiangxi"]["reason"] == "out_of_extent"
    assert area["verdict"] == "notice"


def test_modelled_layers_never_clear_and_missing_layers_never_pass(run: CliRunner, tmp_path: Path) -> None:
    told = json.loads(run.invoke(main, ["check", str(sites(tmp_path)), "--format", "json"]).stdout)
    for site in told["sites"]:
        assert site["verdict"] != "nothing_found"
        for finding in site["findings"]:
            if finding["basis"] in {"modelled", "approximate"}:
                assert finding["state"] in {"indicative", "not_checked"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_is_one_sentence_and_exit_2(run: CliRunner, tmp_path: Path, lang: str) -> None:
    bad = tmp_path / "text.geojson"
    bad.write_text("no map", encoding="utf-8")
    for path in (bad, tmp_path / "not-there.gpkg"):
        answer = run.invoke(main, ["--lang", lang, "check", str(path), "--format", "json"])
        assert answer.exit_code == 2
        assert answer.stdout == ""
        assert path.name in answer.stderr
        assert answer.stderr.strip().count("\n") == 0


def test_layers_lists_all_healthy(run: CliRunner) -> None:
    answer = run.invoke(main, ["layers", "--format", "json"])
    assert answer.exit_code == 0
    rows = {row["id"]: row for row in json.loads(answer.stdout)}
    assert rows["county"]["features"] == 106
    assert rows["permanent_farmland"]["state"] == "not_loaded"
    assert all(row["state"] != "failed" for row in rows.values())


def test_wrong_configuration_is_one_sentence(run: CliRunner, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("version = 1\n", encoding="utf-8")
    answer = run.invoke(main, ["--config", str(config), "layers"])
    assert answer.exit_code == 2
    assert "config.toml" in answer.stderr
    assert "Traceback" not in answer.output


def test_shipped_plans_are_valid(run: CliRunner) -> None:
    answer = run.invoke(main, ["validate"])
    assert answer.exit_code == 0, answer.output


def test_snapshot_is_verified_and_compared(run: CliRunner, tmp_path: Path) -> None:
    first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    for target, adcodes in ((first, ["361028"]), (second, ["361028", "361022"])):
        asked = [word for code in adcodes for word in ("--adcode", code)]
        answer = run.invoke(main, ["snapshot", str(target), "--layer", "county", *asked])
        assert answer.exit_code == 0, answer.output
    assert set(gpd.read_file(second, layer="county")["adcode"]) >= {"361028", "361022"}
    assert run.invoke(main, ["verify", str(first)]).exit_code == 0
    compared = run.invoke(main, ["--lang", "en", "diff", str(first), str(second)])
    assert compared.exit_code == 0, compared.output
    assert "361022" in compared.output


def test_the_server_does_not_start_with_a_wrong_configuration_and_says_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("zoom = 7\n", "zom = 7\n").replace("upload_mb = 200", 'upload_mb = "200"'), "utf-8")
    done = CliRunner().invoke(main, ["--lang", "zh", "--config", str(path), "serve"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert [line.split(" 的 ")[-1].split(" ")[0] for line in done.stderr.splitlines() if " 的 " in line] == [
        "map.zom", "limits.upload_mb",
    ]  # fmt: skip
    assert "map.zoom" in done.stderr
