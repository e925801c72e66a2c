"""Many sites: the same answer as one by one, own ids and columns kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from geo.read.formats import Sites, read_sites
from layers.catalogue.model import Layer
from layers.sources import FileSource
from siting.check.batch import result_columns, run_batch, with_results
from siting.check.run import run_check
from siting.check.settings import Settings

SETTINGS = Settings(as_of="2026-11-20")


def county_layer(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> Layer:
    county = make_layer(id="county", checked=False)
    return replace(county, spec=county.spec.model_copy(update={"stands_for": "county"}), frame=counties)


@pytest.fixture
def layers(make_layer: Callable[..., Layer], counties: gpd.GeoDataFrame) -> dict[str, Layer]:
    return {
        "county": county_layer(make_layer, counties),
        "red": make_layer(shapely.box(116.2, 27.2, 116.8, 27.6), id="red", role="redline"),
        "lake": make_layer(shapely.Point(117.4, 27.5).buffer(0.2), id="lake", role="river"),
        "farmland": make_layer(id="farmland", state="not_loaded"),
    }


def many(count: int, **columns: Any) -> Sites:
    """Rectangles of about a hectare, scattered over the three counties."""
    rng = np.random.default_rng(4)
    west, south = rng.uniform(116, 118.9, count), rng.uniform(27, 27.9, count)
    boxes = shapely.box(west, south, west + 0.001, south + 0.001)
    features = [
        {
            "type": "Feature",
            "properties": {name: values[at] for name, values in columns.items()},
            "geometry": shapely.geometry.mapping(box),
        }
        for at, box in enumerate(boxes)
    ]
    return read_sites(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "批量.geojson")


def test_portions_give_the_answer_of_the_whole(layers: dict[str, Layer]) -> None:
    sites = many(57)
    said: list[tuple[float, str]] = []
    run = run_batch(sites, layers, SETTINGS, progress=lambda share, done="": said.append((share, done)), portion=10)
    whole = run_check(sites, layers, SETTINGS)
    assert_frame_equal(run.result.sites, whole.result.sites)
    assert_frame_equal(run.result.findings, whole.result.findings)
    assert_frame_equal(run.result.counties, whole.result.counties)
    assert said == [(done / 57, str(done)) for done in (10, 20, 30, 40, 50, 57)]
    assert run.report() == whole.report()


def test_progress_may_stop_a_batch(layers: dict[str, Layer]) -> None:
    def stop(share: float, doing: str = "", /) -> None:
        if share >= 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(many(50), layers, SETTINGS, progress=stop, portion=10)


def test_own_columns_and_ids_stay_as_they_came(layers: dict[str, Layer]) -> None:
    ids = ["007", "甲-1", "=1+1"]
    sites = many(3, 编号=ids, red_state=["mine", "mine", "mine"], note=[None, "", "x"])
    table = with_results(run_batch(sites, layers, SETTINGS))
    assert table.columns[:3].tolist() == ["编号", "red_state", "note"]
    assert table["编号"].tolist() == ids
    assert table["rl_site"].tolist() == ids
    assert table["red_state"].tolist() == ["mine"] * 3
    assert set(table["red_state_"]) <= {"hit", "clear"}
    assert table["note"].isna().tolist() == [True, False, False]
    assert table.columns.is_unique


def test_flat_columns_say_what_the_findings_say(layers: dict[str, Layer]) -> None:
    run = run_check(many(40), layers, SETTINGS)
    table = result_columns(run)
    red = run.result.findings[run.result.findings["layer"] == "red"]
    assert table["red_m2"].tolist() == pytest.approx(red["overlap_m2"].tolist(), nan_ok=True)
    assert table["red_share"].tolist() == pytest.approx(red["share"].tolist(), nan_ok=True)
    assert set(table["farmland_state"]) == {"not_checked"}
    assert not [name for name in table.columns if name.startswith("farmland_") and name != "farmland_state"]
    met = table["rl_layers"].str.split(";")
    assert [("red" in names) for names in met] == (red["relation"].isin(["within", "overlaps"])).tolist()


def test_what_must_not_leave_has_a_state_only(layers: dict[str, Layer]) -> None:
    spec = layers["red"].spec.model_copy(update={"export": "none", "source": FileSource(kind="file", files=["x"])})
    run = run_check(many(20), layers | {"red": replace(layers["red"], spec=spec)}, SETTINGS)
    names = [name for name in result_columns(run).columns if name.startswith("red_")]
    assert names == ["red_state"]


def test_ten_thousand_sites(layers: dict[str, Layer]) -> None:
    sites = many(10_000, id=[f"P{n:05d}" for n in range(10_000)])
    started = time.perf_counter()
    table = with_results(run_batch(sites, layers, SETTINGS))
    took = time.perf_counter() - started
    assert len(table) == 10_000
    assert table["rl_site"].tolist() == table["id"].tolist()
    inside = shapely.within(sites.frame.geometry.to_numpy(), layers["red"].frame.geometry.iloc[0])
    assert np.allclose(table["red_m2"].to_numpy()[inside], table["rl_area_m2"].to_numpy()[inside], rtol=1e-9)
    assert isinstance(table, pd.DataFrame)
    assert took < 120
