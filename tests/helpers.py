"""What several tests need: frames in the store's system, GeoJSON bytes, and oracles that share no code with ours."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""
KARNEY = Geod(a=6378137.0, rf=298.257222101)


def assert_result(series: pd.Series, like: gpd.GeoDataFrame | gpd.GeoSeries, name: str) -> None:
    """A measure gives one number per row on the frame's own index, under its own name."""
    assert isinstance(series, pd.Series)
    assert series.index.equals(like.index)
    assert series.name == name
    assert series.dtype == float


def stored(*shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4490")


def karney_area(polygon: shapely.Polygon, step_m: float = 50.0) -> float:
    """Area by Karney's geodesic polygons on rings cut to short pieces: straight in degrees to within that."""
    total = 0.0
    for part in shapely.get_parts(polygon):
        cut = shapely.segmentize(part, step_m / 111_700)
        for ring, sign in [(cut.exterior, 1), *[(hole, -1) for hole in cut.interiors]]:
            lon, lat = shapely.get_coordinates(ring).T
            total += sign * abs(KARNEY.polygon_area_perimeter(lon, lat)[0])
    return total


def brute_distance(a: Any, b: Any, step_m: float = 20.0) -> float:
    """Least geodesic distance between points put densely on two boundaries."""
    first, second = (shapely.get_coordinates(shapely.segmentize(shape, step_m / 111_700)) for shape in (a, b))
    least = np.inf
    for start in range(0, len(first), 100):
        some = first[start : start + 100]
        lon1, lat1 = np.repeat(some, len(second), axis=0).T
        lon2, lat2 = np.tile(second, (len(some), 1)).T
        least = min(least, float(KARNEY.inv(lon1, lat1, lon2, lat2)[2].min()))
    return least


def geojson(*geometries: Any, properties: dict[str, Any] | None = None, **members: Any) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": properties or {},
            "geometry": g if isinstance(g, dict) or g is None else shapely.geometry.mapping(g),
        }
        for g in geometries
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}, ensure_ascii=False).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def shapefile(folder: Path, frame: gpd.GeoDataFrame, encoding: str = "UTF-8") -> dict[str, bytes]:
    """The files of a Shapefile by their suffix."""
    frame.to_file(folder / "s.shp", encoding=encoding, engine="pyogrio")
    return {path.suffix: path.read_bytes() for path in folder.glob("s.*")}
