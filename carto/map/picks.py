"""Features that a rerun selects (a filtered list, a search), drawn as one feature group: symbols, names, shapes.

They are sent with the rerun and not as tiles: tile files are named by a layer's content, so each result of a filter
would make another file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from carto.badges import Anchor, badges_json
from carto.map.folium_map import _ScriptGroup
from carto.map.panel import symbol_json
from carto.style import THEME, Label, classes_of, label_of
from geo.memo import per_frame
from layers.catalogue import Layer, known_by_territory

__all__ = ["picks_group"]

_SIMPLIFY_DEG: Final = 0.003
"""Tolerance of simplification: shapes are schematic to a kilometre and more."""
_GRID_DEG: Final = 1e-4
_CLOSED_DEG: Final = 0.01
"""Islands and creeks narrower than twice this are closed: their outlines would hide the map below."""
_LABEL: Final = Label(
    size=11, weight=500, style="normal", colour=THEME["map-ink"], rank=5, minZoom=10, maxZoom=22, room=4.0
)


def picks_group(
    picked: Sequence[tuple[Layer, NDArray[np.bool_]]], anchors: Mapping[str, Anchor]
) -> folium.FeatureGroup:
    """Return the selected features of layers as a feature group for st_folium.

    Parameters
    ----------
    picked : sequence of (Layer, array of bool)
        Loaded layers, and which of their rows to show. What is known by a territory alone is counted in its badge; of
        what is somewhere on a water the stretch is drawn; lines and areas are dashed, being schematic. None of them
        reacts to clicks.
    anchors : mapping of str to Anchor
        Of `carto.badges.anchors_of`.
    """
    return _ScriptGroup("Picks", {"layers": [_selected_json(layer, selected, anchors) for layer, selected in picked]})


def _selected_json(layer: Layer, selected: NDArray[np.bool_], anchors: Mapping[str, Anchor]) -> dict[str, Any]:
    """Return the selected features of one layer as the browser reads them: styles, points and GeoJSON shapes."""
    if layer.frame is None:
        raise ValueError(f"layer {layer.id} is not loaded")
    classes, of_row = classes_of(layer)
    frame, of_row = layer.frame[selected], of_row[selected]
    shapes = frame.geometry.to_numpy()
    is_point = (shapely.get_dimensions(shapes) == 0) & ~known_by_territory(frame)
    parts, row = shapely.get_parts(shapes[is_point], return_index=True)
    row = np.flatnonzero(is_point)[row]
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
        "badges": badges_json(layer, frame, anchors),
        "shapes": [
            {"type": "Feature", "geometry": outlines[row], "properties": {"class": int(of_row[i])}}
            for i, row in enumerate(np.flatnonzero(selected).tolist())
            if row in outlines
        ],
    }


@per_frame
def _outlines(frame: gpd.GeoDataFrame) -> dict[int, dict[str, Any]]:
    """Return lines and areas, simplified, as GeoJSON geometries by row number."""
    shapes = frame.geometry.to_numpy()
    dimension = shapely.get_dimensions(shapes)
    is_area = dimension == 2
    simple = shapes.copy()
    simple[is_area] = shapely.buffer(
        shapely.buffer(shapes[is_area], _CLOSED_DEG, quad_segs=2), -_CLOSED_DEG, quad_segs=2
    )
    simple = shapely.set_precision(shapely.simplify(simple, _SIMPLIFY_DEG), _GRID_DEG)
    drawn = np.flatnonzero((dimension > 0) & ~shapely.is_empty(simple))
    return {int(row): simple[row].__geo_interface__ for row in drawn}
