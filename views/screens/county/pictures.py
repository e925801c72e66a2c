"""The pictures of the county page: the county on the map, and where it lies in its province."""

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
from carto.style import SITE_RED, THEME
from geo.crs import STORE_CRS
from layers.catalogue import Layer, counties_of
from snapshot.sheet import map_picture, relief_of
from views.session import Stamp, catalogue, current_layers, stamp
from words import Lang

__all__ = ["county_picture", "inset"]

_SIZE_MM: Final = (118.0, 96.0)
_DPI: Final = 170
_QUALITY: Final = 88
_ROOM: Final = 0.07
_SHOWN: Final = (
    "prefecture", "county", "redline", "ecological_space", "water_surface", "river_line", "protected_site",
    "water_source_zone", "wetland", "plan_place",
)  # fmt: skip
_COARSE_DEG: Final = 0.01
_INSET_PX: Final = 150
_INSET_MM: Final = 18.0
"""Of the picture, what the inset covers on a screen (``views/js/county.css``)."""


def county_picture(adcode: str, lang: Lang) -> str:
    """Return the map of a county as the address of a picture (``data:``), made once for each state of the layers."""
    layers = current_layers()
    return _picture(adcode, lang, stamp(), layers)


def _drawn(layers: dict[str, Layer]) -> list[Layer]:
    return [layer for layer in layers.values() if layer.spec.stands_for in _SHOWN and layer.frame is not None]


@st.cache_data(show_spinner=False, max_entries=64)
def _picture(adcode: str, lang: Lang, now: Stamp, _layers: dict[str, Layer]) -> str:  # noqa: ARG001 -- key
    counties = counties_of(_layers)
    mine = counties[counties["adcode"].astype(str) == adcode]
    west, south, east, north = mine.total_bounds
    room = _ROOM * max(east - west, north - south)
    outline = gpd.GeoDataFrame({"site_id": [""]}, geometry=shapely.boundary(mine.geometry.to_numpy()), crs=STORE_CRS)
    drawn = map_picture(
        _drawn(_layers),
        (west - room, south - room, east + room, north + room),
        *_SIZE_MM,
        catalogue=list(_layers.values()),
        lang=lang,
        sites=outline,
        relief=relief_of(catalogue().folder / catalogue().map.base),
        dpi=_DPI,
        inset_mm=_INSET_MM,
    )
    small = io.BytesIO()
    Image.open(io.BytesIO(drawn)).convert("RGB").save(small, "WEBP", quality=_QUALITY)
    return "data:image/webp;base64," + base64.b64encode(small.getvalue()).decode()


def inset(adcode: str, label: str) -> Markup:
    """Return the prefectures of the county's province with the county marked, as an ``<img>``.

    Parameters
    ----------
    adcode : str
    label : str
        What the picture shows.
    """
    layers = current_layers()
    counties = counties_of(layers)
    mine = counties[counties["adcode"].astype(str) == adcode]
    province = str(mine["province_adcode"].iloc[0])
    shapes = [
        layer.frame[layer.frame["adcode"].astype(str).str[:2] == province[:2]]
        for layer in layers.values()
        if layer.spec.stands_for == "prefecture" and layer.frame is not None
    ]
    around = shapes[0] if shapes and len(shapes[0]) > 1 else counties[counties["province_adcode"] == province]
    west, south, east, north = around.total_bounds
    across = math.cos(math.radians((south + north) / 2))
    scale = _INSET_PX / max((east - west) * across, north - south)
    wide, high = (east - west) * across * scale, (north - south) * scale

    def path(frame: gpd.GeoDataFrame) -> str:
        thin = shapely.simplify(frame.geometry.to_numpy(), _COARSE_DEG)
        rings = shapely.get_parts(shapely.boundary(thin))
        return "".join(_ring(shapely.get_coordinates(ring), west, north, (scale * across, scale)) for ring in rings)

    drawn = render(
        "views/screens/county/inset.svg",
        wide=f"{wide + 2:.0f}",
        high=f"{high + 2:.0f}",
        around=path(around),
        mine=path(mine),
        red=SITE_RED,
        tint=THEME["tint"],
    )
    address = "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()
    return Markup('<img class="inset" alt="{}" src="{}">').format(label, address)


def _ring(points: Any, west: float, north: float, scale: tuple[float, float]) -> str:
    x, y = (points[:, 0] - west) * scale[0], (north - points[:, 1]) * scale[1]
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"
