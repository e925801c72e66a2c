from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.measure.pairs import RELATIONS
from geo.read.formats import read_sites, sites_from_points
from siting.check.check import check
from siting.check.point import rules_here
from siting.records.finding import FINDING_COLUMNS
from siting.records.words import REASONS, STATES, VERDICTS
from tests.helpers import KARNEY, geojson, karney_area_m2
from words import has

SITE = shapely.box(116.4, 27.4, 116.41, 27.41)


def run(layers, counties, *shapes, tolerance_m=0.001):
    return check(read_sites(geojson(*shapes), "a.geojson"), layers, counties, touch_tolerance_m=tolerance_m)


def finding(result, layer="control", site=0) -> pd.Series:
    rows = result.findings[(result.findings["layer"] == layer) & (result.findings["site"] == site)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_checked_layer_appears_once_per_site(make_layer, counties) -> None:
    layers = [
        make_layer(shapely.box(116.4, 27.4, 116.5, 27.5), id="one"),
        make_layer(id="two", state="not_loaded"),
        make_layer(id="three", state="failed"),
        make_layer(SITE, id="backdrop", checked=False),
        make_layer(id="empty"),
    ]
    result = run(layers, counties, SITE, shapely.Point(116.9, 27.9))
    assert result.findings[["site", "layer"]].to_numpy().tolist() == [
        [site, layer] for site in (0, 1) for layer in ("one", "two", "three", "empty")
    ]
    assert tuple(result.findings.columns) == FINDING_COLUMNS
    assert result.findings["reason"].tolist() == [None, "not_loaded", "load_failed", "no_features"] * 2


def test_hit_clear_and_distance(make_layer, counties) -> None:
    area = shapely.box(116.405, 27.3, 116.5, 27.5)
    far = shapely.box(116.2, 27.4, 116.3, 27.41)
    result = run([make_layer(area, id="near"), make_layer(far, id="far")], counties, SITE)
    hit, clear = finding(result, "near"), finding(result, "far")
    assert (hit["state"], hit["reason"], hit["relation"], hit["distance_m"]) == ("hit", None, "overlaps", 0.0)
    assert hit["overlap_m2"] == pytest.approx(karney_area_m2(shapely.intersection(SITE, area)), rel=1e-7)
    assert hit["share"] == pytest.approx(0.5, rel=1e-6)
    assert [f["feature_id"] for f in hit["features"]] == ["near-0"]
    assert (clear["state"], clear["reason"], clear["relation"]) == ("clear", None, "disjoint")
    least = min(KARNEY.inv(116.3, y, 116.4, y)[2] for y in np.linspace(27.4, 27.41, 50))
    assert clear["distance_m"] == pytest.approx(least, abs=1e-3)
    assert (clear["overlap_m2"], clear["share"]) == (0.0, 0.0), "nothing shared is 0; null is what does not apply"
    assert np.isnan(clear["overlap_m"]), "the layer has no lines"
    assert clear["nearest"]["name_zh"] == "甲0"
    assert clear["features"] == []


def test_features_that_overlap_each_other_count_once(make_layer, counties) -> None:
    left, right = shapely.box(116.39, 27.39, 116.407, 27.42), shapely.box(116.403, 27.39, 116.42, 27.42)
    row = finding(run([make_layer(left, right)], counties, SITE))
    assert row["relation"] == "within"
    assert row["share"] == pytest.approx(1.0, rel=1e-9)
    assert row["overlap_m2"] == pytest.approx(karney_area_m2(SITE), rel=1e-7)
    assert sum(f["overlap_m2"] for f in row["features"]) > 1.3 * row["overlap_m2"]


def test_touching_is_not_overlapping(make_layer, counties) -> None:
    beside = shapely.box(116.41, 27.4, 116.42, 27.41)
    hair_off = shapely.box(116.41 + 5e-9, 27.4, 116.42, 27.41)  # half a millimetre
    for shape in (beside, hair_off):
        row = finding(run([make_layer(shape)], counties, SITE))
        assert (row["state"], row["relation"]) == ("clear", "touches")
        assert row["distance_m"] == pytest.approx(0, abs=1e-3)
    assert finding(run([make_layer(hair_off)], counties, SITE, tolerance_m=0.0))["relation"] == "disjoint"


@pytest.mark.parametrize("basis", ["modelled", "approximate"])
def test_indicative_layers_warn_and_never_clear(make_layer, counties, basis) -> None:
    layers = [
        make_layer(SITE, id="on", basis=basis),
        make_layer(shapely.box(116, 27, 116.1, 27.1), id="off", basis=basis),
    ]
    result = run(layers, counties, SITE)
    on, off = finding(result, "on"), finding(result, "off")
    assert (on["state"], on["reason"], on["relation"]) == ("indicative", basis, "within")
    assert (off["state"], off["reason"], off["relation"]) == ("indicative", basis, "disjoint")
    assert off["distance_m"] > 30_000
    assert result.sites["verdict"].tolist() == ["notice"]
    assert run(layers[1:], counties, SITE).sites["verdict"].tolist() == ["not_checked"]


def test_an_approximate_feature_of_a_firm_layer_only_warns(make_layer, counties) -> None:
    layer = make_layer(
        SITE, shapely.box(116.45, 27.4, 116.5, 27.5), bases=["approximate", "statutory"], basis="statutory"
    )
    soft, firm = shapely.box(116.401, 27.401, 116.402, 27.402), shapely.box(116.46, 27.41, 116.47, 27.42)
    result = run([layer], counties, soft, firm, shapely.box(116.8, 27.8, 116.81, 27.81))
    assert result.findings["state"].tolist() == ["indicative", "hit", "indicative"]


def test_extent_inside_outside_and_across(make_layer, counties) -> None:
    layer = make_layer(shapely.box(117.5, 27.5, 118.5, 27.6), extent=["360000"])
    inside, outside = shapely.box(117.2, 27.2, 117.3, 27.3), shapely.box(118.2, 27.2, 118.3, 27.3)
    across, abroad = shapely.box(117.9, 27.2, 118.1, 27.3), shapely.Point(100, 20)
    across_hit = shapely.box(117.9, 27.5, 118.1, 27.55)
    result = run([layer], counties, inside, outside, across, abroad, across_hit)
    assert result.findings["state"].tolist() == ["clear", "not_checked", "clear", "not_checked", "hit"]
    assert result.findings["reason"].tolist() == [
        None,
        "out_of_extent",
        "partly_out_of_extent",
        "out_of_extent",
        "partly_out_of_extent",
    ]
    assert result.findings["relation"].isna().tolist() == [False, True, False, True, False]
    assert result.findings["distance_m"].isna().tolist() == [False, True, False, True, False]
    assert result.sites["verdict"].tolist() == ["nothing_found", "not_checked", "not_checked", "not_checked", "notice"]


@pytest.mark.parametrize(
    ("extent", "state"), [(["361001"], "clear"), (["361000"], "clear"), (["361002"], "not_checked"), ([], "clear")]
)
def test_extent_at_every_level(make_layer, counties, extent, state) -> None:
    result = run([make_layer(shapely.box(116.1, 27.1, 116.2, 27.2), extent=extent)], counties, SITE)
    assert finding(result)["state"] == state


def test_features_known_only_by_county_are_never_measured_against(make_layer, counties) -> None:
    """A symbol stands right on the site; it says only that something is somewhere in the county."""
    symbol = SITE.centroid
    layer = make_layer(symbol, located=[False], adcodes=["361001"])
    result = run([layer], counties, SITE, shapely.box(117.2, 27.2, 117.3, 27.3))
    here, elsewhere = finding(result, site=0), finding(result, site=1)
    assert (here["state"], here["reason"], here["relation"]) == ("indicative", "county_only", "disjoint")
    assert [f["feature_id"] for f in here["county_only"]] == ["control-0"]
    assert np.isnan(here["distance_m"])
    assert here["nearest"] is None
    assert (elsewhere["state"], elsewhere["reason"], elsewhere["county_only"]) == ("clear", None, [])


@pytest.mark.parametrize(
    ("adcodes", "expected"), [("361002;361001", 1), ("361000", 1), ("360000", 1), ("320000", 0), (None, 1)]
)
def test_territories_of_every_level_count(make_layer, counties, adcodes, expected) -> None:
    layer = make_layer(shapely.Point(116.2, 27.2), located=[False], adcodes=[adcodes])
    assert len(finding(run([layer], counties, SITE))["county_only"]) == expected


def test_a_hit_stays_a_hit_beside_features_known_only_by_county(make_layer, counties) -> None:
    layer = make_layer(SITE, SITE.centroid, located=[True, False], adcodes=["361001", "361001"])
    row = finding(run([layer], counties, SITE))
    assert (row["state"], row["reason"]) == ("hit", None)
    assert len(row["county_only"]) == 1


def test_lines_carry_lengths(make_layer, counties) -> None:
    road = shapely.LineString([(116.3, 27.5), (116.5, 27.5)])
    result = run([make_layer(shapely.box(116.4, 27.4, 117, 28))], counties, road)
    row = finding(result)
    whole = KARNEY.line_length(*shapely.get_coordinates(shapely.segmentize(road, 0.0005)).T)
    assert row["length_m"] == pytest.approx(whole, rel=1e-9)
    assert row["overlap_m"] == pytest.approx(whole / 2, rel=1e-9)
    assert row["share"] == pytest.approx(0.5)
    assert np.isnan(row["overlap_m2"])
    assert row["relation"] == "crosses"
    site = result.sites.iloc[0]
    assert site["length_m"] == pytest.approx(whole, rel=1e-9)
    assert np.isnan(site["area_m2"])


def test_a_line_across_two_features_counts_shared_ground_once(make_layer, counties) -> None:
    road = shapely.LineString([(116.3, 27.5), (116.5, 27.5)])
    layer = make_layer(shapely.box(116.3, 27.4, 116.42, 27.6), shapely.box(116.38, 27.4, 116.4, 27.6))
    row = finding(run([layer], counties, road))
    assert row["share"] == pytest.approx(0.6, rel=1e-9)
    assert len(row["features"]) == 2


def test_on_the_seam_between_two_features_is_inside_the_layer(make_layer, counties) -> None:
    layer = make_layer(shapely.box(116.4, 27.4, 116.5, 27.5), shapely.box(116.5, 27.4, 116.6, 27.5))
    seam = shapely.LineString([(116.5, 27.42), (116.5, 27.48)])
    result = run([layer], counties, shapely.Point(116.5, 27.45), seam, shapely.Point(116.5, 27.5))
    assert result.findings["relation"].tolist() == ["within", "within", "touches"]
    assert result.findings["state"].tolist() == ["hit", "hit", "clear"]
    assert finding(result, site=1)["share"] == pytest.approx(1.0)
    assert len(finding(result, site=0)["features"]) == 2


def test_rivers_inside_a_site(make_layer, counties) -> None:
    row = finding(
        run([make_layer(shapely.LineString([(116.3, 27.405), (116.5, 27.405)]), role="river")], counties, SITE)
    )
    assert (row["state"], row["relation"]) == ("hit", "crosses")
    assert row["overlap_m"] == pytest.approx(KARNEY.inv(116.4, 27.405, 116.41, 27.405)[2], rel=1e-6)
    assert np.isnan(row["overlap_m2"])
    assert np.isnan(row["share"])


def test_shares_by_zone(make_layer, counties) -> None:
    core, rest = shapely.box(116.4, 27.4, 116.402, 27.41), shapely.box(116.402, 27.4, 116.405, 27.41)
    more = shapely.box(116.4, 27.4, 116.401, 27.41)
    row = finding(run([make_layer(core, rest, more, zones=["核心区", "实验区", "核心区"])], counties, SITE))
    zones = {zone["zone"]: zone for zone in row["zones"]}
    assert zones["核心区"]["share"] == pytest.approx(0.2, rel=1e-6)
    assert zones["实验区"]["share"] == pytest.approx(0.3, rel=1e-6)
    assert row["share"] == pytest.approx(0.5, rel=1e-6)


def test_counties_of_a_site(make_layer, counties) -> None:
    across = shapely.box(116.9, 27.4, 117.3, 27.5)
    line = shapely.LineString([(116.9, 27.5), (117.1, 27.5)])
    result = run([], counties, across, line, shapely.Point(116.5, 27.5), shapely.Point(117, 27.5), shapely.Point(0, 0))
    listed = result.counties
    assert listed["site"].tolist() == [0, 0, 1, 1, 2, 3, 3]
    assert listed["adcode"].tolist() == ["361002", "361001", "361001", "361002", "361001", "361001", "361002"]
    assert listed["share"].tolist()[:2] == pytest.approx([0.75, 0.25], rel=1e-4)
    assert listed["share"].tolist()[4] == 1.0
    assert listed["share"].isna().tolist() == [False] * 5 + [True] * 2
    assert listed.groupby("site")["share"].sum()[0] == pytest.approx(1.0, abs=1e-12)
    assert result.sites["verdict"].tolist() == ["not_checked"] * 5  # nothing was checked


def test_a_site_along_a_boundary_lies_in_one_county(make_layer, counties) -> None:
    result = run([], counties, shapely.box(116.9, 27.4, 117.0, 27.5))
    assert result.counties["adcode"].tolist() == ["361001"]


def test_declared_area_stands_beside_the_measured_ones(make_layer, counties) -> None:
    sites = read_sites(geojson(SITE, properties={"面积_公顷": 110}), "a.geojson")
    site = check(sites, [], counties).sites.iloc[0]
    assert site["declared_area_m2"] == 1_100_000
    assert site["area_m2"] == pytest.approx(karney_area_m2(SITE), rel=1e-9)
    assert site["plane_area_m2"] > site["area_m2"]


def test_codes_are_listed_and_worded(make_layer, counties) -> None:
    for room, codes in (("state", STATES), ("reason", REASONS), ("relation", RELATIONS), ("verdict", VERDICTS)):
        for code in codes:
            assert has(f"siting.{room}_{code}"), code


def test_the_layer_is_not_changed_and_kept_ready(make_layer, counties) -> None:
    layer = make_layer(SITE)
    before = layer.frame.copy()
    run([layer], counties, SITE)
    pd.testing.assert_frame_equal(pd.DataFrame(layer.frame), pd.DataFrame(before))


def test_many_sites_give_the_same_as_one_by_one(make_layer, counties) -> None:
    rng = np.random.default_rng(5)
    features = list(shapely.buffer(shapely.points(rng.uniform((116, 27), (118, 28), (60, 2))), 0.05))
    layer = make_layer(*features)
    shapes = list(shapely.buffer(shapely.points(rng.uniform((116, 27), (118, 28), (40, 2))), 0.02))
    together = run([layer], counties, *shapes).findings.drop(columns=["site", "features", "nearest"])
    alone = pd.concat([run([layer], counties, shape).findings for shape in shapes], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone.drop(columns=["site", "features", "nearest"]), rtol=1e-12)


def test_a_click_is_answered_by_every_layer(make_layer, counties) -> None:
    rng = np.random.default_rng(5)
    shapes = shapely.buffer(shapely.points(rng.uniform((116, 27), (118, 28), (20_000, 2))), 0.002, quad_segs=15)
    layers = [make_layer(*shapes, id=f"layer_{n}") for n in range(3)] + [
        make_layer(id=f"none_{n}", state="not_loaded") for n in range(9)
    ]
    rules_here(116.5, 27.5, layers, counties)
    result = rules_here(116.7, 27.5, layers, counties)  # how fast: benchmarks/engine.py
    assert result.findings["layer"].tolist() == [layer.id for layer in layers]
    assert (result.findings["state"][3:] == "not_checked").all()


def test_no_sites_no_layers(counties) -> None:
    result = check(sites_from_points([(116.5, 27.5)]), [], counties)
    assert result.findings.empty
    assert tuple(result.findings.columns) == FINDING_COLUMNS
    assert isinstance(counties, gpd.GeoDataFrame)
