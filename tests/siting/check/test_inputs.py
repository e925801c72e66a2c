"""What a check was asked of is kept so that it can be read again: text, corridors, some sites of a file."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import BadInput
from geo.sites.sites import DEFAULT_LIMITS
from layers.catalogue.model import Layer
from layers.sources import FileSource
from siting.check.batch import run_batch
from siting.check.export_policy import without_withheld
from siting.check.inputs import read_input
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from siting.ledger.compare import compare_reports
from siting.ledger.store import Ledger
from siting.ledger.verification import verify, verify_report
from tests.helpers import KARNEY, geojson

DAY = "2026-11-20"
ROAD = shapely.LineString([(116.3, 27.5), (116.5, 27.5)])
OTHER = shapely.LineString([(116.3, 27.9), (116.5, 27.9)])
AREA = shapely.box(116.35, 27.4, 116.40, 27.6)


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    return {"county": county, "red": make_layer(AREA, id="red", role="redline", basis="statutory")}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path)


def ran(content: bytes, layers: dict[str, Layer], **asked: object) -> Run:
    settings = Settings(as_of=DAY, **asked)  # type: ignore[arg-type]
    return run_check(read_input(content, "a.geojson", settings, DEFAULT_LIMITS), layers, settings)


def test_pasted_text_is_kept_and_read_again(ledger: Ledger, layers: dict[str, Layer]) -> None:
    content = b"116.36 27.45\n116.37 27.45\n116.37 27.46\n"
    run = ran(content, layers, source_kind="text", source_shape="line")
    assert run.result.sites["kind"].tolist() == ["line"]
    check = ledger.get(ledger.store(Case(), run, content))
    assert check.input_sha256 == sha256(content).hexdigest()
    assert ledger.kept.get_bytes(str(check.input_sha256)) == content
    assert verify(ledger, check.id, layers).outcome == "reproduced"
    report = json.loads(json.dumps(run.report()))
    elsewhere = Ledger.open(ledger.kept.inputs.parent / "elsewhere")
    assert verify_report(report, elsewhere, layers, content).outcome == "reproduced"
    other = content.replace(b"116.37 27.46", b"116.37 27.47")
    changed = verify_report(report, elsewhere, layers, other)
    assert changed.outcome == "differs"
    assert {"input", "site_value"} <= {change.kind for change in changed.differences}


def test_a_corridor_is_checked_as_wide_as_asked_and_reproduced(ledger: Ledger, layers: dict[str, Layer]) -> None:
    content = geojson(ROAD)
    run = ran(content, layers, corridor_m=60.0, sections=True, structures=(("bridge", 6000.0, 6500.0),))
    inside_m = KARNEY.line_length([116.35, 116.40], [27.5, 27.5])
    found = run.result.findings.query("layer == 'red'").iloc[0]
    assert found["overlap_m2"] == pytest.approx(60 * inside_m, rel=1e-4)
    assert shapely.get_dimensions(run.read.frame.geometry.iloc[0]) == 1
    assert shapely.get_dimensions(run.sites.frame.geometry.iloc[0]) == 2
    sections = run.report()["sites"][0]["sections"]
    assert {section["structure"] for section in sections} == {"ground", "bridge"}
    assert sum(section["length_m"] for section in sections) == pytest.approx(inside_m, rel=1e-4)
    stored = ledger.store(Case(), run, content)
    assert ledger.get(stored).report["sites"][0]["sections"] == sections
    assert verify(ledger, stored, layers).outcome == "reproduced"
    report = json.loads(json.dumps(run.report()))
    assert verify_report(report, Ledger.open(ledger.kept.inputs / "none"), layers, content).outcome == "reproduced"
    narrower = copy.deepcopy(report)
    narrower["run"]["settings"]["corridor_m"] = 50.0
    assert verify_report(narrower, Ledger.open(ledger.kept.inputs / "none"), layers, content).outcome == "differs"


def test_corridors_in_portions_are_those_at_once(layers: dict[str, Layer]) -> None:
    settings = Settings(as_of=DAY, corridor_m=60.0, sections=True)
    sites = read_input(geojson(OTHER, ROAD, AREA), "a.geojson", settings, DEFAULT_LIMITS)
    whole, parts = run_check(sites, layers, settings), run_batch(sites, layers, settings, portion=1)
    assert compare_reports(whole.report(), parts.report()) == []
    assert shapely.get_dimensions(parts.sites.frame.geometry.to_numpy()).tolist() == [2, 2, 2]
    assert parts.read is sites
    assert [len(site["sections"]) for site in parts.report()["sites"]] == [0, 1, 0]


def test_some_sites_of_a_file_are_verified_without_a_ledger(ledger: Ledger, layers: dict[str, Layer]) -> None:
    content = geojson(AREA, ROAD, OTHER)
    report = json.loads(json.dumps(ran(content, layers, source_sites=("3", "2")).report()))
    assert [site["id"] for site in report["sites"]] == ["2", "3"]
    assert verify_report(report, ledger, layers, content).outcome == "reproduced"
    fewer = copy.deepcopy(report)
    fewer["sites"].pop()
    gone = verify_report(fewer, ledger, layers, content)
    assert [(change.kind, change.subject) for change in gone.differences] == [("site", "3")]
    with pytest.raises(BadInput) as fault:
        ran(content, layers, source_sites=("9",))
    assert "9" in fault.value.text("en")


def test_a_report_of_an_older_schema_is_compared_by_what_both_can_say(layers: dict[str, Layer]) -> None:
    now = ran(geojson(ROAD), layers).report()
    was = json.loads(json.dumps(now))
    was["schema"] = "1.1"
    for name in ("repair", "repair_area_m2", "notices", "sections"):
        was["sites"][0].pop(name)
    was["sites"][0]["findings"][0].pop("margin_is")
    assert compare_reports(was, now) == []
    was["schema"] = now["schema"]
    assert {change.field for change in compare_reports(was, now)} >= {"repair", "margin_is"}
    was["schema"] = "1.1"
    was["sites"][0]["findings"][0]["state"] = "clear"
    assert [change.field for change in compare_reports(was, now)] == ["state"]


def test_sections_of_a_layer_that_must_not_leave_stay(layers: dict[str, Layer]) -> None:
    spec = layers["red"].spec.model_copy(update={"export": "none", "source": FileSource(kind="file", files=["x"])})
    run = ran(geojson(ROAD), layers | {"red": replace(layers["red"], spec=spec)}, sections=True)
    report = run.report()
    assert report["sites"][0]["sections"]
    assert without_withheld(report, [layer.spec for layer in run.layers.values()])["sites"][0]["sections"] == []


def test_what_the_reader_found_stands_with_each_site(layers: dict[str, Layer]) -> None:
    spike = shapely.Polygon([(116.1, 27.1), (116.2, 27.1), (116.3, 27.1), (116.2, 27.1), (116.2, 27.2), (116.1, 27.2)])
    high = shapely.force_3d(AREA, 100.0)
    report = ran(geojson(AREA, spike, high), layers).report()
    plain, mended, raised = report["sites"]
    assert (plain["repair"], plain["repair_area_m2"], plain["notices"]) == ([], 0.0, [])
    assert mended["repair"] == ["edge_twice"]
    assert mended["notices"] == ["repaired"]
    assert raised["notices"] == ["z_dropped"]
    told = {notice["code"]: notice for notice in report["run"]["input"]["notices"]}
    assert set(told) == {"repaired", "z_dropped"}
    assert told["repaired"]["zh"] != told["repaired"]["en"]
