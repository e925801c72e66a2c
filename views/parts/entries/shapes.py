"""The map of the Plans page: what of the list is drawn, what an entry points at, what a click meets."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from carto.map import picks_group
from carto.scene import View
from geo.crs import STORE_CRS
from geo.measure import degrees_per_metre
from layers.catalogue import Layer, counties_of
from layers.paths import data_root
from layers.plans import PlanSet, water_shapes
from views.parts.map import view_of_bounds
from views.session import Stamp, catalogue, current_layers, stamp

__all__ = [
    "backdrop",
    "drawing_layer",
    "drawn",
    "feature_of",
    "met",
    "outline_of",
    "pointed_at",
    "territory",
    "view_of",
    "view_of_territory",
]

_SHOWN: Final = ("boundaries", "water")
_OFF: Final = ("river_corridor",)
_REACH_PX: Final = 14
_LEVELS: Final = ("county", "prefecture", "province")
_COARSE_DEG: Final = {"county": 0.002, "prefecture": 0.005, "province": 0.01}
_MARGIN: Final = 1.25
"""The map of this page is narrower than the one that `view_of_bounds` reckons with."""
_CLOSEST: Final = 11
"""A place is known to a kilometre at best: nearer than this the map would promise more."""


def backdrop() -> tuple[list[Layer], set[str]]:
    """Return the layers below the entries, and those of them that are on at first."""
    layers = [layer for layer in current_layers().values() if layer.spec.group in _SHOWN]
    return layers, {layer.id for layer in layers if layer.spec.stands_for not in _OFF}


def drawn(entries: pd.DataFrame) -> tuple[list[folium.FeatureGroup], int]:
    """Return the listed projects and sites as a feature group (none where there is nothing), and how many they are."""
    picked = []
    for layer, table in _drawing():
        assert layer.frame is not None
        ids = set(entries.loc[entries["kind"] == table, "id"])
        keep = layer.frame["id"].isin(ids).to_numpy()
        if keep.any():
            picked.append((layer, keep))
    return ([picks_group(picked)] if picked else []), sum(int(keep.sum()) for _, keep in picked)


def feature_of(entry: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row of the layer that draws an entry; None where no layer does."""
    layer = drawing_layer(entry)
    if layer is None or layer.frame is None:
        return None
    return dict(layer.frame[layer.frame["id"] == entry["id"]].iloc[0].to_dict())


def pointed_at(plans: PlanSet, entry: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return what to point out for an entry, EPSG:4490, possibly nothing.

    A cited point comes with the circle of its accuracy; what is known by territory comes as the outline of it.
    """
    feature = feature_of(entry)
    outline = territory(entry["adcodes"])
    if feature is not None:
        shape = feature["geometry"]
        if feature["drawn_as"] == "symbol":
            return _frame([*outline, shape])
        return _frame([shape, _circle(shape, feature["accuracy_m"])] if shape.geom_type == "Point" else [shape])
    if entry["kind"] == "waters":
        shapes = _waters(plans)
        row = plans.tables["waters"].loc[entry["id"]]
        if entry["id"] in shapes.index:
            return _frame([shapes.geometry[entry["id"]]])
        if pd.notna(row["lon"]):
            return _frame([shapely.Point(row["lon"], row["lat"])])
    return _frame(outline)


def outline_of(adcodes: str) -> gpd.GeoDataFrame:
    """Return the outlines of territories to point out, EPSG:4490."""
    return _frame(territory(adcodes))


def territory(adcodes: str) -> list[shapely.Geometry]:
    """Return the outlines of counties, prefectures or provinces (codes separated by ``;``), thinned for the screen."""
    outlines = []
    for layer in current_layers().values():
        level = layer.spec.stands_for
        if level in _LEVELS and layer.frame is not None:
            mine = layer.frame.geometry[layer.frame["adcode"].isin(adcodes.split(";"))].to_numpy()
            outlines += list(shapely.simplify(shapely.boundary(mine), _COARSE_DEG[level]))
    return outlines


def view_of_territory(adcodes: str) -> View:
    """Return the view that shows territories whole; the catalogue's place where none is named."""
    settings = catalogue().map
    frame = _frame(territory(adcodes))
    if frame.empty:
        return View(settings.centre_lon, settings.centre_lat, settings.zoom)
    return view_of_bounds(*frame.total_bounds, margin=1.0 if adcodes.endswith("0000") else _MARGIN)


def view_of(frame: gpd.GeoDataFrame) -> View | None:
    """Return the view that shows shapes whole; None for none."""
    if frame.empty:
        return None
    view = view_of_bounds(*frame.total_bounds, margin=_MARGIN)
    return View(view.lon, view.lat, min(view.zoom, _CLOSEST))


def met(entries: pd.DataFrame, lon: float, lat: float, zoom: int) -> str | None:
    """Return the key of the listed entry that a click (degrees) meets: a symbol before a line before an area."""
    across = math.cos(math.radians(lat))
    reach = _REACH_PX * 360 / 256 / 2**zoom * across
    hits: list[tuple[int, float, str]] = []
    for layer, kind in _drawing():
        assert layer.frame is not None
        listed = layer.frame[layer.frame["id"].isin(set(entries.loc[entries["kind"] == kind, "id"]))]
        shapes = listed.geometry.to_numpy()
        near = shapely.dwithin(shapes, shapely.Point(lon, lat), reach / across)
        shapes, ids = shapes[near], listed["id"].to_numpy()[near]
        plane = shapely.transform(shapes, lambda xy: (xy - (lon, lat)) * (across, 1.0))
        away = shapely.distance(plane, shapely.Point(0, 0))
        found = zip(shapely.get_dimensions(shapes), away, ids, strict=True)
        hits += [(int(d), float(a), f"{kind}:{i}") for d, a, i in found if a <= reach]
    return min(hits)[2] if hits else None


def drawing_layer(entry: dict[str, Any]) -> Layer | None:
    """Return the loaded layer that draws an entry; None where none does."""
    for layer, table in _drawing():
        assert layer.frame is not None
        if table == entry["kind"] and layer.frame["id"].eq(entry["id"]).any():
            return layer
    return None


def _drawing() -> list[tuple[Layer, str]]:
    """Return the loaded layers that draw entries, each with the kind of them: a kind may be split between layers."""
    return [
        (layer, layer.spec.source.table)
        for layer in current_layers().values()
        if layer.spec.source.kind == "plans" and layer.frame is not None
    ]


def _waters(plans: PlanSet) -> gpd.GeoDataFrame:
    return _water_shapes(str(data_root(catalogue().folder) / "water"), stamp(), plans)


@st.cache_resource(show_spinner=False, max_entries=1)
def _water_shapes(folder: str, now: Stamp, _plans: PlanSet) -> gpd.GeoDataFrame:  # noqa: ARG001 -- part of the key
    waters = _plans.tables["waters"].reset_index(drop=True)
    shapes = water_shapes(waters, Path(folder), counties_of(current_layers()))
    return shapes.set_geometry(shapes.geometry.simplify(0.001))


def _circle(point: shapely.Point, radius_m: float) -> shapely.Geometry:
    """Return the outline of the circle round a point that its accuracy leaves open."""
    per_lon, per_lat = (float(scale[0]) for scale in degrees_per_metre(np.array([point.y])))
    angle = np.linspace(0, 2 * np.pi, 73)
    ring = np.column_stack([np.cos(angle) * per_lon, np.sin(angle) * per_lat]) * radius_m + (point.x, point.y)
    return shapely.LineString(ring)


def _frame(shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=STORE_CRS))
