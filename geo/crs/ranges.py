"""Check that coordinates lie in the range of their CRS; the error names the likely mistake."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs.candidates import CHINA_LAT, CHINA_LON, detect, likely_text
from geo.crs.systems import CrsReading, gk3_epsg
from geo.errors import BadInput

__all__ = ["check_ranges"]

Floats = NDArray[np.float64]

_MERCATOR_RIM: Final = 20_048_966.2
_ZONE_HALF_M: Final = 500_000.0
_NORTH_M: Final = (0.0, 10_000_000.0)
_CHINA_NORTH_M: Final = (300_000.0, 6_100_000.0)
"""Northings of the zones of CGCS2000, which are China's: a drawing near its own origin does not fit."""


def check_ranges(geometries: NDArray[Any], reading: CrsReading, name: str) -> None:
    """Raise `BadInput` for coordinates that are out of the range of their CRS.

    Parameters
    ----------
    geometries : array of shapely geometries
        In the declared system, first axis east.
    reading : CrsReading
        How that system was understood.
    name : str
        The file, for the sentence.

    Raises
    ------
    BadInput
        If a coordinate is not finite or out of the range of the CRS; names the first such shape, and the likely
        cause: axes swapped, metres for degrees or the reverse, another zone, no zone prefix.
    """
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    broken = ~np.isfinite(points).all(axis=1)
    if broken.any():
        raise BadInput("geo.not_finite", name=name, row=int(owner[broken.argmax()]) + 1)
    outside = ~_fits(points[:, 0], points[:, 1], reading)
    if outside.any():
        first = int(outside.argmax())
        x, y = (float(value) for value in points[first])
        values = {"name": name, "row": int(owner[first]) + 1, "x": _plain(x), "y": _plain(y), "crs": reading.declared}
        candidates = tuple(one for one in detect(points) if one.swapped or one.crs not in _refused(reading))
        key, more = _likely(x, y, reading, fits=bool(candidates))
        likely = likely_text(candidates, _refused(reading))
        raise BadInput(key, **values, **more, likely=likely, candidates=candidates)


def _refused(reading: CrsReading) -> tuple[str, ...]:
    """Return the names of the CRS that does not fit, which are left out of the suggestions."""
    return (reading.declared,) if reading.shifted else (f"EPSG:{reading.epsg}", reading.declared)


def _fits(x: Floats, y: Floats, reading: CrsReading) -> NDArray[np.bool_]:
    """Return a mask of the points that lie in the range of a CRS."""
    if reading.geographic:
        fits: NDArray[np.bool_] = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    elif reading.family == "web_mercator":
        fits = (np.abs(x) <= _MERCATOR_RIM) & (np.abs(y) <= _MERCATOR_RIM)
    else:
        south, north = _NORTH_M if reading.family == "utm" else _CHINA_NORTH_M
        fits = (np.abs(x - reading.false_easting) <= _ZONE_HALF_M) & (y >= south) & (y <= north)
    return fits & ~_degrees_in_metres(x, y, reading)


def _degrees_in_metres(x: Floats, y: Floats, reading: CrsReading) -> NDArray[np.bool_]:
    """Return a mask of points that are degrees in China though the CRS is in metres: no site is that near 0, 0."""
    within_x = (x >= CHINA_LON[0]) & (x <= CHINA_LON[1])
    within_y = (y >= CHINA_LAT[0]) & (y <= CHINA_LAT[1])
    found: NDArray[np.bool_] = within_x & within_y & (not reading.geographic)
    return found


def _likely(x: float, y: float, reading: CrsReading, *, fits: bool) -> tuple[str, dict[str, Any]]:
    """Return message key and values of the likely mistake of a point; `fits`: another CRS holds all points."""
    if reading.geographic:
        if _between(y, CHINA_LON) and _between(x, CHINA_LAT):
            return "geo.swapped_degrees", {}
        return ("geo.metres_not_degrees" if abs(x) > 1000 and abs(y) > 1000 else "geo.out_of_range"), {}
    if (_between(x, CHINA_LON) and _between(y, CHINA_LAT)) or (_between(y, CHINA_LON) and _between(x, CHINA_LAT)):
        return "geo.degrees_not_metres", {}
    if bool(_fits(np.array([y]), np.array([x]), reading)[0]):
        return "geo.swapped_metres", {}
    if fits and reading.family == "gk3_prefix" and 0 < x < 1e6 and _between(y, _CHINA_NORTH_M):
        return "geo.no_zone_prefix", {"other": f"EPSG:{gk3_epsg(reading.central_meridian or 0.0)}"}
    zone_like = fits and 13e6 <= x < 46e6 and reading.family != "web_mercator"
    return ("geo.other_zone", {"zone": int(x // 1e6)}) if zone_like else ("geo.out_of_range", {})


def _between(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _plain(value: float) -> str:
    """Return a coordinate as text without needless digits."""
    return f"{value:.10g}"
