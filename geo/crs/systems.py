"""All coordinate transformations: recognise CRSs, and transform to and from the store's (EPSG:4490).

Only two datums are understood, CGCS2000 and WGS 84, and only what follows from them without a datum shift that PROJ
would have to guess. See docs/decisions/crs-intake.md.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs.china_offsets import offset_name
from geo.crs.edges import split_edges
from geo.errors import CrsError
from words import Phrase

__all__ = [
    "MAX_DEPARTURE_M",
    "MAX_PIECE_M",
    "STORE_CRS",
    "CrsReading",
    "Family",
    "datum_of",
    "describe",
    "from_store",
    "gk3_epsg",
    "horizontal",
    "reading_system",
    "short_text",
    "to_store",
    "transform_points",
]

STORE_CRS: Final = "EPSG:4490"
"""CGCS2000 degrees, longitude first: the system of everything in store."""

MAX_PIECE_M: Final = 250.0
MAX_DEPARTURE_M: Final = 0.001
"""A stored edge may lie this far from the edge as declared, at most."""

Family = Literal["cgcs2000", "wgs84", "gk3", "gk3_prefix", "gk6", "gk6_prefix", "utm", "web_mercator", "gcj02", "bd09"]
Floats = NDArray[np.float64]

_METRES_PER_DEGREE: Final = 111_320.0
_CGCS2000_RF: Final = 298.257222101
_WGS84_RF: Final = 298.257223563
_CGCS2000_NAMES: Final = ("china2000", "cgcs2000", "chinageodeticcoordinatesystem2000")
_UNNAMED: Final = re.compile(r"(?:gcs|d)?(?:unknown|unnamed|undefined|userdefined|notspecified|geographic)")
_WGS84_NAMES: Final = ("wgs84", "wgs1984", "worldgeodeticsystem1984")
_EARTH_SIZE: Final = 6_378_137.0
_OFFSET_EVIDENCE: Final = ("open_formula", "null_shift")
_SIX_DEGREE_PLAIN: Final = frozenset(f"EPSG:{code}" for code in range(4502, 4513))


@dataclass(frozen=True)
class CrsReading:
    """A declared CRS as recognised: family, EPSG code, zone, evidence.

    Attributes
    ----------
    declared : str
        As the source says it: an authority code where it has one, else its name.
    epsg : int
        The system whose definition is used.
    family : str
        One of `Family`.
    central_meridian : float or None
        Degrees; None for geographic systems and Web Mercator.
    evidence : tuple of str
        Codes; ``geo.evidence_<code>`` of the word catalogue says each in both languages.
    """

    declared: str
    epsg: int
    family: Family
    central_meridian: float | None
    evidence: tuple[str, ...]

    @property
    def geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return self.family in {"cgcs2000", "wgs84", "gcj02", "bd09"}

    @property
    def shifted(self) -> bool:
        """Whether coordinates are those of a web map (GCJ-02, BD-09), to be unshifted by `geo.crs.china_offsets`."""
        return self.family in {"gcj02", "bd09"}

    @property
    def false_easting(self) -> float:
        """Easting of the central meridian, in metres."""
        if self.family == "gk3_prefix":
            return (self.central_meridian or 0.0) / 3 * 1e6 + 500_000.0
        if self.family == "gk6_prefix":
            return ((self.central_meridian or 0.0) + 3) / 6 * 1e6 + 500_000.0
        return 500_000.0


def gk3_epsg(lon: float, *, prefix: bool = False) -> int:
    """Return the EPSG code of the 3-degree Gauss-Krüger zone of CGCS2000 that holds a longitude.

    Examples
    --------
    >>> gk3_epsg(116.4), gk3_epsg(116.4, prefix=True), gk3_epsg(119.4)
    (4548, 4527, 4549)
    """
    zone = min(max(round(lon / 3), 25), 45)
    return (4513 if prefix else 4534) + zone - 25


def describe(crs: Any, name: str = "") -> CrsReading:
    """Return how a CRS is understood, recognised by its parameters and not by its name.

    Parameters
    ----------
    crs : anything that ``pyproj.CRS.from_user_input`` takes, ``"GCJ-02"``, ``"BD-09"``, or None
    name : str
        What carries it (a file, a layer): named in the sentence if it is refused.

    Returns
    -------
    CrsReading

    Raises
    ------
    CrsError
        If it is missing, unreadable, of another datum (西安80, 北京54, local grids, foreign ones), or no standard zone.
    """
    if crs is None:
        raise CrsError("geo.crs_missing", name=name, likely=Phrase("geo.likely_unseen"), candidates=())
    if shifted := offset_name(crs):
        return CrsReading(shifted, 4326, "gcj02" if shifted == "GCJ-02" else "bd09", None, _OFFSET_EVIDENCE)
    with reading_system(crs, name):
        parsed = CRS.from_user_input(crs)
        declared = _label(parsed)
        plain = horizontal(parsed, name)
        datum = datum_of(plain, name)
        if plain.is_geographic:
            return _geographic(plain, declared, datum, name)
        if plain.is_projected:
            return _projected(plain, declared, datum, name)
    raise CrsError("geo.crs_not_supported", name=name, crs=declared)


@contextmanager
def reading_system(crs: object, name: str) -> Iterator[None]:
    """Raise `CrsError` for what pyproj cannot read, at once or only when it is asked for a part of the system."""
    try:
        yield
    except ProjCrsError:
        raise CrsError("geo.crs_unreadable", name=name, crs=short_text(str(crs))) from None


def to_store(gdf: gpd.GeoDataFrame, name: str = "") -> gpd.GeoDataFrame:
    """Return a frame in EPSG:4490, with edges densified so that they stay where they were declared.

    An edge is straight in the system it was declared in. Edges of projected systems are cut there into pieces of at
    most 250 m, shorter where needed, so that their chords in degrees depart from them by less than 1 mm.

    Parameters
    ----------
    gdf : GeoDataFrame
        With a CRS. Heights and measures are dropped.
    name : str
        What carries it, for the sentence if the system is refused.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, the same rows, index and columns.

    Raises
    ------
    CrsError
        As `describe`.
    """
    reading = describe(gdf.crs, name)
    flat = shapely.force_2d(gdf.geometry.to_numpy())
    if not reading.geographic:
        flat = split_edges(flat, lambda start, end: _pieces(start, end, reading.epsg))
        flat = shapely.transform(flat, lambda xy: _project(xy, reading.epsg, inverse=True))
    frame = gdf.copy()
    frame[gdf.geometry.name] = gpd.GeoSeries(flat, index=gdf.index, crs=STORE_CRS)
    return frame.set_geometry(gdf.geometry.name, crs=STORE_CRS)


def from_store(gdf: gpd.GeoDataFrame, epsg: int) -> gpd.GeoDataFrame:
    """Return a frame in EPSG:4490 transformed to another recognised CRS, vertex by vertex.

    Parameters
    ----------
    gdf : GeoDataFrame
        EPSG:4490.
    epsg : int
        A system that `describe` knows.
    """
    reading = describe(epsg)
    made = gdf.geometry.to_numpy()
    if not reading.geographic:
        made = shapely.transform(made, lambda xy: _project(xy, epsg, inverse=False))
    frame = gdf.copy()
    frame[gdf.geometry.name] = gpd.GeoSeries(made, index=gdf.index, crs=epsg)
    return frame.set_geometry(gdf.geometry.name, crs=epsg)


def transform_points(xy: Floats, epsg: int, *, inverse: bool = False) -> Floats:
    """Return points transformed from EPSG:4490 to another recognised CRS, or back.

    Parameters
    ----------
    xy : array (n, 2)
        Longitude, latitude in degrees; with `inverse`, easting, northing in metres.
    epsg : int
        The other system.
    inverse : bool
        From the other system into the store.
    """
    if describe(epsg).geographic:
        return np.array(xy, dtype=np.float64)
    return _project(np.asarray(xy, dtype=np.float64), epsg, inverse=inverse)


_local = threading.local()
"""pyproj's transformers are not safe to share between threads; each thread keeps its own."""


def _project(xy: Floats, epsg: int, *, inverse: bool) -> Floats:
    """Return points projected from degrees of the projection's own datum, or back: without a datum shift."""
    cache: dict[tuple[int, bool], Transformer] = _local.__dict__.setdefault("cache", {})
    if (epsg, inverse) not in cache:
        degrees = "EPSG:4490" if 4491 <= epsg <= 4554 else "EPSG:4326"
        ends = (f"EPSG:{epsg}", degrees) if inverse else (degrees, f"EPSG:{epsg}")
        cache[epsg, inverse] = Transformer.from_crs(*ends, always_xy=True)
    x, y = cache[epsg, inverse].transform(xy[:, 0], xy[:, 1])
    return np.column_stack([x, y])


def _pieces(start: Floats, end: Floats, epsg: int) -> NDArray[np.int64]:
    """Return how many pieces each projected edge needs: by length, and by how far its chord in degrees departs."""
    length_m = np.hypot(*(end - start).T)
    departure_m = np.zeros(len(start))
    low, high = _project(start, epsg, inverse=True), _project(end, epsg, inverse=True)
    for share in (0.25, 0.5, 0.75):
        true = _project(start + share * (end - start), epsg, inverse=True)
        gap = (true - (low + share * (high - low))) * _METRES_PER_DEGREE
        departure_m = np.maximum(departure_m, np.hypot(*gap.T))
    by_departure = np.sqrt(2.0 * departure_m / MAX_DEPARTURE_M)  # it falls with the square of the pieces
    needed: NDArray[np.int64] = np.ceil(np.maximum(length_m / MAX_PIECE_M, by_departure)).astype(np.int64)
    return needed


def _label(crs: CRS) -> str:
    """Return the name of a CRS as its source has it."""
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else short_text(crs.name)


def short_text(text: str) -> str:
    """Return a text of an untrusted file as one printable line of at most 80 characters."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if len(clean) <= 80 else clean[:77] + "…"


def horizontal(crs: CRS, name: str) -> CRS:
    """Return a CRS without vertical part and null datum shift; raise `CrsError` for any other shift."""
    if crs.is_compound:
        return horizontal(crs.sub_crs_list[0], name)
    if crs.is_bound:
        shift = crs.coordinate_operation
        if crs.source_crs is None or shift is None or any(p.value for p in shift.params if "Scale" not in p.name):
            raise CrsError("geo.crs_shifted", name=name, crs=short_text(crs.name))
        return horizontal(crs.source_crs, name)
    return crs


def datum_of(crs: CRS, name: str) -> Literal["cgcs2000", "wgs84"]:
    """Return the datum, recognised by ellipsoid and name; raise `CrsError` for an unsupported one."""
    base = crs.geodetic_crs
    ellipsoid, meridian = crs.ellipsoid, crs.prime_meridian
    if base is None or ellipsoid is None:
        raise CrsError("geo.crs_not_supported", name=name, crs=_label(crs))
    size, flattening = ellipsoid.semi_major_metre, ellipsoid.inverse_flattening
    names = [_plain(part) for part in (base.name, base.datum.name if base.datum else "", ellipsoid.name)]
    if size == 6_378_140.0 or any("xian" in n for n in names):
        raise CrsError("geo.crs_xian80", name=name, crs=_label(crs))
    if size == 6_378_245.0 or any("beijing" in n for n in names):
        raise CrsError("geo.crs_beijing54", name=name, crs=_label(crs))
    if size == _EARTH_SIZE and (meridian is None or meridian.longitude == 0.0):
        if abs(flattening - _CGCS2000_RF) < 1e-7 and _means(_CGCS2000_NAMES, names):
            return "cgcs2000"
        if abs(flattening - _WGS84_RF) < 1e-7 and _means(_WGS84_NAMES, names):
            return "wgs84"
    raise CrsError("geo.crs_not_supported", name=name, crs=_label(crs))


def _plain(text: str) -> str:
    """Return a name in lower case, reduced to letters and digits."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _means(wanted: tuple[str, ...], names: list[str]) -> bool:
    """Return whether the datum has one of some names, as a whole; if unnamed, its base CRS, else the ellipsoid.

    A city's own datum on the ellipsoid of CGCS2000 is another datum.
    """
    whole = re.compile(rf"(?:gcs|d|datum)*(?:{'|'.join(wanted)})(?:geod2d|2d|3d|geographic|datum|ensemble|g\d+)*")
    base, datum, ellipsoid = names
    named = [name for name in (datum, base) if name and not _UNNAMED.match(name)]
    return bool(whole.fullmatch(named[0] if named else ellipsoid))


def _geographic(crs: CRS, declared: str, datum: Literal["cgcs2000", "wgs84"], name: str) -> CrsReading:
    """Return the reading of a geographic CRS; raise `CrsError` unless its unit is the degree."""
    if any(abs((axis.unit_conversion_factor or 0) - np.pi / 180) > 1e-12 for axis in crs.axis_info[:2]):
        raise CrsError("geo.crs_not_degrees", name=name, crs=declared)
    epsg = 4490 if datum == "cgcs2000" else 4326
    evidence = ("null_shift",) if datum == "wgs84" else ()
    return CrsReading(declared, epsg, datum, None, evidence)


def _projected(crs: CRS, declared: str, datum: Literal["cgcs2000", "wgs84"], name: str) -> CrsReading:
    """Return the reading of a projected CRS, recognised by its parameters; raise `CrsError` for unsupported ones."""
    if any(abs((axis.unit_conversion_factor or 0) - 1.0) > 1e-12 for axis in crs.axis_info[:2]):
        raise CrsError("geo.crs_not_metres", name=name, crs=declared)
    operation = crs.coordinate_operation
    method = operation.method_name if operation else ""
    shift = ("null_shift",) if datum == "wgs84" else ()
    if datum == "wgs84" and "Pseudo Mercator" in method:
        return CrsReading(declared, 3857, "web_mercator", None, shift)
    if operation is None or method not in {"Transverse Mercator", "Gauss-Kruger"}:
        raise CrsError("geo.crs_not_supported", name=name, crs=declared)
    values = {_plain(p.name): float(p.value) for p in operation.params}
    meridian = values.get("longitudeofnaturalorigin", 0.0)
    easting = values.get("falseeasting", 0.0)
    scale = values.get("scalefactoratnaturalorigin", 1.0)
    plain = values.get("latitudeofnaturalorigin", 0.0) == 0.0 and values.get("falsenorthing", 0.0) == 0.0
    found = _zone(datum, meridian, easting, scale) if plain else None
    if found is None:
        raise CrsError("geo.crs_no_standard_zone", name=name, crs=declared, meridian=f"{meridian:g}")
    epsg, family = found
    if declared in _SIX_DEGREE_PLAIN:  # the same parameters as a 3-degree zone, under its own name
        epsg, family = int(declared.removeprefix("EPSG:")), "gk6"
    if datum == "wgs84" and family != "utm":
        evidence: tuple[str, ...] = ("null_shift", "zone_of_wgs84")
    else:
        evidence = shift if declared == f"EPSG:{epsg}" else (*shift, "same_parameters")
    return CrsReading(declared, epsg, family, meridian, evidence)


def _zone(datum: str, meridian: float, easting: float, scale: float) -> tuple[int, Family] | None:
    """Return the EPSG code and family of the zone with these parameters (EPSG 4513-4554, 4491-4512, 32601-32660).

    A Gauss-Krüger zone on WGS 84 is that of CGCS2000: the ellipsoids differ by 0.1 mm, and the datums by a null shift.
    """
    if datum == "wgs84":
        zone = (meridian + 183) / 6
        fits = scale == 0.9996 and easting == 500_000.0 and zone == int(zone) and 1 <= zone <= 60
        if fits:
            return 32600 + int(zone), "utm"
    if scale != 1.0 or meridian % 3 or not 75 <= meridian <= 135:
        return None
    zone3, zone6 = int(meridian) // 3, (int(meridian) + 3) // 6
    if easting == 500_000.0:
        return 4534 + zone3 - 25, "gk3"
    if easting == zone3 * 1e6 + 500_000.0:
        return 4513 + zone3 - 25, "gk3_prefix"
    if meridian % 6 == 3 and easting == zone6 * 1e6 + 500_000.0:
        return 4491 + zone6 - 13, "gk6_prefix"
    return None
