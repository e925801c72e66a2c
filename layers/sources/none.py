"""Source of a layer that is declared, so that a check can name it, but for which there are no data."""

from __future__ import annotations

from typing import Literal

from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["NoSource"]


class NoSource(Source):
    """A layer that is declared, so that a check can name it, but for which there are no data."""

    kind: Literal["none"]

    @property
    def empty(self) -> bool:
        """True: there is nothing to read."""
        return True

    def read(self, request: ReadRequest) -> SourceData:  # noqa: ARG002 -- nothing is there
        """Return a `SourceData` without features or raster."""
        return SourceData()
