"""A raster file beside the configuration; it is opened where it is used, by window."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from geo.errors import DataFault
from layers.sources.source import Content, Source, Wanted

__all__ = ["RasterSource"]


class RasterSource(Source):
    """A raster file, relative to the folder of the configuration."""

    kind: Literal["raster"]
    file: str

    def shipped_files(self, folder: Path) -> list[Path]:
        """Return the raster."""
        return [folder / self.file]

    def read(self, wanted: Wanted) -> Content:
        """Check that the raster is there."""
        path = wanted.folder / self.file
        if not path.is_file():
            raise DataFault("layers.file_missing", layer=wanted.layer, file=self.file)
        return Content(raster=path, digest=hashlib.sha256(path.read_bytes()).hexdigest())
