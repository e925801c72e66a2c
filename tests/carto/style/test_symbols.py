from __future__ import annotations

import itertools

import shapely

from carto.style.symbols import _FAMILIES, _FAMILY_OF, classes_of, label_of, symbol_of
from layers.catalogue.model import Style
from layers.plans.schema import CATEGORIES
from words import LANGUAGES, has


def test_a_style_is_taken_over_whole():
    style = Style(
        stroke="#010203", stroke_px=2.5, dash=[4, 2], fill="#0a0b0c", fill_opacity=0.4, hatch=True, radius_px=6
    )
    assert symbol_of(style) == {
        "stroke": "#010203", "width": 2.5, "dash": [4, 2], "fill": "#0a0b0c", "opacity": 0.4, "hatch": True,
        "radius": 6, "shape": "circle",
    }  # fmt: skip


def test_every_category_of_the_plans_has_a_family_with_a_name():
    assert set(CATEGORIES) == set(_FAMILY_OF)
    assert all(has(f"carto.class_{family}") for family in _FAMILIES)


def test_families_differ_in_shape_and_in_colour():
    looks = [(colour, shape) for colour, shape, _ in _FAMILIES.values()]
    assert len({colour for colour, _ in looks}) == len({shape for _, shape in looks}) == len(looks)


def test_family_colours_are_told_apart_without_red_and_green():
    """Lightness (CIE L*) differs, or blue against yellow does: what a deuteranope still sees."""

    def channels(colour):
        r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (r, g, b)]
        y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return 116 * max(y, 0.008856) ** (1 / 3) - 16, 100 * (linear[2] - (linear[0] + linear[1]) / 2)

    for (one, *_), (two, *_) in itertools.combinations(_FAMILIES.values(), 2):
        a, b = channels(one), channels(two)
        assert abs(a[0] - b[0]) > 2 or abs(a[1] - b[1]) > 6, (one, two)


def test_classes_follow_the_column_and_keep_a_fixed_order(make_layer):
    points = [shapely.Point(116 + i / 10, 28) for i in range(4)]
    values = ["tourism", "water_works", "sewage", "unheard_of"]
    layer = make_layer(points, style=Style(by="kind"), columns={"kind": values})
    classes, of_row = classes_of(layer)
    assert [item.value for item in classes] == ["water", "culture", "unheard_of"]
    assert of_row.tolist() == [1, 0, 0, 2]
    assert all(item.title(lang) for item in classes for lang in LANGUAGES)


def test_a_missing_column_or_no_column_is_one_class(make_layer, squares):
    for style in (Style(by="no_such"), Style()):
        classes, of_row = classes_of(make_layer(squares, style=style))
        assert len(classes) == 1
        assert of_row.tolist() == [0, 0, 0]


def test_labels_are_for_layers_that_ask_for_them(make_layer, squares):
    county = make_layer(squares, style=Style(label="name_zh"), stands_for="county", group="boundaries")
    prefecture = make_layer(squares, style=Style(label="name_zh"), stands_for="prefecture", group="boundaries")
    assert label_of(make_layer(squares).spec) is None
    assert label_of(prefecture.spec)["rank"] < label_of(county.spec)["rank"]
    assert label_of(prefecture.spec)["minZoom"] < label_of(county.spec)["minZoom"]
