"""Synthetic layers over Jiangxi, parcels and named points, of any size: reproducible for the same count.

Parcels are cells of a jittered grid: they share their edges exactly and never overlap, so the area of the layer is the
sum of theirs. They lie in clusters as fields do, have 8 to 20 corners, and a third of them keeps a gap to its
neighbours (roads).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["named_points", "parcels"]

ROOT: Final = Path(__file__).resolve().parent.parent
_PARCEL_SHARE: Final = 0.4
"""Share of the cells of the province that are parcels."""
_MAX_CORNERS: Final = 4
"""Corners between two nodes of the grid: one to four."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def parcels(count: int) -> gpd.GeoDataFrame:
    """Return `count` parcels in EPSG:4490, in no spatial order, with ``parcel_id``, ``kind`` (three) and ``name``."""
    province = shapely.union_all(gpd.read_file(ROOT / "data/boundaries/province_2000m.fgb").cx[113:119, 24:31].geometry)
    west, south, east, north = province.bounds
    step = (
        float(np.sqrt(province.area * _PARCEL_SHARE / count)) * 0.995
    )  # some cells at the border have their centre outside
    columns, rows = int((east - west) / step), int((north - south) / step)
    row, column = (grid.ravel() for grid in np.mgrid[0:rows, 0:columns])
    lon, lat = west + (column + 0.5) * step, south + (row + 0.5) * step
    inside = np.flatnonzero(shapely.contains_xy(province, lon, lat))
    chosen = inside[np.argsort(-_relief(lon[inside], lat[inside], 1), kind="stable")[:count]]
    chosen = np.random.default_rng(count).permutation(chosen)
    row, column = row[chosen], column[chosen]
    points, cell = _rings(row, column, columns + 1)
    centre = np.column_stack([column, row]) + 0.5
    inward = np.where(_noise(chosen, 9) < 1 / 3, 0.95, 1.0)
    points = centre[cell] + (points - centre[cell]) * inward[cell, None]
    shapes = shapely.polygons(shapely.linearrings(points * step + (west, south), indices=cell))
    kind = np.array(["paddy", "dry", "orchard"])[np.digitize(_relief(lon[chosen], lat[chosen], 2), [-0.6, 0.6])]
    ids = np.char.add("P", chosen.astype(str))
    return gpd.GeoDataFrame({"parcel_id": ids, "kind": kind, "name": ids}, geometry=shapes, crs="EPSG:4490")


def named_points(count: int) -> gpd.GeoDataFrame:
    """Return `count` named points in clusters, EPSG:4490: ``place_id``, ``kind`` and ``name``."""
    random = np.random.default_rng(count)
    towns = random.uniform((113.9, 24.9), (118.1, 29.7), (max(1, count // 400), 2))
    at = towns[random.integers(0, len(towns), count)] + random.normal(0, 0.04, (count, 2))
    number = np.arange(count).astype(str)
    kind = np.array(["well", "mast", "gauge"])[random.integers(0, 3, count)]
    columns = {"place_id": np.char.add("Q", number), "kind": kind, "name": np.char.add("点", number)}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(at), crs="EPSG:4490")


def _rings(row: Ints, column: Ints, width: int) -> tuple[Floats, Ints]:
    """Return the corners of cells in grid units, one after another, and the position of the cell of each."""
    below, right = _edge(row, column, width, across=True), _edge(row, column + 1, width, across=False)
    above, left = _edge(row + 1, column, width, across=True), _edge(row, column, width, across=False)
    nodes = [_node(row, column, width), _node(row, column + 1, width), _node(row + 1, column + 1, width)]
    nodes.append(_node(row + 1, column, width))
    sides = [below, right, above[:, ::-1], left[:, ::-1]]
    every = np.concatenate([np.concatenate([n[:, None], s], axis=1) for n, s in zip(nodes, sides, strict=True)], axis=1)
    present = ~np.isnan(every[..., 0])
    return every[present], np.repeat(np.arange(len(row)), present.sum(axis=1))


def _node(row: Ints, column: Ints, width: int) -> Floats:
    """Return jittered nodes of the grid, in grid units."""
    key = row * width + column
    return np.column_stack([column + 0.4 * (_noise(key, 1) - 0.5), row + 0.4 * (_noise(key, 2) - 0.5)])


def _edge(row: Ints, column: Ints, width: int, *, across: bool) -> Floats:
    """Return the corners between a node and the next one to the right or above; NaN for edges with fewer corners."""
    key = (row * width + column) * 2 + across
    first, last = _node(row, column, width), _node(row + (not across), column + across, width)
    corners = 1 + (_noise(key, 3) * _MAX_CORNERS).astype(np.int64)
    numbers = np.arange(1, _MAX_CORNERS + 1)
    share = (numbers / (corners[:, None] + 1))[..., None]
    points = first[:, None] * (1 - share) + last[:, None] * share
    aside = np.stack([_noise(key, 10 + number) - 0.5 for number in numbers], axis=1) * 0.12
    points[..., int(across)] += aside
    points[numbers > corners[:, None]] = np.nan
    return points


def _relief(lon: Floats, lat: Floats, seed: int) -> Floats:
    """Return a random smooth surface at points, with wavelengths of some 5 to 60 km."""
    random = np.random.default_rng(seed)
    height = np.zeros(len(lon))
    for _ in range(24):
        length, turn, shift = np.exp(random.uniform(np.log(0.05), np.log(0.6))), *random.uniform(0, 2 * np.pi, 2)
        height += np.sin(2 * np.pi * (lon * np.cos(turn) + lat * np.sin(turn)) / length + shift)
    return height / np.sqrt(12)


def _noise(key: Ints, stream: int) -> Floats:
    """Return a pseudo-random number from 0 to 1 for each key (splitmix64), the same on every machine."""
    with np.errstate(over="ignore"):
        mixed = key.astype(np.uint64) + np.uint64(stream) * np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2**53
