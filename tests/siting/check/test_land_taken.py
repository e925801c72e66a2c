"""The 占压 table: parts add up, exactly and as printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.read.formats import Sites, read_sites
from layers.catalogue.model import Layer
from layers.sources import FileSource
from siting.check.land_taken import Places, largest_remainder, occupation
from siting.check.run import run_check
from siting.check.settings import Settings

SETTINGS = Settings(as_of="2026-11-20")
GEOD = Geod(ellps="GRS80")


def sites_of(*shapes: shapely.Geometry) -> Sites:
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(s)} for s in shapes]
    return read_sites(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "a.geojson")


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    county = make_layer(id="county", checked=False)
    county = replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)
    # two features that lie over one another across the boundary of two counties, and stray past the last
    red = make_layer(shapely.box(116.9, 27.2, 117.1, 27.6), shapely.box(117.0, 27.2, 117.2, 27.6), id="red")
    east = make_layer(shapely.box(118.9, 27.2, 119.2, 27.6), id="east")
    return {"county": county, "red": red, "east": east}


def karney_m2(shape: shapely.Geometry) -> float:
    return abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.0005))[0])


def test_by_county_each_place_once(layers: dict[str, Layer]) -> None:
    sites = sites_of(shapely.box(116.95, 27.3, 117.15, 27.4), shapely.box(117.05, 27.5, 117.08, 27.55))
    run = run_check(sites, layers, SETTINGS)
    table = occupation(run).set_index(["layer", "level", "county"])
    west = karney_m2(shapely.box(116.95, 27.3, 117.0, 27.4))
    east = karney_m2(shapely.box(117.0, 27.3, 117.15, 27.4)) + karney_m2(shapely.box(117.05, 27.5, 117.08, 27.55))
    assert table.loc[("red", "county", "西县"), "area_m2"] == pytest.approx(west, rel=1e-6)
    assert table.loc[("red", "county", "东县"), "area_m2"] == pytest.approx(east, rel=1e-6)
    assert table.loc[("red", "county", "西县"), "sites"] == 1
    assert table.loc[("red", "county", "东县"), "sites"] == 2
    total = run.result.findings.loc[run.result.findings["layer"] == "red", "overlap_m2"].sum()
    assert table.loc[("red", "layer", ""), "area_m2"] == pytest.approx(total, rel=1e-9)
    assert table.loc[("red", "layer", ""), "share"] == pytest.approx(total / run.result.sites["area_m2"].sum())


def test_ground_outside_every_county_is_a_row_of_its_own(layers: dict[str, Layer]) -> None:
    run = run_check(sites_of(shapely.box(118.95, 27.3, 119.1, 27.4)), layers, SETTINGS)
    table = occupation(run)
    rest = table[(table["level"] == "county") & (table["adcode"] == "")]
    assert rest["area_m2"].tolist() == pytest.approx([karney_m2(shapely.box(119.0, 27.3, 119.1, 27.4))], rel=1e-6)


def test_by_land_class_where_such_a_layer_is_loaded(layers: dict[str, Layer], make_layer: Callable[..., Layer]) -> None:
    land = make_layer(
        shapely.box(116.9, 27.2, 117.05, 27.6),
        shapely.box(117.04, 27.2, 117.1, 27.6),  # lies 0.01° over the first
        id="land",
        zones=["水田", "林地"],
    )
    land = replace(land, spec=land.spec.model_copy(update={"stands_for": "land_class", "checked": False}))
    run = run_check(sites_of(shapely.box(116.95, 27.3, 117.15, 27.4)), layers | {"land": land}, SETTINGS)
    table = occupation(run)
    by = table[(table["layer"] == "red") & (table["level"] == "class")].set_index(["county", "land_class"])["area_m2"]
    expected = {
        ("西县", "水田"): (116.95, 117.0),
        ("东县", "水田"): (117.0, 117.05),
        ("东县", "林地"): (117.05, 117.1),
        ("东县", ""): (117.1, 117.15),
    }
    assert set(by.index) == set(expected)
    for key, (start, end) in expected.items():
        assert by[key] == pytest.approx(karney_m2(shapely.box(start, 27.3, end, 27.4)), rel=1e-6)


def test_a_run_says_the_places_that_it_was_asked_with(layers: dict[str, Layer]) -> None:
    sites = sites_of(shapely.box(116.95, 27.3, 117.15, 27.4))
    asked = replace(SETTINGS, places_m2=0, places_ha=1, places_mu=3)
    table = occupation(run_check(sites, layers, asked))
    assert (table["m2"] == table["m2"].round(0)).all()
    assert (table["ha"] == table["ha"].round(1)).all()
    assert not (table["mu"] == table["mu"].round(2)).all()
    assert (table["mu"] == table["mu"].round(3)).all()


@pytest.mark.parametrize("places", [Places(), Places(0, 0, 0), Places(2, 6, 1)])
def test_printed_parts_add_up_to_printed_sums(layers: dict[str, Layer], places: Places) -> None:
    rng = np.random.default_rng(1)
    west, south = rng.uniform(116.85, 117.25, 80), rng.uniform(27.15, 27.6, 80)
    sites = sites_of(*shapely.box(west, south, west + 0.01, south + 0.01))
    table = occupation(run_check(sites, layers, SETTINGS), places)
    for unit, digits in (("m2", places.m2), ("ha", places.ha), ("mu", places.mu)):
        steps = (table[unit] * 10**digits).round(3)
        assert (steps == steps.round()).all()
        for _, rows in table.groupby("layer"):
            parts = steps[rows.index][rows["level"] == "county"].sum()
            assert parts == steps[rows.index][rows["level"] == "layer"].sum()
        step = Fraction(1, 10**digits)
        size = {"m2": 1, "ha": 10_000, "mu": Fraction(2000, 3)}[unit]
        for exact, printed, moved in zip(table["area_m2"], table[unit], table[f"{unit}_moved"], strict=True):
            assert abs(Fraction(printed) - Fraction(exact) / size) <= step * Fraction(1001, 1000)
            plain = round(float(Fraction(exact) / size), digits)
            assert printed - moved == pytest.approx(plain, abs=10.0 ** -(digits + 3))


def test_a_layer_whose_measures_must_stay_is_left_out(layers: dict[str, Layer]) -> None:
    spec = layers["red"].spec.model_copy(update={"export": "none", "source": FileSource(kind="file", files=["x"])})
    run = run_check(
        sites_of(shapely.box(116.95, 27.3, 117.15, 27.4)), layers | {"red": replace(layers["red"], spec=spec)}, SETTINGS
    )
    assert occupation(run).empty


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
    st.integers(0, 4),
)
def test_largest_remainder(thousandths: list[int], places: int) -> None:
    parts = np.array(thousandths) / 7_000.0
    rounded = largest_remainder(parts, float(parts.sum()), places)
    step = 10.0**-places
    assert abs(rounded.sum() - parts.sum()) <= step * 0.500_001  # a half may go either way
    assert rounded.sum() / step == pytest.approx(round(rounded.sum() / step), abs=1e-4)
    assert (np.abs(rounded - parts) < step * 1.001).all()
