"""Layers made by hand, as `layers.catalogue.load_layers` returns them."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely

from layers.catalogue.config import MapSettings
from layers.catalogue.model import Bilingual, Layer, LayerSpec, Style

MakeLayer = Callable[..., Layer]


@pytest.fixture
def settings() -> MapSettings:
    return MapSettings(centre_lon=116.3, centre_lat=28.1, zoom=7, min_zoom=6, max_zoom=16, base="data/x.webp")


@pytest.fixture
def make_layer() -> MakeLayer:
    def make(shapes, *, layer_id="thing", digest="d1", style=None, located=True, columns=None, **spec) -> Layer:
        entry = {
            "id": layer_id,
            "title": Bilingual(zh=f"图层{layer_id}", en=f"Layer {layer_id}"),
            "group": "own",
            "role": "other",
            "stands_for": "thing",
            "source": {"kind": "none"},
            "publisher": Bilingual(zh="甲", en="A"),
            "licence": "CC0",
            "as_of": "2022",
            "basis": "published",
            "style": style or Style(stroke="#112233", fill="#445566"),
            "on": True,
        } | spec
        layer_spec = LayerSpec.model_validate(entry)
        if shapes is None:
            return Layer(layer_spec, "not_loaded")
        count = len(shapes)
        frame = gpd.GeoDataFrame(
            {
                "feature_id": [str(i) for i in range(count)],
                "name_zh": [f"名{i}" for i in range(count)],
                "name_en": [f"Name {i}" for i in range(count)],
                "located": [located] * count if isinstance(located, bool) else located,
                **(columns or {}),
            },
            geometry=list(shapes),
            crs="EPSG:4490",
        )
        return Layer(layer_spec, "loaded", frame, digest=digest)

    return make


@pytest.fixture
def squares() -> list[shapely.Polygon]:
    return [shapely.box(116 + i, 28, 116.8 + i, 28.8) for i in range(3)]
