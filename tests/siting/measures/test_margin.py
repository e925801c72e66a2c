"""Margins: what is said to flip a finding flips it, and what is said not to does not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.read.formats import read_sites, sites_from_points
from layers.catalogue.model import Layer, LayerSpec
from layers.sources import NoSource
from siting.check.check import check
from tests.helpers import KARNEY, geojson
from tests.siting.conftest import NAME
from tests.siting.law.test_law_cases import full_list

FIRM = {"basis": "statutory"}


def moved(shape, azimuth: float, metres: float):
    """The shape shifted on the ellipsoid, every vertex by the same way."""
    points = shapely.get_coordinates(shape)
    lon, lat, _ = KARNEY.fwd(*points.T, np.full(len(points), azimuth), np.full(len(points), metres))
    return shapely.set_coordinates(shapely.force_2d(shapely.from_wkb(shape.wkb)), np.column_stack([lon, lat]))


def east_of(lon: float, metres: float, lat: float = 27.5, size_m: float = 100.0):
    """A square of so many metres whose west edge is so far east of a meridian."""
    west = KARNEY.fwd(lon, lat, 90, metres)[0]
    east, north = KARNEY.fwd(west, lat, 90, size_m)[0], KARNEY.fwd(west, lat, 0, size_m)[1]
    return shapely.box(west, lat, east, north)


AREA = shapely.box(116.3, 27.3, 116.5, 27.7)


def ask(make_layer, counties, shape, *, area=AREA, survey=None, **entry):
    layer = make_layer(area, **(FIRM | entry))
    return check(read_sites(geojson(shape), "a.geojson"), [layer], counties, survey_accuracy_m=survey).findings.iloc[0]


def test_eight_metres_outside_a_line_that_is_thirty_off(make_layer, counties) -> None:
    row = ask(make_layer, counties, east_of(116.5, 8), survey=1.0, basis="published", accuracy_m=30)
    assert (row["state"], row["relation"], row["firm"]) == ("clear", "disjoint", False)
    assert row["margin_m"] == pytest.approx(8, abs=1e-3)
    assert row["accuracy_m"] == pytest.approx(np.hypot(30, 1))
    statutory = ask(make_layer, counties, east_of(116.5, 8), survey=1.0, accuracy_m=30)
    assert (statutory["accuracy_m"], statutory["firm"]) == (1.0, True)  # law as published


def test_who_is_close_is_told_to_look(make_layer, counties) -> None:
    """Clear by less than the coordinates may be off is not 未发现限制, however full the list."""
    near = make_layer(AREA, id="near", stands_for="redline", basis="published", accuracy_m=30)
    layers = [*full_list(make_layer, "wind", "redline"), near]
    verdicts = [
        check(read_sites(geojson(east_of(116.5, m)), "a.geojson"), layers, counties, activity="wind").sites["verdict"][
            0
        ]
        for m in (8, 80)
    ]
    assert verdicts == ["notice", "nothing_found"]


def test_a_layer_of_unknown_accuracy_is_neither_firm_nor_not(make_layer, counties) -> None:
    row = ask(make_layer, counties, east_of(116.5, 8), basis="published")
    assert np.isnan(row["accuracy_m"])
    assert row["firm"] is None


def test_accuracy_by_kind_of_input(make_layer, counties) -> None:
    layer = make_layer(AREA, **FIRM)
    typed = check(sites_from_points([(116.6, 27.5)]), [layer], counties).findings.iloc[0]
    assert typed["accuracy_m"] in (1.0, 20.0)
    said = check(sites_from_points([(116.6, 27.5)]), [layer], counties, survey_accuracy_m=0.05).findings.iloc[0]
    assert said["accuracy_m"] == 0.05


@pytest.mark.parametrize("depth", [0.5, 8.0, 60.0, 99.0])
def test_how_far_in_a_site_reaches(make_layer, counties, depth) -> None:
    """A square that reaches so far over a straight edge leaves it when shifted so far back."""
    site = east_of(116.5, -depth)
    row = ask(make_layer, counties, site)
    assert row["relation"] == "overlaps"
    assert row["margin_m"] == pytest.approx(depth, abs=2e-3)
    assert ask(make_layer, counties, moved(site, 90, row["margin_m"] - 3e-3))["relation"] == "overlaps"
    assert ask(make_layer, counties, moved(site, 90, row["margin_m"] + 3e-3))["relation"] in {"touches", "disjoint"}


def test_a_site_wholly_inside_must_go_all_the_way_out(make_layer, counties) -> None:
    row = ask(make_layer, counties, east_of(116.5, -250))
    assert row["relation"] == "within"
    assert row["margin_m"] == pytest.approx(250, abs=0.01)  # its far side: the near one is 150 m from the edge


def test_a_narrow_stream_across_a_site_is_not_lost_by_a_metre(make_layer, counties) -> None:
    stream = shapely.box(116.4005, 27.0, 116.40055, 28.0)  # 5 m wide
    row = ask(make_layer, counties, shapely.box(116.4, 27.5, 116.401, 27.501), area=stream)
    assert row["margin_m"] > 40


def test_points_and_lines(make_layer, counties) -> None:
    lon = KARNEY.fwd(116.5, 27.5, 270, 30)[0]
    assert ask(make_layer, counties, shapely.Point(lon, 27.5))["margin_m"] == pytest.approx(30, abs=1e-3)
    road = shapely.LineString([(lon, 27.5), (116.6, 27.5)])
    assert ask(make_layer, counties, road)["margin_m"] == pytest.approx(30, abs=0.01)


def test_inside_the_town_boundary_the_margin_is_the_way_to_its_edge(make_layer, counties) -> None:
    town = {"must_be_inside": True, "stands_for": "town_boundary"}
    within = ask(make_layer, counties, east_of(116.5, -250), **town)
    assert within["margin_m"] == pytest.approx(150, abs=0.01)
    across = ask(make_layer, counties, east_of(116.5, -60), **town)
    assert across["margin_m"] == pytest.approx(40, abs=0.01)
    assert (across["inside_m2"], across["outside_m2"]) == pytest.approx((6000, 4000), rel=1e-3)


def test_the_margin_of_a_distance_rule(make_layer, counties) -> None:
    """900 m from the bank, the clause names 1 km: 100 m decide."""
    layer = make_layer(AREA, stands_for="river_bank", zones=["长江支流"], **FIRM)
    sites = read_sites(geojson(east_of(116.5, 900), east_of(116.5, 1004)), "a.geojson")
    rows = check(sites, [layer], counties, activity="chemical_project", survey_accuracy_m=10).findings
    assert rows["margin_m"].tolist() == pytest.approx([100, 4], abs=0.05)
    assert rows["firm"].tolist() == [True, False]


def test_slivers_are_marked_and_kept(make_layer, counties) -> None:
    thin, thick = ask(make_layer, counties, east_of(116.5, -0.4)), ask(make_layer, counties, east_of(116.5, -3))
    assert (thin["state"], thin["sliver"], thick["sliver"]) == ("hit", True, False)
    assert thin["overlap_m2"] == pytest.approx(40, rel=0.01)


def test_not_checked_has_no_margin(make_layer, counties) -> None:
    layer = make_layer(state="not_loaded")
    row = check(read_sites(geojson(east_of(116.5, 8)), "a.geojson"), [layer], counties).findings.iloc[0]
    assert np.isnan(row["margin_m"])
    assert row["firm"] is None


_SHAPES = st.builds(
    lambda lon, lat, radius, corners, turn: shapely.Polygon(
        [KARNEY.fwd(lon, lat, turn + 360 * n / corners, radius * (1 if n % 2 else 0.55))[:2] for n in range(corners)]
    ),
    st.floats(116.49, 116.51),
    st.floats(27.49, 27.51),
    st.floats(20, 900),
    st.integers(4, 11),
    st.floats(0, 359),
)


@settings(max_examples=60, deadline=None)
@given(site=_SHAPES, area=_SHAPES, azimuth=st.floats(0, 359))
def test_no_shift_shorter_than_the_margin_flips_a_finding(site, area, azimuth) -> None:
    spec = LayerSpec(
        id="control", title=NAME, group="control", role="other", stands_for="control", source=NoSource(kind="none"),
        publisher=NAME, licence="test", as_of="2024", basis="statutory",
    )  # fmt: skip
    columns = {
        "feature_id": ["a"],
        "name_zh": ["a"],
        "name_en": ["a"],
        "zone": [None],
        "basis": ["statutory"],
        "located": [True],
    }
    layer = Layer(spec, "loaded", gpd.GeoDataFrame(columns, geometry=[area], crs="EPSG:4490"))
    counties = gpd.GeoDataFrame(
        {"adcode": ["361001"], "name_zh": ["县"], "prefecture_adcode": ["361000"], "province_adcode": ["360000"]},
        geometry=[shapely.box(116, 27, 117, 28)], crs="EPSG:4490",
    )  # fmt: skip

    def state(shape):
        return check(read_sites(geojson(shape), "a.geojson"), [layer], counties).findings.iloc[0]

    row = state(site)
    if row["relation"] == "touches":
        return
    near = max(row["margin_m"] - 2e-3, 0.0)
    assert state(moved(site, azimuth, near))["state"] == row["state"]
    if row["state"] == "clear":
        scale = (np.cos(np.radians(27.5)) * 111_413, 110_830)  # the nearest points in degrees may be others
        plane = [shapely.transform(shape, lambda xy: xy * scale) for shape in (site, area)]
        (lon1, lat1), (lon2, lat2) = shapely.get_coordinates(shapely.shortest_line(*plane)) / scale
        towards = KARNEY.inv(lon1, lat1, lon2, lat2)[0]
        there = state(moved(site, towards, row["margin_m"] * 1.0005 + 5e-3))
        assert (
            there["state"] == "hit"
            or there["relation"] == "touches"
            or there["margin_m"] < row["margin_m"] * 0.02 + 0.02
        )


# ---------------------------------------------------------------- exact, or a bound


ROAD_ACROSS = shapely.LineString([(116.45, 27.4), (116.45, 27.6)])
LINE = shapely.LineString([(116.4, 27.5), (116.5, 27.5)])


@pytest.mark.parametrize(
    ("shape", "entry", "kind"),
    [
        (east_of(116.5, 8), {}, "exact"),
        (east_of(116.5, -40), {}, "at_least"),
        (shapely.Point(116.49, 27.5), {}, "exact"),
        (shapely.Point(116.4, 27.5), {}, "at_least"),  # 10 km inside: looked for within 5 km only
        (ROAD_ACROSS, {}, "at_least"),
        (ROAD_ACROSS, {"area": LINE}, None),
        (east_of(116.5, -250), {"must_be_inside": True}, "exact"),
        (east_of(116.5, -40), {"must_be_inside": True}, "at_least"),
        (east_of(116.5, 8), {"must_be_inside": True}, "at_least"),
    ],
)
def test_a_margin_says_whether_it_is_exact(make_layer, counties, shape, entry, kind) -> None:
    row = ask(make_layer, counties, shape, **entry)
    assert row["margin_is"] == kind
    assert np.isnan(row["margin_m"]) == (kind is None)


@pytest.mark.parametrize(("away_m", "kind"), [(990.0, "at_least"), (1010.0, "exact")])
def test_the_way_to_the_distance_of_a_clause_is_exact_and_out_of_it_a_bound(make_layer, counties, away_m, kind) -> None:
    bank = make_layer(AREA, id="bank", stands_for="river_bank", zones=["长江支流"], **FIRM)
    sites = read_sites(geojson(east_of(116.5, away_m)), "a.geojson")
    row = check(sites, [bank], counties, activity="chemical_park", as_of="2026-11-20").findings.iloc[0]
    assert row["margin_m"] == pytest.approx(10, abs=0.01)
    assert row["margin_is"] == kind


@pytest.mark.parametrize("away_m", [-40.0, 8.0, 8_000.0])
def test_what_a_model_picked_has_no_accuracy_no_margin_and_is_never_firm(make_layer, counties, away_m) -> None:
    row = ask(make_layer, counties, east_of(116.5, away_m), basis="modelled", accuracy_m=5000)
    assert row["state"] == "indicative"
    assert row["reason"] == "modelled"
    assert np.isnan([row["margin_m"], row["accuracy_m"]]).all()
    assert row["margin_is"] is None
    assert row["firm"] is None
    assert row["distance_m"] == pytest.approx(max(away_m, 0), rel=1e-4), "how far it is can still be said"


def test_a_modelled_feature_among_others_speaks_for_itself_only(make_layer, counties) -> None:
    layer = make_layer(
        shapely.box(116.4, 27.4, 116.5, 27.6), shapely.box(116.6, 27.4, 116.7, 27.6),
        basis="approximate", bases=["modelled", "approximate"], accuracy_m=1000,
    )  # fmt: skip
    sites = read_sites(geojson(east_of(116.5, 8), shapely.box(116.59, 27.5, 116.599, 27.51)), "a.geojson")
    rows = check(sites, [layer], counties).findings
    assert rows["reason"].tolist() == ["modelled", "approximate"]
    assert np.isnan(rows["margin_m"]).tolist() == [True, False]
    assert rows["firm"].tolist() == [None, False]
