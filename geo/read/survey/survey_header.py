"""Resolve the CRS of a 勘测定界 TXT from its header and its coordinates; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import CHINA_LAT, CHINA_LON, datum_named, detect
from geo.notices import Notice

__all__ = ["Header", "HeaderCrs", "header_crs"]

Floats = NDArray[np.float64]

_DIGITS: Final = re.compile(r"\d+")
_THREE: Final = range(25, 46)
_SIX: Final = range(13, 24)
_COARSE_M: Final = 0.01


@dataclass(frozen=True)
class Header:
    """Keys and values of ``[属性描述]``, as written."""

    values: Mapping[str, str]

    def text(self, key: str) -> str:
        """Return the value of a key, "" if it is missing."""
        return self.values.get(key, "")

    def number(self, key: str) -> int | None:
        """Return the first whole number in the value of a key, None if there is none."""
        found = _DIGITS.search(self.text(key))
        return int(found[0]) if found else None


@dataclass(frozen=True)
class HeaderCrs:
    """CRS and axis order of a survey file, with the notices that led to them.

    Attributes
    ----------
    crs : CRS or None
        None if a notice is fatal.
    east_first : bool
        The file has the axes the other way round.
    notices : list of Notice
    """

    crs: CRS | None
    east_first: bool
    notices: list[Notice]


def header_crs(header: Header, parcels: Sequence[Floats], name: str) -> HeaderCrs:
    """Return the CRS that header and coordinates agree on.

    Parameters
    ----------
    header : Header
    parcels : sequence of arrays (n, 2)
        First and second number of every point, as written: north, east by the standard.
    name : str
        The file, for the sentences.
    """
    points = np.concatenate([p.reshape(-1, 2) for p in parcels]) if parcels else np.empty((0, 2))
    notices = _datum(header, name) + _projection_unit_and_shift(header, name)
    east_first = _fits(points) and not _fits(points[:, ::-1])
    if east_first:
        notices.append(Notice("txt_axes_swapped", {"name": name}))
    eastings = points[:, 0 if east_first else 1]
    if _in_degrees(points):
        notices.append(Notice("txt_in_degrees", {"name": name}))
        epsg: int | None = 4490
    else:
        epsg = _zone(header, eastings, name, notices)
    blocked = epsg is None or any(notice.fatal for notice in notices)
    return HeaderCrs(None if blocked else CRS(epsg), east_first, notices)


def _fits(points: Floats) -> bool:
    """Return whether the first number of each point can be the easting."""
    return any(not candidate.swapped for candidate in detect(points))


def _in_degrees(points: Floats) -> bool:
    """Return whether points are degrees in China, in either order."""
    if not len(points):
        return False
    low, high = points.min(axis=0), points.max(axis=0)
    orders = ((0, 1), (1, 0))
    return any(
        CHINA_LON[0] <= low[e] and high[e] <= CHINA_LON[1] and CHINA_LAT[0] <= low[n] and high[n] <= CHINA_LAT[1]
        for e, n in orders
    )


def _datum(header: Header, name: str) -> list[Notice]:
    """Return a fatal notice if 坐标系 is not CGCS2000; none if it is."""
    text = header.text("坐标系")
    values: dict[str, Any] = {"name": name, "said": text[:60]}
    if not text:
        return [Notice("txt_crs_datum_missing", values, fatal=True)]
    datum = datum_named(text)
    return [] if datum == "cgcs2000" else [Notice(f"txt_crs_{datum}", values, fatal=True)]


def _projection_unit_and_shift(header: Header, name: str) -> list[Notice]:
    """Return notices about projection, unit, precision and shift parameters of the header."""
    found = []
    projection, unit = header.text("投影类型"), header.text("计量单位")
    if projection and "高斯" not in projection and "gauss" not in projection.lower():
        found.append(Notice("txt_crs_projection", {"name": name, "said": projection[:60]}, fatal=True))
    if unit and unit not in {"米", "m", "M", "度", "公尺"}:
        found.append(Notice("txt_crs_unit", {"name": name, "said": unit[:60]}, fatal=True))
    return found + _precision(header.text("精度"), name) + _shift(header.text("转换参数"), name)


def _precision(text: str, name: str) -> list[Notice]:
    """Return notices about 精度, which is written as 0.001, as 0.01, or as the number of decimals."""
    if not text:
        return []
    try:
        value = float(text)
    except ValueError:
        return [Notice("txt_precision_unreadable", {"name": name, "said": text[:60]})]
    if value >= 1:
        metres = 10.0 ** -min(value, 9)
        return [Notice("txt_precision_digits", {"name": name, "said": text[:60], "metres": f"{metres:g}"})]
    return [Notice("txt_precision_coarse", {"name": name, "said": text[:60]})] if value >= _COARSE_M else []


def _shift(text: str, name: str) -> list[Notice]:
    """Return notices about 转换参数: commas and zeros mean none; anything else means shifted coordinates (fatal)."""
    cells = [cell.strip() for cell in text.replace("，", ",").split(",") if cell.strip()]
    if not text or text == "无":
        return []
    try:
        shifted = any(float(cell) for cell in cells)
    except ValueError:
        shifted = True
    if shifted:
        return [Notice("txt_crs_shifted", {"name": name, "said": text[:60]}, fatal=True)]
    return [Notice("txt_shift_zeros" if cells else "txt_shift_commas", {"name": name})]


def _zone(header: Header, eastings: Floats, name: str, notices: list[Notice]) -> int | None:
    """Return the EPSG code of the zone by 带号, 几度分带 and the prefix of eastings; None if inconsistent."""
    declared, width = header.number("带号"), header.number("几度分带")
    if declared is not None and declared >= 75 and declared % 3 == 0 and declared <= 135:
        notices.append(Notice("txt_zone_is_meridian", {"name": name, "said": declared, "zone": declared // 3}))
        declared = declared // 3
    prefixes = set(np.floor(eastings[eastings >= 1e6] / 1e6).astype(int).tolist())
    if len(prefixes) > 1 or (prefixes and bool((eastings < 1e6).any())):
        notices.append(Notice("txt_crs_zone_mixed", {"name": name}, fatal=True))
        return None
    prefix = prefixes.pop() if prefixes else None
    zone = declared if prefix is None else prefix
    values: dict[str, Any] = {"name": name, "said": declared, "found": zone, "width": width}
    fault = _zone_fault(declared, prefix, zone, width)
    if fault:
        notices.append(Notice(fault, values, fatal=True))
        return None
    if declared is None:
        notices.append(Notice("txt_zone_from_prefix", values))
    if prefix is None:
        notices.append(Notice("txt_no_prefix", values))
    assert zone is not None
    if zone in _THREE:
        return (4534 if prefix is None else 4513) + zone - 25
    return (4502 if prefix is None else 4491) + zone - 13


def _zone_fault(declared: int | None, prefix: int | None, zone: int | None, width: int | None) -> str | None:
    """Return the code of why the zone is not known; None if it is."""
    if zone is None:
        return "txt_crs_zone_missing"
    if declared is not None and prefix is not None and declared != prefix:
        return "txt_crs_zone_contradicted"
    if zone not in _THREE and zone not in _SIX:
        return "txt_crs_zone_impossible"
    if width is not None and width != (3 if zone in _THREE else 6):
        return "txt_crs_width_contradicted"
    return None
