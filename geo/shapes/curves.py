"""Parse WKT and WKB: curves are linearised by GDAL, solids are refused."""

from __future__ import annotations

import csv
import re
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput
from geo.notices import Notice

__all__ = ["ARC_STEP_DEGREES", "CURVE_CODES", "SOLIDS", "kind_of_wkb", "refuse_kinds", "shapes_of_wkb", "shapes_of_wkt"]

ARC_STEP_DEGREES: Final = 0.2
"""Angle of the chords of a linearised curve: they lie within radius × 1.6e-6 of it (1 mm for 650 m)."""

_CURVED: Final = re.compile(r"CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE", re.IGNORECASE)
_COLLECTION: Final = re.compile("GEOMETRYCOLLECTION", re.IGNORECASE)
_COLLECTION_HEADS: Final = tuple(
    struct.pack(order, at, code)
    for order, at in (("<BI", 1), (">BI", 0))
    for code in (*(7 + 1000 * more for more in range(4)), *(7 | flags << 29 for flags in range(1, 8)))
)
"""Byte order and type of collections, ISO and extended, with and without Z and M."""
_MOST_COLLECTIONS: Final = 64
"""Nobody nests collections so deep; GEOS follows them with one call inside another until the stack is used up."""
_SOLID: Final = re.compile(r"\b(TIN|TRIANGLE|POLYHEDRALSURFACE)\b", re.IGNORECASE)
_MEASURED: Final = re.compile(r"\A\s*[A-Z]+?\s*Z?M\s*\(", re.IGNORECASE)
_PLAIN_WKT: Final = re.compile(r"[A-Za-z0-9\s(),.+-]*")
SOLIDS: Final = {
    15: "POLYHEDRALSURFACE",
    16: "TIN",
    17: "TRIANGLE",
}
CURVE_CODES: Final = frozenset({8, 9, 10, 11, 12})

pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": str(ARC_STEP_DEGREES)})


def shapes_of_wkt(texts: Sequence[str | None], name: str) -> tuple[NDArray[Any], tuple[Notice, ...]]:
    """Return the shapes of WKT texts, curves linearised, with notices of what was changed.

    Parameters
    ----------
    texts : sequence of str or None
        None or blank: no shape.
    name : str
        The file, for the sentence.

    Returns
    -------
    array of shapely geometries or None, tuple of Notice
        The shapes; notices of linearised curves, dropped M and closed rings.

    Raises
    ------
    BadInput
        Naming the first text that is no WKT, or a kind that is not read (TIN, TRIANGLE, POLYHEDRALSURFACE, curves in a
        collection).
    """
    texts = list(texts)
    if any(text and len(_COLLECTION.findall(text)) > _MOST_COLLECTIONS for text in texts):
        raise BadInput("geo.reading_too_deep", name=name)
    made = np.full(len(texts), None, dtype=object)
    held = np.array([bool(text and text.strip()) for text in texts], dtype=bool)
    curved = np.array([bool(text and _CURVED.search(text)) for text in texts], dtype=bool) & held
    for row, text in enumerate(texts, start=1):
        if text and (solid := _SOLID.search(text)):
            raise BadInput("geo.kind_not_read", name=name, row=row, kind=solid[1].upper())
        if text and curved[row - 1] and "GEOMETRYCOLLECTION" in text.upper():
            raise BadInput("geo.kind_not_read", name=name, row=row, kind="GEOMETRYCOLLECTION (CURVE)")
    plain = held & ~curved
    if plain.any():
        made[plain] = _from_wkt([str(texts[at]) for at in np.flatnonzero(plain).tolist()], "ignore")
    if curved.any():
        made[curved] = _chords([str(texts[at]) for at in np.flatnonzero(curved).tolist()])
    closed = plain & shapely.is_missing(made)
    made[closed] = _from_wkt([str(texts[at]) for at in np.flatnonzero(closed).tolist()], "fix")
    _refuse_unread(held & shapely.is_missing(made), name)
    measured = np.array([bool(text and _MEASURED.search(text)) for text in texts], dtype=bool) & curved
    return made, _curve_notices(name, curves_linearised=curved, m_dropped=measured, rings_closed=closed)


def shapes_of_wkb(values: NDArray[Any], name: str) -> tuple[NDArray[Any], tuple[Notice, ...]]:
    """Return the shapes of WKB values with notices, as `shapes_of_wkt` does; None stays None."""
    kinds = refuse_kinds(values, name)
    curved = np.isin(kinds, list(CURVE_CODES))
    made = np.full(len(values), None, dtype=object)
    made[~curved] = shapely.from_wkb(values[~curved], on_invalid="ignore")
    there = np.array([value is not None for value in values], dtype=bool)
    closed = there & ~curved & shapely.is_missing(made)
    made[closed] = shapely.from_wkb(values[closed], on_invalid="fix")
    if curved.any():
        made[curved] = _chords_of_wkb(values[curved])
    _refuse_unread(there & shapely.is_missing(made), name)
    measured = np.array([_measured(value) for value in values], dtype=bool) & curved
    return made, _curve_notices(name, curves_linearised=curved, m_dropped=measured, rings_closed=closed)


def refuse_kinds(values: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Return the geometry types of WKB values; raise `BadInput` for solids and for collections with curves.

    Raises
    ------
    BadInput
        Naming the first.
    """
    kinds = np.array([kind_of_wkb(value) for value in values], dtype=np.int64)
    for at in np.flatnonzero(np.isin(kinds, (7, 15, 16, 17))):
        if kinds[at] != 7:
            raise BadInput("geo.kind_not_read", name=name, row=int(at) + 1, kind=SOLIDS[int(kinds[at])])
        if _collections_in(values[at]) > _MOST_COLLECTIONS:
            raise BadInput("geo.reading_too_deep", name=name)
        if _hides_curve(values[at]):
            raise BadInput("geo.kind_not_read", name=name, row=int(at) + 1, kind="GEOMETRYCOLLECTION (CURVE)")
    return kinds


def kind_of_wkb(value: bytes | None) -> int:
    """Return the geometry type of a WKB (ISO or extended) without Z and M; -1 for None, 0 if it is no WKB."""
    if value is None:
        return -1
    if len(value) < 5 or value[0] > 1:
        return 0
    (code,) = struct.unpack("<I" if value[0] else ">I", value[1:5])
    return int(code & 0x1FFFFFFF) % 1000


def _collections_in(value: bytes) -> int:
    """Return at least how many collections a WKB holds: how often the head of one stands in it."""
    return sum(value.count(head) for head in _COLLECTION_HEADS)


def _measured(value: bytes | None) -> bool:
    """Return whether a WKB (ISO or extended) has M."""
    if value is None or len(value) < 5 or value[0] > 1:
        return False
    (code,) = struct.unpack("<I" if value[0] else ">I", value[1:5])
    return bool(code & 0x40000000) or int(code & 0x1FFFFFFF) // 1000 >= 2


def _refuse_unread(unread: NDArray[np.bool_], name: str) -> None:
    if unread.any():
        raise BadInput("geo.bad_geometry", name=name, row=int(unread.argmax()) + 1)


def _curve_notices(name: str, **found: NDArray[np.bool_]) -> tuple[Notice, ...]:
    """Return notices of changed rows: curves linearised, M dropped (GDAL's reader keeps none), rings closed."""
    notices = []
    for code, here in found.items():
        if here.any():
            rows = tuple((np.flatnonzero(here) + 1).tolist())
            values = {"name": name, "step": ARC_STEP_DEGREES, "count": len(rows), "row": rows[0]}
            notices.append(Notice(code, values, rows=rows))
    return tuple(notices)


def _from_wkt(texts: list[str], on_invalid: Literal["ignore", "fix"]) -> NDArray[Any]:
    """Return shapes of WKT; a number too large for a float becomes infinite, which `check_ranges` refuses."""
    with np.errstate(over="ignore"):
        return np.asarray(shapely.from_wkt(texts, on_invalid=on_invalid))


def _hides_curve(value: bytes | None) -> bool:
    try:
        shapely.get_coordinates(shapely.from_wkb(value, on_invalid="ignore"))
    except (NotImplementedError, shapely.GEOSException):
        return True
    return False


def _chords(texts: Sequence[str]) -> NDArray[Any]:
    """Return WKT curves linearised by GDAL, by way of a temporary CSV; None where GDAL cannot read one."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        path = Path(folder) / "curves.csv"
        with path.open("w", newline="", encoding="ascii") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL)
            rows.writerow(["n", "WKT"])
            rows.writerows([at, text if _PLAIN_WKT.fullmatch(text) else ""] for at, text in enumerate(texts))
        try:
            return _empty_as_missing(pyogrio.read_dataframe(path, on_invalid="ignore").geometry.to_numpy())
        except (pyogrio.errors.DataSourceError, ValueError, RuntimeError, AttributeError, shapely.GEOSException):
            return np.full(len(texts), None, dtype=object)


def _chords_of_wkb(values: NDArray[Any]) -> NDArray[Any]:
    """Return WKB curves linearised by GDAL, by way of a temporary FlatGeobuf; None where GDAL cannot read one."""
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        path = Path(folder) / "curves.fgb"
        made = np.full(len(values), None, dtype=object)
        for at, value in enumerate(values):
            try:
                pyogrio.raw.write(
                    path, np.array([value], dtype=object), [np.array([at])], ["n"],
                    geometry_type="Unknown", crs="EPSG:4490", driver="FlatGeobuf", SPATIAL_INDEX="NO",
                )  # fmt: skip
                made[at] = _empty_as_missing(pyogrio.read_dataframe(path, on_invalid="ignore").geometry.to_numpy())[0]
            except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, ValueError, RuntimeError,
                    AttributeError, IndexError, shapely.GEOSException):  # fmt: skip
                made[at] = None
        return made


def _empty_as_missing(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return shapes with empty ones replaced by None: GDAL could not read those."""
    found = np.asarray(shapes, dtype=object).copy()
    found[shapely.is_empty(found)] = None
    return found
