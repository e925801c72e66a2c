"""The stand-alone page: one file, no address to another place, the layers that may leave and no others."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from geo.errors import BadInput
from layers.catalogue.model import Layer
from snapshot.page.page import MOST_BYTES, write_page
from snapshot.selection.outlined import Outlined


@pytest.fixture(scope="module")
def layers(shipped: dict[str, Layer]) -> dict[str, Layer]:
    return dict(shipped)


def bounds_of(layers: dict[str, Layer], adcode: str) -> tuple[float, float, float, float]:
    frame = layers["prefecture"].frame
    return tuple(frame[frame["adcode"] == adcode].total_bounds.tolist())


def config_of(text: str, name: str = "config") -> dict:
    return json.loads(re.search(rf'id="redline-{name}">(.*?)</script>', text, re.DOTALL)[1])


def test_a_prefecture_is_one_small_file_without_addresses(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    sites = gpd.GeoDataFrame({"site_id": ["</script><b>"]}, geometry=[box(117.05, 27.7, 117.1, 27.74)], crs=4490)
    write_page(
        target, list(layers.values()), bounds_of(layers, "361000"), lang="zh", version="9.9", title="抚州 <图>",
        sites=sites, outlined=Outlined("资溪县 <b>", sites[["geometry"]]), manifest={"x": "</script>"},
    )  # fmt: skip
    text = target.read_text(encoding="utf-8")
    assert target.stat().st_size <= MOST_BYTES
    assert "<title>抚州 &lt;图&gt;</title>" in text
    assert not re.search(r'(src|href)\s*=\s*"(?!data:)', text.split("<script>")[0])
    assert not re.search(r"url\((?!data:|#)", text.split("</style>")[0])
    assert "default-src 'none'" in text
    config = config_of(text)
    assert config_of(text, "manifest")["x"] == "</script>"
    found = {layer["id"]: layer for group in config["groups"] for layer in group["layers"]}
    assert found["site"]["rows"] == [[["名称", "</script><b>"]]]
    assert [entry["label"] for entry in found["outlined"]["legend"]] == ["资溪县 <b>"]
    assert found["outlined"]["z"] < found["site"]["z"]
    assert "absent" in found["permanent_farmland"]
    assert found["redline_jiangxi"]["watermark"]
    assert found["redline_jiangxi"]["styles"][0]["hatch"]
    names = {value for row in found["protected_sites"]["rows"] for _, value in row}
    assert any("马头山" in name for name in names)
    assert all(len(point) == 7 for point in found["projects"]["marks"]["points"])


def test_what_must_stay_in_is_not_in_the_file(layers: dict[str, Layer], tmp_path: Path) -> None:
    spec = layers["redline_jiangxi"].spec.model_copy(update={"export": "findings"})
    kept = {**layers, "redline_jiangxi": dataclasses.replace(layers["redline_jiangxi"], spec=spec)}
    target = tmp_path / "a.html"
    write_page(target, list(kept.values()), bounds_of(layers, "360800"), lang="en", version="1", title="Ji'an")
    config = config_of(target.read_text(encoding="utf-8"))
    found = {layer["id"]: layer for group in config["groups"] for layer in group["layers"]}
    assert set(found["redline_jiangxi"]) == {"id", "title", "on", "opacity", "z", "legend", "absent"}


def test_shapes_stay_within_the_tolerance(layers: dict[str, Layer], tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    bounds = bounds_of(layers, "361000")
    write_page(target, [layers["waters"]], bounds, lang="zh", version="1", title="水")
    layer = config_of(target.read_text(encoding="utf-8"))["groups"][0]["layers"][0]
    points = [
        (path[i], path[i + 1]) for shape in layer["shapes"] for path in shape["p"] for i in range(0, len(path), 2)
    ]
    edges = layers["waters"].frame.boundary.union_all()
    inner = box(*bounds)
    far = [
        gpd.points_from_xy([x], [y])[0].distance(edges)
        for x, y in points[:400]
        if inner.contains(gpd.points_from_xy([x], [y])[0])
    ]
    assert far
    assert max(far) < 2e-5


def test_bad_extent_is_one_sentence(layers: dict[str, Layer], tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        write_page(tmp_path / "a.html", [], (1.0, 1.0, 0.0, 2.0), lang="zh", version="1", title="x")
    assert list(tmp_path.iterdir()) == []
