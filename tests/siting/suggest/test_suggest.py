"""Suggestions on a made-up county whose feasible land is known in closed form, and on a real one by brute force."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.errors import BadInput
from geo.measure import areas_of, nearest
from layers.catalogue import current_catalogue, load_layers, withheld_ids
from layers.catalogue.model import Layer
from layers.paths import config_in_use
from layers.sources import FileSource
from siting.check import Settings, settings_of
from siting.suggest import request_of, suggest, suggestion_without_withheld
from snapshot.suggestions import suggestion_text, write_feasible
from tools.suggestions import forbidden_by, found_share

SIDE = 0.1
COUNTY = shapely.box(116.0, 28.0, 116.0 + SIDE, 28.0 + SIDE)
SETTINGS = Settings(activity="housing", as_of="2026-12-01")


def _area(shape):
    return float(areas_of(np.array([shape], dtype=object))[0])


@pytest.fixture
def county_layer(make_layer):
    """Return one square county of Jiangxi."""
    layer = make_layer(COUNTY, id="county", role="boundary", stands_for="county", checked=False)
    frame = layer.frame.assign(
        adcode="361001", name_zh="方县", name_en="Square", prefecture_adcode="361000", province_adcode="360000"
    )
    return Layer(layer.spec, "loaded", frame)


def _layers(*layers):
    return {layer.id: layer for layer in layers}


def _found(layers, settings=SETTINGS, **request):
    return suggest(request_of(layers, **({"area_ha": 10, "adcodes": ["361001"]} | request)), layers, settings)


def test_free_land_is_the_county_less_a_banned_half(make_layer, county_layer):
    west = shapely.box(115.9, 27.9, 116.05, 28.2)
    farmland = make_layer(west, id="farmland", stands_for="permanent_farmland")
    found = _found(_layers(county_layer, farmland), min_width_m=0)
    half = _area(shapely.box(116.05, 28.0, 116.1, 28.1))
    # candidates stay half a metre off the county's edge and off what forbids: rims of four edges
    assert found.feasible_m2 == pytest.approx(half, abs=0.5 * 4 * 11_200)
    assert found.feasible_m2 < half
    assert [zone.layer.id for zone in found.zones] == ["farmland"]
    assert found.zones[0].area_m2 == pytest.approx(_area(COUNTY) - half, rel=2e-4)
    assert not found.candidates.geometry.intersects(west).any()


def test_distance_ban_takes_the_band_around_the_bank(make_layer, county_layer):
    # one kilometre from the bank of the Yangtze is closed to chemical projects (Yangtze Protection Law, art. 26)
    bank = shapely.LineString([(116.05, 27.9), (116.05, 28.2)])
    layer = make_layer(bank, id="bank", role="river", stands_for="river_bank", zones=["长江干流"])
    found = _found(_layers(county_layer, layer), replace(SETTINGS, activity="chemical_project"), min_width_m=0)
    height = _area(COUNTY) / _width_m(28.05)
    assert found.zones[0].area_m2 == pytest.approx(2 * 1000.5 * height, rel=2e-3)
    away = nearest(found.candidates, gpd.GeoDataFrame(geometry=[bank], crs=4490))["distance_m"]
    assert (away > 1000).all()


def _width_m(lat):
    return Geod(a=6378137.0, rf=298.257222101).inv(116.0, lat, 116.0 + SIDE, lat)[2]


def test_must_lie_inside_takes_what_is_outside(make_layer, county_layer):
    town = shapely.box(116.02, 28.02, 116.05, 28.05)
    layer = make_layer(town, id="town", stands_for="town_boundary", must_be_inside=True)
    found = _found(_layers(county_layer, layer), replace(SETTINGS, activity="industrial_park"), min_width_m=0)
    assert found.feasible_m2 == pytest.approx(_area(town), rel=2e-3)
    assert found.candidates.geometry.covered_by(town).all()


def test_a_neck_narrower_than_the_width_parts_the_land(make_layer, county_layer):
    # farmland leaves a field of 0.03 degrees and a lane of 100 m along the county's edge
    lane = 100 / (_width_m(28.05) / SIDE)
    layer = make_layer(shapely.box(116.0 + lane, 28.03, 116.1, 28.1), id="farmland", stands_for="permanent_farmland")
    layers = _layers(county_layer, layer)
    wide = _found(layers, min_width_m=150)
    narrow = _found(layers, min_width_m=50)
    assert wide.feasible_m2 == pytest.approx(_area(shapely.box(116, 28, 116.1, 28.03)), rel=3e-3)
    lane_m2 = _area(shapely.box(116, 28.03, 116 + lane, 28.1))
    assert narrow.feasible_m2 - wide.feasible_m2 == pytest.approx(lane_m2, rel=0.03)


def test_candidates_are_large_enough_apart_and_not_forbidden(make_layer, county_layer):
    holes = [shapely.Point(116.02 + 0.02 * n, 28.02 + 0.017 * n).buffer(0.008) for n in range(4)]
    layers = _layers(county_layer, make_layer(*holes, id="farmland", stands_for="permanent_farmland"))
    found = _found(layers)
    assert len(found.candidates) == 10
    assert (found.candidates["area_m2"] >= 100_000).all()
    shapes = found.candidates.geometry.to_numpy()
    assert all(not a.intersects(b) for n, a in enumerate(shapes) for b in shapes[:n])
    assert not any(forbidden_by(found.run))
    assert found.candidates["total"].is_monotonic_decreasing
    again = _found(layers)
    assert again.candidates.geometry.geom_equals(found.candidates.geometry).all()


def test_nothing_fits_says_what_takes_the_land(make_layer, county_layer):
    layers = _layers(county_layer, make_layer(COUNTY.buffer(0.01), id="farmland", stands_for="permanent_farmland"))
    found = _found(layers)
    assert found.candidates.empty
    assert found.zones[0].area_m2 == pytest.approx(_area(COUNTY), rel=1e-3)
    told = suggestion_text("table", found, layers, "en")
    assert "Nowhere is there room" in told
    assert "100.0%" in told


def test_wishes_order_candidates(make_layer, county_layer):
    school = make_layer(shapely.Point(116.09, 28.09), id="school", stands_for="school", checked=False)
    layers = _layers(county_layer, school, make_layer(shapely.box(110, 20, 111, 21), stands_for="farmland"))
    near = _found(layers, wishes=["near:school=1"])
    away = _found(layers, wishes=["away:school"])
    assert near.measured[0, 0] < 500
    assert away.measured[0, 0] > 10_000
    assert (np.diff(near.measured[:, 0]) >= -1e-6).all()


def test_what_follows_a_closed_layer_does_not_leave(make_layer, county_layer, tmp_path):
    # a strip between closed farmland, narrower than a square of ten hectares: candidates are cut by its edges
    strip = 250 / (_width_m(28.05) / SIDE)
    fields = [shapely.box(115.9, 27.9, 116.05, 28.2), shapely.box(116.05 + strip, 27.9, 116.2, 28.2)]
    layer = make_layer(*fields, id="farmland", stands_for="permanent_farmland", export="none")
    # only a layer whose source is not empty has anything to withhold
    source = FileSource(kind="file", files=["farmland.gpkg"])
    layer = Layer(layer.spec.model_copy(update={"source": source}), "loaded", layer.frame)
    layers = _layers(county_layer, layer)
    found = _found(layers)
    assert len(found.candidates) > 0
    assert all("farmland" in names for names in found.candidates["cut_by"])
    closed = withheld_ids(one.spec for one in layers.values())
    assert suggestion_without_withheld(found, closed).candidates.geometry.isna().all()
    record = json.loads(suggestion_text("geojson", found, layers, "en"))
    assert all(one["geometry"] is None and one["properties"]["area_m2"] is None for one in record["features"])
    assert record["suggestion"]["free_m2"] is None
    assert all(wish["value"] is None for one in record["features"] for wish in one["properties"]["wishes"])
    with pytest.raises(BadInput):
        write_feasible(tmp_path / "feasible.gpkg", found, layers, "en")


@pytest.mark.parametrize(
    "wrong",
    [
        {"area_ha": 0}, {"area_ha": math.nan}, {"min_width_m": 5000}, {"cell_m": 0}, {"limit": 0}, {"adcodes": []},
        {"adcodes": ["999999"]}, {"wishes": ["steep"]}, {"wishes": ["margin=no"]}, {"wishes": ["margin=-1"]},
        {"wishes": ["slope"]}, {"wishes": ["near:nothing"]}, {"wishes": ["margin", "margin=2"]}, {"off": ["nothing"]},
        {"within": COUNTY},
    ],
)  # fmt: skip
def test_mistakes_are_sentences(wrong, county_layer):
    with pytest.raises(BadInput) as fault:
        _found(_layers(county_layer), **wrong)
    assert fault.value.text("en").endswith(".")


@pytest.mark.parametrize("activity", ["solar", "landfill"])
def test_a_real_county_against_squares_put_through_the_check(activity):
    catalogue = current_catalogue(config_in_use()).catalogue
    layers = load_layers(catalogue)
    request = request_of(layers, area_ha=20, adcodes=["360313"])
    found = suggest(request, layers, settings_of(catalogue, activity=activity))
    assert found.run is not None
    assert not any(forbidden_by(found.run))
    squares, passed, share = found_share(found, layers, catalogue, activity, most=400)
    assert 0 < passed < squares
    assert share >= 0.99


def test_where_a_ban_waits_for_a_zone_candidates_come_last_and_say_so(make_layer, county_layer):
    # nobody says whether the bank is one of the Yangtze: within a kilometre the rule is open, beyond it is not
    bank = shapely.LineString([(116.05, 27.9), (116.05, 28.2)])
    layers = _layers(county_layer, make_layer(bank, id="bank", role="river", stands_for="river_bank"))
    settings = replace(SETTINGS, activity="chemical_project")
    found = _found(layers, settings, wishes=["near:bank"])
    away = nearest(found.candidates, gpd.GeoDataFrame(geometry=[bank], crs=4490))["distance_m"]
    assert not found.candidates["may_be_forbidden"].any()
    assert (away > 1000).all()
    beside = make_layer(shapely.LineString([(116.05, 27.9), (116.05, 28.2)]).buffer(0.06), id="farmland",
                        stands_for="permanent_farmland", checked=True)  # fmt: skip
    lane = shapely.box(116.045, 28.0, 116.049, 28.1)
    frame = beside.frame.set_geometry(beside.frame.difference(lane))
    crowded = _found(layers | {"farmland": Layer(beside.spec, "loaded", frame)}, settings)
    assert len(crowded.candidates) > 0
    assert crowded.candidates["may_be_forbidden"].all()
    assert "may be forbidden" in suggestion_text("table", crowded, layers | {"farmland": beside}, "en")
    record = json.loads(suggestion_text("geojson", crowded, layers | {"farmland": beside}, "zh"))
    assert all(one["properties"]["may_be_forbidden"] for one in record["features"])
