"""What the map tells the page, and when it is put up anew."""

from __future__ import annotations

import dataclasses

import pytest

from carto.scene import Compare, LayerDisplay, Scene, View
from views.parts.map.view import _initial_scene, _map_state, _past_click
from views.screens.map import link as map_link
from views.session import Slot
from views.session import state as state_module

BEGUN = Scene(View(116.0, 28.0, 7), (LayerDisplay("rivers", on=True), LayerDisplay("county", on=False)))
DRAWN = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [116.0, 28.0]}}
LEFT = Scene(View(115.1, 27.2, 11), (LayerDisplay("county", on=True, opacity=0.3),), base="plain")


@pytest.fixture
def session(monkeypatch):
    held: dict = {}
    monkeypatch.setattr(state_module.st, "session_state", held)
    return held


def test_before_anything_is_done_the_map_is_as_it_was_opened():
    state = _map_state({"last_clicked": None, "bounds": {"_southWest": {"lat": None}}, "selected_layers": None}, BEGUN)
    assert state.scene == BEGUN
    assert state.visible == {"rivers"}
    assert (state.clicked, state.bounds, state.drawings) == (None, None, [])


def test_what_the_map_says_is_read():
    state = _map_state(
        {
            "last_clicked": {"lat": 27.5, "lng": 117.1},
            "center": {"lat": 27.4, "lng": 117.0},
            "zoom": 12,
            "bounds": {"_southWest": {"lat": 27, "lng": 116}, "_northEast": {"lat": 28, "lng": 118}},
            "selected_layers": [
                {"name": "county", "on": True, "opacity": 0.45},
                {"name": "rivers", "on": False, "opacity": 1, "years": [2019, 2021], "undated": False},
                {"name": "@map", "base": "plain", "left": "county", "right": "", "share": 0.25},
            ],
        },
        BEGUN,
    )
    assert state.scene == Scene(
        View(117.0, 27.4, 12),
        (
            LayerDisplay("county", on=True, opacity=0.45),
            LayerDisplay("rivers", on=False, years=(2019, 2021), undated=False),
        ),
        "plain",
        Compare("county", "", 0.25),
        (117.1, 27.5),
    )
    assert state.bounds == (116, 27, 118, 28)
    assert state.visible == {"county"}


def test_a_click_counts_until_the_map_is_about_something_else(session):
    slot = Slot("map-scene", None).of("m")
    slot.set(dataclasses.replace(BEGUN, clicked=(117.1, 27.5)))
    assert _past_click("m", ("", "")) is None  # the first run of a link with a point
    assert _past_click("m", ("site", "")) == (117.1, 27.5)
    assert slot.get().clicked is None
    assert _past_click("m", ("site", "")) == (117.1, 27.5)  # as long as st_folium remembers it
    answer = {"last_clicked": {"lat": 27.5, "lng": 117.1}}
    assert _map_state(answer, BEGUN, (117.1, 27.5)).clicked is None
    assert _map_state({"last_clicked": {"lat": 27.6, "lng": 117.1}}, BEGUN, (117.1, 27.5)).clicked == (117.1, 27.6)
    slot.set(dataclasses.replace(BEGUN, clicked=(116.0, 27.0)))
    assert _past_click("m", ("", "")) == (117.1, 27.5)  # what is taken away leaves the click that came after it


def test_the_map_stays_while_only_the_user_changes_it(session):
    first = _initial_scene("map", ("zh",), BEGUN, None, [])
    session["map-scene-map"] = LEFT
    assert _initial_scene("map", ("zh",), Scene(), None, []) == first == (BEGUN, None, [])


@pytest.mark.parametrize("change", ["language", "page"])
def test_put_up_anew_it_is_as_the_user_left_it_and_goes_nowhere_again(session, change):
    went = View(117.0, 27.0, 9)
    assert _initial_scene("map", ("zh",), BEGUN, went, []) == (BEGUN, went, [])
    session["map-scene-map"] = LEFT
    session["page_visit"] = int(change == "page")
    inputs = ("en",) if change == "language" else ("zh",)
    assert _initial_scene("map", inputs, BEGUN, went, [DRAWN]) == (LEFT, None, [DRAWN])
    assert _initial_scene("map", inputs, BEGUN, went, []) == (LEFT, None, [DRAWN]), "nor in the next run"
    elsewhere = View(114.0, 26.0, 9)
    assert _initial_scene("map", inputs, BEGUN, elsewhere, []) == (LEFT, elsewhere, [DRAWN])
    assert _initial_scene("map", inputs, BEGUN, went, []) == (LEFT, went, [DRAWN])


class Query(dict):
    """The parameters of an address, as Streamlit holds them."""

    def to_dict(self):
        return dict(self)

    def from_dict(self, values):
        self.clear()
        self.update(values)


@pytest.fixture
def link(session, monkeypatch):
    query = Query()
    monkeypatch.setattr(map_link.st, "session_state", session)
    monkeypatch.setattr(map_link.st, "query_params", query)
    return query


def test_a_link_is_read_once_and_its_choices_taken_over(link, session):
    link.update({"c": "116.3,27.9,10", "region": "fuzhou", "i_id": "relief", "i_k": "7", "i2": "@2025", "find": "x"})
    scene = map_link.scene_from_link()
    assert scene.view == View(116.3, 27.9, 10)
    assert (session["region"], session["indicator_choice-map"]) == ("fuzhou", {"id": "relief", "k": "7"})
    assert session["indicator_beside"] == "@2025"
    assert session["find-looked"] == "x"
    link["c"] = "114,26,8"
    assert map_link.scene_from_link() is scene


def test_the_address_follows_and_leaves_other_keys_alone(link, session):
    link.update({"find": "county:361002", "c": "1,2,3", "region": "nowhere"})
    session |= {"lang": "zh", "region": "（当前位置）"}
    map_link.write_address(LEFT)
    assert link["c"] == "1,2,3", "a first visit is not written"
    map_link.write_address(LEFT)
    assert link == {"find": "county:361002", "c": "115.1,27.2,11", "l": "county.30", "base": "plain", "lang": "zh"}
