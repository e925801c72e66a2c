"""Sites on the map of a page."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from carto.map.folium_map import refuse_remote
from carto.map.site_shapes import site_group


def frame(shapes: list[shapely.Geometry], crs: int = 4490) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"名": ["</script>"] * len(shapes)}, geometry=shapes, crs=crs)


def test_shapes_go_without_attributes_in_their_colour() -> None:
    group = site_group(frame([shapely.box(116.1234567891, 27, 116.2, 27.1)]), "#8f1d15", dashed=True)
    refuse_remote(group)
    feature = group.data["features"][0]
    assert feature["properties"] == {}
    assert feature["geometry"]["type"] == "Polygon"
    assert min(x for x, _ in feature["geometry"]["coordinates"][0]) == 116.123457
    assert group.path_style["color"] == "#8f1d15"
    assert "dashArray" in group.path_style


def test_too_many_corners_become_a_dot_inside_each() -> None:
    around = [shapely.Point(116 + n / 100, 27).buffer(0.003, 64) for n in range(100)]
    shown = [shapely.geometry.shape(f["geometry"]) for f in site_group(frame(around), "#000000").data["features"]]
    assert {shape.geom_type for shape in shown} == {"Point"}
    assert np.all(shapely.contains(around, shown))


def test_another_system_is_refused() -> None:
    with pytest.raises(ValueError, match="4490"):
        site_group(frame([shapely.Point(116, 27)], crs=4326), "#000000")
