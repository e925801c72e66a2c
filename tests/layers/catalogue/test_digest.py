"""The content hash: blind to order and container, awake to every value."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Point

from layers.catalogue.digest import frame_digest


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["资溪", None, "a"], "n": [1.5, None, 3.0], "k": [1, 2, 3]},
        geometry=[Point(117.0, 27.7), Point(114.5, 26.3), Point(0, 0)],
        crs=4490,
    )


def test_order_of_rows_and_columns_does_not_matter(frame: gpd.GeoDataFrame) -> None:
    assert frame_digest(frame) == frame_digest(frame.iloc[[2, 0, 1]])
    assert frame_digest(frame) == frame_digest(frame[["k", "geometry", "n", "name"]])


def test_two_writes_of_one_layer_hash_alike(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        frame.to_file(tmp_path / name, layer="x")
    first, second = (gpd.read_file(tmp_path / name) for name in ("a.gpkg", "b.gpkg"))
    assert frame_digest(first) == frame_digest(second)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(name=["资溪县", None, "a"]),
        lambda f: f.assign(n=[1.5000000000000002, None, 3.0]),
        lambda f: f.set_geometry(f.geometry.translate(1e-12)),
        lambda f: f.iloc[:2],
        lambda f: f.set_crs(4326, allow_override=True),
        lambda f: f.assign(k=["1", "2", "3"]),
    ],
)
def test_any_change_shows(frame: gpd.GeoDataFrame, change: object) -> None:
    assert frame_digest(change(frame)) != frame_digest(frame)  # type: ignore[operator]


def test_composed_and_decomposed_text_are_the_same(frame: gpd.GeoDataFrame) -> None:
    composed, decomposed = frame.assign(name="Ji\u00e0n"), frame.assign(name="Jia\u0300n")
    assert frame_digest(composed) == frame_digest(decomposed)


def test_the_hash_is_that_of_each_feature_written_as_json(frame: gpd.GeoDataFrame) -> None:
    columns = ['k"', "n%s", "名"]
    rows = [['"\\\n', 1.5, True], ["é", math.nan, False], [None, math.inf, None], ["", -0.0, True]]
    shapes = [Point(1, 2), None, Point(1, 2, 3), Point(1, 2)]
    layer = gpd.GeoDataFrame(rows, columns=columns, geometry=shapes, crs=4490)
    features = [
        (b"" if shape is None else shapely.to_wkb(shape, byte_order=1, flavor="iso"))
        + json.dumps(
            dict(zip(columns, [None if value != value else value for value in row], strict=True)),
            ensure_ascii=False,
            sort_keys=True,
        ).encode()
        for row, shape in zip(rows, shapes, strict=True)
    ]
    whole = hashlib.sha256(layer.crs.to_wkt().encode())
    for digest in sorted(hashlib.sha256(feature).digest() for feature in features):
        whole.update(digest)
    assert frame_digest(layer) == whole.hexdigest()


def test_reading_in_pieces_changes_nothing(frame: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = frame_digest(frame)
    monkeypatch.setattr("layers.catalogue.digest._ROWS_AT_ONCE", 2)
    assert frame_digest(frame) == whole
