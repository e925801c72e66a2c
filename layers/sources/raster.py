"""Source of a raster file beside the configuration; it is read by window where it is used."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from geo.errors import DataFault
from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["RasterSource"]


class RasterSource(Source):
    """A raster file, relative to the folder of the configuration."""

    kind: Literal["raster"]
    file: str

    def shipped_files(self, folder: Path) -> list[Path]:
        """Return the path of the raster."""
        return [folder / self.file]

    def read(self, request: ReadRequest) -> SourceData:
        """Return the path and SHA-256 of the raster; raise `DataFault` if it is missing."""
        path = request.folder / self.file
        if not path.is_file():
            raise DataFault("layers.file_missing", layer=request.layer, file=self.file)
        return SourceData(raster=path, digest=hashlib.sha256(path.read_bytes()).hexdigest())
