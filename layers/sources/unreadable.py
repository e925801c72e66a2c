"""Source of the entry that stands for the user's own layers while their catalogue cannot be read."""

from __future__ import annotations

from typing import Literal

from geo.errors import ConfigError
from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["UnreadableSource"]


class UnreadableSource(Source):
    """What stands for the user's own layers while nobody knows which there are, so that a check says so."""

    kind: Literal["unreadable"]
    file: str
    before: str
    """Name of the file that holds the catalogue as it was before its last change."""
    fault: str

    def read(self, request: ReadRequest) -> SourceData:  # noqa: ARG002 -- nothing can be read
        """Raise the `ConfigError` that reading the catalogue raised."""
        raise ConfigError("data.overlay_broken", file=self.file, before=self.before, fault=self.fault)
