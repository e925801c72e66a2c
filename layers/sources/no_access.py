"""Source of the entry that stands for all layers that a person may not see."""

from __future__ import annotations

from typing import Literal

from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["NoAccessSource"]


class NoAccessSource(Source):
    """What stands for all layers that a person may not see, so that a check says that they were not checked."""

    kind: Literal["no_access"]

    @property
    def empty(self) -> bool:
        """True: there is nothing to read."""
        return True

    def read(self, request: ReadRequest) -> SourceData:  # noqa: ARG002 -- nothing is there
        """Return a `SourceData` without features or raster."""
        return SourceData()
