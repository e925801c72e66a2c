"""One box finds territories, towns, projects, sites and waters, in Chinese, English, pinyin or by code; and points."""

from __future__ import annotations

import pandas as pd
import pytest
from pyproj import Transformer

from layers.catalogue.counties import counties_of
from layers.catalogue.model import Layer
from layers.gazetteer.coordinates import county_at, spots_in
from layers.gazetteer.gazetteer import Gazetteer
from layers.gazetteer.search import Hit, find, find_index, hit_of, searched_layers
from tests.helpers import ROOT


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


@pytest.fixture(scope="module")
def index(layers: dict[str, Layer]) -> pd.DataFrame:
    return find_index(Gazetteer.from_data(ROOT / "data").places, searched_layers(layers.values()))


def first(index: pd.DataFrame, text: str) -> Hit:
    return find(index, text)[0]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("临川", "county", "临川区"),
        ("linchuan", "county", "临川区"),
        ("zixi", "county", "资溪县"),  # and 紫溪乡 is Zixi in English, too
        ("lcq", "county", "临川区"),
        ("361002", "county", "临川区"),
        ("362523", "county", "黎川县"),  # its code before 2000
        ("Fuzhou", "prefecture", "抚州市"),
        ("疏山水利", "project", "疏山水利枢纽"),
        ("matoushan", "protected", "马头山自然保护区"),
        ("高邮湖", "river", "高邮湖"),
        ("昄大乡", "town", "昄大乡"),
        ("东临新区", "zone", "东临新区"),
    ],
)
def test_a_name_a_code_or_pinyin_finds_it_first(index: pd.DataFrame, text: str, kind: str, name: str) -> None:
    hit = first(index, text)
    assert (hit.kind, hit.name_zh) == (kind, name)
    assert hit_of(index, hit.key) == hit


def test_what_is_known_by_county_only_says_so(index: pd.DataFrame) -> None:
    hit = first(index, "临川智汇产业园")
    assert not hit.exact
    assert hit.adcodes == "361002"
    assert first(index, "疏山水利枢纽").exact


def test_a_code_begun_lists_its_counties(index: pd.DataFrame) -> None:
    found = find(index, "3610", 30)
    assert {hit.kind for hit in found} == {"county", "prefecture"}
    assert len(found) == 12  # 抚州: eleven counties and itself


@pytest.mark.parametrize("text", ["", "   ", ";", ".*", "((", "%"])
def test_nothing_and_patterns_find_nothing(index: pd.DataFrame, text: str) -> None:
    assert find(index, text) == []


def test_every_key_is_one_thing(index: pd.DataFrame) -> None:
    assert not index["key"].duplicated().any()
    assert hit_of(index, "layer:projects:gone") is None


def test_a_river_in_pieces_is_found_once_and_whole(index: pd.DataFrame, layers: dict[str, Layer]) -> None:
    pieces = layers["rivers"].frame
    assert pieces is not None
    gan = pieces[pieces["name_zh"] == "赣江"]
    mine = [hit for hit in find(index, "赣江", 20) if hit.layer == "rivers" and hit.name_zh == "赣江"]
    assert len(mine) == 1
    assert mine[0].bounds == pytest.approx(tuple(gan.total_bounds))


@pytest.mark.parametrize(
    "text", ["116.35 27.95", "27.95,116.35", "27°57′N 116°21′E", "东经116°21′ 北纬27°57′", "116 21 0 27 57 0"]
)
def test_degrees_in_any_notation_are_one_place(text: str) -> None:
    (spot,) = spots_in(text)
    assert (spot.lon, spot.lat) == pytest.approx((116.35, 27.95), abs=1e-7)


@pytest.mark.parametrize("written", ["{x:.2f} {y:.2f}", "{y:.2f},{x:.2f}"])
def test_metres_show_where_each_zone_would_put_them(written: str, layers: dict[str, Layer]) -> None:
    x, y = Transformer.from_crs(4490, 4548, always_xy=True).transform(116.35, 27.95)
    spots = spots_in(written.format(x=x, y=y))
    assert len(spots) > 1  # nothing is chosen for the user
    mine = next(spot for spot in spots if spot.crs == "EPSG:4548")
    assert (mine.lon, mine.lat) == pytest.approx((116.35, 27.95), abs=1e-6)
    county = county_at(mine.lon, mine.lat, counties_of(layers))
    assert county is not None
    assert county["adcode"] == "361002"


def test_metres_with_a_zone_number_are_one_place() -> None:
    x, y = Transformer.from_crs(4490, 4527, always_xy=True).transform(116.35, 27.95)
    (spot,) = spots_in(f"{x:.3f}, {y:.3f}")
    assert (spot.crs, spot.lon, spot.lat) == ("EPSG:4527", pytest.approx(116.35), pytest.approx(27.95))


@pytest.mark.parametrize("text", ["临川", "361002", "G318", "", "北纬", "999 999", "1" * 5000])
def test_what_is_no_coordinates_is_none(text: str) -> None:
    assert spots_in(text) == []
