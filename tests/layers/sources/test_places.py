"""Towns and townships as a layer: those with a point and a Chinese name, the larger kinds first."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from layers.sources import PlacesSource, ReadRequest
from tests.helpers import ROOT

HEAD = "place_id,name_zh,name_en,kind,adcode,lon,lat,population,source,licence,as_of,accuracy_m,basis"
ROWS = [
    "1,甲乡,Jia,township,361028,117.1,27.7,900,G,CC,unknown,2000,published",
    "2,,Yi,town,361028,117.2,27.7,,G,CC,unknown,2000,published",
    "3,丙镇,Bing,town,361028,117.3,27.7,,G,CC,unknown,2000,published",
    "4,丁镇,Ding,town,361028,117.4,27.7,500,G,CC,unknown,2000,published",
    "5,戊市,Wu,city,361000,117.5,27.7,99,G,CC,unknown,2000,published",
]


def read(folder: Path, **keys: Any) -> gpd.GeoDataFrame:
    shared: dict[Hashable, Any] = {}
    request = ReadRequest("towns", "EPSG:4490", "name_zh", folder, lambda _: gpd.GeoDataFrame(), shared)
    frame = PlacesSource.model_validate({"kind": "places", **keys}).read(request).frame
    assert frame is not None
    return frame


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a configuration with tables of its own."""
    for name in ("plans", "law"):
        (tmp_path / "data" / name).mkdir(parents=True)
    gazetteer = tmp_path / "data" / "gazetteer"
    gazetteer.mkdir()
    (gazetteer / "places.csv").write_text("\n".join([HEAD, *ROWS]), encoding="utf-8")
    cited = "c,己乡,Ji,township,361023,116.65,27.15,,S,facts cited,unknown,2500,published"
    (gazetteer / "cited_places.csv").write_text(f"{HEAD}\n{cited}\n", encoding="utf-8")
    return tmp_path


def test_kinds_come_in_their_order_and_the_populous_first(folder: Path) -> None:
    frame = read(folder, kinds=["town", "township"])
    assert frame["name_zh"].tolist() == ["丁镇", "丙镇", "甲乡", "己乡"], "none without a Chinese name, no city"
    assert (frame.geometry.iloc[-1].x, frame.geometry.iloc[-1].y) == (116.65, 27.15)
    assert frame["accuracy_m"].astype(float).tolist() == [2000, 2000, 2000, 2500]
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 4490


def test_the_tables_are_watched_for_changes(folder: Path) -> None:
    source = PlacesSource(kind="places", kinds=["town"])
    assert [path.name for path in source.shipped_files(folder)] == ["places.csv", "cited_places.csv"]


def test_each_town_that_ships_lies_in_its_county_or_within_its_accuracy() -> None:
    towns = read(ROOT, kinds=["town", "subdistrict", "township"]).to_crs("EPSG:4547")
    counties = gpd.read_file(ROOT / "data" / "boundaries" / "county.fgb").to_crs("EPSG:4547").set_index("adcode")
    home = counties.geometry.reindex(towns["adcode"])
    assert home.notna().all()
    off_m = towns.geometry.reset_index(drop=True).distance(gpd.GeoSeries(home.to_numpy(), crs=towns.crs))
    assert (off_m <= pd.to_numeric(towns["accuracy_m"])).all()
    assert len(towns) > 1000
