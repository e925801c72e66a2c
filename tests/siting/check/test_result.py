from __future__ import annotations

import json

import pytest
import shapely
from jsonschema import Draft202012Validator

from geo.measure.pairs import RELATIONS
from geo.read.formats import read_sites
from siting.check.check import check
from siting.check.result import to_json
from siting.law.rules import AUTHORITIES
from siting.records.law import RULE_KEYS, STEP_KEYS
from siting.records.words import REASONS, STATES, VERDICTS
from tests.helpers import ROOT, geojson
from words import all_texts

SCHEMA = json.loads((ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8"))
SHAPES = [
    shapely.box(116.4, 27.4, 116.41, 27.41),
    shapely.LineString([(116.3, 27.5), (116.5, 27.5)]),
    shapely.Point(116.45, 27.45),
    shapely.Point(100, 20),
    shapely.box(117.9, 27.2, 118.1, 27.3),
]


@pytest.fixture
def document(make_layer, counties):
    layers = [
        make_layer(shapely.box(116.405, 27.3, 116.5, 27.6), id="firm", zones=["核心区"], extent=["360000"]),
        make_layer(shapely.box(116.2, 27.2, 116.3, 27.3), id="model", basis="modelled", role="redline"),
        make_layer(shapely.LineString([(116, 27.405), (117, 27.405)]), id="river", role="river"),
        make_layer(shapely.Point(116.2, 27.2), id="vague", located=[False], adcodes=["361001"]),
        make_layer(id="missing", state="not_loaded", must_be_inside=True),
        make_layer(id="broken", state="failed"),
    ]
    sites = read_sites(geojson(*SHAPES, properties={"area_ha": 1}), "a.geojson")
    return to_json(check(sites, layers, counties), "0.1.0")


def test_it_is_as_documented(document) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(text))) == []


@pytest.mark.parametrize("activity", ["chemical_project", "linear_road", "hydropower", "aquaculture"])
def test_it_is_as_documented_under_law(make_layer, counties, activity) -> None:
    firm = {"basis": "statutory"}
    over = shapely.box(116.405, 27.3, 116.5, 27.6)
    layers = [
        make_layer(over, id="line", stands_for="redline", role="redline", zones=["核心保护区"], **firm),
        make_layer(over, id="field", stands_for="permanent_farmland", **firm),
        make_layer(over, id="wet", stands_for="wetland", **firm),
        make_layer(shapely.box(116.3, 27.3, 116.395, 27.6), id="bank", stands_for="river_bank", **firm),
        make_layer(over, id="town", stands_for="town_boundary", must_be_inside=True, **firm),
        make_layer(id="missing", stands_for="heritage", state="not_loaded"),
    ]
    result = check(read_sites(geojson(*SHAPES), "a.geojson"), layers, counties, activity=activity)
    made = json.loads(json.dumps(to_json(result, "0.1.0", check_id="C1"), allow_nan=False, ensure_ascii=False))
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []
    first = made["sites"][0]
    assert (first["activity"], first["check_id"]) == (activity, "C1")
    assert set(first["hashes"]) == {layer.id for layer in layers}
    assert all(set(RULE_KEYS) == set(rule) for finding in first["findings"] for rule in finding["rules"])
    assert all(set(STEP_KEYS) == set(step) for step in first["approval_path"])
    assert made["rules_digest"]


def test_the_keys_of_the_contract(document) -> None:
    assert list(document) == ["schema", "version", "rules_digest", "sites"]
    assert document["schema"] == SCHEMA["properties"]["schema"]["const"] == "1.4"
    for site in document["sites"]:
        assert {"id", "area_m2", "plane_area_m2", "declared_area_m2", "crs", "counties", "findings", "verdict"} <= set(
            site
        )
        assert set(site["crs"]) == {"declared", "used", "evidence"}
        for county in site["counties"]:
            assert {"adcode", "name", "share"} <= set(county)
        for finding in site["findings"]:
            assert {
                "layer",
                "role",
                "basis",
                "state",
                "reason",
                "relation",
                "overlap_m2",
                "share",
                "distance_m",
            } <= set(finding)
            assert {"length_m", "overlap_m"} <= set(finding)


def test_input_order_and_every_layer(document) -> None:
    assert [site["id"] for site in document["sites"]] == ["1", "2", "3", "4", "5"]
    for site in document["sites"]:
        assert [f["layer"] for f in site["findings"]] == ["firm", "model", "river", "vague", "missing", "broken"]


def test_null_is_never_zero(document) -> None:
    polygon, line, point, abroad, _ = document["sites"]
    assert polygon["length_m"] is None
    assert (line["area_m2"], line["plane_area_m2"], point["area_m2"], point["length_m"]) == (None,) * 4
    assert abroad["counties"] == []
    for finding in abroad["findings"]:
        if finding["state"] == "not_checked":
            assert [finding[key] for key in ("relation", "overlap_m2", "share", "distance_m", "overlap_m")] == [
                None
            ] * 5
    hit = polygon["findings"][0]
    assert hit["distance_m"] == 0.0
    assert hit["length_m"] is None
    assert polygon["findings"][1]["overlap_m2"] == 0.0, "measured, and nothing is shared"
    assert polygon["findings"][1]["overlap_m"] is None, "the layer has no lines"
    assert point["findings"][0]["overlap_m2"] is None, "a point has no area"
    assert polygon["findings"][1]["distance_m"] > 0


def test_features_known_only_by_county_are_named_by_id(document) -> None:
    assert document["sites"][0]["findings"][3]["county_only"] == ["vague-0"]
    assert document["sites"][3]["findings"][3]["county_only"] == []


def test_codes_of_the_schema_are_the_codes_of_the_code() -> None:
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert finding["state"]["enum"] == list(STATES)
    assert finding["reason"]["enum"] == [*REASONS, None]
    assert SCHEMA["$defs"]["relation"]["enum"] == [*RELATIONS, None]
    assert SCHEMA["$defs"]["verdict"]["enum"] == list(VERDICTS)
    evidence = SCHEMA["$defs"]["evidence"]["properties"]["code"]["enum"]
    assert {f"geo.evidence_{code}" for code in evidence} == {
        key for key in all_texts() if key.startswith("geo.evidence_")
    }
    assert set(SCHEMA["$defs"]["rule"]["properties"]["authority"]["enum"]) == set(AUTHORITIES)
    assert set(SCHEMA["$defs"]["rule"]["properties"]) == set(RULE_KEYS)
    assert set(SCHEMA["$defs"]["step"]["properties"]) == set(STEP_KEYS)


def test_the_schema_bites(document) -> None:
    for broken in ({"state": "maybe"}, {"distance_m": -1}, {"reason": "because"}, {"share": 1.2}):
        copy = json.loads(json.dumps(document))
        copy["sites"][0]["findings"][0].update(broken)
        assert list(Draft202012Validator(SCHEMA).iter_errors(copy)), broken


def test_words_of_the_evidence_in_both_languages(document) -> None:
    (first, second) = document["sites"][0]["crs"]["evidence"]
    assert (first["code"], second["code"]) == ("rfc7946", "null_shift")
    assert first["zh"] != first["en"]
    assert document["sites"][0]["crs"]["declared"] == "EPSG:4326"
