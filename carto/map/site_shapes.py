"""Sites on the map of a page, one feature group per colour: by verdict, or the remainder of a site."""

from __future__ import annotations

from typing import Final

import folium
import geopandas as gpd
import shapely

from carto.map.folium_map import _ScriptGroup

__all__ = ["site_group"]

_MOST_VERTICES: Final = 20_000
"""Sites with more vertices in all are drawn as one point each: the browser would stall on the outlines."""

_DECIMALS: Final = 6
"""A tenth of a metre: finer than a screen shows."""


def site_group(
    frame: gpd.GeoDataFrame, colour: str, *, dashed: bool = False, width_px: float = 3
) -> folium.FeatureGroup:
    """Return shapes in one colour as a feature group for st_folium.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490. Only its geometries are sent; they do not react to clicks.
    colour : str
        ``#rrggbb``.
    dashed : bool
    width_px : float
        Of the outline.
    """
    if frame.crs is None or frame.crs.to_epsg() != 4490:
        raise ValueError("sites are drawn from EPSG:4490")
    shapes = frame.geometry.to_numpy()
    if int(shapely.get_num_coordinates(shapes).sum()) > _MOST_VERTICES:
        shapes = shapely.point_on_surface(shapes)
    rounded = shapely.transform(shapes, lambda xy: xy.round(_DECIMALS))
    features = gpd.GeoDataFrame(geometry=rounded).__geo_interface__["features"]
    path_style = {"color": colour, "weight": width_px, "fillColor": colour, "fillOpacity": 0.3}
    if dashed:
        path_style |= {"dashArray": "6 4"}
    return _ScriptGroup("Highlight", {"type": "FeatureCollection", "features": features}, path_style)
