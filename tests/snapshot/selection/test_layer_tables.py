"""What is taken away: what the catalogue lets out and nothing else, coloured by the classes of the map."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import box

from carto.style.classes import Choropleth, classify
from carto.style.symbols import classes_of
from geo.read.formats import Sites, sites_from_drawing
from layers.catalogue.counties import counties_of
from layers.catalogue.model import Bilingual, Layer
from siting.check.check import check
from siting.check.result import CheckResult
from snapshot.selection.layer_tables import CLASS_COLUMN, findings_table, snapshot_geopackage


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


@pytest.fixture(scope="module")
def checked(layers: dict[str, Layer]) -> tuple[Sites, CheckResult]:
    drawn = {"type": "Feature", "properties": {}, "geometry": box(117.05, 27.7, 117.1, 27.74).__geo_interface__}
    sites = sites_from_drawing([drawn])
    return sites, check(sites, list(layers.values()), counties_of(layers))


def test_a_layer_that_must_stay_in_is_named_and_not_written(
    layers: dict[str, Layer], checked: tuple[Sites, CheckResult], tmp_path: Path
) -> None:
    kept = dataclasses.replace(
        layers["redline_jiangxi"],
        spec=layers["redline_jiangxi"].spec.model_copy(update={"export": "none"}),
    )
    target = tmp_path / "a.gpkg"
    sites, result = checked
    snapshot_geopackage(target, [layers["county"], kept], lang="zh", version="1", sites=sites, result=result)
    tables = set(pyogrio.list_layers(target)[:, 0])
    assert "county" in tables
    assert "redline_jiangxi" not in tables
    about = pyogrio.read_dataframe(target, layer="about").set_index("layer")
    assert not about.loc["redline_jiangxi", "included"]
    findings = pyogrio.read_dataframe(target, layer="findings").set_index("layer")
    row = findings.loc["redline_jiangxi"]
    assert row["withheld"]
    assert pd.isna(row["overlap_m2"])
    assert pd.isna(row["features"])
    assert row["state"] == "indicative"


def test_findings_say_in_words_what_the_codes_say(layers: dict[str, Layer], checked: tuple[Sites, CheckResult]) -> None:
    result = checked[1]
    table = findings_table(result, layers.values(), "zh").set_index("layer")
    assert len(table) == len(result.findings)
    assert table.loc["permanent_farmland", "state_text"] == "未核查"
    assert table.loc["redline_jiangxi", "basis_text"] == "模型示意"
    english = findings_table(result, layers.values(), "en").set_index("layer")
    assert english.loc["permanent_farmland", "layer_title"] == "Permanent basic farmland"
    assert table["overlap_m2"].tolist() == pytest.approx(english["overlap_m2"].tolist(), nan_ok=True)


def test_illustrations_say_so_in_their_title_and_in_every_feature(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.gpkg"
    snapshot_geopackage(target, [layers["redline_jiangxi"]], lang="zh", version="1")
    with sqlite3.connect(target) as database:
        title = database.execute("SELECT identifier FROM gpkg_contents WHERE table_name='redline_jiangxi'").fetchone()[
            0
        ]
        notices = database.execute("SELECT DISTINCT notice FROM redline_jiangxi").fetchall()
    assert "示意" in title
    assert len(notices) == 1
    assert "不是法定" in notices[0][0]


def test_colours_are_those_of_the_map(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.gpkg"
    snapshot_geopackage(target, [layers["projects"]], lang="zh", version="1")
    classes, of_row = classes_of(layers["projects"])
    with sqlite3.connect(target) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles").fetchall())
    document = ET.fromstring(styles["projects_point"].split("\n", 1)[1])
    symbols = {s.get("name"): s for s in document.findall("renderer-v2/symbols/symbol")}
    shown = {}
    for category in document.findall("renderer-v2/categories/category"):
        options = {
            o.get("name"): o.get("value") for o in symbols[category.get("symbol")].iter("Option") if o.get("name")
        }
        shown[category.get("value")] = options
    for item in classes:
        rgb = ",".join(str(int(item.symbol["fill"][i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
        if item.value in shown:
            assert shown[item.value]["color"] == rgb
        if f"{item.value}:county" in shown:
            hollow = shown[f"{item.value}:county"]
            assert (hollow["color"], hollow["outline_color"]) == ("255,255,255,255", rgb)
    points = gpd.read_file(target, layer="projects_point")
    assert set(points[CLASS_COLUMN]) <= set(shown)
    written = sum(len(gpd.read_file(target, layer=name)) for name in styles)
    assert written == len(of_row)


def test_indicator_goes_along_with_its_classes(layers: dict[str, Layer], tmp_path: Path) -> None:
    county = layers["county"]
    assert county.frame is not None
    values = pd.Series(range(len(county.frame)), dtype=float)
    values.iloc[0] = float("nan")
    shown = Choropleth(county, classify(values), Bilingual(zh="数", en="n"), Bilingual(zh="米", en="m"))
    target = tmp_path / "a.gpkg"
    snapshot_geopackage(target, [], lang="zh", version="1", indicator=(shown, values))
    back = gpd.read_file(target, layer="indicator").sort_values("adcode", ignore_index=True)
    order = county.frame.assign(value=values).sort_values("adcode", ignore_index=True)
    pd.testing.assert_series_equal(back["value"], order["value"])
    assert back.loc[back["value"].isna(), CLASS_COLUMN].tolist() == ["无数据"]
    assert back[CLASS_COLUMN].nunique() == 6
