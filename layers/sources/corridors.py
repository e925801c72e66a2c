"""River corridors: buffers of a given width outward from the bank, or from the centreline where no bank is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from geo.crs import STORE_CRS, from_store, gk3_epsg, to_store
from layers.sources.source import ReadRequest, Source, SourceData

__all__ = ["CorridorSource", "corridors"]

_WATER_COLUMNS = ("water_id", "name_zh", "name_en", "source", "licence", "as_of", "accuracy_m", "basis")


class CorridorSource(Source):
    """Buffers along the waters of other layers: from the bank where there is one, else from the centreline."""

    kind: Literal["corridor"]
    of: list[str] = Field(min_length=1)
    width_m: float = Field(gt=0, le=20_000, strict=False)

    @property
    def made_of(self) -> list[str]:
        """Ids of the layers of waters."""
        return self.of

    def files_read(self, folder: Path) -> list[Path] | None:  # noqa: ARG002 -- it has none
        """Return no path: the layers of waters decide."""
        return []

    def with_superseding(self, superseding: Mapping[str, list[str]], known: list[str]) -> Self:
        """Return the source along the waters in use, superseding layers included."""
        joined = [one for water in self.of for one in superseding.get(water, [])]
        of = [layer for layer in dict.fromkeys([*self.of, *joined]) if layer in known]
        return self if of == self.of or not of else self.model_copy(update={"of": of})

    def read(self, request: ReadRequest) -> SourceData:
        """Return the corridors; waters of an imported layer are identified by its own feature ids."""
        waters = []
        for layer in self.of:
            frame = request.frame_of(layer)
            if "water_id" not in frame.columns:
                frame = frame.assign(water_id=f"{layer}:" + frame["feature_id"].astype(str))
            waters.append(frame)
        return SourceData(corridors(waters, self.width_m))


def corridors(waters: list[gpd.GeoDataFrame], width_m: float) -> gpd.GeoDataFrame:
    """Return one corridor per water: the water itself and `width_m` metres beyond its bank.

    Where a water polygon exists the band starts at its edge; the stretches of a centreline that run outside every
    polygon get their band from the line.

    Parameters
    ----------
    waters : list of GeoDataFrame
        EPSG:4490, polygons and lines, with ``water_id`` and the provenance columns.
    width_m : float
        Metres on each side.

    Returns
    -------
    GeoDataFrame
        EPSG:4490; ``water_id``, ``name_zh``, ``name_en``, provenance (the worst accuracy of what it is made from),
        ``width_m``, ``basis`` ("modelled" where a piece of its water is, else "approximate"). Bands are buffered in
        the 3-degree Gauss-Krüger zone of each water, where a length is at most 0.06 % off within 2° of the zone's
        meridian.
    """
    pieces = gpd.GeoDataFrame(pd.concat(waters, ignore_index=True), crs=STORE_CRS)
    is_area = pieces.geom_type.isin(["Polygon", "MultiPolygon"])
    banks = shapely.union_all(pieces.geometry[is_area].to_numpy())
    shapes = pieces.geometry.to_numpy().copy()
    shapes[~is_area] = shapely.difference(shapes[~is_area], banks)
    pieces = pieces.set_geometry(gpd.GeoSeries(shapes, index=pieces.index, crs=STORE_CRS))
    pieces = pieces[~pieces.geometry.is_empty]
    pieces["geometry"] = _buffered(pieces.geometry, width_m)
    parts = pieces[[column for column in _WATER_COLUMNS if column in pieces.columns] + ["geometry"]]
    whole = parts.dissolve(by="water_id", aggfunc=_aggregations(parts), sort=True).reset_index()
    whole["width_m"] = width_m
    if "basis" not in whole.columns:
        whole["basis"] = "approximate"
    return whole


def _aggregations(parts: gpd.GeoDataFrame) -> dict[str, object]:
    """Return the aggregation of each column for ``dissolve``."""
    return {
        column: _AGGREGATIONS.get(column, "first") for column in parts.columns if column not in {"water_id", "geometry"}
    }


def _weakest(values: pd.Series) -> str:
    """Return the basis of a corridor: "modelled" if any piece is, else "approximate"."""
    return "modelled" if (values == "modelled").any() else "approximate"


def _joined(values: pd.Series) -> str:
    """Return the distinct values joined by semicolons."""
    return "; ".join(sorted({str(value) for value in values.dropna()}))


_AGGREGATIONS: Final[dict[str, object]] = {
    "accuracy_m": "max", "basis": _weakest, "source": _joined, "licence": _joined, "as_of": _joined
}  # fmt: skip
"""Aggregation of a column over the pieces of a corridor; "first" for any other."""


def _buffered(shapes: gpd.GeoSeries, width_m: float) -> gpd.GeoSeries:
    """Return shapes buffered by `width_m` metres, each in its 3-degree Gauss-Krüger zone."""
    middles = shapes.bounds[["minx", "maxx"]].mean(axis=1)
    zones = middles.map(gk3_epsg)
    pieces = []
    for zone in np.unique(zones):
        plane = from_store(gpd.GeoDataFrame(geometry=shapes[zones == zone]), int(zone))
        plane["geometry"] = plane.geometry.buffer(width_m, quad_segs=8)
        pieces.append(to_store(plane).geometry)
    return pd.concat(pieces).loc[shapes.index]
