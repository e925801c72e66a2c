"""Badges count what is known by a territory alone: every row once a territory, by the colours of the map."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
import shapely

from carto.badges import Anchor, anchors_json, anchors_of, badges_json, counted_within, merged_badges, territory_at
from carto.style import classes_of
from layers.catalogue import Layer
from layers.plans import read_table


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


def expected_counts() -> Counter[str]:
    """Return how many projects each territory has that are known by it alone, from the table itself."""
    rows = read_table("projects")
    unplaced = rows[rows["location_basis"].isin(["county", "prefecture"]) & rows["lon"].isna()]
    return Counter(unplaced["adcodes"].str.split(";").explode())


def badges_of(layer: Layer, anchors: dict[str, Anchor]) -> tuple[list[str], list[list[object]]]:
    assert layer.frame is not None
    colours = [item.symbol["fill"] or item.symbol["stroke"] or "" for item in classes_of(layer)[0]]
    return colours, badges_json(layer, layer.frame, anchors)


def test_each_territory_counts_its_projects(layers: dict[str, Layer]) -> None:
    colours, badges = badges_of(layers["projects"], anchors_of(layers))
    near = [badge for badge in badges if badge[4] == 1]
    found = Counter({str(code): sum(number for _, number in counts) for code, _, _, counts, _ in near})
    wanted = expected_counts()
    on_waters_without_a_shape = found - wanted
    assert wanted - found == Counter()
    rows = read_table("projects").set_index("id")
    assert sum(on_waters_without_a_shape.values()) <= (rows["location_basis"] == "water").sum()
    assert all(0 <= cls < len(colours) for _, _, _, counts, _ in badges for cls, _ in counts)


def test_further_out_a_prefecture_stands_for_its_counties(layers: dict[str, Layer]) -> None:
    anchors = anchors_of(layers)
    pairs = [badges_of(layers["projects"], anchors), badges_of(layers["protected_sites"], anchors)]
    near = {badge.adcode: badge.counts.total() for badge in merged_badges(pairs, 9)}
    far = {badge.adcode: badge.counts.total() for badge in merged_badges(pairs, 8.5)}
    frames = [layers[name].frame for name in ("projects", "protected_sites")]
    known = pd.concat([frame.loc[frame["drawn_as"] == "territory", "adcodes"] for frame in frames if frame is not None])
    assert far["361000"] == known.str.contains(r"\b3610\d\d\b").sum() > near["361000"] > 0
    assert all(code.endswith("00") for code in far)
    assert far["360000"] == near["360000"] == known.str.contains("360000").sum()


def test_the_point_of_a_badge_tells_its_territory(layers: dict[str, Layer]) -> None:
    _, badges = badges_of(layers["projects"], anchors_of(layers))
    for code, lon, lat, _, _ in badges:
        assert territory_at(layers, lon, lat) == code
    lon, lat, name = anchors_json(layers, "en")["361000"]
    assert name == "Fuzhou"
    assert territory_at(layers, lon, lat) == "361000"
    assert territory_at(layers, lon + 0.001, lat) == ""


def test_anchors_stand_in_their_prefecture(layers: dict[str, Layer]) -> None:
    frame = layers["prefecture"].frame
    assert frame is not None
    shapes = dict(zip(frame["adcode"].astype(str), frame.geometry, strict=True))
    anchors = anchors_of(layers)
    assert set(shapes) <= set(anchors)
    for code, shape in shapes.items():
        assert shapely.contains_xy(shape, anchors[code].lon, anchors[code].lat)


def test_what_a_filter_leaves_is_counted(layers: dict[str, Layer]) -> None:
    layer = layers["projects"]
    assert layer.frame is not None
    one = layer.frame[layer.frame["id"] == "000-6-2-1-01"]
    anchors = anchors_of(layers)
    told = [(code, counts[0][1], when) for code, _, _, counts, when in badges_json(layer, one, anchors)]
    assert told == [("361028", 1, 1), ("361000", 1, 2)]
    assert badges_json(layer, layer.frame.iloc[:0], anchors) == []
    county = layers["county"]
    assert county.frame is not None
    assert badges_json(county, county.frame, anchors) == []


def test_a_badge_needs_no_county_layer(layers: dict[str, Layer]) -> None:
    assert anchors_of({"projects": layers["projects"]}) == {}
    far = merged_badges([badges_of(layers["projects"], {})], 6)
    assert any(badge.level == "county" for badge in far)


def test_what_a_badge_inside_counts_is_taken_whole(layers: dict[str, Layer]) -> None:
    """Of a prefecture whose point is inside, features of counties beyond the bounds are counted too, and no others."""
    frame = layers["projects"].frame
    assert frame is not None
    anchors = anchors_of(layers)
    at = anchors["361000"]
    bounds = (at.lon - 0.01, at.lat - 0.01, at.lon + 0.01, at.lat + 0.01)
    mask = counted_within(frame, anchors, bounds)
    assert mask.sum() == frame["known_in"].str.contains(r"\b3610\d\d\b").sum() > 100
    assert not counted_within(frame, anchors, (100.0, 20.0, 100.1, 20.1)).any()
    county = layers["county"].frame
    assert county is not None
    assert not counted_within(county, anchors, bounds).any()
