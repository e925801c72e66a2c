"""Deterministic symbol positions for features located only by county."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["symbol_positions"]

_LEVELS = ("adcode", "prefecture_adcode", "province_adcode")
_COARSE_DEG = 0.02
_CANDIDATES = 192
_INSET = 0.12
"""Distance of symbols from the border as a share of the county's radius, so that they are seen to lie inside."""


def symbol_positions(adcodes: pd.Series, ids: pd.Series, counties: gpd.GeoDataFrame) -> np.ndarray:
    """Return a symbol position for each row: a point inside every territory that it names.

    The positions fill each county evenly (each is the candidate farthest from those before it, candidates from an R2
    low-discrepancy sequence) and depend only on the rows, so they are the same in every run.

    Parameters
    ----------
    adcodes : Series of str
        Semicolon-separated county, prefecture or province codes.
    ids : Series of str
        Row ids; rows are placed in their order.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``.

    Returns
    -------
    ndarray of object
        Point, MultiPoint (several territories) or None where no code is among `counties`.
    """
    coarse = _simplified(counties)
    claims = pd.DataFrame({"id": ids.to_numpy(), "adcode": adcodes.fillna("").str.split(";").to_numpy()})
    claims["row"] = np.arange(len(claims))
    claims = claims.explode("adcode").sort_values(["adcode", "id"])
    claims["adcode"] = claims["adcode"].str.strip()
    points_by_row: dict[int, list[shapely.Point]] = {}
    for adcode, group in claims.groupby("adcode"):
        territory = _territory(str(adcode), coarse)
        if territory is None:
            continue
        for row, point in zip(group["row"], _scattered_points(territory, len(group), str(adcode)), strict=True):
            points_by_row.setdefault(int(row), []).append(point)
    symbols = np.full(len(claims["row"].unique()), None, dtype=object)
    for row, points in points_by_row.items():
        symbols[row] = points[0] if len(points) == 1 else shapely.MultiPoint(points)
    return symbols


def _simplified(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the counties simplified as a coverage: symbols keep away from the border anyway."""
    shapes = shapely.coverage_simplify(counties.geometry.to_numpy(), _COARSE_DEG)
    return counties[list(_LEVELS)].set_geometry(gpd.GeoSeries(shapes, index=counties.index, crs=counties.crs))


def _territory(adcode: str, counties: gpd.GeoDataFrame) -> shapely.Geometry | None:
    """Return the county, or the union of a prefecture's or province's counties; None for an unknown code."""
    for column in _LEVELS:
        here = counties.geometry[counties[column] == adcode]
        if len(here):
            return here.iloc[0] if len(here) == 1 else shapely.union_all(here.to_numpy())
    return None


def _scattered_points(territory: shapely.Geometry, count: int, seed: str) -> list[shapely.Point]:
    """Return `count` points inside the territory, far from one another, the same for the same seed."""
    inner = territory.buffer(-_INSET * np.sqrt(territory.area / np.pi))
    if inner.is_empty:
        inner = territory
    west, south, east, north = inner.bounds
    start = int(hashlib.sha256(seed.encode()).hexdigest()[:6], 16)
    steps = np.arange(start, start + _CANDIDATES + 40 * count)[:, None] * np.array(
        [0.7548776662466927, 0.5698402909980532]
    )
    unit = steps % 1.0
    lon, lat = west + unit[:, 0] * (east - west), south + unit[:, 1] * (north - south)
    shapely.prepare(inner)
    inside = shapely.contains_xy(inner, lon, lat)
    candidates = np.column_stack([lon[inside], lat[inside]])
    if len(candidates) < count:
        anchor = inner.representative_point()
        candidates = np.vstack([candidates, np.tile([anchor.x, anchor.y], (count - len(candidates), 1))])
    gap = np.full(len(candidates), np.inf)
    chosen = 0
    points: list[shapely.Point] = []
    for _ in range(count):
        points.append(shapely.Point(*candidates[chosen]))
        gap = np.minimum(gap, np.hypot(*(candidates - candidates[chosen]).T))
        chosen = int(gap.argmax())
    return points
