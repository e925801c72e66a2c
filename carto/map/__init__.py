"""The Folium map, its layer panel and its front-end files."""

from carto.map.assets import bundle
from carto.map.bases import ShadedRelief
from carto.map.folium_map import (
    build_map,
    choropleth_group,
    highlight_group,
    order_group,
    refuse_remote,
)
from carto.map.image_overlay import RasterImage, RasterLegend, image_group, paint_raster
from carto.map.panel import initial_panel, panel_json
from carto.map.picks import picks_group
from carto.map.site_shapes import site_group

__all__ = [
    "RasterImage",
    "RasterLegend",
    "ShadedRelief",
    "build_map",
    "bundle",
    "choropleth_group",
    "highlight_group",
    "image_group",
    "initial_panel",
    "order_group",
    "paint_raster",
    "panel_json",
    "picks_group",
    "refuse_remote",
    "site_group",
]
