"""Shapes of the Plans page: entries as map groups, the highlight of an entry, the entry under a click."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from carto.badges import anchors_of
from carto.map import picks_group
from carto.scene import Extent, View
from geo.crs import STORE_CRS
from geo.measure import degrees_per_metre
from layers.catalogue import Layer, counties_of, known_by_territory
from layers.paths import data_root
from layers.plans import PlanSet, water_shapes
from views.session import Stamp, catalogue, current_layers, stamp

__all__ = [
    "background_layers",
    "drawing_layer",
    "entries_at",
    "entry_groups",
    "entry_layers",
    "feature_of",
    "highlight_of",
    "territories_frame",
    "territory_outlines",
    "view_of",
    "view_of_territory",
]

_BACKGROUND_GROUPS: Final = ("boundaries", "water")
_HIDDEN_AT_FIRST: Final = ("river_corridor",)
_CLICK_RADIUS_PX: Final = 14
_LEVELS: Final = ("county", "prefecture", "province")
_TOLERANCE_DEG: Final = {"county": 0.002, "prefecture": 0.005, "province": 0.01}
_ROUND_SHAPES: Final = 1.1
"""How much more than the shapes a map shows."""
_MAX_ZOOM: Final = 11
"""Closest zoom on an entry: locations are known to a kilometre at best."""


def background_layers() -> tuple[list[Layer], set[str]]:
    """Return the layers drawn below the entries, and the ids of those that are visible at first."""
    layers = [layer for layer in current_layers().values() if layer.spec.group in _BACKGROUND_GROUPS]
    return layers, {layer.id for layer in layers if layer.spec.stands_for not in _HIDDEN_AT_FIRST}


def entry_groups(entries: pd.DataFrame) -> tuple[list[folium.FeatureGroup], int]:
    """Return the entries that a layer draws as feature groups (at most one), and their number."""
    picked = []
    for layer, table in entry_layers():
        assert layer.frame is not None
        ids = set(entries.loc[entries["kind"] == table, "id"])
        keep = layer.frame["id"].isin(ids).to_numpy()
        if keep.any():
            picked.append((layer, keep))
    return ([picks_group(picked, anchors_of(current_layers()))] if picked else []), sum(
        int(keep.sum()) for _, keep in picked
    )


def feature_of(entry: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row of the layer that draws an entry; None if no layer does."""
    layer = drawing_layer(entry)
    if layer is None or layer.frame is None:
        return None
    return dict(layer.frame[layer.frame["id"] == entry["id"]].iloc[0].to_dict())


def highlight_of(plans: PlanSet, entry: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the shapes that highlight an entry on the map, EPSG:4490; empty if its location is unknown.

    A point comes with the circle of its accuracy; an entry known by its territories alone, or without a shape, is
    their outlines.
    """
    feature = feature_of(entry)
    outline = territory_outlines(entry["adcodes"])
    if feature is not None:
        shape = feature["geometry"]
        if feature["drawn_as"] == "territory":
            return _frame(outline)
        return _frame([shape, _circle(shape, feature["accuracy_m"])] if shape.geom_type == "Point" else [shape])
    if entry["kind"] == "waters":
        shapes = _waters(plans)
        row = plans.tables["waters"].loc[entry["id"]]
        if entry["id"] in shapes.index:
            return _frame([shapes.geometry[entry["id"]]])
        if pd.notna(row["lon"]):
            return _frame([shapely.Point(row["lon"], row["lat"])])
    return _frame(outline)


def territories_frame(adcodes: str) -> gpd.GeoDataFrame:
    """Return the outlines of territories (adcodes separated by ``;``) as a frame, EPSG:4490."""
    return _frame(territory_outlines(adcodes))


def territory_outlines(adcodes: str) -> list[shapely.Geometry]:
    """Return the outlines of territories (adcodes separated by ``;``), simplified for the screen."""
    outlines = []
    for layer in current_layers().values():
        level = layer.spec.stands_for
        if level in _LEVELS and layer.frame is not None:
            boundaries = layer.frame.geometry[layer.frame["adcode"].isin(adcodes.split(";"))].to_numpy()
            outlines += list(shapely.simplify(shapely.boundary(boundaries), _TOLERANCE_DEG[level]))
    return outlines


def view_of_territory(adcodes: str) -> View | Extent:
    """Return what shows territories whole; the view of config.toml if there are none."""
    settings = catalogue().map
    frame = _frame(territory_outlines(adcodes))
    if frame.empty:
        return View(settings.centre_lon, settings.centre_lat, settings.zoom)
    return Extent(*frame.total_bounds)


def view_of(frame: gpd.GeoDataFrame) -> Extent | None:
    """Return what shows shapes whole; None for an empty frame."""
    if frame.empty:
        return None
    west, south, east, north = frame.total_bounds
    return Extent(west, south, east, north, _MAX_ZOOM).enlarged(_ROUND_SHAPES)


def entries_at(
    entries: pd.DataFrame, lon: float, lat: float, zoom: int, shown: Collection[str] | None = None
) -> list[str]:
    """Return the keys of the entries under a click, points before lines before areas, the nearest first.

    Parameters
    ----------
    entries : DataFrame
        Rows of ``plans.entries``; others are not returned.
    lon, lat : float
        Degrees.
    zoom : int
        Of the map: a click reaches a few pixels.
    shown : collection of str, optional
        Ids of the layers that are on; None for all.
    """
    across = math.cos(math.radians(lat))
    radius = _CLICK_RADIUS_PX * 360 / 256 / 2**zoom * across
    hits: list[tuple[int, float, str]] = []
    for layer, kind in entry_layers():
        assert layer.frame is not None
        if shown is not None and layer.spec.id not in shown:
            continue
        placed = layer.frame[~known_by_territory(layer.frame)]
        listed = placed[placed["id"].isin(set(entries.loc[entries["kind"] == kind, "id"]))]
        shapes = listed.geometry.to_numpy()
        near = shapely.dwithin(shapes, shapely.Point(lon, lat), radius / across)
        shapes, ids = shapes[near], listed["id"].to_numpy()[near]
        plane = shapely.transform(shapes, lambda xy: (xy - (lon, lat)) * (across, 1.0))
        distances = shapely.distance(plane, shapely.Point(0, 0))
        found = zip(shapely.get_dimensions(shapes), distances, ids, strict=True)
        hits += [(int(d), float(a), f"{kind}:{i}") for d, a, i in found if a <= radius]
    return [key for _, _, key in sorted(hits)]


def drawing_layer(entry: dict[str, Any]) -> Layer | None:
    """Return the loaded layer that draws an entry; None if there is none."""
    for layer, table in entry_layers():
        assert layer.frame is not None
        if table == entry["kind"] and layer.frame["id"].eq(entry["id"]).any():
            return layer
    return None


def entry_layers() -> list[tuple[Layer, str]]:
    """Return the loaded layers that draw entries, each with the kind of its entries; several may share a kind."""
    return [
        (layer, layer.spec.source.table)
        for layer in current_layers().values()
        if layer.spec.source.kind == "plans" and layer.frame is not None
    ]


def _waters(plans: PlanSet) -> gpd.GeoDataFrame:
    return _water_shapes(str(data_root(catalogue().folder) / "water"), stamp(), plans)


@st.cache_resource(show_spinner=False, max_entries=4)
def _water_shapes(folder: str, now: Stamp, _plans: PlanSet) -> gpd.GeoDataFrame:  # noqa: ARG001 -- part of the key
    waters = _plans.tables["waters"].reset_index(drop=True)
    shapes = water_shapes(waters, Path(folder), counties_of(current_layers()))
    return shapes.set_geometry(shapes.geometry.simplify(0.001))


def _circle(point: shapely.Point, radius_m: float) -> shapely.Geometry:
    """Return the circle round a point with its accuracy as radius, as a line, EPSG:4490."""
    per_lon, per_lat = (float(scale[0]) for scale in degrees_per_metre(np.array([point.y])))
    angle = np.linspace(0, 2 * np.pi, 73)
    ring = np.column_stack([np.cos(angle) * per_lon, np.sin(angle) * per_lat]) * radius_m + (point.x, point.y)
    return shapely.LineString(ring)


def _frame(shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=STORE_CRS))
