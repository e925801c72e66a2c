"""A version of a layer that a user brought."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from pydantic import Field

from geo.errors import DataFault
from layers.paths import home
from layers.sources.source import Content, Source, Wanted
from layers.sources.vector_files import read_vector

__all__ = ["STORED_FILE", "ImportedSource"]

STORED_FILE: Final = "layer.fgb"
"""What an imported layer is kept as, in the folder of its version."""


class ImportedSource(Source):
    """A version of a layer that a user brought, under the user's data folder (``layers.own.versions``)."""

    kind: Literal["imported"]
    folder: str = Field(pattern=r"^layers/[a-z][a-z0-9_]{1,40}/\d{4}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the stored file: one that was changed since is not used."""
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """The layer's content hash, taken when it was stored."""

    def read(self, wanted: Wanted) -> Content:
        """Read the stored file; it was checked and brought to the store's system when it was stored."""
        name = f"{self.folder}/{STORED_FILE}"
        path = home() / self.folder / STORED_FILE
        if not path.is_file():
            raise DataFault("data.version_missing", layer=wanted.layer, file=name)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.sha256:
                raise DataFault("data.version_changed", layer=wanted.layer, file=name)
        return Content(read_vector(wanted.layer, path, name), digest=self.digest)
