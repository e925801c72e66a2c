"""Helpers of many tests: frames in EPSG:4490, files as bytes, areas and distances computed without our code."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the checkout."""
KARNEY = Geod(a=6378137.0, rf=298.257222101)


def assert_measure(series: pd.Series, like: gpd.GeoDataFrame | gpd.GeoSeries, name: str) -> None:
    """Assert that a measure is a Series of floats with the index of the frame and the name of the measure."""
    assert isinstance(series, pd.Series)
    assert series.index.equals(like.index)
    assert series.name == name
    assert series.dtype == float


def assert_same_frame(expected: gpd.GeoDataFrame, found: gpd.GeoDataFrame) -> None:
    """Assert that two frames have the same columns, types, values, missing values, coordinates and system, exactly."""
    name = expected.geometry.name
    assert found.geometry.name == name
    assert found.crs == expected.crs
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.drop(columns=name)), pd.DataFrame(expected.drop(columns=name)), check_exact=True
    )
    assert shapely.to_wkb(found.geometry.to_numpy()).tolist() == shapely.to_wkb(expected.geometry.to_numpy()).tolist()


def frame_4490(*shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return a frame of shapes in EPSG:4490."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4490")


def karney_area_m2(polygon: shapely.Polygon, step_m: float = 50.0) -> float:
    """Return the area, m², by Karney's geodesic polygons on rings cut into pieces of `step_m`, straight in degrees."""
    total = 0.0
    for part in shapely.get_parts(polygon):
        cut = shapely.segmentize(part, step_m / 111_700)
        for ring, sign in [(cut.exterior, 1), *[(hole, -1) for hole in cut.interiors]]:
            lon, lat = shapely.get_coordinates(ring).T
            total += sign * abs(KARNEY.polygon_area_perimeter(lon, lat)[0])
    return total


def sampled_distance_m(a: Any, b: Any, step_m: float = 20.0) -> float:
    """Return the least geodesic distance, m, between points every `step_m` on two boundaries."""
    first, second = (shapely.get_coordinates(shapely.segmentize(shape, step_m / 111_700)) for shape in (a, b))
    least = np.inf
    for start in range(0, len(first), 100):
        some = first[start : start + 100]
        lon1, lat1 = np.repeat(some, len(second), axis=0).T
        lon2, lat2 = np.tile(second, (len(some), 1)).T
        least = min(least, float(KARNEY.inv(lon1, lat1, lon2, lat2)[2].min()))
    return least


def run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end in a thread of its own: in this one a browser test of the same worker has its loop."""
    with ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, work).result()


def geojson(*geometries: Any, properties: dict[str, Any] | None = None, **members: Any) -> bytes:
    """Return a GeoJSON FeatureCollection of geometries, each with the same properties."""
    features = [
        {
            "type": "Feature",
            "properties": properties or {},
            "geometry": g if isinstance(g, dict) or g is None else shapely.geometry.mapping(g),
        }
        for g in geometries
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}, ensure_ascii=False).encode()


def zip_bytes(files: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def shapefile_parts(folder: Path, frame: gpd.GeoDataFrame, encoding: str = "UTF-8") -> dict[str, bytes]:
    """Return the files of a Shapefile of a frame, by suffix."""
    frame.to_file(folder / "s.shp", encoding=encoding, engine="pyogrio")
    return {path.suffix: path.read_bytes() for path in folder.glob("s.*")}
