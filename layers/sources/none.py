"""No source: the layer is declared so that a check can name it, but we do not have it."""

from __future__ import annotations

from typing import Literal

from layers.sources.source import Content, Source, Wanted

__all__ = ["NoSource"]


class NoSource(Source):
    """Declared so that a check can name it, but we do not have it."""

    kind: Literal["none"]

    @property
    def empty(self) -> bool:
        """There is nothing to read."""
        return True

    def read(self, wanted: Wanted) -> Content:  # noqa: ARG002 -- nothing is there
        """Return nothing."""
        return Content()
