"""Where a feature stands by what a public source states, against distances of GeographicLib's own kind."""

from __future__ import annotations

import pandas as pd
import pytest
from pyproj import Geod

from layers.plans.placing import place_points, stated_place
from layers.plans.tables import PLANS_FOLDER, read_table

WGS84 = Geod(ellps="WGS84")
POINTS = {"a": (116.0, 27.0), "b": (116.2, 27.0), "c": (116.1, 27.3)}


def source(**changed: object) -> pd.Series:
    blank = {"kind": "town", "lon": float("nan"), "lat": float("nan"), "accuracy_m": float("nan"), "places": ""}
    return pd.Series(blank | changed)


def test_printed_coordinates_are_taken_as_they_are() -> None:
    place = stated_place(source(kind="dam", lon=116.6297, lat=27.7475, accuracy_m=1000.0, places="a"), POINTS)
    assert place is not None
    assert (place.lon, place.lat, place.accuracy_m) == (116.6297, 27.7475, 1000.0)


@pytest.mark.parametrize(
    ("kind", "off_m"), [("in_town", 4_000), ("town", 10_000), ("village", 10_000), ("dam", 10_000)]
)
def test_a_town_is_its_point_in_the_gazetteer(kind: str, off_m: float) -> None:
    place = stated_place(source(kind=kind, places="b"), POINTS)
    assert place is not None
    assert (place.lon, place.lat, place.accuracy_m) == (116.2, 27.0, off_m)


def test_a_source_that_says_how_far_the_thing_is_from_the_town_widens_the_accuracy() -> None:
    place = stated_place(source(places="b", accuracy_m=17_000.0), POINTS)
    assert place is not None
    assert place.accuracy_m == 17_000
    narrower = stated_place(source(places="b", accuracy_m=500.0), POINTS)
    assert narrower is not None
    assert narrower.accuracy_m == 10_000


def test_several_towns_are_their_middle_and_all_of_them_are_within_the_accuracy() -> None:
    place = stated_place(source(kind="towns", places="a;b;c"), POINTS)
    assert place is not None
    assert (place.lon, place.lat) == (116.1, 27.1)
    off_m = [WGS84.inv(place.lon, place.lat, *POINTS[name])[2] for name in "abc"]
    assert max(off_m) + 10_000 <= place.accuracy_m < max(off_m) + 11_000


def test_what_states_no_place_stands_nowhere_and_an_unknown_town_is_an_error() -> None:
    assert stated_place(source(kind="landmark"), POINTS) is None
    with pytest.raises(KeyError):
        stated_place(source(places="z"), POINTS)


def test_every_shipped_feature_was_looked_up() -> None:
    """Each project, site and water has a statement of its place, or the words that were searched without one."""
    sources, searches = read_table("place_sources"), read_table("place_searches")
    looked_up = set(zip(sources["table"], sources["feature"], strict=True)) | set(
        zip(searches["table"], searches["id"], strict=True)
    )
    every = {(table, key) for table in ("projects", "protected_sites", "waters") for key in read_table(table)["id"]}
    assert every == looked_up


def test_a_feature_stands_by_one_statement_and_says_which() -> None:
    sources = read_table("place_sources").query("used == 'yes'")
    assert not sources.duplicated(["table", "feature"]).any()
    assert (sources["confidence"] != "low").all()
    assert (sources["review"] != "doubts").all()
    assert (sources["same"] != "").all()
    assert ((sources["url"] != "") | (sources["title"] != "")).all()


def test_gazetteer_points_are_read_from_both_files() -> None:
    points = place_points(PLANS_FOLDER.parent / "gazetteer")
    assert points["geonames-7738451"] == (116.54827, 27.92086)
    assert any(not key.startswith("geonames-") for key in points)
