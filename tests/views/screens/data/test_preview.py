"""The overview picture of a layer to import: features in their place, faulty rows marked, omissions counted."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import box

from layers.own.intake import Intake, read_and_validate
from tests.helpers import ROOT
from tests.layers.bureau_files import BOW, blocks, gbk_shapefile_zip, red_line
from views.screens.data.preview import caption, draw_picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb")


def read_shapes(shapes: list[object], counties: gpd.GeoDataFrame, name: str = "STBHHX") -> Intake:
    return read_and_validate(gbk_shapefile_zip(red_line(shapes), name), "x.zip", counties=counties)  # type: ignore[arg-type]


def texts(svg: str) -> dict[str, tuple[float, float]]:
    found = ET.fromstring(svg).iter(f"{SVG}text")
    return {str(one.text): (float(one.get("x", 0)), float(one.get("y", 0))) for one in found}


def test_faulty_rows_are_marked_at_their_location(counties: gpd.GeoDataFrame) -> None:
    shapes = blocks(12)
    shapes[2], shapes[4] = BOW, shapes[3]
    intake = read_shapes(shapes, counties)
    picture = draw_picture(intake, counties, "zh")
    assert picture.marked == {"stop": 1, "warn": 1}
    assert (picture.outlined, picture.dotted, picture.unmarked) == (11, 0, 0)
    named = texts(picture.svg)
    assert {"3", "5", "宜黄县", "南丰县"} <= set(named)
    # on the ground: row 3 lies 6.5 km east of the first block's middle and 9.25 km south of its bottom row's edge
    (x3, y3), (x5, y5) = named["3"], named["5"]
    metres = 20_000 / float(re.search(r"v10h(\d+)v-10", picture.svg).group(1))  # type: ignore[union-attr]
    there = gpd.GeoSeries([BOW.envelope.centroid, shapes[4].centroid], crs=4527).to_crs(4490)
    across = np.cos(np.radians(there.y.mean())) * 111_200
    assert (x5 - x3) * metres == pytest.approx((there.x[1] - there.x[0]) * across, abs=600)
    assert (y3 - y5) * metres == pytest.approx((there.y[1] - there.y[0]) * 111_200, abs=600)
    for lang in ("zh", "en"):
        assert caption(picture, lang).count("1") >= 2  # type: ignore[arg-type]
    assert "Yihuang" in " ".join(texts(draw_picture(intake, counties, "en").svg))


def test_features_beyond_the_limit_are_dotted_and_counted(counties: gpd.GeoDataFrame) -> None:
    at = np.arange(4000)
    x, y = 116 + at % 80 * 0.01, 27 + at // 80 * 0.01
    shapes = shapely.box(x, y, x + 0.009, y + 0.009)
    small = shapely.box(116.0, 28.0, 116.00001, 28.00001)
    frame = gpd.GeoDataFrame({"a": [*at.tolist(), 0]}, geometry=[*shapes, small], crs=4490)
    intake = read_and_validate(frame.to_json(drop_id=True).encode(), "a.geojson", crs="EPSG:4490", counties=counties)
    picture = draw_picture(intake, counties, "en")
    assert picture.outlined == 3000, "no more than can be seen and sent"
    assert picture.outlined + picture.dotted == 4001
    assert "1,001" in caption(picture, "en")
    assert len(picture.svg) < 400_000


def test_a_layer_far_off_shows_how_far(counties: gpd.GeoDataFrame) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[box(126, 27, 126.1, 27.1)], crs=4490)
    intake = read_and_validate(frame.to_json(drop_id=True).encode(), "a.geojson", crs="EPSG:4490", counties=counties)
    assert intake.blocked
    picture = draw_picture(intake, counties, "zh")
    assert picture.marked == {"stop": 0, "warn": 0}, "a fault of the whole layer marks no row"
    assert "v10h" in picture.svg
    assert not picture.inset, "all counties are in it already"
    assert "200 km" in texts(picture.svg), "the picture holds both, 600 km and more"


def test_a_layer_without_valid_rows_still_has_a_picture(counties: gpd.GeoDataFrame) -> None:
    picture = draw_picture(read_shapes([BOW], counties), counties, "zh")
    assert (picture.outlined, picture.dotted, picture.marked["stop"]) == (0, 0, 1)


def test_text_of_a_file_is_escaped(counties: gpd.GeoDataFrame) -> None:
    picture = draw_picture(read_shapes(blocks(2), counties), counties, "zh")
    image = picture.image('"><script>alert(1)</script>')
    assert "<script" not in image
    address = re.search(r"base64,([^\"]+)", image)
    assert address is not None
    assert base64.b64decode(address.group(1)).decode() == picture.svg
