"""The point of a county, prefecture or province at which the features known by it alone are counted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.memo import per_frame

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
    territories = _Territories.of(counties)
    known = {str(code): point for code in listed.unique() if (point := territories.point(str(code))) is not None}
    named = [[code.strip() for code in row.split(";") if code.strip() in known] for row in adcodes.fillna("")]
    points = np.full(len(named), None, dtype=object)
    for row, codes in enumerate(named):
        if codes:
            points[row] = known[codes[0]] if len(codes) == 1 else shapely.MultiPoint([known[code] for code in codes])
    return points, np.array([";".join(codes) for codes in named], dtype=object)


class _Territories:
    """The points of a layer of counties, of their prefectures and provinces, each computed when first asked for."""

    def __init__(self, counties: gpd.GeoDataFrame) -> None:
        self._shapes = counties.geometry.to_numpy()
        self._codes = {level: counties[level].to_numpy(dtype=object) for level in _LEVELS}
        self._fits = bool(shapely.coverage_is_valid(self._shapes))
        self._points: dict[str, shapely.Point | None] = {}

    @staticmethod
    @per_frame
    def of(counties: gpd.GeoDataFrame) -> _Territories:
        """Return the points of a layer, which must not be changed in place."""
        return _Territories(counties)

    def point(self, adcode: str) -> shapely.Point | None:
        """Return the point of a county, or of the union of a prefecture's or province's; None for another code."""
        if adcode not in self._points:
            self._points[adcode] = self._computed(adcode)
        return self._points[adcode]

    def _computed(self, adcode: str) -> shapely.Point | None:
        for codes in self._codes.values():
            here = self._shapes[codes == adcode]
            if len(here):
                # neighbours whose edges match are united fifteen times faster
                united = shapely.coverage_union_all(here) if self._fits else shapely.union_all(here)
                parts = shapely.get_parts(united)
                largest = parts[np.argmax(shapely.area(parts))]
                return shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=_TOLERANCE_DEG), 0)
        return None
