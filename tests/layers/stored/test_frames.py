"""A stored frame is the frame, to the last bit, or it is not stored."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.stored.frames import NotSame, read_frame, write_frame
from tests.helpers import assert_same_frame


def frame(**columns: object) -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(116.1, 27.1, 116.3, 27.3).difference(shapely.box(116.15, 27.15, 116.2, 27.2)),
        shapely.MultiPolygon([shapely.box(116, 27, 116.01, 27.01), shapely.box(117, 28, 117.01, 28.01)]),
        shapely.Point(1 / 3, 2 / 3),
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def test_every_kind_of_column_comes_back(tmp_path):
    made = frame(
        name=pd.Series(["甲", None, ""], dtype="str"),
        zone=pd.Series([None, None, "核心区"], dtype=object),
        nothing=pd.Series([None, None, None], dtype=object),
        metres=[0.1 + 0.2, np.nan, -0.0],
        count=[1, 2, 2**53 + 1],
        level=pd.Series([1, None, 3], dtype="Int64"),
        located=[True, False, True],
        day=pd.to_datetime(["2026-12-01", None, "1949-10-01"]),
    )
    write_frame(tmp_path / "one.arrow", made, {"digest": "甲乙"})
    again, note = read_frame(tmp_path / "one.arrow")
    assert_same_frame(made, again)
    assert again["zone"].tolist() == [None, None, "核心区"]
    assert np.signbit(again["metres"][2])
    assert note == {"digest": "甲乙"}


@pytest.mark.parametrize(
    "made",
    [
        frame(lists=[[1], [2], []]),
        frame(mixed=pd.Series(["a", 1, None], dtype=object)),
        frame(missing=pd.Series(["a", np.nan, None], dtype=object)),
        frame(a=[1, 2, 3]).iloc[[2, 0]],
        frame(a=[1, 2, 3]).to_crs(4326),
        frame(a=[1, 2, 3]).rename_geometry("shape"),
    ],
)
def test_what_would_not_come_back_the_same_is_not_written(made, tmp_path):
    with pytest.raises(NotSame):
        write_frame(tmp_path / "one.arrow", made, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "gone"])
def test_a_damaged_file_is_no_frame(damage, tmp_path):
    path = tmp_path / "one.arrow"
    write_frame(path, frame(a=[1, 2, 3]), {})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": path.read_bytes()[:-9], "flipped": bytes(content), "empty": b""}[damage])
    assert read_frame(path) is None
