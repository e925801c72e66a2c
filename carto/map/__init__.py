"""The Folium map, its panel of layers and its scripts."""

from carto.map.assets import bundle
from carto.map.bases import Base
from carto.map.folium_map import build_map, choropleth_group, highlight_group, refuse_remote
from carto.map.image_overlay import Picture, Ramp, image_group, painted
from carto.map.panel import initial_panel
from carto.map.picks import picks_group
from carto.map.site_shapes import site_group

__all__ = [
    "Base",
    "Picture",
    "Ramp",
    "build_map",
    "bundle",
    "choropleth_group",
    "highlight_group",
    "image_group",
    "initial_panel",
    "painted",
    "picks_group",
    "refuse_remote",
    "site_group",
]
