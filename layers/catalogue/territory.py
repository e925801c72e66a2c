"""Set operations on territories by their adcodes (within, covers, intersection, difference), and layer extents.

An adcode ends in ``00`` for a prefecture and in ``0000`` for a province, so one territory lies in another if its code
begins with the other's digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.measure import areas_of

__all__ = ["common_territories", "covers", "extent_without", "known_by_territory", "lies_in", "proposed_extent"]

_LEAST_SHARE = 1e-4
"""A layer that covers a smaller share of a county only touches its boundary."""
_MOST = 20_000
_LEVELS = ("adcode", "prefecture_adcode", "province_adcode")


def _digits(code: str) -> str:
    """Return the leading digits that the adcodes of all territories inside share."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def lies_in(code: str, other: str) -> bool:
    """Return whether a territory lies in another or is the same.

    Examples
    --------
    >>> lies_in("361002", "360000"), lies_in("361000", "361002"), lies_in("361000", "361000")
    (True, False, True)
    """
    return _digits(code).startswith(_digits(other))


def covers(extent: Sequence[str], other: Sequence[str], county_codes: Iterable[str]) -> bool:
    """Return whether an extent covers another; an empty extent means everywhere.

    Parameters
    ----------
    extent, other : sequence of str
        Adcodes.
    county_codes : iterable of str
        Codes of all counties.
    """
    if not extent:
        return True
    if not other:
        return False
    inside = [code for code in county_codes if any(lies_in(code, one) for one in other)]
    whole = inside or list(other)
    return all(any(lies_in(code, one) for one in extent) for code in whole)


def known_by_territory(frame: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Return a mask of the features of which only county, prefecture or province is known: counted, never drawn.

    Parameters
    ----------
    frame : GeoDataFrame
        With the column ``known_in`` (the codes, ``;`` between, "" of a feature with a place) or without it.
    """
    if "known_in" not in frame.columns:
        return np.zeros(len(frame), bool)
    result: npt.NDArray[np.bool_] = (frame["known_in"].fillna("") != "").to_numpy(bool)
    return result


def common_territories(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return the intersection of two lists of territories: of each nested pair the smaller one.

    Examples
    --------
    >>> common_territories(["360000"], ["361000", "321000"]), common_territories(["361000"], ["360800"])
    (['361000'], [])
    """
    found = [a if lies_in(a, b) else b for a in first for b in second if lies_in(a, b) or lies_in(b, a)]
    return list(dict.fromkeys(found))


def extent_without(extent: Sequence[str], removed: Sequence[str], counties: gpd.GeoDataFrame) -> list[str]:
    """Return an extent less some territories, as the largest possible units (province, prefecture, county).

    Parameters
    ----------
    extent : sequence of str
        Adcodes; none means all counties.
    removed : sequence of str
    counties : GeoDataFrame
        ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    """
    codes = counties["adcode"].astype(str)
    inside = np.array([not extent or any(lies_in(code, one) for one in extent) for code in codes], dtype=bool)
    outside = np.array([any(lies_in(code, one) for one in removed) for code in codes], dtype=bool)
    return _as_largest_units(counties, inside & ~outside, ~inside | outside)


def proposed_extent(
    frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, codes: Iterable[str] | None = None
) -> list[str]:
    """Return the adcodes of territories in which a layer is likely complete: a default for the user to confirm.

    A prefecture is proposed where the layer lies in more than half of its counties, a province likewise; else the
    counties themselves.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490.
    counties : GeoDataFrame
        EPSG:4490, with codes as in `extent_without`.
    codes : iterable of str, optional
        Adcodes (longer ones are cut to six digits) in the layer's own rows; they take precedence over its shapes.
    """
    named = {code.strip()[:6] for code in codes or ()}
    county_codes = counties["adcode"].astype(str)
    by_code = np.array([any(lies_in(code, one) for one in named if len(one) == 6) for code in county_codes], dtype=bool)
    return _as_mostly_covered_units(counties, by_code if by_code.any() else _counties_met(frame, counties))


def _counties_met(frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> np.ndarray:
    """Return a mask of the counties that a layer covers by more than `_LEAST_SHARE`."""
    step = len(frame) // _MOST + 1  # for a proposal a sample of some thousand features is enough
    shapes = np.asarray(frame.geometry.array)[::step]
    pairs = counties.sindex.query(shapely.box(*shapely.bounds(shapes).T), predicate="intersects")
    touched = np.zeros(len(counties), dtype=bool)
    for at in np.unique(pairs[1]):
        here = shapes[pairs[0][pairs[1] == at]]
        touched[at] = step * _share_covered(here, counties.geometry.iloc[at]) > _LEAST_SHARE
    return touched


def _as_mostly_covered_units(counties: gpd.GeoDataFrame, touched: np.ndarray) -> list[str]:
    """Return county codes, replaced by their prefecture or province where the layer meets most of its counties."""
    units = counties["adcode"].astype(str).to_numpy(object).copy()
    for level in _LEVELS[1:]:
        names = counties[level].astype(str).to_numpy(object)
        for name in np.unique(names[touched].astype(str)):
            members = names == name
            if members.sum() > 1 and touched[members].sum() * 2 > members.sum():
                units[members] = name
    return list(dict.fromkeys(str(code) for code in units[touched]))


def _share_covered(shapes: np.ndarray, county: shapely.Geometry) -> float:
    """Return the approximate share of a county that shapes cover, 0 to 1; 1 where only points or lines lie in it."""
    county = shapely.from_wkb(shapely.to_wkb(county))  # ours is shared between threads, a prepared one must not be
    shapely.prepare(county)
    meeting = shapes[shapely.intersects(shapes, county)]
    if not len(meeting):
        return 0.0
    if shapely.get_dimensions(meeting).max() < 2:
        return 1.0
    inside = shapely.intersection(meeting[shapely.get_dimensions(meeting) == 2], county)
    whole = float(areas_of(np.array([county], dtype=object))[0])
    return float(areas_of(inside).sum()) / whole


def _as_largest_units(counties: gpd.GeoDataFrame, kept: np.ndarray, dropped: np.ndarray) -> list[str]:
    """Return the codes of the counties `kept`, as prefectures and provinces where none of those is `dropped`."""
    units = counties["adcode"].astype(str).to_numpy(object).copy()
    for level in _LEVELS[1:]:
        names = counties[level].astype(str).to_numpy(object)
        broken = set(names[dropped])
        whole = np.array([name not in broken for name in names], dtype=bool)
        units[whole] = names[whole]
    return list(dict.fromkeys(str(code) for code in units[kept]))
