"""Differences between two states of a layer, with distances by a geodesic library of its own."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Geod

from geo.errors import BadInput
from snapshot.inspect.diff import compare, compare_layers, write_diff
from tests.helpers import ROOT

CASES = ROOT / "tests" / "fixtures" / "cases"
GEOD = Geod(a=6378137.0, rf=298.257222101)


def states() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """20 squares; 2 removed, 3 added, 1 moved by 25 m to the north-east, 4 with other attributes."""
    boxes = [shapely.box(116 + n / 100, 27, 116.005 + n / 100, 27.005) for n in range(23)]
    whole = gpd.GeoDataFrame(
        {
            "feature_id": [f"f{n}" for n in range(23)],
            "name_zh": [f"地块{n}" for n in range(23)],
            "level": ["国家级"] * 23,
            "area_ha": [float(n) for n in range(23)],
            "note": [None] * 23,
        },
        geometry=boxes,
        crs=4490,
    )
    before = whole.iloc[:20].copy()
    after = whole.iloc[2:].copy()
    lon, lat, _ = GEOD.fwd(116.055, 27.0, 45, 25)
    after.loc[5, "geometry"] = shapely.affinity.translate(boxes[5], lon - 116.055, lat - 27.0)
    after.loc[6, "level"] = "省级"
    after.loc[7, "area_ha"] = 7.5
    after.loc[8, "note"] = "新增备注"
    after.loc[9, ["level", "name_zh"]] = ["省级", "改名"]
    return before, after.sample(frac=1, random_state=3).reset_index(drop=True)


@pytest.mark.parametrize("key", ["feature_id", None, "no_such"])
def test_finds_exactly_what_was_done(key: str | None) -> None:
    before, after = states()
    found = compare(before, after, layer="x", key=key)
    assert found.counts() == {"added": 3, "removed": 2, "moved": 1, "changed": 4}
    assert (found.before, found.after) == (20, 21)
    names = {code: set(rows["name"]) for code, rows in found.table.groupby("change")}
    assert names["added"] == {"地块20", "地块21", "地块22"}
    assert names["removed"] == {"地块0", "地块1"}
    assert names["moved"] == {"地块5"}
    assert names["changed"] == {"地块6", "地块7", "地块8", "改名"}
    moved = found.table.set_index("name").loc["地块5", "moved_m"]
    assert moved == pytest.approx(25, abs=0.02)  # its corners are not all where the azimuth was taken
    assert found.table.loc[found.table["change"] != "moved", "moved_m"].isna().all()


def test_says_what_each_value_was_and_is() -> None:
    before, after = states()
    values = compare(before, after, layer="x").attributes.set_index(["feature_id", "column"])
    assert len(values) == 5
    assert values.loc[("f7", "area_ha")].tolist() == ["x", "7", "7.5"]
    assert values.loc[("f8", "note"), "after"] == "新增备注"
    assert pd.isna(values.loc[("f8", "note"), "before"])
    assert values.loc[("f9", "name_zh")].tolist() == ["x", "地块9", "改名"]


def test_a_state_in_another_system_is_no_difference() -> None:
    before, _ = states()
    cut = before.assign(geometry=before.geometry.segmentize(0.0005))
    projected = cut.to_crs(4527)
    assert not len(compare(cut, projected, layer="x").table)


def test_distance_of_outlines_where_vertices_are_others() -> None:
    square = shapely.box(116, 27, 116.01, 27.01)
    lat = GEOD.fwd(116, 27.01, 0, 40)[1]
    taller = shapely.Polygon([(116, 27), (116.01, 27), (116.01, lat), (116.005, lat), (116, lat)])
    a, b = (gpd.GeoDataFrame({"feature_id": ["1"]}, geometry=[shape], crs=4490) for shape in (square, taller))
    table = compare(a, b, layer="x").table
    assert table["moved_m"].tolist() == pytest.approx([40], abs=0.01)
    area = [abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.0005))[0]) for shape in (taller, square)]
    assert table["area_change_m2"].tolist() == pytest.approx([area[0] - area[1]], rel=1e-5)


def test_numbers_and_texts_of_other_containers_are_equal() -> None:
    shape = shapely.Point(116, 27)
    a = gpd.GeoDataFrame({"feature_id": ["1"], "n": [3], "ok": [True], "t": [""]}, geometry=[shape], crs=4490)
    b = gpd.GeoDataFrame({"feature_id": ["1"], "n": [3.0], "ok": [1], "t": [None]}, geometry=[shape], crs=4490)
    assert not len(compare(a, b, layer="x").table)


def test_layers_that_one_side_lacks_are_added_whole_and_written_coloured(tmp_path: Path) -> None:
    before, after = states()
    diffs = compare_layers({"a": before, "gone": before.iloc[:2]}, {"a": after, "new": after.iloc[:4]})
    assert diffs["gone"].counts()["removed"] == 2
    assert diffs["new"].counts()["added"] == 4
    target = tmp_path / "变化.gpkg"
    write_diff(target, diffs, written="2026-11-20T00:00:00Z")
    back = gpd.read_file(target, layer="diff_a")
    assert back["change"].value_counts().to_dict() == {"changed": 4, "added": 3, "removed": 2, "moved": 1}
    with sqlite3.connect(target) as database:
        qml = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name='diff_a'").fetchone()[0]
    assert all(f'value="{code}"' in qml for code in ("added", "removed", "moved", "changed"))
    counts = pyogrio.read_dataframe(target, layer="counts").set_index("layer")
    assert counts.loc["a", ["added", "removed", "moved", "changed"]].tolist() == [3, 2, 1, 4]


def test_nothing_to_write_is_said(tmp_path: Path) -> None:
    before, _ = states()
    with pytest.raises(BadInput, match="没有差别"):
        write_diff(tmp_path / "x.gpkg", {"a": compare(before, before, layer="a")}, written="2026-11-20T00:00:00Z")
    assert not list(tmp_path.iterdir())
    assert np.isfinite(before.total_bounds).all()


def test_a_text_that_a_form_cuts_is_a_changed_attribute_not_another_feature(tmp_path: Path) -> None:
    collection = json.loads((CASES / "diff_source.geojson").read_text(encoding="utf-8"))
    before = gpd.GeoDataFrame.from_features(collection, crs=4490)
    after = before.copy()
    after["长文"] = [text.encode()[:254].decode(errors="ignore") for text in after["长文"]]
    after.geometry = shapely.transform(after.geometry.to_numpy(), lambda xy: xy + 4e-9 * np.sin(1e7 * xy))
    found = compare(before, after.iloc[::-1].reset_index(drop=True), layer="a", key=None)
    cut = (before["长文"] != after["长文"]).sum()
    assert cut >= 1
    assert found.counts() == {"added": 0, "removed": 0, "moved": 0, "changed": cut}


def test_of_near_shapes_one_with_the_same_attributes_is_taken_first() -> None:
    shapes = [shapely.Point(116 + n * 2e-9, 27) for n in range(3)]
    before = gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=shapes, crs=4490)
    after = gpd.GeoDataFrame(
        {"name": ["c", "a", "b"]}, geometry=[shapely.Point(p.x, 27 + 1e-9) for p in shapes], crs=4490
    )
    found = compare(before, after, layer="a", key=None)
    assert found.counts() == {"added": 0, "removed": 0, "moved": 0, "changed": 0}


def test_a_shape_without_points_is_compared_too() -> None:
    before = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.Point(), shapely.Point(116, 27)], crs=4490)
    after = gpd.GeoDataFrame({"n": [1, 3]}, geometry=[shapely.Point(), shapely.Point(116, 27)], crs=4490)
    assert compare(before, after, layer="a", key=None).counts()["changed"] == 1
