"""A layer that cannot be read: never "nothing found" where it would have told, and the answer names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import jsonschema
import pytest
import shapely

from geo.errors import DataFault
from geo.read.formats import read_sites
from layers.catalogue.model import Layer
from siting.answer.summary import summary_of
from siting.check.run import run_check
from siting.check.settings import Settings
from snapshot.findings.results import as_text, report_json
from tests.helpers import ROOT, geojson

SITE = shapely.box(116.1, 27.1, 116.2, 27.2)


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    """Return one statutory layer that is clear of the site, and one that cannot be read, complete in an extent."""
    far = make_layer(shapely.box(116.4, 27.4, 116.5, 27.5), id="red", role="redline", basis="statutory", accuracy_m=1.0)
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    return {"county": county, "red": far}


def broken(make_layer: Callable[..., Layer], name: str = "own", extent: tuple[str, ...] = ()) -> Layer:
    layer = make_layer(id=name, stands_for="other", basis="statutory", state="failed", extent=list(extent))
    return replace(layer, fault=DataFault("layers.file_missing", layer=name, file="layer.fgb"))


@pytest.mark.parametrize("activity", [None, "wind"])
def test_what_could_not_be_read_is_in_the_answer(
    layers: dict[str, Layer], make_layer: Callable[..., Layer], activity: str | None
) -> None:
    layers["own"] = broken(make_layer)
    run = run_check(
        read_sites(geojson(SITE, properties={"id": "A1"}), "a.geojson"), layers, Settings(activity=activity)
    )
    site = run.report()["sites"][0]
    found = {finding["layer"]: (finding["state"], finding["reason"]) for finding in site["findings"]}
    assert found["own"] == ("not_checked", "load_failed")
    assert site["verdict"] != "nothing_found"
    answer = summary_of(site, {layer.id: layer.spec for layer in layers.values()})
    title = layers["own"].spec.title("zh")
    assert f"另有图层读不出来、没有核查（{title}）" in answer["sentence"]["zh"]
    assert "Layers that cannot be read were not checked" in answer["sentence"]["en"]
    assert "unread_layers" in [step["kind"] for step in answer["next_steps"]]
    jsonschema.validate(report_json(run), json.loads((ROOT / "docs" / "check.schema.json").read_text("utf-8")))
    assert "读不出来" in as_text("table", run, "zh")


@pytest.mark.parametrize(
    ("extent", "verdict", "reason"),
    [
        ((), "not_checked", "load_failed"),
        (("360000",), "not_checked", "load_failed"),
        (("321000",), None, "out_of_extent"),
    ],
)
def test_it_counts_only_where_it_would_have_told(
    layers: dict[str, Layer],
    make_layer: Callable[..., Layer],
    extent: tuple[str, ...],
    verdict: str | None,
    reason: str,
) -> None:
    sites = read_sites(geojson(SITE, properties={"id": "A1"}), "a.geojson")
    assert run_check(sites, layers, Settings()).report()["sites"][0]["verdict"] == "nothing_found", "the premise"
    layers["own"] = broken(make_layer, extent=extent)
    site = run_check(sites, layers, Settings()).report()["sites"][0]
    assert {finding["reason"] for finding in site["findings"] if finding["layer"] == "own"} == {reason}
    assert verdict in {None, site["verdict"]}
    said = summary_of(site, {layer.id: layer.spec for layer in layers.values()})["sentence"]["zh"]
    assert ("读不出来" in said) is (reason == "load_failed")


def test_of_many_the_first_are_named(layers: dict[str, Layer], make_layer: Callable[..., Layer]) -> None:
    for number in range(5):
        layers[f"own_{number}"] = broken(make_layer, f"own_{number}")
    site = run_check(read_sites(geojson(SITE), "a.geojson"), layers, Settings()).report()["sites"][0]
    said = summary_of(site, {layer.id: layer.spec for layer in layers.values()})["sentence"]["zh"]
    assert "等 5 个" in said
