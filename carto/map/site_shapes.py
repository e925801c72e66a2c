"""Sites on the map of a page, in one colour a group: by verdict, or what is left of them."""

from __future__ import annotations

from typing import Final

import folium
import geopandas as gpd
import shapely

from carto.map.folium_map import _ScriptGroup

__all__ = ["site_group"]

_MOST_VERTICES: Final = 20_000
"""More than this is drawn as a dot a site: the browser would stall on the outlines."""

_DECIMALS: Final = 6
"""A tenth of a metre: finer than a screen shows."""


def site_group(
    frame: gpd.GeoDataFrame, colour: str, *, dashed: bool = False, width_px: float = 3
) -> folium.FeatureGroup:
    """Return shapes in one colour as the feature group of a rerun.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490. Only the shapes are sent; nothing catches a click.
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
    shown = shapely.transform(shapes, lambda xy: xy.round(_DECIMALS))
    features = gpd.GeoDataFrame(geometry=shown).__geo_interface__["features"]
    look = {"color": colour, "weight": width_px, "fillColor": colour, "fillOpacity": 0.3}
    if dashed:
        look |= {"dashArray": "6 4"}
    return _ScriptGroup("Highlight", {"type": "FeatureCollection", "features": features}, look)
