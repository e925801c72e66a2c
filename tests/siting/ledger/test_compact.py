"""A packed report is the report: key by key, and far smaller; records of earlier versions are read as they are."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.read.formats import read_sites
from layers.catalogue.model import Layer
from siting.check.run import Run, run_check
from siting.check.settings import Case, Settings, canonical
from siting.ledger import store as ledger_module
from siting.ledger.compact import packed, unpacked
from siting.ledger.compare import compare_reports
from siting.ledger.store import Ledger
from siting.ledger.verification import verify
from snapshot.findings.results import as_text, report_json
from tests.helpers import geojson

WIND = Settings(as_of="2026-11-20", activity="chemical_project")


@pytest.fixture
def run(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> Run:
    county = replace(make_layer(id="county", checked=False), frame=counties)
    firm = {"basis": "statutory"}
    layers = [
        replace(county, spec=county.spec.model_copy(update={"stands_for": "county"})),
        make_layer(shapely.box(116.2, 27.2, 116.5, 27.6), id="line", stands_for="redline", **firm),
        make_layer(shapely.box(116.5, 27.0, 116.505, 28.0), id="bank", stands_for="river_bank", **firm),
        make_layer(shapely.Point(116.5, 27.5), id="vague", located=[False], adcodes=["361001"], basis="approximate"),
        make_layer(id="missing", stands_for="heritage", state="not_loaded"),
    ]
    corners = np.random.default_rng(3).uniform([116.1, 27.1], [116.9, 27.9], (60, 2))
    sites = [shapely.box(x, y, x + 0.004, y + 0.003) for x, y in corners]
    return run_check(read_sites(geojson(*sites), "a.geojson"), {layer.id: layer for layer in layers}, WIND)


def test_a_packed_report_comes_back_whole(run: Run) -> None:
    report = run.report()
    assert any(rule["measured_m"] is not None for s in report["sites"] for f in s["findings"] for rule in f["rules"])
    whole = json.loads(json.dumps(report))
    held = json.loads(canonical(packed(report)))
    assert unpacked(held) == whole
    assert json.loads(json.dumps(report)) == whole  # packing changed nothing of it
    assert len(canonical(packed(report))) < len(canonical(report)) / 8


def test_a_record_is_packed_and_a_record_of_before_is_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(tmp_path)
    new = ledger.store(Case(), run)
    monkeypatch.setattr(ledger_module, "packed", lambda report: report)
    old = ledger.store(Case(), run)
    with sqlite3.connect(tmp_path / "ledger" / "ledger.sqlite") as db:
        blobs = dict(db.execute("SELECT id, report FROM checks").fetchall())
        sums = dict(db.execute("SELECT id, report_sha256 FROM checks").fetchall())
    assert len(zlib.decompress(blobs[new])) < len(zlib.decompress(blobs[old])) / 8
    assert sums[new] == sha256(zlib.decompress(blobs[new])).hexdigest()
    first, second = ledger.get(new).report, ledger.get(old).report
    assert compare_reports(first, second) == []
    assert {**first, "check_id": ""}["run"] == {**second, "check_id": ""}["run"]
    assert verify(ledger, new).outcome == verify(ledger, old).outcome == "reproduced"


def test_many_sites_are_written_a_line_each_and_read_as_json(run: Run) -> None:
    text = as_text("json", run, "zh")
    assert json.loads(text) == json.loads(json.dumps(report_json(run)))
    assert len(text.splitlines()) == len(run.sites) + 2
