from __future__ import annotations

import re

import branca.colormap
import folium
import folium.plugins
import pytest
import shapely
from streamlit_folium import generate_js_hash, generate_leaflet_string

from carto.map.folium_map import Scene, ShadedRelief, View, build_map, highlight_group, refuse_remote
from geo.errors import RedlineError
from layers.catalogue.model import Bilingual
from tests.carto.helpers import config_of

ASSETS = "../../redline/assets/0123"


@pytest.fixture
def draw(settings):
    def draw(layers, lang="zh", **options):
        return build_map(
            layers, settings, lang, tile_url=lambda layer, kind: f"../../t/{layer.id}/{kind}", assets=ASSETS,
            token="secret", **options,
        )  # fmt: skip

    return draw


def script_of(drawn):
    drawn.get_root().render()
    return generate_leaflet_string(drawn)


def test_the_same_layers_give_the_same_script(draw, make_layer, squares):
    layers = [make_layer(squares), make_layer(None, layer_id="absent")]
    first, second = script_of(draw(layers)), script_of(draw(layers))
    assert first == second
    assert generate_js_hash(first, "map") != generate_js_hash(script_of(draw(layers, "en")), "map")


def test_nothing_is_asked_of_another_server(draw, make_layer, squares):
    drawn = draw([make_layer(squares)], base=ShadedRelief("../../redline/base/h.webp?v=1", ((24, 113), (30, 118))))
    page = script_of(drawn) + drawn.get_root().header.render()
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", page)
    assert [url for _, url in drawn.default_js] == [f"{ASSETS}/map.js"]
    assert [url for _, url in drawn.default_css] == [f"{ASSETS}/map.css"]


def test_folium_s_own_lists_are_left_alone(draw, make_layer, squares):
    before = list(folium.Map.default_js)
    draw([make_layer(squares)])
    assert before == folium.Map.default_js
    assert len(before) > 1
    assert folium.plugins.Draw.default_js


@pytest.mark.parametrize(
    "address", ["https://tiles.example/x", "//tiles.example/x", "HTTP://tiles.example", "data://x", "ftp://x"]
)
def test_a_remote_address_is_an_error(settings, make_layer, squares, address):
    with pytest.raises(RedlineError) as fault:
        build_map([make_layer(squares)], settings, "zh", tile_url=lambda *_: address, assets=ASSETS, token="k")
    assert address in fault.value.text("en")


@pytest.mark.parametrize(
    "element",
    [
        branca.colormap.linear.YlGn_03,
        folium.plugins.MarkerCluster(),
        folium.plugins.MiniMap(),
    ],
)
def test_a_plugin_with_remote_files_is_an_error(draw, make_layer, squares, element):
    drawn = draw([make_layer(squares)])
    drawn.add_child(element)
    with pytest.raises(RedlineError):
        refuse_remote(drawn)


def test_names_cannot_become_code(draw, make_layer, squares):
    title = Bilingual(zh="</script><script>alert(1)</script>", en="');alert(1);//")
    script = script_of(draw([make_layer(squares, title=title)]))
    assert "<script>" not in script
    assert "</script>" not in script
    script = script_of(draw([make_layer(squares, title=title)], "en"))
    assert "');alert" not in script


def test_layers_that_are_not_there_are_named(draw, make_layer, squares):
    drawn = draw([make_layer(squares), make_layer(None, layer_id="farmland")], "en")
    (group,) = config_of(drawn)["groups"]
    assert [row.get("absent") for row in group["layers"]] == [None, "not loaded"]
    assert "url" not in group["layers"][1]


def test_what_is_on_is_what_was_asked_for(draw, make_layer, squares):
    layers = [make_layer(squares, layer_id="one"), make_layer(squares, layer_id="two", on=False)]

    def on(**options):
        return {
            row["id"] for group in config_of(draw(layers, **options))["groups"] for row in group["layers"] if row["on"]
        }

    assert on() == {"one"}
    assert on(visible={"two"}) == {"two"}
    assert on(visible=set()) == set()


def test_an_illustration_says_so(draw, make_layer, squares):
    notice = Bilingual(zh="不是法定红线", en="Not the red line")
    layer = make_layer(squares, watermark=True, basis="modelled", notice=notice)
    (row,) = config_of(draw([layer], "en"))["groups"][0]["layers"]
    assert row["watermark"]
    assert row["about"] == notice.en
    assert "illustrative" in row["notice"]
    assert "示意" in config_of(draw([layer]))["texts"]["watermark"]
    rough = make_layer(squares, watermark=True, basis="approximate", notice=notice)
    (row,) = config_of(draw([rough], "en"))["groups"][0]["layers"]
    assert not row["watermark"], "a pattern over the whole map is for what a model drew"
    assert "illustrative" in row["notice"]


def test_the_map_opens_where_it_is_told(draw, make_layer, squares):
    drawn = draw([make_layer(squares)], scene=Scene(View(117.1, 27.8, 11)))
    assert drawn.location == [27.8, 117.1]
    assert drawn.options["zoom"] == 11


def test_points_need_no_tiles_and_nameless_areas_no_marks(draw, make_layer, squares):
    points = make_layer([shapely.Point(116, 28)], layer_id="points")
    rows = config_of(draw([points, make_layer(squares)]))["groups"][0]["layers"]
    assert [(bool(row["url"]), bool(row["marksUrl"])) for row in rows] == [(False, True), (True, False)]


def test_a_highlight_carries_shapes_only(make_layer, squares):
    group = highlight_group(make_layer(squares).frame)
    assert {tuple(feature["properties"]) for feature in group.data["features"]} == {()}
    assert len(group.data["features"]) == 3
    with pytest.raises(ValueError, match="4490"):
        highlight_group(make_layer(squares).frame.to_crs(4547))
