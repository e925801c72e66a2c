"""County units and names of territories, from the loaded layers."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from geo.errors import DataFault
from layers.catalogue.model import Layer
from words import Lang

__all__ = ["counties_of", "territory_names"]


def counties_of(layers: Mapping[str, Layer]) -> gpd.GeoDataFrame:
    """Return the frame of the layer that holds the county units.

    Returns
    -------
    GeoDataFrame
        EPSG:4490 with ``adcode``, ``name_zh``, ``name_en``, ``prefecture_adcode``, ``province_adcode``.

    Raises
    ------
    DataFault
        If no layer with ``stands_for = "county"`` is loaded.
    """
    for layer in layers.values():
        if layer.spec.stands_for == "county" and layer.frame is not None:
            return layer.frame
    raise DataFault("layers.no_counties")


def territory_names(layers: Mapping[str, Layer], lang: Lang) -> dict[str, str]:
    """Return the names of all loaded provinces, prefectures and counties in a language, by adcode.

    The Chinese name stands where there is no English one.
    """
    named: dict[str, str] = {}
    for level in ("province", "prefecture", "county"):
        for layer in layers.values():
            if layer.spec.stands_for == level and layer.frame is not None and "adcode" in layer.frame.columns:
                names = layer.frame["name_zh"]
                if lang == "en" and "name_en" in layer.frame.columns:
                    names = layer.frame["name_en"].fillna(names)
                named |= dict(zip(layer.frame["adcode"].astype(str), names.astype(str), strict=True))
    return named
