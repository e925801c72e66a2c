from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from carto.scene import Compare, LayerDisplay, Scene, View
from views.screens.map.address import ViewAddress, from_query, is_view_key, to_query

FULL_VIEW = ViewAddress(
    scene=Scene(
        view=View(116.35812, 27.94811, 11),
        panel=(
            LayerDisplay("county", on=True),
            LayerDisplay("rivers", on=False, opacity=0.35),
            LayerDisplay("own_1", on=True, years=(2019, 2021)),
            LayerDisplay("own_2", on=True, opacity=0.5, years=(2020, 2020), undated=False),
            LayerDisplay("own_3", on=False, undated=False),
        ),
        base="plain",
        compare=Compare("redline_jiangxi", "protected_sites", 0.4),
        clicked=(117.05, -3.2),
    ),
    region="fuzhou",
    indicator={"id": "share-redline", "scheme": "by_hand", "limits": "1;2.5;9", "year": "2020..2025"},
    second_indicator="@2025",
    lang="en",
)


def test_from_query_restores_the_whole_view():
    text = urlencode(to_query(FULL_VIEW))
    assert from_query(dict(parse_qsl(text))) == FULL_VIEW


def test_an_empty_view_has_an_empty_query():
    assert to_query(ViewAddress()) == {}
    assert from_query({}) == ViewAddress()


def test_a_query_is_short_enough_for_a_letter():
    panel = tuple(LayerDisplay(f"layer_number_{i}", on=bool(i % 2), opacity=0.5) for i in range(28))
    assert len(urlencode(to_query(ViewAddress(Scene(panel=panel))))) < 800


@pytest.mark.parametrize(
    "query",
    [
        {"c": "1e9,2,3"},
        {"c": "999,28,9"},
        {"c": "115,89.9,9"},
        {"c": "nan,28,9"},
        {"c": "115,28"},
        {"c": "115,28,9;drop"},
        {"c": "１１５,28,9"},
        {"at": "<script>alert(1)</script>"},
        {"at": "115"},
        {"at": "200,10"},
        {"base": "../../etc"},
        {"base": "//evil.example"},
        {"cmp": "a~a~50"},
        {"cmp": "rivers~rivers~50"},
        {"cmp": "~~50"},
        {"region": "'; --"},
        {"lang": "fr"},
        {"i2": "<b>"},
        {"i2": "@"},
        {"l": "x" * 5000},
        {"l": "~~~<b>~../x~A"},
        {"l": "aa@2025-2021~bb@21-25~cc@2021~dd@~ee@2021-2025x~ff@datedd"},
        {"i_": "x", "i_UPPER": "x", "i_id": "", "i_a": "\x00", "i_b": "x" * 201, "i_c": "\u202ex"},
        {"other": "thing"},
    ],
)
def test_values_that_to_query_cannot_write_are_ignored(query):
    assert from_query(query) == ViewAddress()


def test_values_out_of_range_are_clamped():
    scene = from_query({"c": "115,28,99", "l": "aa.0~bb.999~aa~-cc", "cmp": "aa~~150"}).scene
    assert scene.view == View(115.0, 28.0, 22)
    assert scene.panel == (LayerDisplay("aa", True, 0.1), LayerDisplay("bb", True, 1.0), LayerDisplay("cc", False))
    assert scene.compare == Compare("aa", "", 1.0)


def test_one_wrong_value_does_not_spoil_the_others():
    address = from_query({"c": "no", "at": "117.1,27.5", "lang": "en"})
    assert (address.scene.view, address.scene.clicked, address.lang) == (None, (117.1, 27.5), "en")


def test_only_keys_of_the_view_are_view_keys():
    assert is_view_key("c")
    assert is_view_key("i_id")
    assert not is_view_key("find")
    assert not is_view_key("check")


def test_values_that_are_no_text_are_ignored():
    assert from_query({"c": ["115,28,9"], "l": None}) == ViewAddress()  # type: ignore[dict-item]
