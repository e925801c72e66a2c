"""Parse coordinates typed into the search box: degrees in any notation, or metres in each CRS that they fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import shapely

from geo.crs import normalised
from geo.errors import CrsError, RedlineError
from geo.read import sites_from_line

__all__ = ["Spot", "county_at", "spots_in"]

_LONGEST: Final = 200
_TRIED: Final = 40
_WRITTEN: Final = re.compile(r"[\d\s.,;/°'\"+\-:()=NSEWnsew东西南北经纬度分秒dmXYxy]+")
_TWO: Final = re.compile(r"\d\D+\d")


@dataclass(frozen=True)
class Spot:
    """A position that typed coordinates may mean.

    Attributes
    ----------
    lon, lat : float
        EPSG:4490 degrees.
    crs : str
        The system that they are read in; "" for plain degrees.
    swapped : bool
        Read with the axes the other way round than written.
    """

    lon: float
    lat: float
    crs: str = ""
    swapped: bool = False


def spots_in(text: str) -> list[Spot]:
    """Return the positions that a text may mean if it is coordinates; empty if it is not.

    Degrees mean one position. Metres without a CRS mean one for each CRS that they fit; the user chooses among them.

    Examples
    --------
    >>> spots_in("27°57′N 116°21′E")
    [Spot(lon=116.35, lat=27.95, crs='', swapped=False)]
    >>> spots_in("临川")
    []
    """
    plain = normalised(text[:_LONGEST]).strip()
    if not _WRITTEN.fullmatch(plain) or not _TWO.search(plain):
        return []
    try:
        return [_spot(plain, None, swap=None)]
    except CrsError as fault:
        known = dict.fromkeys((one.crs, one.swapped) for one in fault.candidates)
    except RedlineError:
        return []
    found = []
    for crs, swapped in list(known)[:_TRIED]:
        try:
            found.append(_spot(plain, crs, swap=swapped or None))  # None: the order that the numbers tell themselves
        except RedlineError:
            continue
    return found


def county_at(lon: float, lat: float, counties: gpd.GeoDataFrame) -> dict[str, str] | None:
    """Return ``adcode``, ``name_zh`` and ``name_en`` of the county a point (EPSG:4490 degrees) lies in, or None."""
    at = counties.sindex.query(shapely.Point(lon, lat), predicate="intersects")
    if not len(at):
        return None
    row = counties.iloc[int(at[0])]
    return {name: str(row[name]) for name in ("adcode", "name_zh", "name_en")}


def _spot(text: str, crs: str | None, *, swap: bool | None) -> Spot:
    """Return the first point of a text read in one CRS."""
    point = sites_from_line(text, crs, shape="points", swap=swap).frame.geometry.iloc[0]
    return Spot(round(float(point.x), 7), round(float(point.y), 7), crs or "", bool(crs and swap))
