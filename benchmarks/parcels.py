"""A made-up layer of land parcels over Jiangxi, as large as wanted: the same for the same count, on any machine.

Cells of a shaken grid share their edges exactly and never overlap, so the area of the layer is the sum of its parcels'.
They lie in clusters as fields do, have 8 to 20 corners, and a third of them keeps a gap to its neighbours (roads).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["parcels", "places"]

ROOT: Final = Path(__file__).resolve().parent.parent
_TAKEN: Final = 0.4
"""Share of the cells of the province that are parcels."""
_MOST: Final = 4
"""Corners between two nodes of the grid: one to four."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def parcels(count: int) -> gpd.GeoDataFrame:
    """Return `count` parcels in EPSG:4490, in no spatial order, with ``parcel_id``, ``kind`` (three) and ``name``."""
    province = shapely.union_all(gpd.read_file(ROOT / "data/boundaries/province_2000m.fgb").cx[113:119, 24:31].geometry)
    west, south, east, north = province.bounds
    step = float(np.sqrt(province.area * _TAKEN / count)) * 0.995  # some cells at the border have their centre outside
    columns, rows = int((east - west) / step), int((north - south) / step)
    row, column = (grid.ravel() for grid in np.mgrid[0:rows, 0:columns])
    lon, lat = west + (column + 0.5) * step, south + (row + 0.5) * step
    inside = np.flatnonzero(shapely.contains_xy(province, lon, lat))
    chosen = inside[np.argsort(-_field(lon[inside], lat[inside], 1), kind="stable")[:count]]
    chosen = np.random.default_rng(count).permutation(chosen)
    row, column = row[chosen], column[chosen]
    points, cell = _rings(row, column, columns + 1)
    centre = np.column_stack([column, row]) + 0.5
    inward = np.where(_noise(chosen, 9) < 1 / 3, 0.95, 1.0)
    points = centre[cell] + (points - centre[cell]) * inward[cell, None]
    shapes = shapely.polygons(shapely.linearrings(points * step + (west, south), indices=cell))
    kind = np.array(["paddy", "dry", "orchard"])[np.digitize(_field(lon[chosen], lat[chosen], 2), [-0.6, 0.6])]
    ids = np.char.add("P", chosen.astype(str))
    return gpd.GeoDataFrame({"parcel_id": ids, "kind": kind, "name": ids}, geometry=shapes, crs="EPSG:4490")


def places(count: int) -> gpd.GeoDataFrame:
    """Return `count` named points in clusters: ``place_id``, ``kind`` and ``name``."""
    chance = np.random.default_rng(count)
    towns = chance.uniform((113.9, 24.9), (118.1, 29.7), (max(1, count // 400), 2))
    at = towns[chance.integers(0, len(towns), count)] + chance.normal(0, 0.04, (count, 2))
    number = np.arange(count).astype(str)
    kind = np.array(["well", "mast", "gauge"])[chance.integers(0, 3, count)]
    columns = {"place_id": np.char.add("Q", number), "kind": kind, "name": np.char.add("点", number)}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(at), crs="EPSG:4490")


def _rings(row: Ints, column: Ints, wide: int) -> tuple[Floats, Ints]:
    """Return the corners of cells, in cells, one after another, and the place of the cell that each belongs to."""
    below, right = _edge(row, column, wide, across=True), _edge(row, column + 1, wide, across=False)
    above, left = _edge(row + 1, column, wide, across=True), _edge(row, column, wide, across=False)
    nodes = [_node(row, column, wide), _node(row, column + 1, wide), _node(row + 1, column + 1, wide)]
    nodes.append(_node(row + 1, column, wide))
    sides = [below, right, above[:, ::-1], left[:, ::-1]]
    every = np.concatenate([np.concatenate([n[:, None], s], axis=1) for n, s in zip(nodes, sides, strict=True)], axis=1)
    there = ~np.isnan(every[..., 0])
    return every[there], np.repeat(np.arange(len(row)), there.sum(axis=1))


def _node(row: Ints, column: Ints, wide: int) -> Floats:
    """Return nodes of the grid, shaken."""
    key = row * wide + column
    return np.column_stack([column + 0.4 * (_noise(key, 1) - 0.5), row + 0.4 * (_noise(key, 2) - 0.5)])


def _edge(row: Ints, column: Ints, wide: int, *, across: bool) -> Floats:
    """Return the corners between a node and the next one to the right or above; NaN where an edge has fewer."""
    key = (row * wide + column) * 2 + across
    first, last = _node(row, column, wide), _node(row + (not across), column + across, wide)
    many = 1 + (_noise(key, 3) * _MOST).astype(np.int64)
    place = np.arange(1, _MOST + 1)
    share = (place / (many[:, None] + 1))[..., None]
    points = first[:, None] * (1 - share) + last[:, None] * share
    aside = np.stack([_noise(key, 10 + number) - 0.5 for number in place], axis=1) * 0.12
    points[..., int(across)] += aside
    points[place > many[:, None]] = np.nan
    return points


def _field(lon: Floats, lat: Floats, seed: int) -> Floats:
    """Return a hilly surface, some 5 to 60 km from hill to hill: where it is high there are fields."""
    chance = np.random.default_rng(seed)
    height = np.zeros(len(lon))
    for _ in range(24):
        length, turn, shift = np.exp(chance.uniform(np.log(0.05), np.log(0.6))), *chance.uniform(0, 2 * np.pi, 2)
        height += np.sin(2 * np.pi * (lon * np.cos(turn) + lat * np.sin(turn)) / length + shift)
    return height / np.sqrt(12)


def _noise(key: Ints, stream: int) -> Floats:
    """Return a number from 0 to 1 for each key (splitmix64): the same wherever it is asked for."""
    with np.errstate(over="ignore"):
        mixed = key.astype(np.uint64) + np.uint64(stream) * np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2**53
