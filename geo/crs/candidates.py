"""Detect the CRSs that coordinates could be in, each with its evidence; the caller decides.

Numbers alone never settle a system: 西安80 and 北京54 count their zones as CGCS2000 does, and GCJ-02 looks like any
other degrees. So nothing here is ever applied without the user's word. See docs/decisions/crs-cases.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.crs.systems import gk3_epsg, transform_points
from words import Lang, Phrase, t

__all__ = ["CHINA_LAT", "CHINA_LON", "Candidate", "detect", "likely_text"]

Floats = NDArray[np.float64]

CHINA_LON: Final = (73.0, 136.0)
CHINA_LAT: Final = (3.0, 54.0)
_NORTHING_M: Final = (330_000.0, 6_000_000.0)
_EASTING_M: Final = (100_000.0, 900_000.0)
_HALF_ZONE_M: Final = 400_000.0
_MERCATOR_X: Final = (8_100_000.0, 15_200_000.0)
_MERCATOR_Y: Final = (330_000.0, 7_300_000.0)
_SHOWN: Final = 4
_NEAR_DEGREES: Final = 3.0


@dataclass(frozen=True)
class Candidate:
    """A CRS that the coordinates fit, with its evidence.

    Attributes
    ----------
    crs : str
        What to pass as ``crs=``: ``"EPSG:4527"``, ``"GCJ-02"``.
    evidence : tuple of str
        Codes; ``geo.detected_<code>`` of the word catalogue says each.
    swapped : bool
        The coordinates fit with the axes the other way round only.
    """

    crs: str
    evidence: tuple[str, ...]
    swapped: bool = False

    def text(self, lang: Lang = "zh") -> str:
        """Return the evidence as text in `lang`."""
        return t("geo.detected_join", lang).join(t(f"geo.detected_{code}", lang) for code in self.evidence)


def detect(points: Floats, *, lon: float | None = None) -> tuple[Candidate, ...]:
    """Return the CRSs that coordinates in China could be in, most likely first.

    Parameters
    ----------
    points : array (n, 2)
        First and second coordinate, as they stand.
    lon : float, optional
        Where they lie, in degrees of longitude, as the user says: settles the zone of metres without a prefix.

    Returns
    -------
    tuple of Candidate
        Empty if they fit nothing known. Degrees always fit four systems; metres without a prefix fit every zone.

    Examples
    --------
    >>> import numpy as np
    >>> [c.crs for c in detect(np.array([[39_400_000.0, 3_000_000.0]]))]
    ['EPSG:4527']
    >>> [c.crs for c in detect(np.array([[400_000.0, 3_000_000.0]]), lon=116.1)]
    ['EPSG:4548', 'EPSG:32650']
    """
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        return ()
    low, high = finite.min(axis=0), finite.max(axis=0)
    for swapped in (False, True):
        order = [1, 0] if swapped else [0, 1]
        found = _fitting(low[order], high[order], lon)
        if found:
            extra = ("swapped",) if swapped else ()
            return tuple(Candidate(crs, (*evidence, *extra), swapped) for crs, evidence in found)
    return ()


def likely_text(candidates: tuple[Candidate, ...], refused: tuple[str, ...] = ()) -> str | Phrase:
    """Return the systems of candidates as text for a message, or the words for none.

    Parameters
    ----------
    candidates : tuple of Candidate
    refused : tuple of str
        Systems to leave out since they were just refused, as ``"EPSG:4490"``.
    """
    names = [name for name in dict.fromkeys(candidate.crs for candidate in candidates) if name not in refused]
    if not names:
        return Phrase("geo.likely_none")
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _fitting(low: Floats, high: Floats, lon: float | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the systems that hold a box whose first axis is east."""
    if _within(low[0], high[0], CHINA_LON) and _within(low[1], high[1], CHINA_LAT):
        return [(crs, ("degrees",)) for crs in ("EPSG:4490", "EPSG:4326")] + [
            (crs, ("degrees", "open_formula")) for crs in ("GCJ-02", "BD-09")
        ]
    found: list[tuple[str, tuple[str, ...]]] = []
    if _within(low[1], high[1], _NORTHING_M):
        found += _prefixed(low[0], high[0])
        if _within(low[0], high[0], _EASTING_M):
            found += _zones(low, high, lon)
    if _within(low[0], high[0], _MERCATOR_X) and _within(low[1], high[1], _MERCATOR_Y):
        found.append(("EPSG:3857", ("mercator",)))
    return found


def _prefixed(west: float, east: float) -> list[tuple[str, tuple[str, ...]]]:
    """Return the zones by the prefix (millions) of the easting: 25-45 are 3-degree zones, 13-23 are 6-degree zones."""
    zone = int(west // 1e6)
    if max(abs(west - zone * 1e6 - 5e5), abs(east - zone * 1e6 - 5e5)) > _HALF_ZONE_M:
        return []
    if 25 <= zone <= 45:
        return [(f"EPSG:{4513 + zone - 25}", ("prefix3",))]
    if 13 <= zone <= 23:
        return [(f"EPSG:{4491 + zone - 13}", ("prefix6",))]
    return []


def _zones(low: Floats, high: Floats, lon: float | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the zones without prefix: the one at a longitude that the user gives, else every one there is."""
    if lon is None:
        three: list[tuple[str, tuple[str, ...]]] = [
            (f"EPSG:{4534 + n}", ("no_prefix", "zone_unknown")) for n in range(21)
        ]
        return three + [(f"EPSG:{32643 + n}", ("utm", "zone_unknown")) for n in range(11)]
    middle = ((low + high) / 2).reshape(1, 2)
    wanted = [
        (gk3_epsg(lon), "no_prefix"),
        (4502 + min(max(int(lon // 6) + 1 + 30 - 43, 0), 10), "no_prefix6"),
        (32600 + int((lon + 180) // 6) + 1, "utm"),
    ]
    found: list[tuple[str, tuple[str, ...]]] = []
    meant = set()
    for epsg, code in wanted:
        there = float(transform_points(middle, epsg, inverse=True)[0, 0])
        meridian = round(there, 9)
        if abs(there - lon) <= _NEAR_DEGREES and meridian not in meant:
            found.append((f"EPSG:{epsg}", (code, "longitude")))
            meant.add(meridian)
    return found


def _within(low: float, high: float, bounds: tuple[float, float]) -> bool:
    return bool(bounds[0] <= low and high <= bounds[1])
