"""Source of vector files beside the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pydantic import Field

from geo.crs import to_store
from geo.errors import DataFault
from geo.shapes import plain_shapes
from layers.sources.source import ReadRequest, Source, SourceData, require_declared_crs, require_valid, rows_where

__all__ = ["FileSource", "read_vector"]


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

    def read(self, request: ReadRequest) -> SourceData:
        """Return the features of all files as one frame in EPSG:4490."""
        frames = [self._one(request, name) for name in self.files]
        whole = frames[0]
        if len(frames) > 1:
            whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
        whole = rows_where(request.layer, whole, self.where)
        require_valid(request, whole)
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
        require_declared_crs(request, frame, name)
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
