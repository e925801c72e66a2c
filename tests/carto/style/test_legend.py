from __future__ import annotations

import pandas as pd
import pytest
import shapely

from carto.map.folium_map import build_map, choropleth_group
from carto.style.classes import MISSING, Choropleth, classify
from carto.style.legend import choropleth_legend, layer_legend
from carto.style.symbols import symbol_of
from carto.tiles import files as tiles_layer
from layers.catalogue.model import Bilingual, Style
from tests.carto.helpers import config_of


def drawn_with(layers, settings, lang="zh"):
    return config_of(build_map(layers, settings, lang, tile_url=lambda *_: "../t", assets="../a", token="k"))


def test_an_area_layer_has_one_entry_with_its_own_symbol(make_layer, squares):
    layer = make_layer(squares, style=Style(stroke="#2e7d32", fill="#43a047", hatch=True))
    (entry,) = layer_legend(layer, "zh")
    assert (entry.kind, entry.label, entry.hollow) == ("area", layer.spec.title.zh, False)
    assert entry.symbol == symbol_of(layer.spec.style)


def test_borders_are_lines(make_layer, squares):
    (entry,) = layer_legend(make_layer(squares, role="boundary", group="boundaries"), "en")
    assert entry.kind == "line"


def test_what_is_known_by_county_only_has_a_share_of_a_badge_and_no_symbol(make_layer):
    points = [shapely.Point(116 + i / 10, 28) for i in range(3)]
    layer = make_layer(
        points, located=[True, False, False], style=Style(by="kind"),
        columns={"kind": ["sewage", "sewage", "energy"], "known_in": ["", "360001", "360001"]},
    )  # fmt: skip
    entries = layer_legend(layer, "en")
    assert [entry.kind for entry in entries] == ["point", "share", "badge"]
    assert "county or city only" in entries[-1].label
    assert not any(entry.hollow for entry in entries)


def test_what_is_somewhere_on_a_water_is_hollow(make_layer):
    points = [shapely.Point(116, 28), shapely.Point(116.1, 28)]
    entries = layer_legend(make_layer(points, located=[True, False]), "en")
    assert [(entry.kind, entry.hollow) for entry in entries] == [("point", False), ("point", True)]
    assert "on this stretch of water" in entries[-1].label
    assert not any(entry.hollow for entry in layer_legend(make_layer(points), "en"))


def test_a_class_of_which_none_has_a_place_is_hollow_in_the_legend_too(make_layer):
    """The legend showed filled symbols where the map has hollow ones (UX 19)."""
    points = [shapely.Point(116 + i / 10, 28) for i in range(3)]
    layer = make_layer(
        points, located=[True, False, False], style=Style(by="kind"),
        columns={"kind": ["sewage", "sewage", "energy"]},
    )  # fmt: skip
    entries = layer_legend(layer, "zh", on_paper=True)
    assert [entry.hollow for entry in entries] == [False, True, True]
    assert "放大" not in entries[-1].label


def test_points_stand_for_a_layer_with_classes(make_layer):
    shapes = [shapely.LineString([(116, 28), (117, 28)]), shapely.Point(116, 28)]
    layer = make_layer(shapes, style=Style(by="kind"), columns={"kind": ["transport_rail", "tourism"]})
    assert [(e.kind, e.label) for e in layer_legend(layer, "en")] == [
        ("point", "Transport"), ("point", "Culture, tourism, towns"), ("line", "Schematic route"),
    ]  # fmt: skip


def test_the_legend_shows_what_the_map_draws(make_layer, settings):
    points = [shapely.Point(116 + i, 28) for i in range(3)]
    layer = make_layer(points, style=Style(by="kind"), columns={"kind": ["sewage", "energy", "tourism"]})
    (group,) = drawn_with([layer], settings)["groups"]
    (row,) = group["layers"]
    assert [entry["style"] for entry in row["legend"]] == row["styles"]


@pytest.fixture
def shown(make_layer, squares):
    classes = classify(pd.Series([1.0, None, 9.0]), k=2)
    return Choropleth(make_layer(squares), classes, Bilingual(zh="占比", en="Share"), Bilingual(zh="%", en="%"))


def test_an_indicator_goes_from_high_to_low_and_ends_with_what_is_missing(shown):
    entries = choropleth_legend(shown, "en")
    assert [entry.symbol["fill"] for entry in entries[:-1]] == list(shown.classes.colours)[::-1]
    assert entries[-1].symbol == MISSING
    assert entries[-1].symbol["hatch"]


def test_an_indicator_is_drawn_in_the_colours_of_its_legend(shown):
    data = choropleth_group(shown, "zh", tile_url=lambda *_: "../t").data
    assert data["title"] == "占比（%）"
    assert data["classOf"] == [0, 2, 1]
    assert [data["styles"][i].get("fill") for i in data["classOf"]] == [
        shown.classes.colours[0], MISSING["fill"], shown.classes.colours[1],
    ]  # fmt: skip
    assert data["styles"][2]["hatch"]


def test_a_ring_with_a_number_is_explained_where_symbols_are_joined(make_layer, settings, monkeypatch):
    points = [shapely.Point(116 + i / 100, 28) for i in range(12)]
    kinds = ["sewage", "energy"] * 6

    def layers():
        return make_layer(points), make_layer(points, style=Style(by="kind"), columns={"kind": kinds})

    def rings(layer):
        (group,) = drawn_with([layer], settings, "en")["groups"]
        return [entry for entry in group["layers"][0]["legend"] if entry["kind"] == "crowd"]

    one, several = layers()
    assert rings(one) == rings(several) == [], "few symbols are never joined"
    monkeypatch.setattr(tiles_layer, "_MAX_MARKS_IN_JSON", 10)
    one, several = layers()
    assert [entry["style"]["fill"] for entry in rings(one)] == ["#445566"]
    assert "grey" in rings(several)[0]["label"]
    assert not any(entry.kind == "crowd" for entry in layer_legend(several, "en")), "a sheet draws every symbol"
