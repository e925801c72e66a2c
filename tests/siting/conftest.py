from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo.errors import DataFault
from layers.catalogue.model import Bilingual, Layer, LayerSpec
from layers.sources import NoSource

NAME = Bilingual(zh="图层", en="layer")


@pytest.fixture
def make_layer() -> Callable[..., Layer]:
    """Return a function that builds a layer from shapes; other keywords are fields of its catalogue entry."""

    def build(
        *shapes: Any,
        state: str = "loaded",
        located: list[bool] | None = None,
        bases: list[str] | None = None,
        zones: list[str | None] | None = None,
        adcodes: list[str] | None = None,
        types: list[str] | None = None,
        **entry: Any,
    ) -> Layer:
        entry = {"id": "control", "role": "other", "basis": "published", "stands_for": "control"} | entry
        spec = LayerSpec(
            title=NAME,
            group="control",
            source=NoSource(kind="none"),
            publisher=NAME,
            licence="test",
            as_of="2024",
            **entry,
        )
        if state != "loaded":
            fault = DataFault("layers.file_missing", layer=spec.id, file="x") if state == "failed" else None
            return Layer(spec, state, fault=fault)  # type: ignore[arg-type]
        count = len(shapes)
        columns: dict[str, Any] = {
            "feature_id": [f"{spec.id}-{n}" for n in range(count)],
            "name_zh": [f"甲{n}" for n in range(count)],
            "name_en": [f"A{n}" for n in range(count)],
            "zone": zones or [None] * count,
            "basis": bases or [spec.basis] * count,
            "located": located or [True] * count,
        }
        if adcodes is not None:
            columns["adcodes"] = adcodes
        if types is not None:
            columns["type"] = types
        return Layer(spec, "loaded", gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4490"))

    return build


@pytest.fixture
def counties() -> gpd.GeoDataFrame:
    """Return two adjacent counties of one prefecture, and one of another province to the east."""
    return gpd.GeoDataFrame(
        {
            "adcode": ["361001", "361002", "321003"],
            "name_zh": ["西县", "东县", "外县"],
            "name_en": ["West", "East", "Outer"],
            "prefecture_adcode": ["361000", "361000", "321000"],
            "province_adcode": ["360000", "360000", "320000"],
        },
        geometry=[shapely.box(116, 27, 117, 28), shapely.box(117, 27, 118, 28), shapely.box(118, 27, 119, 28)],
        crs="EPSG:4490",
    )
