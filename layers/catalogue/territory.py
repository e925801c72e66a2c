"""Territories by their adcodes: what lies in what, what is left of one without others, and where a layer lies.

An adcode ends in ``00`` for a prefecture and in ``0000`` for a province, so one territory lies in another if its code
begins with the other's digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import shapely

from geo.measure import areas_of

__all__ = ["common", "covers", "lies_in", "proposed_extent", "without"]

_LEAST_SHARE = 1e-4
"""A layer that takes less of a county only touches its boundary."""
_MOST = 20_000
_LEVELS = ("adcode", "prefecture_adcode", "province_adcode")


def _digits(code: str) -> str:
    """Return the digits that all codes inside begin with."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def lies_in(code: str, other: str) -> bool:
    """Tell whether a territory lies in another, or is it.

    Examples
    --------
    >>> lies_in("361002", "360000"), lies_in("361000", "361002"), lies_in("361000", "361000")
    (True, False, True)
    """
    return _digits(code).startswith(_digits(other))


def covers(extent: Sequence[str], wanted: Sequence[str], known: Iterable[str]) -> bool:
    """Tell whether an extent holds all that another one does; no extent means everywhere.

    Parameters
    ----------
    extent, wanted : sequence of str
        Adcodes.
    known : iterable of str
        Codes of all counties.
    """
    if not extent:
        return True
    if not wanted:
        return False
    inside = [code for code in known if any(lies_in(code, one) for one in wanted)]
    whole = inside or list(wanted)
    return all(any(lies_in(code, one) for one in extent) for code in whole)


def common(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return what two lists of territories have in common, in the smaller of each pair.

    Examples
    --------
    >>> common(["360000"], ["361000", "321000"]), common(["361000"], ["360800"])
    (['361000'], [])
    """
    found = [a if lies_in(a, b) else b for a in first for b in second if lies_in(a, b) or lies_in(b, a)]
    return list(dict.fromkeys(found))


def without(extent: Sequence[str], taken: Sequence[str], counties: gpd.GeoDataFrame) -> list[str]:
    """Return what is left of an extent without some territories, in as large units as there are.

    Parameters
    ----------
    extent : sequence of str
        Adcodes; none means all counties.
    taken : sequence of str
    counties : GeoDataFrame
        ``adcode``, ``prefecture_adcode``, ``province_adcode``.
    """
    codes = counties["adcode"].astype(str)
    inside = np.array([not extent or any(lies_in(code, one) for one in extent) for code in codes], dtype=bool)
    gone = np.array([any(lies_in(code, one) for one in taken) for code in codes], dtype=bool)
    return _largest(counties, inside & ~gone, ~inside | gone)


def proposed_extent(
    frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, codes: Iterable[str] | None = None
) -> list[str]:
    """Return the territories that a layer is likely to be complete in: a proposal, for somebody to confirm.

    A prefecture is proposed where the layer lies in more than half of its counties, a province likewise; else the
    counties themselves.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490.
    counties : GeoDataFrame
        EPSG:4490, with codes as in `without`.
    codes : iterable of str, optional
        Adcodes (longer ones are cut to six digits) that the layer's own rows name; they win over where it lies.
    """
    named = {code.strip()[:6] for code in codes or ()}
    ours = counties["adcode"].astype(str)
    told = np.array([any(lies_in(code, one) for one in named if len(one) == 6) for code in ours], dtype=bool)
    return _generalised(counties, told if told.any() else _touched(frame, counties))


def _touched(frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which counties a layer lies in."""
    step = len(frame) // _MOST + 1  # it is a proposal: some thousand features tell as much as a million
    shapes = np.asarray(frame.geometry.array)[::step]
    found = counties.sindex.query(shapely.box(*shapely.bounds(shapes).T), predicate="intersects")
    touched = np.zeros(len(counties), dtype=bool)
    for at in np.unique(found[1]):
        mine = shapes[found[0][found[1] == at]]
        touched[at] = step * _share(mine, counties.geometry.iloc[at]) > _LEAST_SHARE
    return touched


def _generalised(counties: gpd.GeoDataFrame, touched: np.ndarray) -> list[str]:
    """Write counties as prefectures and provinces where most of them are there."""
    taken = counties["adcode"].astype(str).to_numpy(object).copy()
    for level in _LEVELS[1:]:
        names = counties[level].astype(str).to_numpy(object)
        for name in np.unique(names[touched].astype(str)):
            members = names == name
            if members.sum() > 1 and touched[members].sum() * 2 > members.sum():
                taken[members] = name
    return list(dict.fromkeys(str(code) for code in taken[touched]))


def _share(shapes: np.ndarray, county: shapely.Geometry) -> float:
    """Return how much of a county some shapes take, roughly: 1 where points or lines lie in it."""
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


def _largest(counties: gpd.GeoDataFrame, kept: np.ndarray, gone: np.ndarray) -> list[str]:
    """Write counties as provinces and prefectures where all of them are kept."""
    left = counties["adcode"].astype(str).to_numpy(object).copy()
    for level in _LEVELS[1:]:
        names = counties[level].astype(str).to_numpy(object)
        broken = set(names[gone])
        whole = np.array([name not in broken for name in names], dtype=bool)
        left[whole] = names[whole]
    return list(dict.fromkeys(str(code) for code in left[kept]))
