"""From a catalogue entry to a layer: what is sound loads with common columns, what is not says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from layers.catalogue.config import Catalogue, read_catalogue
from layers.catalogue.load import COMMON_COLUMNS, failed_layers, load_layers
from layers.plans.features import plan_features
from tests.helpers import ROOT

HEAD = """
version = 1
language = "zh"
map = { centre_lon = 116, centre_lat = 28, zoom = 7, min_zoom = 6, max_zoom = 16, base = "x.webp" }
limits = { upload_mb = 1, unpacked_mb = 1, sites = 1, vertices = 10 }
check = { touch_tolerance_m = 0.001 }
region = [{ id = "jx", title = { zh = "江西", en = "Jiangxi" }, adcode = "360000" }]
[[layer]]
id = "own"
title = { zh = "自有", en = "Own" }
group = "own"
role = "other"
stands_for = "own"
publisher = { zh = "局", en = "Bureau" }
licence = "internal"
as_of = "2024"
accuracy_m = 5
basis = "published"
source = { kind = "file", files = ["own.gpkg"] }
"""


def catalogue(folder: Path, more: str = 'crs = "EPSG:4527"\nid_field = "BSM"\nname_field = "MC"\n') -> Catalogue:
    path = folder / "config.toml"
    path.write_text(HEAD + more, encoding="utf-8")
    return read_catalogue(path)


def own_file(folder: Path, **columns: object) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"BSM": ["a", "b"], "MC": ["一", None], **columns},
        geometry=[box(39_400_000, 3_060_000, 39_401_000, 3_061_000), box(39_402_000, 3_060_000, 39_403_000, 3_061_000)],
        crs=4527,
    )
    frame.to_file(folder / "own.gpkg", layer="own")
    return frame


def test_shipped_layers_are_healthy_and_carry_provenance() -> None:
    layers = load_layers(read_catalogue(ROOT / "config.toml"))
    assert failed_layers(layers.values()) == []
    for layer in layers.values():
        if layer.frame is None:
            continue
        assert layer.frame.crs.to_epsg() == 4490
        assert set(COMMON_COLUMNS) <= set(layer.frame.columns), layer.id
        assert layer.frame["feature_id"].is_unique
        assert layer.frame.geometry.is_valid.all()
        for column in ("source", "licence", "basis"):
            assert (layer.frame[column].astype(str).str.len() > 0).all(), (layer.id, column)
    assert len(layers["county"].frame) == 106
    assert len(layers["county"].frame[layers["county"].frame["province_adcode"] == "360000"]) == 100
    assert layers["permanent_farmland"].state == "not_loaded"


def test_bureau_layer_in_metres_comes_to_degrees_with_common_columns(tmp_path: Path) -> None:
    own_file(tmp_path)
    layer = load_layers(catalogue(tmp_path))["own"]
    assert layer.state == "loaded", layer.fault
    assert layer.frame is not None
    assert layer.frame["feature_id"].tolist() == ["a", "b"]
    assert layer.frame["source"].tolist() == ["局", "局"]
    assert layer.frame["accuracy_m"].tolist() == [5.0, 5.0]
    assert layer.frame["located"].all()
    west, south, east, north = layer.frame.total_bounds
    assert 115.9 < west < east < 116.1
    assert 27.6 < south < north < 27.8


def test_each_fault_of_a_file_is_one_sentence_and_stops_no_other_layer(tmp_path: Path) -> None:
    def fault(more: str = 'crs = "EPSG:4527"\n') -> str:
        layer = load_layers(catalogue(tmp_path, more))["own"]
        assert layer.state == "failed"
        assert layer.fault is not None
        assert "\n" not in layer.fault.text("zh") + layer.fault.text("en")
        return layer.fault.key

    assert fault() == "layers.file_missing"
    (tmp_path / "own.gpkg").write_bytes(b"not a geopackage")
    assert fault() == "layers.file_unreadable"
    (tmp_path / "own.gpkg").unlink()
    own_file(tmp_path)
    assert fault('crs = "EPSG:4526"\n') == "layers.crs_differs"
    assert fault('crs = "EPSG:4527"\nid_field = "NO"\n') == "layers.no_column"
    bow = gpd.GeoDataFrame(
        {"MC": ["结"]},
        geometry=[
            Polygon(
                [(39_400_000, 3_060_000), (39_401_000, 3_061_000), (39_401_000, 3_060_000), (39_400_000, 3_061_000)]
            )
        ],
        crs=4527,
    )
    (tmp_path / "own.gpkg").unlink()
    bow.to_file(tmp_path / "own.gpkg", layer="own")
    assert fault() == "layers.invalid_geometry"


def test_kept_features_are_those_asked_for(tmp_path: Path) -> None:
    own_file(tmp_path, KIND=["x", "y"])
    text = 'crs = "EPSG:4527"\n'
    path = tmp_path / "config.toml"
    path.write_text(
        (HEAD + text).replace('files = ["own.gpkg"]', 'files = ["own.gpkg"], where = { KIND = ["y"] }'),
        encoding="utf-8",
    )
    layer = load_layers(read_catalogue(path))["own"]
    assert layer.frame is not None
    assert layer.frame["KIND"].tolist() == ["y"]


def test_hash_follows_content_not_file(tmp_path: Path) -> None:
    frame = own_file(tmp_path)
    first = load_layers(catalogue(tmp_path))["own"].digest
    (tmp_path / "own.gpkg").unlink()
    frame.iloc[::-1].to_file(tmp_path / "own.gpkg", layer="own")
    assert load_layers(catalogue(tmp_path))["own"].digest == first
    (tmp_path / "own.gpkg").unlink()
    moved = frame.set_geometry(frame.geometry.translate(0.001))
    moved.to_file(tmp_path / "own.gpkg", layer="own")
    assert load_layers(catalogue(tmp_path))["own"].digest != first


def test_doubled_ids_are_told_apart(tmp_path: Path) -> None:
    own_file(tmp_path)
    layer = load_layers(catalogue(tmp_path, 'crs = "EPSG:4527"\nid_field = "KIND"\n'))["own"]
    assert layer.state == "failed"
    (tmp_path / "own.gpkg").unlink()
    own_file(tmp_path, KIND=["x", "x"])
    layer = load_layers(catalogue(tmp_path, 'crs = "EPSG:4527"\nid_field = "KIND"\n'))["own"]
    assert layer.frame is not None
    assert layer.frame["feature_id"].tolist() == ["x-1", "x-2"]


def test_a_table_of_plans_is_made_into_features_once_for_all_its_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = read_catalogue(ROOT / "config.toml")
    wanted = [spec for spec in shipped.layer if spec.id == "county" or spec.source.kind == "plans"]
    tables: list[str] = []

    def counted(table: Literal["projects", "protected_sites"], *rest: Any) -> gpd.GeoDataFrame:
        tables.append(table)
        return plan_features(table, *rest)

    monkeypatch.setattr("layers.sources.plan_table.plan_features", counted)
    loaded = load_layers(shipped.model_copy(update={"layer": wanted}))
    assert len(wanted) > 3
    assert not failed_layers(loaded.values())
    assert sorted(tables) == ["projects", "protected_sites"]
    assert len({id(layer.frame) for layer in loaded.values()}) == len(wanted)  # none shares a frame with another
