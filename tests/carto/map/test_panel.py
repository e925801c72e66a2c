from __future__ import annotations

from carto.map.panel import initial_panel, panel_json, symbol_json
from carto.scene import LayerDisplay, ordered_ids


def rows_of(layers, panel=(), visible=None):
    groups = panel_json(layers, "zh", lambda layer, kind: f"../t/{layer.id}", panel, visible)
    return [(row["id"], row["on"], row.get("opacity")) for group in groups for row in group["layers"]]


def test_what_is_drawn_on_top_stands_first(make_layer, squares):
    layers = [
        make_layer(squares, layer_id="lake", group="water"),
        make_layer(squares, layer_id="county", group="boundaries", stands_for="county"),
        make_layer(squares, layer_id="province", group="boundaries", stands_for="province"),
        make_layer(squares, layer_id="line", group="control"),
    ]
    assert [row[0] for row in rows_of(layers)] == ["province", "county", "line", "lake"]


def test_the_panel_is_as_the_user_left_it(make_layer, squares):
    layers = [make_layer(squares, layer_id=name) for name in ("one", "two", "three")]
    left = (LayerDisplay("three", on=False, opacity=0.4), LayerDisplay("one", on=True), LayerDisplay("gone", on=True))
    assert rows_of(layers, left) == [("three", False, 0.4), ("one", True, 1.0), ("two", True, 1.0)]
    assert initial_panel(layers, left) == (left[0], left[1], LayerDisplay("two", on=True))


def test_layers_of_a_group_stay_together(make_layer, squares):
    layers = [
        make_layer(squares, layer_id="lake", group="water"),
        make_layer(squares, layer_id="line", group="control"),
        make_layer(squares, layer_id="river", group="water"),
    ]
    left = [LayerDisplay(name, on=True) for name in ("river", "line", "lake")]
    assert [row[0] for row in rows_of(layers, left)] == ["river", "lake", "line"]


def test_a_layer_that_is_not_here_does_not_stand(make_layer, squares):
    layers = [make_layer(squares, layer_id="here"), make_layer(None, layer_id="absent")]
    assert [one.id for one in initial_panel(layers, ())] == ["here"]
    assert [one.on for one in initial_panel(layers, (), {"absent"})] == [False]


def test_order_takes_what_it_knows_and_keeps_the_rest():
    assert ordered_ids(["a", "b"], []) == ["a", "b"]
    assert ordered_ids(["a", "b"], ["x", "b", "b"]) == ["a", "b"]
    assert ordered_ids(["a", "b", "c"], ["c", "b"]) == ["a", "c", "b"]
    assert sorted(ordered_ids(list("abcdef"), list("fxb"))) == list("abcdef")


def test_a_symbol_keeps_a_zero_and_drops_what_is_unset():
    symbol = {"fill": "#00ff00", "opacity": 0.0, "dash": [], "hatch": False, "stroke": None, "width": 0}
    assert symbol_json(symbol) == {"fill": "#00ff00", "opacity": 0.0, "width": 0}
