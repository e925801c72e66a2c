"""Features that a rerun picks (a filtered list, a search) on the map: symbols, names and shapes as one feature group.

They come with the rerun and not as tiles, whose files are named by a layer's content: a filter would make a file of
each of its results.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from carto.map.folium_map import _ScriptGroup
from carto.map.panel import symbol_json
from carto.style import THEME, Label, classes_of, label_of
from geo.memo import per_frame
from layers.catalogue import Layer

__all__ = ["picks_group"]

_SHOWN_TO_DEG: Final = 0.003
"""Shapes are thinned to this: they are schematic to a kilometre and more."""
_GRID_DEG: Final = 1e-4
_CLOSED_DEG: Final = 0.01
"""Islands and creeks narrower than twice this are closed: their outlines would hide the map below."""
_LABEL: Final = Label(
    size=11, weight=500, style="normal", colour=THEME["map-ink"], rank=5, minZoom=10, maxZoom=22, room=4.0
)


def picks_group(picked: Sequence[tuple[Layer, NDArray[np.bool_]]]) -> folium.FeatureGroup:
    """Return the picked features of layers as the feature group of a rerun.

    Parameters
    ----------
    picked : sequence of (Layer, array of bool)
        Loaded layers, and which of their rows to show. Points that are not ``located`` are drawn hollow; lines and
        areas dashed, being schematic. Nothing catches a click.
    """
    return _ScriptGroup("Picks", {"layers": [_pick(layer, keep) for layer, keep in picked]})


def _pick(layer: Layer, keep: NDArray[np.bool_]) -> dict[str, Any]:
    """Return what the browser draws of one layer."""
    if layer.frame is None:
        raise ValueError(f"layer {layer.id} is not loaded")
    classes, of_row = classes_of(layer)
    frame, of_row = layer.frame[keep], of_row[keep]
    shapes = frame.geometry.to_numpy()
    dotted = shapely.get_dimensions(shapes) == 0
    parts, row = shapely.get_parts(shapes[dotted], return_index=True)
    row = np.flatnonzero(dotted)[row]
    zh, en = (frame[name].fillna("").astype(str).tolist() for name in ("name_zh", "name_en"))
    located = frame["located"].to_numpy(bool)
    points = [
        [round(x, 6), round(y, 6), zh[i], en[i], int(of_row[i]), int(located[i])]
        for x, y, i in zip(shapely.get_x(parts), shapely.get_y(parts), row, strict=True)
    ]
    outlines = _outlines(layer.frame)
    return {
        "styles": [symbol_json(item.symbol) for item in classes],
        "label": label_of(layer.spec) or _LABEL,
        "points": points,
        "shapes": [
            {"type": "Feature", "geometry": outlines[row], "properties": {"class": int(of_row[i])}}
            for i, row in enumerate(np.flatnonzero(keep).tolist())
            if row in outlines
        ],
    }


@per_frame
def _outlines(frame: gpd.GeoDataFrame) -> dict[int, dict[str, Any]]:
    """Return lines and areas by row, GeoJSON, with as few corners as the screen needs."""
    shapes = frame.geometry.to_numpy()
    dimension = shapely.get_dimensions(shapes)
    flat = dimension == 2
    thin = shapes.copy()
    thin[flat] = shapely.buffer(shapely.buffer(shapes[flat], _CLOSED_DEG, quad_segs=2), -_CLOSED_DEG, quad_segs=2)
    thin = shapely.set_precision(shapely.simplify(thin, _SHOWN_TO_DEG), _GRID_DEG)
    solid = np.flatnonzero((dimension > 0) & ~shapely.is_empty(thin))
    return {int(row): thin[row].__geo_interface__ for row in solid}
