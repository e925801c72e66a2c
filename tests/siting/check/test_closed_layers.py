"""A check by somebody who may not see a layer: never a hit, never "nothing found", and it says so at every door."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import jsonschema
import pandas as pd
import pytest
import shapely

from geo.read.formats import Sites, read_sites
from layers.catalogue.model import Layer
from siting.answer.summary import summary_of
from siting.check.run import run_check
from siting.check.settings import Settings
from siting.law.verdict import verdicts_under_law
from snapshot.findings.results import as_text, report_json
from tests.helpers import ROOT, geojson

SITE = shapely.box(116.1, 27.1, 116.2, 27.2)


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    """Return one statutory layer that is clear of the site, and what stands for closed ones."""
    far = make_layer(shapely.box(116.4, 27.4, 116.5, 27.5), id="red", role="redline", basis="statutory", accuracy_m=1.0)
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    closed = make_layer(id="closed_layers", stands_for="closed_layers", basis="statutory", state="no_access")
    return {"county": county, "red": far, "closed_layers": closed}


def sites() -> Sites:
    return read_sites(geojson(SITE, properties={"id": "A1"}), "a.geojson")


@pytest.mark.parametrize("activity", [None, "wind"])
def test_nothing_found_is_not_said_where_a_layer_is_closed(layers: dict[str, Layer], activity: str | None) -> None:
    settings = Settings(as_of="2026-11-30", activity=activity)
    specs = {layer.id: layer.spec for layer in layers.values()}
    run = run_check(sites(), layers, settings)
    site = run.report()["sites"][0]
    found = {finding["layer"]: (finding["state"], finding["reason"]) for finding in site["findings"]}
    assert found["closed_layers"] == ("not_checked", "no_access")
    assert site["verdict"] not in {"nothing_found"}
    answer = summary_of(site, specs)
    assert "本账号无权查看的图层未核查" in answer["sentence"]["zh"]
    assert "Layers that you may not see were not checked" in answer["sentence"]["en"]
    assert "closed_layers" in [step["kind"] for step in answer["next_steps"]]
    schema = json.loads((ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(report_json(run), schema)
    assert "本账号无权查看" in as_text("table", run, "zh")


def test_a_closed_layer_alone_keeps_a_site_from_being_clear(layers: dict[str, Layer]) -> None:
    settings = Settings(as_of="2026-11-30")
    open_ones = {layer_id: layer for layer_id, layer in layers.items() if layer_id != "closed_layers"}
    clear = run_check(sites(), open_ones, settings).report()["sites"][0]
    assert clear["verdict"] == "nothing_found", "the premise"
    assert "无权" not in summary_of(clear, {one.id: one.spec for one in open_ones.values()})["sentence"]["zh"]
    assert run_check(sites(), layers, settings).report()["sites"][0]["verdict"] == "not_checked"


@pytest.mark.parametrize(("reason", "verdict"), [(None, "nothing_found"), ("no_access", "not_checked")])
def test_the_law_clears_no_site_either_while_a_layer_is_closed(reason: str | None, verdict: str) -> None:
    findings = pd.DataFrame(
        {
            "site": [0, 0],
            "state": ["clear", "not_checked" if reason else "clear"],
            "reason": [None, reason],
            "relation": ["disjoint", None],
            "must_be_inside": [False, False],
            "firm": [True, None],
            "rules": [[], []],
        }
    )
    assert list(verdicts_under_law(findings, [[]], [[]])) == [verdict], "nothing required is missing"
