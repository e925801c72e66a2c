"""Sites in a projected system, with the corners that their source has and none added between them."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import MAX_PIECE_M, STORE_CRS, CrsReading, from_store, split_edges, transform_points, unshifted
from geo.measure import edge_pieces_of
from geo.shapes import are_valid
from geo.sites.sites import Sites

__all__ = ["with_own_corners"]

_AREA_CHANGED: Final = 1e-3
"""A shape whose area differs by so much of itself is another one: a band around a line, a repaired outline."""


def with_own_corners(sites: Sites, epsg: int) -> gpd.GeoDataFrame:
    """Return the sites in a projected system with the vertices of their source, transformed one by one.

    A site that is stored has vertices added, so that its edges stay where they were straight; a survey file names the
    corners alone. An edge is then straight in the projected system: one of 1 km drawn in degrees departs from where it
    was drawn by about 1 cm, one of 10 km by about 1 m. A site that was mended, or made from a line, has no corners of
    its own and keeps those that are stored, its edges cut at 250 m.

    Parameters
    ----------
    sites : Sites
    epsg : int
        A projected system that ``geo.crs.describe`` knows.

    Returns
    -------
    GeoDataFrame
        In `epsg`; rows, index and columns of ``sites.frame``.
    """
    frame = sites.frame
    cut = split_edges(shapely.force_2d(frame.geometry.to_numpy()), edge_pieces_of(MAX_PIECE_M))
    plane = from_store(frame.set_geometry(gpd.GeoSeries(cut, index=frame.index, crs=STORE_CRS)), epsg)
    if sites.originals is None:
        return plane
    own = sites.originals.reindex(frame["site_id"]).to_numpy(dtype=object)
    shapes = plane.geometry.to_numpy().copy()
    parts = frame["part"].to_numpy()
    for position, reading in enumerate(sites.crs):
        rows = np.flatnonzero((parts == position) & (frame["repair"] == "").to_numpy() & ~shapely.is_missing(own))
        moved = _transformed(own[rows], reading, epsg)
        same = _is_same(shapes[rows], moved)
        shapes[rows[same]] = moved[same]
    return plane.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=epsg))


def _transformed(shapes: NDArray[Any], reading: CrsReading, epsg: int) -> NDArray[Any]:
    """Return shapes of a source in another system, vertex by vertex."""
    flat = shapely.force_2d(shapes)
    if reading.epsg == epsg and not reading.shifted:
        return np.asarray(flat)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        degrees = unshifted(xy, reading.declared) if reading.shifted else xy
        stored = transform_points(degrees, reading.epsg, inverse=True)
        return transform_points(stored, epsg)

    moved: NDArray[Any] = shapely.transform(flat, move)
    return moved


def _is_same(stored: NDArray[Any], own: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which pairs are one shape: of one dimension and, of areas, of one size; an area must stay valid."""
    same = shapely.get_dimensions(stored) == shapely.get_dimensions(own)
    area_m2 = shapely.area(stored)
    same &= np.abs(shapely.area(own) - area_m2) <= _AREA_CHANGED * area_m2
    return np.asarray(same & are_valid(own), bool)
