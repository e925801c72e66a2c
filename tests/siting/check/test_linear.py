"""Chainages along a parallel, by Karney's geodesics; schemes and ways out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from geo.errors import BadInput
from geo.read.formats import read_sites
from siting.check.check import check
from siting.check.linear import Structure, chainage, chainage_m, corridor_sites, linear_sections
from siting.check.remainder import compare, remainder_frame
from siting.check.result import to_json
from siting.measures.distance_bands import bands
from tests.helpers import KARNEY, ROOT, geojson, karney_area_m2, sampled_distance_m

CASES = ROOT / "tests" / "fixtures" / "cases"
FIRM = {"basis": "statutory"}
ROAD = shapely.LineString([(116.3, 27.5), (116.5, 27.5)])
AREA = shapely.box(116.35, 27.4, 116.40, 27.6)


def along(lon: float) -> float:
    """Metres from the start of the road to a meridian, along the parallel."""
    lons = np.linspace(116.3, lon, 400)
    return float(KARNEY.line_length(lons, np.full(400, 27.5)))


def sites_of(*shapes):
    return read_sites(geojson(*shapes), "a.geojson")


def test_chainages_are_written_and_read() -> None:
    assert [chainage(m) for m in (0, 999.9999, 1000, 10_020.5)] == [
        "K0+000.000",
        "K1+000.000",
        "K1+000.000",
        "K10+020.500",
    ]
    assert [chainage_m(t) for t in ("K0+000", "k10+020.5", " AK1 + 002 ", "3+4")] == [0, 10_020.5, 1002, 3004]
    for wrong in ("", "12345", "K1-200", "K1+2000", "K1+2x"):
        with pytest.raises(BadInput):
            chainage_m(wrong)


def test_entry_and_exit_by_chainage(make_layer) -> None:
    river = make_layer(shapely.LineString([(116.45, 27.0), (116.45, 28.0)]), id="river", role="river", **FIRM)
    found = linear_sections(
        sites_of(ROAD).frame, [make_layer(AREA, id="area", **FIRM), river, make_layer(id="none", state="not_loaded")]
    )
    assert found[["layer", "kind", "structure", "features"]].to_numpy().tolist() == [
        ["area", "inside", "ground", "甲0"],
        ["river", "crossing", "ground", "甲0"],
    ]
    assert found["from_m"].tolist() == pytest.approx([along(116.35), along(116.45)], abs=2e-3)
    assert found["to_m"].tolist() == pytest.approx([along(116.40), along(116.45)], abs=2e-3)
    assert found["length_m"].tolist() == pytest.approx([along(116.40) - along(116.35), 0], abs=2e-3)
    assert found["from_k"][0] == chainage(found["from_m"][0])


def test_bridges_and_tunnels_cut_sections(make_layer) -> None:
    start, end = along(116.35), along(116.40)
    structures = [Structure(start + 500, start + 800, "bridge"), Structure(end - 100, end + 50, "tunnel")]
    found = linear_sections(sites_of(ROAD).frame, [make_layer(AREA, **FIRM)], structures)
    assert found["structure"].tolist() == ["ground", "bridge", "ground", "tunnel"]
    assert found["length_m"].tolist() == pytest.approx([500, 300, end - start - 900, 100], abs=5e-3)
    for wrong in ([Structure(5, 5, "bridge")], [Structure(0, 9, "bridge"), Structure(8, 10, "tunnel")]):
        with pytest.raises(BadInput):
            linear_sections(sites_of(ROAD).frame, [], wrong)


def test_a_line_that_turns_back_over_itself_counts_both_passes(make_layer) -> None:
    bend = shapely.LineString([(116.3, 27.5), (116.5, 27.5), (116.5, 27.501), (116.3, 27.499)])
    found = linear_sections(sites_of(bend).frame, [make_layer(AREA, **FIRM)])
    assert len(found) == 2
    assert found["from_m"].is_monotonic_increasing


def test_neighbouring_features_are_one_section(make_layer) -> None:
    halves = [shapely.box(116.35, 27.4, 116.375, 27.6), shapely.box(116.375, 27.4, 116.40, 27.6)]
    found = linear_sections(sites_of(ROAD).frame, [make_layer(*halves, **FIRM)])
    assert found["features"].tolist() == ["甲0、甲1"]
    assert found["length_m"].tolist() == pytest.approx([along(116.40) - along(116.35)], abs=2e-3)


def test_sections_sum_to_what_the_check_says(make_layer, counties) -> None:
    rng = np.random.default_rng(3)
    shapes = shapely.buffer(shapely.points(rng.uniform((116.3, 27.4), (116.6, 27.6), (30, 2))), 0.01)
    line = shapely.LineString(rng.uniform((116.3, 27.4), (116.6, 27.6), (12, 2)))
    layer = make_layer(*shapes, **FIRM)
    found = linear_sections(sites_of(line).frame, [layer])
    row = check(sites_of(line), [layer], counties).findings.iloc[0]
    assert found["length_m"].sum() == pytest.approx(row["overlap_m"], abs=0.05)


def test_a_corridor_is_as_wide_as_asked() -> None:
    sites = corridor_sites(sites_of(ROAD, shapely.Point(116.4, 27.5)), 60)
    band = sites.frame.geometry[0]
    assert karney_area_m2(band) == pytest.approx(along(116.5) * 60, rel=1e-4)
    assert sites.frame.geometry[1].geom_type == "Point"
    with pytest.raises(BadInput):
        corridor_sites(sites, 0)


def test_bands_are_never_narrower_than_asked() -> None:
    shape = shapely.box(116.4, 27.4, 116.41, 27.41)
    wide = bands(np.array([shape]), 1000.0)[0]
    assert 1000 <= sampled_distance_m(shapely.boundary(shape), shapely.boundary(wide)) < 1000.2


# ---------------------------------------------------------------- ways out and alternatives


def test_the_way_out_leaves_the_distance_of_the_clause(make_layer, counties) -> None:
    bank = make_layer(
        shapely.box(116.1, 27.2, 116.3, 27.8), id="bank", stands_for="river_bank", zones=["长江支流"], **FIRM
    )
    site = shapely.box(116.305, 27.5, 116.315, 27.505)
    result = check(sites_of(site), [bank], counties, activity="chemical_project")
    left = result.sites["way_out"][0]["geometry"]
    edge = KARNEY.fwd(116.3, 27.5025, 90, 1000)[0]
    assert left.bounds[0] == pytest.approx(edge, abs=2e-6)  # 20 cm
    assert result.sites["way_out"][0]["area_m2"] == pytest.approx(karney_area_m2(left), rel=1e-6)
    again = check(sites_of(left), [bank], counties, activity="chemical_project")
    assert again.findings["rules"][0] == []
    frame = remainder_frame(result)
    assert frame["layers"].tolist() == ["bank"]
    told = to_json(result, "0")["sites"][0]["way_out"]
    assert shapely.geometry.shape(told["geometry"]).equals(left)


def test_what_nothing_forbids_needs_no_way_out(make_layer, counties) -> None:
    layer = make_layer(AREA, stands_for="redline", id="redline", **FIRM)
    away = shapely.box(116.6, 27.5, 116.61, 27.51)
    assert check(sites_of(away), [layer], counties, activity="wind").sites["way_out"].tolist() == [None]
    inside = check(sites_of(shapely.box(116.36, 27.5, 116.37, 27.51)), [layer], counties, activity="wind")
    assert inside.sites["way_out"][0]["geometry"] is None
    assert inside.sites["way_out"][0]["share"] == 0.0
    point = check(sites_of(shapely.Point(116.36, 27.5)), [layer], counties, activity="wind")
    assert point.sites["way_out"].tolist() == [None]


def test_a_road_with_an_alternative(make_layer, counties) -> None:
    layer = make_layer(AREA, stands_for="redline", id="redline", **FIRM)
    missing = make_layer(id="fields", stands_for="permanent_farmland", state="not_loaded")
    north = shapely.LineString([(116.3, 27.5), (116.375, 27.58), (116.5, 27.5)])
    round_it = shapely.LineString([(116.3, 27.5), (116.3, 27.7), (116.5, 27.7), (116.5, 27.5)])
    schemes = {
        name: check(sites_of(line), [layer, missing], counties, activity="linear_road")
        for name, line in {"A": ROAD, "B": north, "C": round_it}.items()
    }
    table = compare(schemes).set_index("scheme")
    assert table["verdict"].tolist() == ["review_required", "review_required", "not_checked"]
    assert table["overlap_m:redline"]["A"] == pytest.approx(along(116.40) - along(116.35), abs=2e-3)
    assert table["overlap_m:redline"]["C"] == 0.0
    assert table["way_out_m"]["A"] == pytest.approx(table["length_m"]["A"] - table["overlap_m:redline"]["A"], abs=1e-3)
    assert table["way_out_m"]["C"] == table["length_m"]["C"]
    assert all("permanent_farmland" in text for text in table["missing_required"])
    with pytest.raises(BadInput):
        compare({"A": schemes["A"]})


def test_lines_on_a_river_are_measured_along_it(make_layer, counties) -> None:
    collection = json.loads((CASES / "line_layer_river.geojson").read_bytes())
    river = shapely.geometry.shape(collection["features"][0]["geometry"])
    layer = make_layer(river, basis="statutory", role="river")
    sites = read_sites((CASES / "line_on_line.geojson").read_bytes(), "line_on_line.geojson")
    rows = check(sites, [layer], counties).findings
    assert rows["state"].tolist() == ["hit"] * 3
    right_m = [1253.034, 665.184, 626.517]
    assert rows["overlap_m"].tolist() == pytest.approx(right_m, abs=1e-3)
    sections = linear_sections(sites.frame, [layer])
    assert sections["kind"].tolist() == ["along"] * 3
    assert sections["length_m"].tolist() == pytest.approx(right_m, abs=2e-3)


def test_schemes_on_an_illustration_are_told_apart_by_what_would_forbid(make_layer, counties) -> None:
    """On the drawn red line no rule forbids, but one would on the official line; off it, none would."""
    layer = make_layer(AREA, stands_for="redline", id="redline", basis="modelled", accuracy_m=None)
    away = shapely.LineString([(116.3, 27.7), (116.5, 27.7)])
    schemes = {
        name: check(sites_of(line), [layer], counties, activity="chemical_project")
        for name, line in {"on it": ROAD, "off it": away}.items()
    }
    table = compare(schemes).set_index("scheme")
    assert table["prohibited"].tolist() == [0, 0]
    assert table.loc["on it", "prohibited_if_official"] > 0
    assert table.loc["off it", "prohibited_if_official"] == 0
    assert table["overlap_m:redline"].tolist() == pytest.approx([along(116.40) - along(116.35), 0.0], abs=2e-3)
    assert table["met:redline"].tolist() == [1, 0]
