"""Approximate extents of protected sites: the published area inside the published box, or round the published point.

They are symbols of the right size in the right place, not boundaries: they have the basis
``approximate`` and are drawn as smooth ovals.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import STORE_CRS
from geo.errors import DataFault
from geo.measure import areas_of, degrees_per_metre

__all__ = ["approximate_extents"]

_VERTICES: Final = 256
_HALVINGS: Final = 60
_TOLERANCE: Final = 1e-6
_SQUARE_METRES_PER_HA: Final = 1e4

Floats = npt.NDArray[np.float64]


def approximate_extents(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return approximate extents of the sites whose area and place are published.

    Parameters
    ----------
    frame : DataFrame
        ``protected_sites.csv``: ``id``, ``extent_kind``, ``area_ha``, ``lon``, ``lat``, ``box_west``, ``box_east``,
        ``box_south``, ``box_north`` (degrees, EPSG:4490), ``accuracy_m``.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, RangeIndex, one row per site with ``extent_kind`` ``published_box`` or ``point_circle``; columns
        ``id``, ``extent_kind``, ``area_ha``, ``accuracy_m``, ``basis`` (always ``approximate``). The ellipsoidal area
        of each shape is the published one to 1e-6. Sites known by county or by a point alone are left out.

    Raises
    ------
    DataFault
        If a published area does not fit into the published box.

    Notes
    -----
    In a box the shape is a superellipse |x/a|^n + |y/b|^n = 1 (G. Lamé) that touches all four sides, n found by
    bisection. A site that fills less than half of its box would need n < 1, a star; it gets an ellipse about the
    middle of the box instead, its size found by bisection. A circle is drawn the same way.
    """
    sites = frame[frame["extent_kind"].isin(["published_box", "point_circle"])].reset_index(drop=True)
    boxed = (sites["extent_kind"] == "published_box").to_numpy()
    target = sites["area_ha"].to_numpy(float) * _SQUARE_METRES_PER_HA
    middle, half = _bounding_frames(sites, boxed, target)
    half_full = np.zeros(len(sites), dtype=bool)
    half_full[boxed] = areas_of(_ovals(middle, half, np.full(len(sites), 2.0)))[boxed] <= target[boxed]
    shapes = _fit(middle, half, half_full, target)
    missed = np.flatnonzero(np.abs(areas_of(shapes) / target - 1.0) > _TOLERANCE)
    if missed.size:
        site = sites.loc[missed[0]]
        raise DataFault("plans.extent_unfit", site=site["id"], area=site["area_ha"])
    columns = sites[["id", "extent_kind", "area_ha", "accuracy_m"]].assign(basis="approximate")
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=STORE_CRS)


def _bounding_frames(sites: pd.DataFrame, boxed: npt.NDArray[np.bool_], target: Floats) -> tuple[Floats, Floats]:
    """Return centres and half sizes, in degrees, of the largest shape each site may have."""
    sides = {name: sites[f"box_{name}"].to_numpy(float) for name in ("west", "east", "south", "north")}
    lon = np.where(boxed, (sides["west"] + sides["east"]) / 2, sites["lon"].to_numpy(float))
    lat = np.where(boxed, (sides["south"] + sides["north"]) / 2, sites["lat"].to_numpy(float))
    reach_m = 2 * np.sqrt(target / np.pi)
    per_metre_lon, per_metre_lat = degrees_per_metre(lat)
    half_lon = np.where(boxed, (sides["east"] - sides["west"]) / 2, reach_m * per_metre_lon)
    half_lat = np.where(boxed, (sides["north"] - sides["south"]) / 2, reach_m * per_metre_lat)
    return np.column_stack([lon, lat]), np.column_stack([half_lon, half_lat])


def _fit(middle: Floats, half: Floats, half_full: npt.NDArray[np.bool_], target: Floats) -> npt.NDArray[np.object_]:
    """Return the shapes with the areas `target` (m2), all bisected at once.

    The unknown t grows with the area: for full boxes the power falls from 2 (a diamond) to 0 (the box), for the others
    the size grows from nothing to the frame.
    """
    low, high = np.zeros(len(target)), np.ones(len(target))
    for _ in range(_HALVINGS):
        t = (low + high) / 2
        too_small = areas_of(_shapes(middle, half, half_full, t)) < target
        low, high = np.where(too_small, t, low), np.where(too_small, high, t)
    return _shapes(middle, half, half_full, (low + high) / 2)


def _shapes(middle: Floats, half: Floats, half_full: npt.NDArray[np.bool_], t: Floats) -> npt.NDArray[np.object_]:
    size = np.where(half_full, 1.0, t)
    return _ovals(middle, half * size[:, None], np.where(half_full, 2 * (1 - t), 1.0))


def _ovals(middle: Floats, half: Floats, power: Floats) -> npt.NDArray[np.object_]:
    """Return the superellipses x = ±a |cos|^power, y = ±b |sin|^power; power 1 is an ellipse, 2 a diamond."""
    if len(middle) == 0:
        return np.empty(0, dtype=object)
    angle = 2 * np.pi * (np.arange(_VERTICES) + 0.5) / _VERTICES
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    bent = np.sign(unit) * np.abs(unit) ** power[:, None, None]
    rings = middle[:, None, :] + half[:, None, :] * bent
    return np.asarray(shapely.polygons(rings), dtype=object)
