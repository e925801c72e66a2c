"""What is packed comes back equal; nothing that a pack says is run."""

from __future__ import annotations

import datetime as dt
import io
import json
import pickle
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from pyproj import CRS

from geo.confined.packing import pack, unpack
from geo.notices import Notice
from geo.read.formats import inspect, read_sites
from tests.helpers import geojson
from words import Phrase

WKT = [
    "POINT (1 2)", "POINT EMPTY", None, "POINT Z (1 2 3)", "LINESTRING (0 0, 1 1)", "LINESTRING Z (0 0 1, 1 1 2)",
    "LINEARRING (0 0, 1 0, 1 1, 0 0)", "POLYGON ((0 0, 1 0, 1 1, 0 0))", "POLYGON EMPTY",
    "POLYGON ((0 0, 9 0, 9 9, 0 0), (2 1, 3 1, 3 2, 2 1))", "MULTIPOINT (1 1, 2 2)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5), (5.2 5.1, 5.3 5.1, 5.3 5.2, 5.2 5.1)))",
    "GEOMETRYCOLLECTION (POINT (1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)), GEOMETRYCOLLECTION (POINT (3 3)))",
    "GEOMETRYCOLLECTION EMPTY", "MULTIPOLYGON EMPTY",
]  # fmt: skip


def test_shapes_of_every_type() -> None:
    shapes = shapely.from_wkt(np.array(WKT, object))
    again = unpack(pack(shapes))
    assert shapely.to_wkb(again).tolist() == shapely.to_wkb(shapes).tolist()


def test_m_is_dropped_and_z_stays() -> None:
    shapes = shapely.from_wkt(np.array(["POINT ZM (1 2 3 9)", "LINESTRING M (0 0 5, 1 1 6)"], object))
    assert [one.wkt for one in unpack(pack(shapes))] == ["POINT Z (1 2 3)", "LINESTRING (0 0, 1 1)"]


def test_a_table_keeps_its_types_and_cells() -> None:
    frame = gpd.GeoDataFrame(
        {
            "mixed": np.array([1, None, "x"], object),
            "number": [1.5, np.nan, -np.inf],
            "text": ["甲", "", None],
            "day": np.array([dt.date(2020, 1, 1), pd.NaT, Decimal("1.10")], object),
            "when": pd.to_datetime(["2020-01-01 10:00", "2021-01-01 00:00", None]),
            "zoned": pd.to_datetime(["2020-01-01", "2021-01-01", None], utc=True),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "kind": pd.Categorical(["a", "b", "a"]).astype(str),
            "yes": [True, False, True],
            "nested": pd.Series([[1, [2]], {"@frame": 1}, (1, "b")], dtype=object),
        },
        geometry=shapely.from_wkt(np.array([WKT[0], None, WKT[7]], object)),
        crs=4490,
    )
    again = unpack(pack(frame))
    assert_geodataframe_equal(again, frame)
    assert again["nested"].tolist() == frame["nested"].tolist()
    assert [type(one) for one in again["nested"]] == [list, dict, tuple]


def test_tables_without_shapes_rows_or_names() -> None:
    for frame in (
        pd.DataFrame({0: ["a"], 1: [""]}),
        pd.DataFrame(),
        pd.DataFrame({"a": [1, 2]}, index=["x", "y"]),
        pd.DataFrame(columns=["a", "b"]),
    ):
        assert_frame_equal(unpack(pack(frame)), frame)


def test_sites_and_inspections_are_the_same_as_read_here() -> None:
    content = geojson(shapely.box(117.05, 27.70, 117.06, 27.71), properties={"id": "A1", "面积": 1.5, "备注": None})
    sites, found = read_sites(content, "a.geojson"), inspect(content, "a.geojson")
    again = unpack(pack(sites))
    assert_geodataframe_equal(again.frame, sites.frame)
    assert again.originals.equals(sites.originals)
    assert (again.crs, again.name, again.sha256, again.notices) == (sites.crs, sites.name, sites.sha256, sites.notices)
    assert unpack(pack(found)) == found


def test_notices_phrases_and_systems() -> None:
    notice = Notice("z_dropped", {"name": "甲", "count": np.int64(3), "what": Phrase("geo.typed")}, rows=(1, 2))
    again = unpack(pack(notice))
    assert again == notice
    assert again.rows == (1, 2)
    assert again.text("en") == notice.text("en")
    assert unpack(pack(CRS.from_epsg(4549))) == CRS.from_epsg(4549)


def test_what_is_not_listed_is_not_packed() -> None:
    with pytest.raises(TypeError, match="cannot be packed"):
        pack(object())


def _pack_of(tree: object, **arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez(out, tree=np.frombuffer(json.dumps(tree).encode(), np.uint8), **arrays)
    return out.getvalue()


def _compressed() -> bytes:
    """Return what would be far larger than its bytes."""
    out = io.BytesIO()
    np.savez_compressed(out, tree=np.frombuffer(b"[]" + b" " * 1_000_000, np.uint8))
    return out.getvalue()


class Bomb:
    def __reduce__(self) -> tuple:
        return (pytest.fail, ("a pickle was run",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not an archive",
        pickle.dumps(Bomb()),
        _pack_of({"@Popen": {"args": "ls"}}),
        _pack_of({"@array": "a0"}, a0=np.array([Bomb()], object)),
        _pack_of({"@Notice": {"code": "x", "other": 1}}),
        _pack_of({"@shapes": [[["count", "absent"]], None]}),
        _pack_of({"a": 1, "b": 2}),
        _pack_of({"@shapes": [[10**12, []], None]}),
        _compressed(),
    ],
)
def test_a_pack_of_another_runs_nothing(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a pack"):
        unpack(content)
