"""Interface of all sources of layers, with what they are passed and what they return."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import geopandas as gpd

from geo.errors import DataFault
from layers.entry import Entry

__all__ = ["ReadRequest", "Source", "SourceData", "rows_where"]

T = TypeVar("T")


@dataclass(frozen=True)
class ReadRequest:
    """Argument of `Source.read`: the layer that is read, its declared CRS, and access to other layers.

    Attributes
    ----------
    layer : str
        Id of the layer, for error messages.
    crs : str
        The system that its entry declares, such as ``EPSG:4490``.
    name_field : str or None
        Column that names a feature, for error messages.
    folder : Path
        Folder of the configuration, which paths are relative to.
    frame_of : callable
        Returns the frame of another layer by its id (EPSG:4490, common columns); raises the fault of a failed one.
    shared : dict
        Results that several layers of one load have in common (`once`).
    """

    layer: str
    crs: str
    name_field: str | None
    folder: Path
    frame_of: Callable[[str], gpd.GeoDataFrame]
    shared: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result of `make`, called once for all layers of one load; not to be changed by who reads it."""
        if key not in self.shared:
            self.shared[key] = make()
        result: T = self.shared[key]
        return result


@dataclass(frozen=True)
class SourceData:
    """Result of `Source.read`: features, or the path of a raster.

    Attributes
    ----------
    frame : GeoDataFrame or None
        EPSG:4490, valid geometries, the source's own columns.
    raster : Path or None
    digest : str or None
        SHA-256 of the content if the source knows it; None if it is to be computed from the frame.
    """

    frame: gpd.GeoDataFrame | None = None
    raster: Path | None = None
    digest: str | None = None


class Source(Entry, ABC):
    """Base class of the sources of layers: ``[layer.source]`` in ``config.toml``.

    A kind of source is one module of this room: a class with a ``kind`` and `read`. It is listed in
    ``layers.sources``.
    """

    kind: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read: the layer is declared so that a check can name it."""
        return False

    @property
    def made_of(self) -> list[str]:
        """Ids of the layers whose shapes it is derived from; their export level limits its own."""
        return []

    @property
    def needs(self) -> list[str]:
        """Ids of the layers that must be loaded before it."""
        return self.made_of

    def shipped_files(self, folder: Path) -> list[Path]:  # noqa: ARG002 -- most kinds have files of their own
        """Return the paths of the files that it reads and that ship with a configuration in `folder`."""
        return []

    def files_read(self, folder: Path) -> list[Path] | None:  # noqa: ARG002 -- known by most kinds
        """Return the paths of all files whose content decides what `read` returns.

        None if they are not known: the layer is then read by every process, and never stored as it was loaded.
        """
        return None

    def with_superseding(self, superseding: Mapping[str, list[str]], known: list[str]) -> Self:  # noqa: ARG002 -- see corridors
        """Return the source with the layers in use in place of those that they supersede.

        Parameters
        ----------
        superseding : mapping of str to list of str
            Ids of the superseding layers, by the id of the layer that they supersede.
        known : list of str
            Ids of all layers in use.
        """
        return self

    @abstractmethod
    def read(self, request: ReadRequest) -> SourceData:
        """Return the features or the raster.

        Raises
        ------
        RedlineError
            If it is missing, or not as the entry declares.
        """


def rows_where(layer: str, frame: gpd.GeoDataFrame, where: Mapping[str, list[str]]) -> gpd.GeoDataFrame:
    """Return the rows whose columns have one of the values in `where`; raise `DataFault` for a missing column."""
    for column, values in where.items():
        if column not in frame.columns:
            raise DataFault("layers.no_column", layer=layer, column=column, key="source.where")
        frame = frame[frame[column].astype(str).isin(values)]
    return frame.reset_index(drop=True)
