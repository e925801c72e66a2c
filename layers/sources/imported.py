"""Source of an imported layer: the stored file of one version."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from geo.errors import DataFault
from layers.paths import home
from layers.sources.source import ReadRequest, Source, SourceData
from layers.sources.vector_files import read_vector

__all__ = ["STORED_FILE", "ImportedSource"]

STORED_FILE: Final = "layer.fgb"
"""File name of an imported layer in the folder of its version."""


class ImportedSource(Source):
    """A version of an imported layer in the user's data folder (``layers.own.versions``)."""

    kind: Literal["imported"]
    folder: str = Field(pattern=r"^layers/[a-z][a-z0-9_]{1,40}/\d{4}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the stored file; a file with another hash is refused."""
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """The layer's content hash, taken when it was stored."""

    def files_read(self, folder: Path) -> list[Path] | None:  # noqa: ARG002 -- it lies in the user's data folder
        """Return the path of the stored file."""
        return [home() / self.folder / STORED_FILE]

    def read(self, request: ReadRequest) -> SourceData:
        """Return the features of the stored file, which are valid and in EPSG:4490 since it was stored."""
        name = f"{self.folder}/{STORED_FILE}"
        path = home() / self.folder / STORED_FILE
        if not path.is_file():
            raise DataFault("data.version_missing", layer=request.layer, file=name)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.sha256:
                raise DataFault("data.version_changed", layer=request.layer, file=name)
        return SourceData(read_vector(request.layer, path, name), digest=self.digest)
