"""Pictures of the county page: a map of the county, and an inset of its province with the county marked."""

from __future__ import annotations

import base64
import io
import math
from typing import Any, Final

import geopandas as gpd
import shapely
import streamlit as st
from PIL import Image

from carto.markup import Markup, render
from carto.style import SITE_LINE, THEME
from geo.crs import STORE_CRS
from layers.catalogue import Layer, counties_of
from snapshot.sheet import map_picture, relief_of
from views.session import Stamp, catalogue, current_layers, stamp
from words import Lang

__all__ = ["county_picture", "inset"]

_SIZE_MM: Final = (118.0, 96.0)
_DPI: Final = 170
_WEBP_QUALITY: Final = 88
_MARGIN: Final = 0.07
_SHOWN_CODES: Final = (
    "prefecture", "county", "redline", "ecological_space", "water_surface", "river_line", "protected_site",
    "water_source_zone", "wetland", "plan_place",
)  # fmt: skip
_SIMPLIFY_DEG: Final = 0.01
_INSET_PX: Final = 150
_INSET_MM: Final = 18.0
"""Width of the map that the inset covers on a screen (``views/js/county.css``)."""


def county_picture(adcode: str, lang: Lang) -> str:
    """Return the map of a county as a ``data:`` URI (WebP), drawn once per state of the layers."""
    layers = current_layers()
    return _map_data_uri(adcode, lang, stamp(), layers)


def _layers_to_draw(layers: dict[str, Layer]) -> list[Layer]:
    return [layer for layer in layers.values() if layer.spec.stands_for in _SHOWN_CODES and layer.frame is not None]


@st.cache_data(show_spinner=False, max_entries=64)
def _map_data_uri(adcode: str, lang: Lang, state: Stamp, _layers: dict[str, Layer]) -> str:  # noqa: ARG001 -- key
    counties = counties_of(_layers)
    county = counties[counties["adcode"].astype(str) == adcode]
    west, south, east, north = county.total_bounds
    margin = _MARGIN * max(east - west, north - south)
    outline = gpd.GeoDataFrame({"site_id": [""]}, geometry=shapely.boundary(county.geometry.to_numpy()), crs=STORE_CRS)
    picture = map_picture(
        _layers_to_draw(_layers),
        (west - margin, south - margin, east + margin, north + margin),
        *_SIZE_MM,
        catalogue=list(_layers.values()),
        lang=lang,
        sites=outline,
        relief=relief_of(catalogue().folder / catalogue().map.base),
        dpi=_DPI,
        inset_mm=_INSET_MM,
    )
    webp = io.BytesIO()
    Image.open(io.BytesIO(picture.png)).convert("RGB").save(webp, "WEBP", quality=_WEBP_QUALITY)
    return "data:image/webp;base64," + base64.b64encode(webp.getvalue()).decode()


def inset(adcode: str, label: str) -> Markup:
    """Return the prefectures of the county's province with the county marked, as an ``<img>``.

    Parameters
    ----------
    adcode : str
    label : str
        Alternative text of the picture.
    """
    layers = current_layers()
    counties = counties_of(layers)
    county = counties[counties["adcode"].astype(str) == adcode]
    province = str(county["province_adcode"].iloc[0])
    frames = [
        layer.frame[layer.frame["adcode"].astype(str).str[:2] == province[:2]]
        for layer in layers.values()
        if layer.spec.stands_for == "prefecture" and layer.frame is not None
    ]
    around = frames[0] if frames and len(frames[0]) > 1 else counties[counties["province_adcode"] == province]
    west, south, east, north = around.total_bounds
    aspect = math.cos(math.radians((south + north) / 2))
    scale = _INSET_PX / max((east - west) * aspect, north - south)
    wide, high = (east - west) * aspect * scale, (north - south) * scale

    def path(frame: gpd.GeoDataFrame) -> str:
        simplified = shapely.simplify(frame.geometry.to_numpy(), _SIMPLIFY_DEG)
        rings = shapely.get_parts(shapely.boundary(simplified))
        return "".join(
            _ring_path(shapely.get_coordinates(ring), west, north, (scale * aspect, scale)) for ring in rings
        )

    svg = render(
        "views/screens/county/inset.svg",
        wide=f"{wide + 2:.0f}",
        high=f"{high + 2:.0f}",
        around=path(around),
        mine=path(county),
        site=SITE_LINE,
        tint=THEME["tint"],
    )
    data_uri = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return Markup('<img class="inset" alt="{}" src="{}">').format(label, data_uri)


def _ring_path(points: Any, west: float, north: float, scale: tuple[float, float]) -> str:
    x, y = (points[:, 0] - west) * scale[0], (north - points[:, 1]) * scale[1]
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"
