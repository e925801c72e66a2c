"""Interface of all sources of layers, with what they are passed and what they return."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import geopandas as gpd
import shapely

from geo.crs import describe
from geo.errors import DataFault
from geo.shapes import are_valid
from layers.entry import Entry

__all__ = ["ReadRequest", "Source", "SourceData", "require_declared_crs", "require_valid", "rows_where"]

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
    id_field : str or None
        Column that identifies a feature.
    columns : frozenset of str
        Columns that its entry names, for whatever use.
    extent_bounds : callable
        Returns west, south, east, north (EPSG:4490) of the counties of its extent; None where it is everywhere.
    """

    layer: str
    crs: str
    name_field: str | None
    folder: Path
    frame_of: Callable[[str], gpd.GeoDataFrame]
    shared: dict[Hashable, Any] = field(default_factory=dict)
    id_field: str | None = None
    columns: frozenset[str] = frozenset()
    extent_bounds: Callable[[], tuple[float, float, float, float] | None] = lambda: None

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
    fingerprint : str or None
        State of the source when it was read (`Source.fingerprint`).
    """

    frame: gpd.GeoDataFrame | None = None
    raster: Path | None = None
    digest: str | None = None
    fingerprint: str | None = None


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

    @property
    def place(self) -> str:
        """Where it is, if that is no file: for the page that describes the layer; "" for files."""
        return ""

    @property
    def reads_by_extent(self) -> bool:
        """Whether only what lies in the extent of the layer's entry is read, for which counties must be loaded."""
        return False

    def fingerprint(self, request: ReadRequest) -> str | None:  # noqa: ARG002 -- files are known by their times
        """Return the state of the source, asked without reading it; None for files, whose times say it.

        Raises
        ------
        RedlineError
            If it cannot be asked.
        """
        return None

    def recent_state(self, layer: str) -> str:  # noqa: ARG002 -- files are known by their times
        """Return what tells one state of the source from another, as seen lately; "" for files and before reading."""
        return ""

    def shipped_files(self, folder: Path) -> list[Path]:  # noqa: ARG002 -- most kinds have files of their own
        """Return the paths of the files that it reads and that ship with a configuration in `folder`."""
        return []

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


def require_declared_crs(request: ReadRequest, frame: gpd.GeoDataFrame, name: str) -> None:
    """Raise `DataFault` if the CRS of a frame is not the one that the entry declares; `name` is what carries it."""
    if describe(frame.crs, name).epsg != describe(request.crs).epsg:
        raise DataFault("layers.crs_differs", layer=request.layer, found=frame.crs.name, declared=request.crs)


def require_valid(request: ReadRequest, frame: gpd.GeoDataFrame) -> None:
    """Raise `DataFault` naming the first invalid, missing or empty shape, if there is one."""
    shapes = frame.geometry.to_numpy()
    bad = ~are_valid(shapes) | shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if bad.any():
        first = int(bad.argmax())
        why = shapely.is_valid_reason(shapes[first]) or "no shape"
        label = frame.iloc[first].get(request.name_field or "", "") or f"#{first + 1}"
        raise DataFault("layers.invalid_geometry", layer=request.layer, count=int(bad.sum()), feature=label, why=why)


def rows_where(layer: str, frame: gpd.GeoDataFrame, where: Mapping[str, list[str]]) -> gpd.GeoDataFrame:
    """Return the rows whose columns have one of the values in `where`; raise `DataFault` for a missing column."""
    for column, values in where.items():
        if column not in frame.columns:
            raise DataFault("layers.no_column", layer=layer, column=column, key="source.where")
        frame = frame[frame[column].astype(str).isin(values)]
    return frame.reset_index(drop=True)
