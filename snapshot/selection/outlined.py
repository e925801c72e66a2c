"""What is outlined on a picture, as on the screen: the county or the feature that was searched for."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd

__all__ = ["Outlined"]


@dataclass(frozen=True)
class Outlined:
    """Shapes drawn in outline above all layers.

    Attributes
    ----------
    title : str
        As the legend says it.
    shapes : GeoDataFrame
        EPSG:4490.
    """

    title: str
    shapes: gpd.GeoDataFrame
