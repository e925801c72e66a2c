"""Territories by their adcodes."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.catalogue.territory import common_territories, covers, extent_without, lies_in, proposed_extent
from tests.helpers import ROOT


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb")


def test_codes_nest_as_the_boundaries_say(counties: gpd.GeoDataFrame) -> None:
    for row in counties.itertuples():
        assert lies_in(row.adcode, row.prefecture_adcode)
        assert lies_in(row.prefecture_adcode, row.province_adcode)
        assert not lies_in(row.prefecture_adcode, row.adcode)


def test_a_province_less_a_city_is_its_other_cities(counties: gpd.GeoDataFrame) -> None:
    jiangxi = counties[counties["province_adcode"] == "360000"]
    others = set(jiangxi["prefecture_adcode"]) - {"361000"}
    assert set(extent_without(["360000"], ["361000"], counties)) == others
    left = extent_without(["360000"], ["361002"], counties)
    assert others < set(left)
    fuzhou = jiangxi.loc[jiangxi["prefecture_adcode"] == "361000", "adcode"]
    assert set(left) - others == set(fuzhou) - {"361002"}
    assert extent_without(["361000"], list(fuzhou), counties) == []


def test_nothing_named_means_everywhere(counties: gpd.GeoDataFrame) -> None:
    codes = counties["adcode"]
    assert covers([], ["360000"], codes)
    assert not covers(["360000"], [], codes)
    assert covers(sorted(set(counties["prefecture_adcode"])), ["360000"], codes)
    assert not covers(["361000"], ["360000"], codes)
    assert common_territories(["360000"], ["361000", "321000"]) == ["361000"]


def test_extent_is_proposed_from_codes_before_shapes(counties: gpd.GeoDataFrame) -> None:
    inside = counties[counties["adcode"] == "361002"].geometry.iloc[0].representative_point().buffer(0.02)
    frame = gpd.GeoDataFrame(geometry=[inside], crs=4490)
    assert proposed_extent(frame, counties) == ["361002"]
    assert proposed_extent(frame, counties, ["360802"]) == ["360802"]
    assert proposed_extent(frame, counties, ["361002001", "999999"]) == ["361002"]
    whole = gpd.GeoDataFrame(geometry=[shapely.box(113, 24, 119, 31)], crs=4490)
    assert proposed_extent(whole, counties) == ["360000"]
    assert proposed_extent(gpd.GeoDataFrame(geometry=[shapely.box(100, 30, 101, 31)], crs=4490), counties) == []
