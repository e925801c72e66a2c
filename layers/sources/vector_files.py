"""Source of vector files beside the configuration."""

from __future__ import annotations

from glob import escape
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pydantic import Field

from geo.crs import describe, to_store
from geo.errors import DataFault
from geo.shapes import are_valid, plain_shapes
from layers.sources.source import ReadRequest, Source, SourceData, rows_where

__all__ = ["FileSource", "read_vector"]

_SELF_CONTAINED: Final = frozenset({".fgb", ".geojson", ".gpkg", ".json", ".shp"})
"""Suffixes of formats that refer to no file of another name."""


class FileSource(Source):
    """Vector files of one layer, relative to the folder of the configuration."""

    kind: Literal["file"]
    files: list[str] = Field(min_length=1)
    sublayer: str | None = None
    where: dict[str, list[str]] = Field(default_factory=dict)
    """Keep only features whose column holds one of the values."""

    def shipped_files(self, folder: Path) -> list[Path]:
        """Return the paths of the files."""
        return [folder / name for name in self.files]

    def files_read(self, folder: Path) -> list[Path] | None:
        """Return the paths of the files and of all beside them of the same name; None if a format refers to more."""
        paths = self.shipped_files(folder)
        if any(path.suffix.lower() not in _SELF_CONTAINED for path in paths):
            return None
        return [beside for path in paths for beside in (path, *path.parent.glob(f"{escape(path.stem)}.*"))]

    def read(self, request: ReadRequest) -> SourceData:
        """Return the features of all files as one frame in EPSG:4490."""
        frames = [self._one(request, name) for name in self.files]
        whole = frames[0]
        if len(frames) > 1:
            whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
        whole = rows_where(request.layer, whole, self.where)
        _require_valid(request, whole)
        return SourceData(to_store(whole))

    def _one(self, request: ReadRequest, name: str) -> gpd.GeoDataFrame:
        """Return the features of one file; raise `DataFault` if it is empty or its CRS is not the declared one."""
        path = request.folder / name
        if not path.is_file():
            raise DataFault("layers.file_missing", layer=request.layer, file=name)
        frame = read_vector(request.layer, path, name, self.sublayer)
        if frame.empty or not isinstance(frame, gpd.GeoDataFrame):
            raise DataFault("layers.file_empty", layer=request.layer, file=name)
        frame = frame.set_geometry(gpd.GeoSeries(plain_shapes(frame.geometry.to_numpy()), frame.index, crs=frame.crs))
        if frame.crs is None:
            raise DataFault("layers.no_crs", layer=request.layer, file=name)
        if describe(frame.crs, name).epsg != describe(request.crs).epsg:
            raise DataFault("layers.crs_differs", layer=request.layer, found=frame.crs.name, declared=request.crs)
        return frame


def read_vector(layer: str, path: Path, name: str, sublayer: str | None = None) -> gpd.GeoDataFrame:
    """Return the features of a vector file, read by GDAL without validation.

    Raises
    ------
    DataFault
        If GDAL cannot read it; `name` is how the sentence calls the file.
    """
    try:
        return gpd.read_file(path, layer=sublayer, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, shapely.GEOSException) as fault:
        raise DataFault("layers.file_unreadable", layer=layer, file=name, fault=str(fault)) from None


def _require_valid(request: ReadRequest, frame: gpd.GeoDataFrame) -> None:
    """Raise `DataFault` naming the first invalid, missing or empty shape, if there is one."""
    shapes = frame.geometry.to_numpy()
    bad = ~are_valid(shapes) | shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if bad.any():
        first = int(bad.argmax())
        why = shapely.is_valid_reason(shapes[first]) or "no shape"
        label = frame.iloc[first].get(request.name_field or "", "") or f"#{first + 1}"
        raise DataFault("layers.invalid_geometry", layer=request.layer, count=int(bad.sum()), feature=label, why=why)
