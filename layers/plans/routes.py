"""Schematic lines through the places that a route passes, up to the edge of the region, and where they go on to."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

__all__ = ["LEADS_TO", "route_lines"]

LEADS_TO: Final = ("leads_to", "leads_to_en")
"""Columns of `route_lines`: for each part of the line the place that it goes on to beyond the region, ``;`` between."""


def route_lines(waypoints: pd.DataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a schematic line through the waypoints of each route, cut where it leaves the counties.

    Beyond them nothing says where it runs: a straight line across another province would only be in the way.

    Parameters
    ----------
    waypoints : DataFrame
        ``routes.csv``: ``project_id``, ``part``, ``seq``, ``lon``, ``lat``, ``place``, ``place_en``.
    counties : GeoDataFrame
        EPSG:4490, degrees.

    Returns
    -------
    GeoDataFrame
        By project id, in the order of the ids: MultiLineString, and `LEADS_TO`. A part whose last waypoint is outside
        the counties ends where it leaves them for good, and has the name of that waypoint, else "". Routes with no
        part of two waypoints are not there.
    """
    ordered = waypoints.sort_values(["project_id", "part", "seq"])
    region = shapely.STRtree(counties.geometry.to_numpy())
    rows = []
    for (project, _), places in ordered.groupby(["project_id", "part"], sort=True):
        if len(places) < 2:
            continue
        line = shapely.LineString(places[["lon", "lat"]].to_numpy(float))
        last = places.iloc[-1]
        if len(region.query(shapely.get_point(line, -1), predicate="intersects")):
            rows.append((project, line, "", ""))
        else:
            rows.append((project, _until_it_leaves(line, region), str(last["place"]), str(last["place_en"])))
    parts = pd.DataFrame(rows, columns=["project_id", "line", *LEADS_TO])
    routes = parts.groupby("project_id", sort=True)
    lines = gpd.GeoSeries(routes["line"].agg(lambda line: shapely.MultiLineString(list(line))), crs=counties.crs)
    return gpd.GeoDataFrame({column: routes[column].agg(_joined).astype(str) for column in LEADS_TO}, geometry=lines)


def _until_it_leaves(line: shapely.LineString, region: shapely.STRtree) -> shapely.LineString:
    """Return a line up to the last point that it has in common with any polygon of the region; whole if it has none."""
    crossed = region.geometries[region.query(line, predicate="intersects")]
    common = shapely.points(shapely.get_coordinates(shapely.intersection(line, crossed)))
    return substring(line, 0, float(np.max(shapely.line_locate_point(line, common)))) if len(common) else line


def _joined(names: pd.Series) -> str:
    return ";".join(names) if (names != "").any() else ""
