"""Verify: the same findings, or exactly what is different."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import pytest
import shapely

from geo.errors import BadInput
from geo.read.formats import read_sites
from layers.catalogue.digest import frame_digest
from layers.catalogue.model import Layer
from layers.sources import FileSource
from siting.check.export_policy import without_withheld
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings
from siting.law.rule_tables import law_digest
from siting.ledger import verification as verify_module
from siting.ledger.compare import Change, compare_reports
from siting.ledger.store import Ledger
from siting.ledger.verification import rerun, verify, verify_report
from tests.helpers import ROOT

DATA = ROOT / "data"
CONTENT = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"id": name}, "geometry": shapely.box(*corners).__geo_interface__}
            for name, corners in {
                "甲": (116.4, 27.1, 116.6, 27.2),
                "乙": (116.9, 27.1, 117.1, 27.2),
            }.items()
        ],
    }
).encode()
RED = [(116.0, 27.0), (116.5, 27.0), (116.5, 27.5), (116.0, 27.5)]


def with_shapes(layer: Layer, *shapes: Any) -> Layer:
    assert layer.frame is not None
    frame = layer.frame.copy()
    frame.geometry = list(shapes)
    return replace(layer, frame=frame, digest=frame_digest(frame))


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    red = with_shapes(make_layer(shapely.Polygon(RED), id="red", role="redline"), shapely.Polygon(RED))
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    return {"county": county, "red": red, "farmland": make_layer(id="farmland", state="not_loaded")}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path)


@pytest.fixture
def check_id(ledger: Ledger, layers: dict[str, Layer]) -> str:
    run = run_check(read_sites(CONTENT, "项目.geojson"), layers, Settings(as_of="2026-11-20"))
    return ledger.store(Case("项目"), run, CONTENT)


def kinds(changes: tuple[Change, ...]) -> set[tuple[str, str]]:
    return {(change.kind, change.subject) for change in changes}


def test_a_stored_check_is_reproduced_and_says_with_what(
    ledger: Ledger, check_id: str, layers: dict[str, Layer]
) -> None:
    found = verify(ledger, check_id, layers)
    assert found.outcome == "reproduced"
    assert found.differences == found.since == ()
    assert found.findings == 4
    assert found.now.geos == shapely.geos_version_string
    assert found.now.proj == pyproj.proj_version_str
    assert found.then == found.now
    assert json.dumps(found.to_json())


def test_one_moved_vertex_changes_the_hash_and_verify_says_so(
    ledger: Ledger, check_id: str, layers: dict[str, Layer]
) -> None:
    moved = with_shapes(layers["red"], shapely.Polygon([RED[0], (116.5, 27.0 + 1e-9), *RED[2:]]))
    assert moved.digest != layers["red"].digest
    found = verify(ledger, check_id, layers | {"red": moved})
    assert found.outcome == "reproduced"  # from the kept version
    assert kinds(found.since) == {("layer", "red")}
    sentence = found.since[0].text("en")
    assert "red" in sentence
    assert str(layers["red"].digest)[:12] in sentence
    assert str(moved.digest)[:12] in sentence


def test_rerun_today_lists_what_is_different(ledger: Ledger, check_id: str, layers: dict[str, Layer]) -> None:
    assert rerun(ledger, check_id, layers).changes == ()
    away = with_shapes(layers["red"], shapely.box(117.0, 27.0, 117.05, 27.5))
    changes = rerun(ledger, check_id, layers | {"red": away}).changes
    assert ("layer", "red") in kinds(changes)
    states = {change.subject: (change.was, change.now) for change in changes if change.field == "state"}
    assert states == {"甲": ("hit", "clear"), "乙": ("clear", "hit")}
    areas = {change.subject for change in changes if change.field == "overlap_m2"}
    assert areas == {"甲", "乙"}


def test_layers_that_came_and_went_are_named(ledger: Ledger, check_id: str, layers: dict[str, Layer]) -> None:
    today = {
        "county": layers["county"],
        "new": replace(layers["red"], spec=layers["red"].spec.model_copy(update={"id": "new"})),
    }
    loaded = replace(layers["farmland"], state="loaded", frame=layers["red"].frame, digest="0" * 64)
    assert kinds(verify(ledger, check_id, today).since) == {
        ("layer_gone", "red"),
        ("layer_gone", "farmland"),
        ("layer_new", "new"),
    }
    assert kinds(verify(ledger, check_id, layers | {"farmland": loaded}).since) == {("layer_state", "farmland")}


@pytest.fixture
def old_law(tmp_path: Path) -> Path:
    """Tables of another day, under which nothing was forbidden."""
    root = tmp_path / "old"
    for name in ("law", "plans"):
        shutil.copytree(DATA / name, root / name)
    rules = root / "law" / "rules.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace(",prohibit,", ",notice,"), encoding="utf-8")
    return root


WIND = Settings(as_of="2026-11-20", activity="wind")


def under(old_law: Path, layers: dict[str, Layer]) -> Run:
    spec = layers["red"].spec.model_copy(update={"stands_for": "redline"})
    held = layers | {"red": replace(layers["red"], spec=spec)}
    return run_check(read_sites(CONTENT, "项目.geojson"), held, WIND, law=old_law)


def test_a_check_under_older_rules_is_reproduced_and_what_today_says_stands_apart(
    ledger: Ledger, layers: dict[str, Layer], old_law: Path
) -> None:
    run = under(old_law, layers)
    assert run.result.sites["verdict"][0] != "prohibited"
    stored = ledger.store(Case(), run, CONTENT)
    shutil.rmtree(old_law)  # only what was kept is left
    found = verify(ledger, stored)
    assert found.outcome == "reproduced"
    assert found.differences == ()
    assert found.since[0] == Change("law", "", run.law_sha256, law_digest())
    verdicts = {(c.subject, c.was, c.now) for c in found.since if c.field == "verdict"}
    assert verdicts == {("甲", run.result.sites["verdict"][0], "prohibited")}
    assert ("verdict", "prohibited") in {(c.field, c.now) for c in rerun(ledger, stored, run.layers).changes}


def test_a_report_under_older_rules_is_run_under_them_where_they_were_kept(
    ledger: Ledger, layers: dict[str, Layer], old_law: Path, tmp_path: Path
) -> None:
    run = under(old_law, layers)
    report = json.loads(json.dumps(run.report()))
    elsewhere = verify_report(report, ledger, run.layers, CONTENT)
    assert elsewhere.outcome == "differs"
    assert {"law", "site_value"} <= {change.kind for change in elsewhere.differences}
    ledger.kept.put_law(old_law)
    here = verify_report(report, ledger, run.layers, CONTENT)
    assert here.outcome == "reproduced"
    assert kinds(here.since) == {("law", "")}


def test_a_check_is_not_stored_under_other_tables_than_it_was_run_under(
    ledger: Ledger, layers: dict[str, Layer], old_law: Path
) -> None:
    run = under(old_law, layers)
    rules = old_law / "law" / "rules.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace(",notice,", ",prohibit,"), encoding="utf-8")
    with pytest.raises(BadInput) as fault:
        ledger.store(Case(), run, CONTENT)
    assert fault.value.key == "ledger.law_moved"


def test_an_edited_table_counts_at_once(layers: dict[str, Layer], old_law: Path) -> None:
    before = under(old_law, layers).result
    rules = old_law / "law" / "rules.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace(",notice,", ",prohibit,"), encoding="utf-8")
    after = under(old_law, layers).result
    assert before.sites["verdict"][0] != after.sites["verdict"][0] == "prohibited"
    assert before.rules_digest != after.rules_digest


def test_a_lost_or_altered_copy_makes_it_impossible(ledger: Ledger, check_id: str) -> None:
    check = ledger.get(check_id)
    (ledger.kept.inputs / str(check.input_sha256)).write_bytes(b"{}")
    found = verify(ledger, check_id)
    assert found.outcome == "impossible"
    assert str(check.input_sha256)[:12] in found.differences[0].text("en")
    kept = next(layer.kept for layer in check.layers if layer.kept and layer.spec.id == "red")
    (ledger.kept.layers / f"{kept}.fgb").unlink()
    assert verify(ledger, check_id).outcome == "impossible"


def test_a_finding_that_comes_out_otherwise_is_named(
    ledger: Ledger, check_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = verify_module.run_batch

    def another(*args: Any, **more: Any) -> Any:
        run = real(*args, **more)
        run.result.findings.loc[0, "overlap_m2"] += 0.2  # of 1e8 m²
        run.result.findings.loc[2, "distance_m"] += 0.002
        return run

    monkeypatch.setattr(verify_module, "run_batch", another)
    found = verify(ledger, check_id)
    assert found.outcome == "differs"
    assert {(c.subject, c.layer, c.field) for c in found.differences} == {
        ("甲", "red", "overlap_m2"), ("乙", "red", "distance_m"),
    }  # fmt: skip


# ---------------------------------------------------------------- tolerances


@pytest.mark.parametrize(
    ("field", "was", "now", "same"),
    [
        ("overlap_m2", 1000.0, 1000.0099, True),
        ("overlap_m2", 1000.0, 1000.011, False),
        ("overlap_m2", 1e9, 1e9 + 0.9, True),
        ("overlap_m2", 1e9, 1e9 + 1.1, False),
        ("distance_m", 5000.0, 5000.0009, True),
        ("distance_m", 5000.0, 5000.0011, False),
        ("overlap_m2", 1000.0, None, False),
        ("overlap_m2", None, None, True),
        ("share", 0.5, 0.5 + 9e-7, True),  # 0.01 m² of 10,000 m² is 1e-6
        ("share", 0.5, 0.5 + 2e-6, False),
        ("state", "hit", "clear", False),
        ("firm", True, 1, False),
    ],
)
def test_tolerances(field: str, was: object, now: object, same: bool) -> None:
    def report(value: object) -> dict[str, Any]:
        finding = {"layer": "red", "state": "hit", field: value}
        return {"sites": [{"id": "1", "area_m2": 10_000.0, "verdict": "notice", "findings": [finding]}]}

    changes = compare_reports(report(was), report(now))
    assert bool(changes) is not same
    for change in changes:
        assert (change.kind, change.layer, change.field) == ("finding", "red", field)
        assert change.text("zh")
        assert change.text("en")


# ---------------------------------------------------------------- reports


def test_a_report_is_held_against_the_record(ledger: Ledger, check_id: str, layers: dict[str, Layer]) -> None:
    report = json.loads(json.dumps(ledger.get(check_id).report))
    assert verify_report(report, ledger, layers).outcome == "reproduced"
    forged = copy.deepcopy(report)
    forged["sites"][0]["findings"][0]["state"] = "clear"
    found = verify_report(forged, ledger, layers)
    assert found.outcome == "differs"
    assert [(c.subject, c.layer, c.field, c.was, c.now) for c in found.differences] == [
        ("甲", "red", "state", "hit", "clear")
    ]
    forged = copy.deepcopy(report)
    forged["run"]["layers"]["red"]["digest"] = "0" * 64
    assert kinds(verify_report(forged, ledger, layers).differences) == {("layer", "red")}


def test_a_report_of_another_office_runs_on_the_input(tmp_path: Path, layers: dict[str, Layer]) -> None:
    run = run_check(read_sites(CONTENT, "项目.geojson"), layers, Settings(as_of="2026-11-20"))
    report = json.loads(json.dumps(run.report()))
    other = Ledger.open(tmp_path / "other")
    with pytest.raises(BadInput) as fault:
        verify_report(report, other, layers)
    assert "项目.geojson" in fault.value.text("en")
    assert verify_report(report, other, layers, CONTENT).outcome == "reproduced"
    changed = CONTENT.replace(b"116.4", b"116.3999")
    found = verify_report(report, other, layers, changed)
    assert found.outcome == "differs"
    assert ("input", "项目.geojson") in kinds(found.differences)
    assert any(change.field == "area_m2" for change in found.differences)
    moved = with_shapes(layers["red"], shapely.box(116.0, 27.0, 116.45, 27.5))
    found = verify_report(report, other, layers | {"red": moved}, CONTENT)
    assert ("layer", "red") in kinds(found.differences)
    assert any(change.layer == "red" and change.field == "overlap_m2" for change in found.differences)


@pytest.mark.parametrize(
    "what", [{}, {"sites": []}, {"run": 1, "sites": [1]}, {"run": {}, "sites": [{}]}, {"run": "settings"}]
)
def test_what_is_no_report_is_refused(tmp_path: Path, what: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as fault:
        verify_report(what, Ledger.open(tmp_path), {})
    assert fault.value.key == "ledger.no_report"


@pytest.mark.parametrize(
    ("key", "value"), [("flags", 5), ("structures", [["bridge", 0]]), ("corridor_m", {}), ("source_columns", ["id"])]
)
def test_a_setting_of_another_kind_is_one_sentence(
    key: str, value: object, ledger: Ledger, check_id: str, tmp_path: Path
) -> None:
    """A report may come from anybody: what its settings hold is checked before it is used."""
    report = json.loads(json.dumps(ledger.get(check_id).report))
    report["check_id"] = None
    report["run"]["settings"][key] = value
    with pytest.raises(BadInput) as fault:
        verify_report(report, Ledger.open(tmp_path / "other"), {}, CONTENT)
    assert fault.value.key == "ledger.wrong_setting"
    assert str(fault.value.values["key"]).startswith(key)


def test_a_report_without_withheld_measures_still_verifies(tmp_path: Path, layers: dict[str, Layer]) -> None:
    source = FileSource(kind="file", files=["own.gpkg"])
    spec = layers["red"].spec.model_copy(update={"export": "none", "source": source})
    layers = layers | {"red": replace(layers["red"], spec=spec)}
    run = run_check(read_sites(CONTENT, "项目.geojson"), layers, Settings(as_of="2026-11-20"))
    ledger = Ledger.open(tmp_path)
    check_id = ledger.store(Case(), run, CONTENT)
    told = json.loads(json.dumps(without_withheld(ledger.get(check_id).report, [spec])))
    red = told["sites"][0]["findings"][0]
    assert red["withheld"] is True
    assert red["state"] == "hit"
    assert red["overlap_m2"] is red["share"] is red["relation"] is red["distance_m"] is None
    assert red["features"] == []
    assert ledger.get(check_id).report["sites"][0]["findings"][0]["overlap_m2"] > 0
    assert verify_report(told, ledger, layers).outcome == "reproduced"
    assert verify_report(told, Ledger.open(tmp_path / "other"), layers, CONTENT).outcome == "reproduced"
    red["state"] = "clear"
    assert verify_report(told, ledger, layers).outcome == "differs"


def test_what_the_user_said_of_the_file_is_said_again(ledger: Ledger, layers: dict[str, Layer]) -> None:
    rows = [(27.1, 116.4), (27.1, 116.6), (27.2, 116.6), (27.2, 116.4)]
    content = "\n".join(["甲列,乙列,块", *(f"{lat},{lon},P" for lat, lon in rows)]).encode()
    columns = {"x": "甲列", "y": "乙列", "group": "块"}
    sites = read_sites(content, "点.csv", crs="EPSG:4490", columns=columns, swap=True)
    settings = Settings(
        as_of="2026-11-20", crs="EPSG:4490", source_columns=tuple(sorted(columns.items())), source_swap=True
    )
    stored = ledger.store(Case("点"), run_check(sites, layers, settings), content)
    assert ledger.get(stored).settings == settings
    assert verify(ledger, stored, layers).outcome == "reproduced"
    unsaid = ledger.store(Case("点"), run_check(sites, layers, replace(settings, source_swap=False)), content)
    assert verify(ledger, unsaid, layers).outcome == "differs"


def test_nothing_shared_is_the_same_in_both_versions_of_the_schema() -> None:
    finding = {"layer": "a", "state": "clear", "overlap_m2": 0.0, "overlap_m": 0.0, "share": 0.0}
    old = finding | {"overlap_m2": None, "overlap_m": None, "share": None}
    reports = [
        {"schema": version, "sites": [{"id": "1", "findings": [one]}]}
        for version, one in (("1.2", old), ("1.3", finding))
    ]
    assert compare_reports(*reports) == []
    reports[0]["schema"] = "1.3"
    assert {change.field for change in compare_reports(*reports)} == {"overlap_m2", "overlap_m", "share"}
