"""``redline check --format parquet``, ``--workers`` and ``--scheduler`` as a planner uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from shapely.geometry import box

from cli import main
from geo.read.formats import read_sites
from layers.catalogue.config import read_catalogue
from layers.catalogue.load import load_layers
from siting.check import cut_heavy_polygons, run_batch, settings_of
from snapshot.columnar import write_dataset
from tests.helpers import ROOT
from tests.snapshot.columns import assert_same_results, mixed_file, record_of, small_catalogue, table_of


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_catalogue(tmp_path_factory.mktemp("small"))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "地块.geojson"
    gpd.GeoDataFrame({"id": ["面"]}, geometry=[box(117.05, 27.7, 117.1, 27.74)], crs=4326).to_file(path)
    return path


def redline(*words: object, code: int = 0) -> Result:
    answer = CliRunner().invoke(main, [str(word) for word in words])
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer


def test_a_file_is_checked_into_columns(config: Path, file: Path, tmp_path: Path) -> None:
    said = redline("--config", config, "check", file, "--format", "parquet", "--out", tmp_path / "结果")
    assert "结果" in said.stderr
    report = json.loads(redline("--config", config, "check", file, "--format", "json").stdout)
    found = table_of(tmp_path / "结果", "findings")
    assert found["layer"].tolist() == [one["layer"] for one in report["sites"][0]["findings"]]
    assert found["state"].tolist() == [one["state"] for one in report["sites"][0]["findings"]]
    assert table_of(tmp_path / "结果", "sites")["rl_verdict"].tolist() == [report["sites"][0]["verdict"]]


def test_a_stored_check_has_its_number_in_the_columns(config: Path, file: Path, tmp_path: Path) -> None:
    said = redline("--config", config, "check", file, "--format", "parquet", "--out", tmp_path / "r", "--store")
    number = record_of(tmp_path / "r")["check_id"]
    assert number
    assert number in said.stderr
    assert number in redline("--config", config, "ledger", "list").stdout


@pytest.mark.xdist_group("dask")
def test_workers_write_what_one_process_writes_and_nothing_else(config: Path, tmp_path: Path) -> None:
    """By the command itself, in a process of its own: its worker processes begin from it."""
    source = mixed_file(tmp_path / "混合.gpkg", 24)
    words = ["--config", str(config), "check", str(source), "--activity", "chemical_project", "--as-of", "2026-11-20"]
    words += ["--format", "parquet", "--out", str(tmp_path / "r"), "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("REDLINE_DEBUG", None)
    command = [sys.executable, "-m", "cli", *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.strip() == "已写出 r。"
    catalogue = read_catalogue(config)
    layers = load_layers(catalogue)
    cut_heavy_polygons(layers)
    settings = settings_of(catalogue, activity="chemical_project", as_of="2026-11-20", sections=False)
    run = run_batch(read_sites(source), layers, settings)
    assert_same_results(tmp_path / "r", write_dataset(tmp_path / "one", run, "zh"))
    assert {one.name for one in tmp_path.iterdir()} <= {"混合.gpkg", "home", "r", "one"}


def test_dask_is_loaded_by_nobody_who_does_not_want_workers(config: Path, file: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom cli import main\n"
        f"main(['--config', {str(config)!r}, 'check', {str(file)!r}, '--format', 'parquet', '--out', 'r'],"
        " standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name in {'dask', 'distributed'}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "r" / "check.json").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "2"], "--format parquet"),
        (["--scheduler", "tcp://127.0.0.1:1", "--format", "csv", "--out", "x.csv"], "--format parquet"),
        (["--workers", "2", "--format", "parquet"], "--out"),
        (["--format", "parquet"], "--out"),
        (["--workers", "2", "--scheduler", "tcp://x:1", "--format", "parquet", "--out", "r"], "--scheduler"),
        (["--workers", "2", "--format", "parquet", "--out", "r", "--store"], "--store"),
        (["--workers", "0", "--format", "parquet", "--out", "r"], "--workers"),
    ],
)
def test_options_that_do_not_go_together_are_one_sentence(
    file: Path, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in redline("check", file, *words, code=2).stderr
    assert not (tmp_path / "r").exists()


def test_a_place_that_is_taken_is_said_before_anything_is_read(file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.parquet"
    taken.write_bytes(b"mine")
    missing = tmp_path / "is_not_there.gpkg"
    for options in ([], ["--workers", "2"]):
        answer = redline("check", missing, "--format", "parquet", "--out", taken, *options, code=2)
        assert "taken.parquet" in answer.stderr
    assert taken.read_bytes() == b"mine"


def test_a_scheduler_that_does_not_answer_is_one_sentence(
    config: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapshot.scale_out.workers._CONNECT_S", 1)
    words = ["check", file, "--format", "parquet", "--out", tmp_path / "r", "--scheduler", "tcp://127.0.0.1:1"]
    assert "tcp://127.0.0.1:1" in redline("--config", config, *words, code=2).stderr
    assert not (tmp_path / "r").exists()
