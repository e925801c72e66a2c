"""A table of the plans turned into features."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from layers.paths import data_root
from layers.plans import plan_features
from layers.sources.source import Content, Source, Wanted, rows_where

__all__ = ["PlansSource"]

_COUNTIES = "county"


class PlansSource(Source):
    """A table of ``data/plans`` turned into features."""

    kind: Literal["plans"]
    table: Literal["projects", "protected_sites"]
    where: dict[str, list[str]] = Field(default_factory=dict)
    """Keep only rows whose column holds one of the values."""

    @property
    def needs(self) -> list[str]:
        """What is known by county stands in it."""
        return [_COUNTIES]

    def shipped_files(self, folder: Path) -> list[Path]:
        """Return the waters that entries lie on; the tables themselves are watched apart."""
        return sorted((data_root(folder) / "water").glob("*.fgb"))

    def read(self, wanted: Wanted) -> Content:
        """Read the table; each row is a feature."""
        frame = plan_features(self.table, data_root(wanted.folder), wanted.frame_of(_COUNTIES))
        return Content(rows_where(wanted.layer, frame, self.where))
