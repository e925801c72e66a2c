"""Layers as planning bureaus supply them: zipped GBK Shapefiles without .cpg, Gauss-Krüger with the zone prefix."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely.geometry import Polygon, box

FUZHOU = ("361002", "361003", "361021", "361022", "361023", "361024", "361025", "361026", "361027", "361028", "361030")
CODE = "2090020211"
BOW = Polygon([(39_400_000, 3_000_000), (39_401_000, 3_001_000), (39_401_000, 3_000_000), (39_400_000, 3_001_000)])
"""A bow-tie: an invalid polygon that can be repaired in several ways, EPSG:4527."""


def gbk_shapefile_zip(frame: gpd.GeoDataFrame, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / f"{name}.shp", encoding="GBK")
        (Path(folder) / f"{name}.cpg").unlink(missing_ok=True)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)
    return buffer.getvalue()


def blocks(count: int = 12) -> list[Any]:
    """Return rectangles of 6 km by 4.5 km in the middle of Fuzhou, EPSG:4527."""
    return [
        box(x, y, x + 6000, y + 4500)
        for x, y in ((39_380_000 + (i % 10) * 9000, 3_010_000 + (i // 10) * 13_000) for i in range(count))
    ]


def red_line(shapes: list[Any] | None = None, **columns: Any) -> gpd.GeoDataFrame:
    """Return a table STBHHX (red line) as the specification defines it, EPSG:4527."""
    shapes = blocks() if shapes is None else shapes
    numbers = range(len(shapes))
    return gpd.GeoDataFrame(
        {
            "BSM": [f"3610{i:014d}" for i in numbers],
            "YSDM": CODE,
            "XZQDM": [FUZHOU[i % len(FUZHOU)] for i in numbers],
            "XZQMC": "抚州市",
            "HXBM": [f"HX{i}" for i in numbers],
            "HXMC": [f"武夷山水源涵养红线{i}" for i in numbers],
            "HXLX": "水源涵养",
            "MJ": [shape.area for shape in shapes],
            **columns,
        },
        geometry=shapes,
        crs=4527,
    )


def _rectangles_beside(north_m: float, wide_m: float) -> list[Any]:
    """Return rectangles 1 km high, `north_m` above the lower edge of each block, EPSG:4527."""
    corners = [block.bounds[:2] for block in blocks()]
    return [box(x, y + north_m, x + wide_m, y + north_m + 1000) for x, y in corners]


def farmland(shapes: list[Any] | None = None) -> gpd.GeoDataFrame:
    """Return a table YJJBNTBHTB (permanent farmland) as the specification defines it, between the blocks by default."""
    shapes = _rectangles_beside(5000, 2000) if shapes is None else shapes
    plain = red_line(shapes)[["BSM", "YSDM", "XZQDM", "XZQMC", "geometry"]].assign(YSDM="2005010300")
    areas = {"YJJBNTTBMJ": [shape.area for shape in shapes], "YJJBNTMJ": [shape.area for shape in shapes]}
    return plain.assign(YJJBNTTBBH=plain["BSM"], TBBH=plain["BSM"], DLBM="0101", DLMC="水田", **areas)


def town_boundary(shapes: list[Any] | None = None) -> gpd.GeoDataFrame:
    """Return a table CZKFBJ (town boundary) as the specification defines it."""
    shapes = _rectangles_beside(-3000, 1500) if shapes is None else shapes
    plain = red_line(shapes)[["BSM", "YSDM", "XZQDM", "XZQMC", "MJ", "geometry"]].assign(YSDM="2090020221")
    return plain.assign(GHFQDM="01", GHFQMC="城镇集中建设区")


def database(path: Path, **tables: gpd.GeoDataFrame) -> Path:
    """Write tables into a GeoPackage or FileGDB, by its suffix; return its path."""
    for name, frame in tables.items():
        frame.to_file(path, layer=name, driver="OpenFileGDB" if path.suffix == ".gdb" else "GPKG")
    return path
