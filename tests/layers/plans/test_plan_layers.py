"""One table of sites, four layers: each row stands under the law that names its kind, or under none."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from layers.catalogue.config import read_catalogue
from layers.catalogue.model import Layer
from layers.indicators.county_profile import derived_figures
from layers.law.tables import read_law
from layers.own.database import placement_of
from layers.own.versions import replaceable_entries
from layers.plans.schema import TABLES
from layers.plans.tables import read_table
from layers.sources import PlansSource
from siting.law.rules import PLAN_LAYERS
from tests.helpers import ROOT

_CONFIG = ROOT / "config.toml"
_STANDS_FOR = {
    "protected_sites": "protected_site",
    "named_wetlands": "wetland",
    "named_water_sources": "water_source_zone",
    "plan_places": "plan_place",
}


@pytest.fixture(scope="module")
def split(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return {name: shipped[name] for name in _STANDS_FOR}


def _ids(layer: Layer) -> set[str]:
    assert layer.frame is not None
    return set(layer.frame["id"])


def test_every_site_is_in_one_layer_and_no_other(split: dict[str, Layer]) -> None:
    found = Counter(name for layer in split.values() for name in _ids(layer))
    assert set(found) == set(read_table("protected_sites")["id"])
    assert set(found.values()) == {1}
    assert {name: layer.spec.stands_for for name, layer in split.items()} == _STANDS_FOR


def test_every_type_is_asked_for_once() -> None:
    sources = [spec.source for spec in read_catalogue(_CONFIG).layer if isinstance(spec.source, PlansSource)]
    types = [kind for source in sources if source.table == "protected_sites" for kind in source.where["type"]]
    allowed = next(column.allowed for column in TABLES["protected_sites"].columns if column.name == "type")
    assert sorted(types) == sorted(allowed)


def test_the_eighteen_that_a_law_of_protected_sites_names(split: dict[str, Layer]) -> None:
    """Counted in the five documents: 5 reserves, 2 national parks (one proposed), 9 nature parks, 2 scenic areas."""
    frame = split["protected_sites"].frame
    assert frame is not None
    assert Counter(frame["type"]) == {
        "nature_reserve": 5, "national_park": 2, "wetland_park": 8, "forest_park": 1, "scenic_area": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("site", "layer"),
    [
        ("000-liukeng", "plan_places"),  # a village with sights
        ("000-caoshan", "plan_places"),  # a temple
        ("000-zhuqiao", "plan_places"),  # a village
        ("000-changzheng", "plan_places"),  # a cultural park
        ("002-route-tea", "plan_places"),  # a cultural route
        ("002-belt-gan", "plan_places"),  # a landscape belt
        ("002-pa-wuyi", "plan_places"),  # a priority area: a plan's, no protected site
        ("000-dajueshan", "plan_places"),  # 5A is a grade of tourism
        ("001-xiajiang-ws", "plan_places"),  # 水利风景区 is no 风景名胜区
        ("000-matoushan", "protected_sites"),
        ("000-jiulonghu", "protected_sites"),
        ("004-shugang", "protected_sites"),  # 风景名胜区 in its name and in law
        ("001-jihu-iw", "named_wetlands"),
        ("002-poyang-wetland", "named_wetlands"),
        ("000-ws-tanhu", "named_water_sources"),
    ],
)
def test_where_a_site_stands(split: dict[str, Layer], site: str, layer: str) -> None:
    assert [name for name, one in split.items() if site in _ids(one)] == [layer]


def test_nothing_asks_for_places() -> None:
    """No rule of law or plan, no required list and no approval path names what the places stand for."""
    assert "plan_place" not in set(PLAN_LAYERS.values())
    for table, column in (("rules", "layer"), ("required_layers", "stands_for"), ("approval_paths", "layer")):
        assert "plan_place" not in set(read_law(table)[column])


def test_a_list_of_names_is_no_rival_of_the_layer_itself(shipped: dict[str, Layer]) -> None:
    catalogue = read_catalogue(_CONFIG)
    counties = shipped["county"].frame
    assert counties is not None
    for word in ("wetland", "water_source_zone"):
        assert [spec.id for spec in replaceable_entries(word, ("361000",), catalogue)] == [word]
        place = placement_of(word, ("361000",), catalogue, counties)
        assert (place.kind, place.spec and place.spec.id) == ("replace", word)
    assert [spec.id for spec in replaceable_entries("protected_site", ("361000",), catalogue)] == ["protected_sites"]


def test_the_date_of_a_feature_is_its_documents(split: dict[str, Layer], shipped: dict[str, Layer]) -> None:
    """001 was given on 2023-02-13, 004 signed on 2024-09-26; 000 prints no date."""
    dates = {"000": "unknown", "001": "2023-02-13", "002": "2024-06-03", "003": "2017", "004": "2024-09-26"}
    for layer in (*split.values(), shipped["projects"]):
        assert layer.frame is not None
        assert layer.spec.as_of == "unknown"
        told = pd.Series(layer.frame["document"]).map(dates)
        assert (layer.frame["as_of"] == told).all()


def test_a_county_counts_protected_sites_and_no_sights(shipped: dict[str, Layer]) -> None:
    """乐安 (361025) has 流坑 and 金竹, no reserve; 宜黄 (361026) two reserves; 抚州 (361000) nine sites in all."""
    figures = derived_figures(shipped)
    counted = figures.indicators["protected_sites"].figures
    assert (counted["361025"], counted["361026"], counted["361030"]) == (0, 2, 2)
    assert figures.above.loc["361000", "protected_sites"] == 9
