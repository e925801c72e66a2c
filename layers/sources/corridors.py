"""River corridors: a band of stated width outward from the bank, or from the centreline where no bank is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from geo.crs import STORE_CRS, from_store, gk3_epsg, to_store
from layers.sources.source import Content, Source, Wanted

__all__ = ["CorridorSource", "corridors"]

_KEPT = ("water_id", "name_zh", "name_en", "source", "licence", "as_of", "accuracy_m", "basis")


class CorridorSource(Source):
    """A band along the waters of other layers: from the bank where there is one, else from the centreline."""

    kind: Literal["corridor"]
    of: list[str] = Field(min_length=1)
    width_m: float = Field(gt=0, le=20_000, strict=False)

    @property
    def made_of(self) -> list[str]:
        """The waters."""
        return self.of

    def beside(self, takers: Mapping[str, list[str]], known: list[str]) -> Self:
        """Run along the waters that are in use, those that took ground over among them."""
        joined = [one for water in self.of for one in takers.get(water, [])]
        of = [layer for layer in dict.fromkeys([*self.of, *joined]) if layer in known]
        return self if of == self.of or not of else self.model_copy(update={"of": of})

    def read(self, wanted: Wanted) -> Content:
        """Draw the bands; waters that a user brought go by their own ids."""
        waters = []
        for layer in self.of:
            frame = wanted.frame_of(layer)
            if "water_id" not in frame.columns:
                frame = frame.assign(water_id=f"{layer}:" + frame["feature_id"].astype(str))
            waters.append(frame)
        return Content(corridors(waters, self.width_m))


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
    every = gpd.GeoDataFrame(pd.concat(waters, ignore_index=True), crs=STORE_CRS)
    is_area = every.geom_type.isin(["Polygon", "MultiPolygon"])
    banks = shapely.union_all(every.geometry[is_area].to_numpy())
    shapes = every.geometry.to_numpy().copy()
    shapes[~is_area] = shapely.difference(shapes[~is_area], banks)
    every = every.set_geometry(gpd.GeoSeries(shapes, index=every.index, crs=STORE_CRS))
    every = every[~every.geometry.is_empty]
    every["geometry"] = _buffered(every.geometry, width_m)
    parts = every[[column for column in _KEPT if column in every.columns] + ["geometry"]]
    whole = parts.dissolve(by="water_id", aggfunc=_provenance(parts), sort=True).reset_index()
    whole["width_m"] = width_m
    if "basis" not in whole.columns:
        whole["basis"] = "approximate"
    return whole


def _provenance(parts: gpd.GeoDataFrame) -> dict[str, object]:
    """How the columns of a corridor follow from those of its pieces."""
    return {column: _HOW.get(column, "first") for column in parts.columns if column not in {"water_id", "geometry"}}


def _weakest(values: pd.Series) -> str:
    """Return the basis of a band: no better than its weakest piece, and approximate at best."""
    return "modelled" if (values == "modelled").any() else "approximate"


def _joined(values: pd.Series) -> str:
    """Name each origin once."""
    return "; ".join(sorted({str(value) for value in values.dropna()}))


_HOW: Final[dict[str, object]] = {
    "accuracy_m": "max", "basis": _weakest, "source": _joined, "licence": _joined, "as_of": _joined
}  # fmt: skip
"""How a column of a band follows from its pieces; the first of them for any other."""


def _buffered(shapes: gpd.GeoSeries, width_m: float) -> gpd.GeoSeries:
    """Buffer in metres, zone by zone."""
    middles = shapes.bounds[["minx", "maxx"]].mean(axis=1)
    zones = middles.map(gk3_epsg)
    pieces = []
    for zone in np.unique(zones):
        plane = from_store(gpd.GeoDataFrame(geometry=shapes[zones == zone]), int(zone))
        plane["geometry"] = plane.geometry.buffer(width_m, quad_segs=8)
        pieces.append(to_store(plane).geometry)
    return pd.concat(pieces).loc[shapes.index]
