"""Source that reads a table of ``data/plans`` as features."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from layers.paths import data_root
from layers.plans import plan_features
from layers.sources.source import ReadRequest, Source, SourceData, rows_where

__all__ = ["PlansSource"]

_COUNTIES = "county"


class PlansSource(Source):
    """A table of ``data/plans``, each row a feature."""

    kind: Literal["plans"]
    table: Literal["projects", "protected_sites"]
    where: dict[str, list[str]] = Field(default_factory=dict)
    """Keep only rows whose column holds one of the values."""

    @property
    def needs(self) -> list[str]:
        """The county layer: rows known only by county stand at its point."""
        return [_COUNTIES]

    def shipped_files(self, folder: Path) -> list[Path]:
        """Return the paths of the water files that rows refer to; plan tables themselves are tracked elsewhere."""
        return sorted((data_root(folder) / "water").glob("*.fgb"))

    def files_read(self, folder: Path) -> list[Path] | None:
        """Return the paths of all plan tables and of the waters."""
        return [*sorted((data_root(folder) / "plans").glob("*.csv")), *self.shipped_files(folder)]

    def read(self, request: ReadRequest) -> SourceData:
        """Return the rows of the table as features."""
        data = data_root(request.folder)
        frame = request.once(
            ("plans", self.table, data), lambda: plan_features(self.table, data, request.frame_of(_COUNTIES))
        )
        return SourceData(rows_where(request.layer, frame, self.where))
