"""The administrative units that everything is joined to."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from geo.errors import DataFault
from layers.model import Layer

__all__ = ["counties_of"]


def counties_of(layers: Mapping[str, Layer]) -> gpd.GeoDataFrame:
    """Return the county units of the catalogue.

    Returns
    -------
    GeoDataFrame
        EPSG:4490 with ``adcode``, ``name_zh``, ``name_en``, ``prefecture_adcode``, ``province_adcode``.

    Raises
    ------
    DataFault
        If no layer that stands for counties is loaded: nothing can be placed without one.
    """
    for layer in layers.values():
        if layer.spec.stands_for == "county" and layer.frame is not None:
            return layer.frame
    raise DataFault("layers.no_counties")
