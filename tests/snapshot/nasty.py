"""Values and shapes that file formats tend to lose, a layer of them, and readers of the written files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from layers.catalogue.model import Bilingual, Layer, LayerSpec, Style
from layers.sources import FileSource
from snapshot.selection.selection import Selection
from snapshot.vector.forms import write

KML = "{http://www.opengis.net/kml/2.2}"
NASTY = ["逗号,引号\"'", "两\n行", "😀 emoji <b>&amp;</b>", "长" * 2000, "", None, "=1+1"]
IDS = [2**62 + 1, -(2**62), 0, 1, 2, 3, 4]
VALUES = [1.5, None, -0.25, 1e-9, 123456789.125, 0.1, 3.0]
TIMES = pd.to_datetime(["2026-11-20", None, "2020-02-29", "1999-12-31", "2026-01-01", "2026-01-02", "2026-01-03"])
SHAPES: list[Any] = [
    Polygon(box(116, 27, 116.1, 27.1).exterior, [box(116.02, 27.02, 116.05, 27.05).exterior]),
    MultiPolygon([box(115, 27, 115.1, 27.1), box(115.2, 27, 115.3, 27.1)]),
    LineString([(116, 27), (116.4, 27.3)]),
    Point(116.5, 27.5),
    Point(116.123456789012, 27.987654321098),
    LineString([(116, 27), (116.1, 27.2), (116.3, 27.1)]),
    GeometryCollection([Point(116.7, 27.7), LineString([(116.7, 27.7), (116.8, 27.8)])]),
]
KIND_ROWS = {"polygon": [0, 1], "line": [2, 5, 6], "point": [3, 4, 6]}


def layer(frame: gpd.GeoDataFrame, layer_id: str = "things", **entry: Any) -> Layer:
    name = Bilingual(zh="东西 <&>", en="Things")
    spec = LayerSpec(
        **(
            {
                "id": layer_id,
                "title": name,
                "group": "own",
                "role": "other",
                "stands_for": layer_id,
                "source": FileSource(kind="file", files=["x.gpkg"]),
                "publisher": name,
                "licence": "CC-BY-4.0",
                "as_of": "2026",
                "basis": "published",
                "style": Style(stroke="#102030", fill="#405060", fill_opacity=0.5),
            }
            | entry
        )
    )
    return Layer(spec, "loaded", frame.assign(located=True), digest="0" * 64)


def write_form(form: str, folder: Path, chosen: Layer, **options: Any) -> Path:
    return write(Selection({chosen.id: chosen}, version="1.2", **options), form, folder / "快照")


def read_tables(path: Path, form: str, folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a written file by name, read by GDAL or pyarrow."""
    if form == "gpkg":
        names = [row[0] for row in pyogrio.list_layers(path) if row[1] is not None]
        return {name: gpd.read_file(path, layer=name) for name in names}
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    suffix = {"shp": ".shp", "geojson": ".geojson", "fgb": ".fgb", "parquet": ".parquet"}[form]
    if form == "parquet":
        return {file.stem: gpd.read_parquet(file) for file in folder.glob(f"*{suffix}")}
    options = (
        {"DATE_AS_STRING": "YES"} if form == "geojson" else {}
    )  # else GDAL takes text that looks like a day for one
    return {file.stem: gpd.read_file(file, **options) for file in folder.glob(f"*{suffix}")}


def same_shapes(result: gpd.GeoSeries, expected: Any) -> bool:
    ours = shapely.normalize(shapely.orient_polygons(_single(result)))
    theirs = shapely.normalize(shapely.orient_polygons(_single(expected)))
    return bool(shapely.equals_exact(ours, theirs, 0).all())


def _single(shapes: Any) -> Any:
    parts = [shapely.get_parts(shape) for shape in np.asarray(shapes, object)]
    return np.array([own[0] if len(own) == 1 else shape for own, shape in zip(parts, shapes, strict=True)], object)


def expected_shapes(rows: list[int], kind: str) -> list[Any]:
    last = {"line": SHAPES[6].geoms[1], "point": SHAPES[6].geoms[0]}.get(kind)
    return [last if row == 6 else SHAPES[row] for row in rows]


def plain_values(values: Any) -> list[Any]:
    return [None if value is None or pd.isna(value) else value for value in values]


def layer_rows(source: Layer, rows: list[int]) -> Layer:
    return Layer(source.spec, "loaded", source.frame.iloc[rows].reset_index(drop=True), digest=source.digest)


def text_of_file(path: Path) -> str:
    """Return all text of a file, including members of archives and cells of workbooks."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return " ".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_bytes().decode("utf-8", "replace")


def nasty_layer() -> Layer:
    frame = gpd.GeoDataFrame(
        {
            "feature_id": [f"n{n}" for n in range(7)],
            "项目名称很长很长": NASTY,
            "id64": IDS,
            "prefecture_adcode": ["360101", "001002", "", None, "5", "6", "7"],
            "value": VALUES,
            "surveyed_at": TIMES,
            "confirmed": [True, False] * 3 + [True],
        },
        geometry=SHAPES,
        crs=4490,
    )
    return layer(frame)
