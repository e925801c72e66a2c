"""A few sites against many features: the same answer as when every feature is looked at, and as brute force gives."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.measure import distances as module
from geo.measure.distances import nearest
from geo.measure.index import FeatureIndex
from tests.helpers import sampled_distance_m


def frame(shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4490")


@pytest.mark.parametrize(("middle", "spread"), [(28.0, 2.0), (55.0, 4.0), (-1.0, 3.0), (64.0, 0.01)])
def test_looking_around_a_site_finds_what_looking_everywhere_does(monkeypatch, middle, spread):
    chance = np.random.default_rng(int(middle) + 90)
    at = chance.uniform((116 - spread, middle - spread), (116 + spread, middle + spread), (400, 2))
    features = frame(shapely.buffer(shapely.points(at), chance.uniform(spread / 900, spread / 30, 400), quad_segs=3))
    where = chance.uniform(
        (116 - 1.5 * spread, middle - 1.5 * spread), (116 + 1.5 * spread, middle + 1.5 * spread), (40, 2)
    )
    sites = frame([*shapely.points(where[:30]), *shapely.buffer(shapely.points(where[30:]), spread / 100)])
    everywhere = nearest(sites, FeatureIndex(features.geometry.to_numpy()))
    monkeypatch.setattr(module, "_MANY_FEATURES", 10)
    index = FeatureIndex(features.geometry.to_numpy())
    pd.testing.assert_frame_equal(nearest(sites, index), everywhere)
    assert not index.has_stretches, "no stretches of all the layer were made"


def test_around_a_site_is_measured_as_by_brute_force(monkeypatch):
    monkeypatch.setattr(module, "_MANY_FEATURES", 1)
    features = [shapely.box(116.5 + i / 10, 28, 116.55 + i / 10, 28.05 + i / 50) for i in range(6)]
    site = shapely.Point(116.2, 28.3)
    found = nearest(frame([site]), frame(features)).iloc[0]
    wanted = [sampled_distance_m(site, feature) for feature in features]
    assert found["feature"] == int(np.argmin(wanted))
    assert found["distance_m"] == pytest.approx(min(wanted), abs=0.01)
