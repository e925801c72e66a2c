"""Layers as a bureau brings them: Shapefiles in GBK, zipped, without a .cpg, in a Gauss-Krüger zone with its prefix."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely.geometry import box

FUZHOU = ("361002", "361003", "361021", "361022", "361023", "361024", "361025", "361026", "361027", "361028", "361030")
CODE = "2090020211"


def zipped_shapefile(frame: gpd.GeoDataFrame, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / f"{name}.shp", encoding="GBK")
        (Path(folder) / f"{name}.cpg").unlink(missing_ok=True)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)
    return held.getvalue()


def blocks(count: int = 12) -> list[Any]:
    """Rectangles 6 km by 4.5 km in the middle of Fuzhou, EPSG:4527."""
    return [
        box(x, y, x + 6000, y + 4500)
        for x, y in ((39_380_000 + (i % 10) * 9000, 3_010_000 + (i // 10) * 13_000) for i in range(count))
    ]


def red_line(shapes: list[Any] | None = None, **columns: Any) -> gpd.GeoDataFrame:
    """A table STBHHX as the specification has it."""
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
