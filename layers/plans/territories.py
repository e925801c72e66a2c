"""The point of a county, prefecture or province at which the features known by it alone are counted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["territory_points"]

_LEVELS = ("adcode", "prefecture_adcode", "province_adcode")
_TOLERANCE_DEG = 0.005
"""As that of the names of areas on the map, so that a badge stands at the name of its territory."""


def territory_points(adcodes: pd.Series, counties: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of the territories that each row names, and their codes.

    All rows of a territory have the same point, well inside it (the middle of its largest inscribed circle): it marks
    no place, it is where their number is written.

    Parameters
    ----------
    adcodes : Series of str
        Semicolon-separated county, prefecture or province codes.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode``, ``prefecture_adcode``, ``province_adcode``.

    Returns
    -------
    ndarray of object
        Point, MultiPoint (several territories) or None where no code is among `counties`.
    ndarray of str
        The codes of the points, in their order, separated by ``;``; "" where there is none.
    """
    listed = adcodes.fillna("").str.split(";").explode().str.strip()
    known = {str(code): point for code in listed.unique() if (point := _point(str(code), counties)) is not None}
    named = [[code.strip() for code in row.split(";") if code.strip() in known] for row in adcodes.fillna("")]
    points = np.full(len(named), None, dtype=object)
    for row, codes in enumerate(named):
        if codes:
            points[row] = known[codes[0]] if len(codes) == 1 else shapely.MultiPoint([known[code] for code in codes])
    return points, np.array([";".join(codes) for codes in named], dtype=object)


def _point(adcode: str, counties: gpd.GeoDataFrame) -> shapely.Point | None:
    """Return the point of a county, or of the union of a prefecture's or province's counties; None for another code."""
    for column in _LEVELS:
        here = counties.geometry[counties[column] == adcode].to_numpy()
        if len(here):
            parts = shapely.get_parts(here[0] if len(here) == 1 else shapely.union_all(here))
            largest = parts[np.argmax(shapely.area(parts))]
            return shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=_TOLERANCE_DEG), 0)
    return None
