"""``redline import`` and the versions of a layer on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from cli import main
from layers.catalogue.user_layers import user_catalogue_path
from tests.layers.bureau_files import blocks, database, farmland, gbk_shapefile_zip, red_line, town_boundary


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["--lang", "en", *map(str, arguments)])


def test_the_bureaus_line_in_one_command(tmp_path: Path) -> None:
    folder = tmp_path / "红线"
    folder.mkdir()
    red_line().to_file(folder / "STBHHX.shp", encoding="GBK")
    answer = run("import", folder / "STBHHX.shp", "--replace", "--publisher", "抚州市局", "--as-of", "2023-09")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["id"], told["version"]) == ("redline_361000", 1)
    assert "Recognised as STBHHX" in answer.stderr
    assert "stays elsewhere" in answer.stderr
    listed = {row["id"]: row for row in json.loads(run("layers", "--format", "json").stdout)}
    assert listed["redline_361000"]["basis"] == "statutory"
    assert listed["redline_361000"]["digest"] == told["digest"]
    assert listed["redline_361000"]["state"] == "loaded"

    again = run("import", folder / "STBHHX.shp", "--replace", "--publisher", "抚州市局", "--as-of", "2024")
    assert json.loads(again.stdout) == {**told, "version": 2}
    history = json.loads(run("layers", "--history", "redline_361000", "--format", "json").stdout)
    assert [(row["version"], row["in_use"], row["as_of"]) for row in history] == [
        (1, False, "2023-09"),
        (2, True, "2024"),
    ]
    assert [row["checks"] for row in history] == [0, 0], "stored checks that used each"
    assert run("layers", "--rollback", "redline_361000").exit_code == 0
    assert run("layers", "--forward", "redline_361000").exit_code == 0
    assert run("layers", "--forward", "redline_361000").exit_code == 2
    assert run("layers", "--remove", "redline_361000").exit_code == 0
    assert "redline_361000" not in run("layers").stdout
    assert run("layers", "--history", "nothing").exit_code == 2


def test_a_database_folder_is_read_layer_by_layer(tmp_path: Path) -> None:
    path = tmp_path / "三线.gdb"
    red_line().to_file(path, driver="OpenFileGDB", layer="STBHHX")
    red_line()[["BSM", "geometry"]].to_file(path, driver="OpenFileGDB", layer="OTHER")
    said = (path, "--replace", "--publisher", "X", "--dry-run")
    unnamed = run("import", *said)
    assert unnamed.exit_code == 2
    assert "STBHHX" in unnamed.stderr
    named = run("import", *said, "--layer", "STBHHX")
    assert named.exit_code == 0, named.output
    assert "Recognised as STBHHX" in named.stderr


def test_what_is_not_known_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "own.zip"
    path.write_bytes(gbk_shapefile_zip(red_line()[["BSM", "geometry"]], "own"))
    said = ("--publisher", "X")
    asked = run("import", path, *said)
    assert asked.exit_code == 2
    assert "--extent" in asked.stderr
    assert run("import", path, *said, "--extent", "999999").exit_code == 2
    assert run("import", path, *said, "--extent", "all", "--id", "waters").exit_code == 2
    assert not user_catalogue_path().exists()
    assert run("import", path, *said, "--extent", "361000", "--id", "mine", "--dry-run").exit_code == 0
    assert not user_catalogue_path().exists()
    kept = run("import", path, *said, "--extent", "361000", "--id", "mine", "--id-field", "BSM")
    assert kept.exit_code == 0, kept.output
    listed = {row["id"]: row for row in json.loads(run("layers", "--format", "json").stdout)}
    assert listed["mine"]["features"] == 12


def test_faults_that_stop_it_are_listed_with_their_rows(tmp_path: Path) -> None:
    bow = shapely.Polygon(
        [(39_400_000, 3_000_000), (39_401_000, 3_001_000), (39_401_000, 3_000_000), (39_400_000, 3_001_000)]
    )
    path = tmp_path / "STBHHX.zip"
    path.write_bytes(gbk_shapefile_zip(red_line([*blocks(4), bow]), "STBHHX"))
    stopped = run("import", path, "--replace", "--publisher", "X")
    assert stopped.exit_code == 1
    assert "rows 5" in stopped.stderr
    assert not user_catalogue_path().exists()
    mended = run("import", path, "--replace", "--publisher", "X", "--accept-repairs")
    assert mended.exit_code == 0, mended.output


def test_a_broken_overlay_is_said_and_the_rest_goes_on() -> None:
    user_catalogue_path().write_text("version = =", encoding="utf-8")
    answer = run("layers", "--format", "json")
    assert answer.exit_code == 1, "as for any layer that cannot be read"
    assert "catalogue.toml" in answer.stderr
    found = {layer["id"]: layer["fault"] for layer in json.loads(answer.stdout)}
    assert len(found) > 20
    assert [layer_id for layer_id, fault in found.items() if fault] == ["unreadable_layers"]


def test_a_whole_database_in_one_command(tmp_path: Path) -> None:
    path = tmp_path / "三线.gdb"
    bow = shapely.Polygon(
        [(39_400_000, 3_000_000), (39_401_000, 3_001_000), (39_401_000, 3_000_000), (39_400_000, 3_001_000)]
    )
    database(path, STBHHX=red_line(), CZKFBJ=town_boundary(), OTHER=red_line()[["BSM", "geometry"]])
    said = ("import", "--all", path, "--publisher", "抚州市局", "--as-of", "2023-09")
    looked = run(*said, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "CZKFBJ · Urban development boundary" in looked.stderr
    assert not user_catalogue_path().exists()
    answer = run(*said)
    assert answer.exit_code == 0, answer.output
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [(one["table"], one["id"], one["version"]) for one in told] == [
        ("STBHHX", "redline_361000", 1),
        ("CZKFBJ", "town_boundary", 1),
    ]
    listed = {row["id"]: row for row in json.loads(run("layers", "--format", "json").stdout)}
    assert all(listed[one["id"]]["digest"] == one["digest"] for one in told)

    database(path, YJJBNTBHTB=farmland([*blocks(2), bow]))
    part = run(*said)
    assert part.exit_code == 1, "a table of the database is missing"
    assert [json.loads(line)["version"] for line in part.stdout.splitlines()] == [2, 2]
    assert "Left out: YJJBNTBHTB (rows: 3)" in part.stderr

    assert "--layer" in run(*said, "--layer", "CZKFBJ").stderr
    assert run(*said, "--extent", "999999").exit_code == 2
    plain = tmp_path / "own.zip"
    plain.write_bytes(gbk_shapefile_zip(red_line()[["BSM", "geometry"]], "own"))
    nothing = run("import", "--all", plain, "--publisher", "X")
    assert nothing.exit_code == 2
    assert "own.zip" in nothing.stderr
