"""What is chosen, what must stay in, what is said of it, and that nothing half-written is left."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from carto.style.classes import Choropleth, classify
from geo.errors import BadInput
from layers.catalogue.model import Bilingual, Layer
from snapshot.inspect.verify import verify_file
from snapshot.selection.selection import Filter, Selection, selected
from snapshot.vector.forms import FORMS, write
from tests.snapshot.nasty import (
    layer,
    layer_rows,
    text_of_file,
    write_form,
)


def test_extent_territory_and_filter_choose_whole_features(default_layers: dict[str, Layer]) -> None:
    counties = default_layers["county"].frame
    fuzhou = selected(Selection(default_layers, chosen=("county",), adcodes=("361000",)), 4490)[0].frame
    assert sorted(fuzhou["adcode"]) == sorted(code for code in counties["adcode"] if code.startswith("3610"))
    here = Selection(default_layers, chosen=("county",), extent=(116.0, 27.0, 116.5, 27.5))
    taken = selected(here, 4490)[0].frame
    window = box(116.0, 27.0, 116.5, 27.5)
    assert set(taken["adcode"]) == set(counties[counties.intersects(window)]["adcode"])
    waste = Selection(default_layers, chosen=("projects",), filters=(Filter("projects", "category", ("waste",)),))
    projects = default_layers["projects"].frame
    table = selected(waste, 4490)[0]
    assert table.unplaced is not None
    assert len(table.frame) + len(table.unplaced) == (projects["category"] == "waste").sum() > 0
    everywhere = selected(dataclasses.replace(waste, unplaced="county"), 4490)[0]
    assert everywhere.unplaced is None
    assert len(everywhere.frame) == (projects["category"] == "waste").sum()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"chosen": ("nowhere",)}, "没有图层"),
        ({"adcodes": ("110000",)}, "110000"),
        ({"extent": (117.0, 27.0, 116.0, 28.0)}, "范围"),
        ({"filters": (Filter("county", "x", ("1",)),)}, "没有字段"),
        ({"filters": (Filter("x", "x", ("1",)),)}, "没有图层"),
        ({"epsg": 4610}, "4610|80"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_leaves_nothing(
    asked: dict[str, Any], said: str, default_layers: dict[str, Layer], tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=said):
        write(Selection(default_layers, **asked), "gpkg", tmp_path / "x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("form", "epsg"), [("kml", 4490), ("dxf", 4490), ("txt", 4326), ("xyz", None)])
def test_a_form_that_cannot_hold_a_system_says_so(form: str, epsg: int | None, nasty: Layer, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        write_form(form, tmp_path, nasty, epsg=epsg)


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("export", ["none", "findings"])
def test_a_layer_that_must_stay_in_is_in_no_form(form: str, export: str, nasty: Layer, tmp_path: Path) -> None:
    kept = layer(nasty.frame.assign(secret="绝密标记"), "kept", export=export)
    free = layer_rows(nasty, [0])
    path = write(Selection({"kept": kept, free.id: free}), form, tmp_path / "x")
    assert "绝密标记" not in text_of_file(path)
    assert "kept" in text_of_file(path)  # it is named as left out
    with pytest.raises(BadInput, match="kept") if form not in {"xlsx", "csv"} else pytest.raises(ZeroDivisionError):
        write(Selection({"kept": kept}), form, tmp_path / "y")
        raise ZeroDivisionError


def test_a_layer_derived_from_one_that_must_stay_in_stays_in(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    waters = default_layers["waters"]
    spec = waters.spec.model_copy(update={"export": "none"})
    layers = {**default_layers, "waters": Layer(spec, "loaded", waters.frame, digest=waters.digest)}
    names = {table.sheet.name for table in selected(Selection(layers), 4490)}
    assert "river_corridors" not in names
    assert "rivers" in names


@pytest.mark.parametrize("form", list(FORMS))
def test_an_illustration_says_so_in_every_form(form: str, default_layers: dict[str, Layer], tmp_path: Path) -> None:
    asked = Selection(default_layers, chosen=("redline_jiangxi",), adcodes=("361002",))
    path = write(asked, form, tmp_path / "x")
    told = " ".join(gpd.read_parquet(path)["notice"]) if path.suffix == ".parquet" else text_of_file(path)
    assert "示意图层，不是法定生态保护红线" in told


@pytest.mark.parametrize("form", list(FORMS))
def test_a_cancelled_export_leaves_nothing(form: str, nasty: Layer, tmp_path: Path) -> None:
    calls = []

    def stop(share: float, what: str) -> None:
        calls.append(share)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(Selection({nasty.id: nasty}), form, tmp_path / "x", stop)
    assert not list(tmp_path.iterdir())


def test_files_are_named_as_windows_takes_them(nasty: Layer, tmp_path: Path) -> None:
    names = {write(Selection({nasty.id: nasty}), "gpkg", tmp_path / name).name for name in ("a:b?.gpkg", "NUL", "名 .")}
    assert names == {"a_b_.gpkg", "_NUL.gpkg", "名.gpkg"}


def test_the_indicator_on_the_map_goes_along_in_its_classes(default_layers: dict[str, Layer], tmp_path: Path) -> None:
    county = default_layers["county"]
    values = pd.Series(np.arange(len(county.frame), dtype=float))
    shown = Choropleth(county, classify(values), Bilingual(zh="数", en="n"))
    asked = Selection(default_layers, chosen=("county",), adcodes=("361000",), shown=(shown, values))
    path = write(asked, "gpkg", tmp_path / "x")
    back = gpd.read_file(path, layer="indicator").set_index("adcode")["value"]
    expected = pd.Series(values.to_numpy(), index=county.frame["adcode"])
    assert back.to_dict() == expected[[code for code in expected.index if code.startswith("3610")]].to_dict()
    entries = verify_file(path).manifest["layers"]
    assert [(entry["id"], entry["rows"]) for entry in entries] == [("county", 11)]
