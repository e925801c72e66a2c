"""Results as columns say all that the JSON report says, and no more where measures may not leave."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from geo.read.formats import read_sites
from geo.sites import Sites
from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.load import load_layers
from layers.catalogue.model import Layer
from siting.check import Run, run_batch, settings_of
from snapshot.columnar.dataset import write_dataset
from snapshot.columnar.tables import attribute_table, tables_of_run
from snapshot.findings import report_json
from tests.snapshot.columns import mixed_file, report_of, small_catalogue, table_of


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return read_catalogue(small_catalogue(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def layers(catalogue: Catalogue) -> dict[str, Layer]:
    return load_layers(catalogue)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    return read_sites(mixed_file(tmp_path_factory.mktemp("mixed") / "混合.gpkg", 60))


@pytest.fixture(scope="module")
def run(sites: Sites, catalogue: Catalogue, layers: dict[str, Layer]) -> Run:
    settings = settings_of(catalogue, activity="chemical_project", as_of="2026-11-20", sections=True)
    return run_batch(sites, layers, settings)


def plain(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report without summaries and words, each a function of the rest, as JSON gives it back."""
    kept = json.loads(json.dumps(report))
    for site in kept["sites"]:
        del site["summary"]
        codes = tuple(one["code"] for one in site["crs"]["evidence"])
        site["crs"] = site["crs"]["declared"], site["crs"]["used"], codes
    return kept


def test_columns_say_all_that_the_report_says(run: Run, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "results", run, "zh")
    expected, found = plain(report_json(run)), report_of(folder)
    states = {finding["state"] for site in expected["sites"] for finding in site["findings"]}
    assert states >= {"hit", "indicative", "not_checked"}
    assert any(site["way_out"] for site in expected["sites"])
    assert any(site["sections"] for site in expected["sites"])
    assert {len(site["notices"]) for site in expected["sites"]} >= {1, 2}
    for left, right in zip(found.pop("sites"), expected.pop("sites"), strict=True):
        assert left == right
    assert found == expected


def test_the_check_id_of_a_stored_check_is_there(run: Run, tmp_path: Path) -> None:
    assert report_of(write_dataset(tmp_path / "r", run, "zh", check_id="R1"))["check_id"] == "R1"


def test_sites_are_geoparquet_with_shapes_as_read(run: Run, sites: Sites, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "results", run, "zh")
    frame = gpd.read_parquet(folder / "sites")
    assert frame.crs == CRS("EPSG:4490")
    assert (frame.geometry.to_wkb() == sites.frame.geometry.to_wkb()).all()
    geo = json.loads(pq.read_schema(next((folder / "sites").iterdir())).metadata[b"geo"])
    described = geo["columns"][geo["primary_column"]]
    assert (geo["version"], described["encoding"]) == ("1.1.0", "WKB")
    assert set(described["geometry_types"]) == {"Polygon", "LineString", "Point"}
    assert described["bbox"] == pytest.approx(shapely.total_bounds(sites.frame.geometry.to_numpy()).tolist())
    assert len(read_sites(folder / "sites" / "part-00000.parquet")) == len(sites)  # our own reader takes it too


def test_attributes_come_as_they_were_and_ours_give_way(run: Run, sites: Sites, tmp_path: Path) -> None:
    table = table_of(write_dataset(tmp_path / "results", run, "zh"), "sites")
    parcels = sites.frame["编号"].str.startswith("P")
    assert table["编号"].tolist() == sites.frame["编号"].tolist()
    assert (table["rl_verdict"][parcels] == "自己的").all()
    assert set(table["rl_verdict_"]) == set(run.result.sites["verdict"])
    assert table["面积_ha"][parcels].tolist() == np.linspace(1, 9, parcels.sum()).tolist()
    assert table["层数"][parcels].dropna().tolist() == list(range(1, parcels.sum()))
    assert table["空"].isna().all()


def test_columns_follow_from_the_catalogue_not_from_what_was_found(
    run: Run, sites: Sites, catalogue: Catalogue, layers: dict[str, Layer]
) -> None:
    far = replace(sites, frame=sites.frame.iloc[[-1]].reset_index(drop=True))  # a point: no area, no length
    attributes = attribute_table(sites.frame)
    settings = settings_of(catalogue, activity="chemical_project", as_of="2026-11-20", sections=True)
    alone = tables_of_run(
        run_batch(far, layers, settings), np.array([len(sites) - 1]), attributes.slice(len(sites) - 1)
    )
    whole = tables_of_run(run, np.arange(len(sites)), attributes)
    for name, table in whole.items():
        types = [pa.string() if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
        own = [pa.string() if pa.types.is_dictionary(field.type) else field.type for field in alone[name].schema]
        assert (alone[name].column_names, own) == (table.column_names, types)


def test_nothing_measured_against_a_withheld_layer_is_written(sites: Sites, tmp_path: Path) -> None:
    config = small_catalogue(tmp_path, redline_jiangxi={"export": "none"}, protected_sites={"secrecy": "secret"})
    catalogue = read_catalogue(config)
    layers = load_layers(catalogue)
    run = run_batch(sites, layers, settings_of(catalogue, activity="chemical_project", sections=True))
    hits = run.result.findings[run.result.findings["layer"] == "redline_jiangxi"]
    assert hits["overlap_m2"].gt(0).any()
    assert hits["margin_m"].notna().any() or hits["distance_m"].notna().any()
    folder = write_dataset(tmp_path / "results", run, "zh")
    table, findings = table_of(folder, "sites"), table_of(folder, "findings")
    for layer in ("redline_jiangxi", "protected_sites"):
        assert [name for name in table.columns if name.startswith(layer)] == [f"{layer}_state"]
        mine = findings[findings["layer"] == layer]
        assert mine["withheld"].all()
        measured = ["relation", "overlap_m2", "share", "distance_m", "bearing_deg", "overlap_m", "margin_m", "nearest"]
        assert mine[measured].isna().all(axis=None)
        assert (mine[["features", "zones", "county_only"]] == "[]").all(axis=None)
        assert not table["rl_layers"].str.contains(layer).any()
        assert layer not in set(table_of(folder, "sections")["layer"])
        frame = layers[layer].frame
        assert frame is not None
        written = pd.concat([findings["features"], findings["nearest"], findings["county_only"]]).dropna().str.cat()
        assert not [one for one in frame["feature_id"] if f'"{one}"' in written]
    for way in table["rl_way_out"].dropna():
        closed = {"redline_jiangxi", "protected_sites"} & set(json.loads(way)["layers"])
        assert not closed or json.loads(way)["geometry"] is None
    assert not findings[findings["layer"] == "rivers"]["withheld"].any()
