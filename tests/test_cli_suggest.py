"""``redline suggest`` as a planner uses it: candidates of a county, in a drawn frame, as files, and mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from cli import main
from tests.helpers import geojson

CHEMICAL = ["--activity", "chemical_project", "--area-ha", "20"]
FRAME = shapely.box(115.30, 29.60, 115.50, 29.75)


def suggest(*arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["--lang", lang, "suggest", *arguments])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_candidates_in_a_drawn_frame_as_geojson(home: Path) -> None:
    (home / "frame.geojson").write_bytes(geojson(FRAME))
    done = suggest(*CHEMICAL, "--within", "frame.geojson", "--limit", "4", "--format", "geojson")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    assert [one["properties"]["rank"] for one in record["features"]] == [1, 2, 3, 4]
    for one in record["features"]:
        properties = one["properties"]
        assert properties["area_m2"] >= 200_000
        assert properties["verdict"] in {"not_checked", "notice", "review_required"}, "no clear one on illustrations"
        assert properties["indicative"] is True
        assert isinstance(properties["reasons"], list)
        assert FRAME.covers(shapely.geometry.shape(one["geometry"]))
    assert record["suggestion"]["cell_m"] > 0


def test_a_geopackage_opens_with_candidates_and_what_takes_the_land(home: Path) -> None:
    (home / "frame.geojson").write_bytes(geojson(FRAME))
    done = suggest(
        *CHEMICAL, "--within", "frame.geojson", "--limit", "3", "--format", "gpkg", "--out", "found.gpkg",
        "--feasible", "land.gpkg",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert {"candidates", "takes"} <= set(pyogrio.list_layers(home / "found.gpkg")[:, 0])
    found = gpd.read_file(home / "found.gpkg", layer="candidates")
    assert found["rank"].tolist() == [1, 2, 3]
    land = gpd.read_file(home / "land.gpkg")
    assert land.union_all().buffer(1e-7).covers(found.union_all())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--activity", "no_such", "--area-ha", "20", "--adcode", "360481"], "no_such"),
        (["--activity", "chemical_project", "--area-ha", "-1", "--adcode", "360481"], "-1"),
        (["--activity", "chemical_project", "--area-ha", "20", "--adcode", "999999"], "999999"),
        (["--activity", "chemical_project", "--area-ha", "20"], "--adcode"),
        ([*CHEMICAL, "--adcode", "360481", "--wish", "beauty=2"], "beauty"),
        ([*CHEMICAL, "--adcode", "360481", "--wish", "near:nowhere=2"], "nowhere"),
        ([*CHEMICAL, "--adcode", "360481", "--format", "gpkg"], "--out"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_it(arguments: list[str], says: str) -> None:
    done = suggest(*arguments)
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output
    assert len(done.output.strip().splitlines()) == 1
