"""What a source of a layer is: the small interface that every kind of it fills."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import geopandas as gpd

from geo.errors import DataFault
from layers.entry import Entry

__all__ = ["Content", "Source", "Wanted", "rows_where"]


@dataclass(frozen=True)
class Wanted:
    """What is to be read for one layer.

    Attributes
    ----------
    layer : str
        Id of the layer, for faults.
    crs : str
        The system that its entry declares, such as ``EPSG:4490``.
    name_field : str or None
        Column that names a feature, for faults.
    folder : Path
        Of the configuration: what paths are relative to.
    frame_of : callable
        Frame of another layer by its id (EPSG:4490, common columns); raises what made that layer fail.
    """

    layer: str
    crs: str
    name_field: str | None
    folder: Path
    frame_of: Callable[[str], gpd.GeoDataFrame]


@dataclass(frozen=True)
class Content:
    """What a source holds: features or a raster.

    Attributes
    ----------
    frame : GeoDataFrame or None
        EPSG:4490, valid geometries, the source's own columns.
    raster : Path or None
    digest : str or None
        SHA-256 of the content where the source knows it; None: it is taken from the frame.
    """

    frame: gpd.GeoDataFrame | None = None
    raster: Path | None = None
    digest: str | None = None


class Source(Entry, ABC):
    """Where the features of a layer come from: ``[layer.source]`` in ``config.toml``.

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
        """Ids of the layers whose shapes it carries on: what they may not tell, it may not."""
        return []

    @property
    def needs(self) -> list[str]:
        """Ids of the layers that are loaded before it."""
        return self.made_of

    def shipped_files(self, folder: Path) -> list[Path]:  # noqa: ARG002 -- most kinds have files of their own
        """Return the files that it is read from and that ship with a configuration in `folder`."""
        return []

    def beside(self, takers: Mapping[str, list[str]], known: list[str]) -> Self:  # noqa: ARG002 -- see corridors
        """Return the source as it is once other layers took ground from those that it is made of.

        Parameters
        ----------
        takers : mapping of str to list of str
            Ids of the layers that took ground, by the id that they took it from.
        known : list of str
            Ids of all layers in use.
        """
        return self

    @abstractmethod
    def read(self, wanted: Wanted) -> Content:
        """Read it.

        Raises
        ------
        RedlineError
            If it is not there, or not what the entry says.
        """


def rows_where(layer: str, frame: gpd.GeoDataFrame, where: Mapping[str, list[str]]) -> gpd.GeoDataFrame:
    """Return the rows whose columns hold what the entry asks for."""
    for column, values in where.items():
        if column not in frame.columns:
            raise DataFault("layers.no_column", layer=layer, column=column, key="source.where")
        frame = frame[frame[column].astype(str).isin(values)]
    return frame.reset_index(drop=True)
