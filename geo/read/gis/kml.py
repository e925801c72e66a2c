"""KML (OGC 12-007r2): placemarks with points, lines and polygons, read by a bare XML parser.

No library that follows links is asked: document types and entities are refused, network links lead nowhere but to other
documents of the same archive, which are read anyway. 奥维 writes ``.ovkml`` in any of three systems; which one is read
from its own marks, or asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo.crs import offset_name, short_text
from geo.errors import BadInput
from geo.files import Format, Source, Table, table_of, text_of, utf8_start
from geo.notices import Notice
from geo.read.gis.kml_points import points_of
from geo.sites import RawPart

__all__ = ["KML", "read_kml"]

_MAX_DEPTH: Final = 100
_MAX_COLUMNS: Final = 1000
_TEXTS: Final = frozenset({"name", "value", "SimpleData", "coordinates", "coord", "OvCoordType", "href"})
_PICTURES: Final = frozenset({"GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Model"})
_OVITAL_SUFFIXES: Final = frozenset({".ovkml", ".ovkmz"})
_OVITAL_SYSTEMS: Final = {"CGCS2000": 4490, "WGS84": 4326}
_HEAD: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE: Final = re.compile(r"&(?!#\d+;|#x[0-9A-Fa-f]+;|(?:amp|lt|gt|quot|apos);)")
_CHINESE_CODINGS: Final = (b"gb2312", b"gbk", b"gb18030")
_MULTI: Final = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}


def read_kml(
    content: bytes, name: str, *, max_features: int, beside: Callable[[str], bool] = lambda _: False
) -> list[RawPart]:
    """Read all placemarks of a document, in order.

    Parameters
    ----------
    content : bytes
    name : str
        The file, for the sentence.
    max_features : int
    beside : callable
        Whether what a network link names is a document of the same archive, read besides.

    Returns
    -------
    list of RawPart
        One, for most. Columns: ``name`` and whatever the extended data hold; WGS 84. From 奥维 the system that all
        placemarks are marked with; none, so that it is asked for, where they are unmarked, or say GCJ-02: that the user
        has to name. Where only some are marked with a system that is plain, those are a part of their own, which keeps
        its mark whatever the user names for the rest.

    Raises
    ------
    BadInput
        If it is no XML, declares a document type or entities, is no KML, or a placemark cannot be read.
    """
    walker = _walked(content, name, max_features)
    links = [link for link in walker.links if not beside(link)]
    if not walker.rows and walker.links and len(links) == len(walker.links):
        raise BadInput("geo.kml_only_links", name=name, count=len(links), links=_shown(links))
    shapes = np.empty(len(walker.shapes), dtype=object)
    shapes[:] = walker.shapes
    frame = gpd.GeoDataFrame(pd.DataFrame(walker.rows, index=pd.RangeIndex(len(shapes))), geometry=shapes)
    repairs = np.array(["ring_closed" if row in walker.closed else "" for row in range(len(shapes))], dtype=object)
    notices = _noticed(walker, links, name)
    if not walker.ovital and Path(name).suffix.lower() not in _OVITAL_SUFFIXES:
        return [RawPart(name, frame, CRS(4326), "kml", notices, repairs=repairs)]
    return _by_mark(RawPart(name, frame, None, "ov_coord_type", notices, "geo.crs_ask_ovkml", repairs=repairs), walker)


def _walked(content: bytes, name: str, max_features: int) -> _Walker:
    """Return what the elements of a document hold."""
    try:
        return _parsed(_utf8(content), name, max_features)
    except expat.ExpatError as fault:
        tidy = _mended(content)
        if tidy is None:
            raise BadInput("geo.not_xml", name=name, line=fault.lineno) from None
        try:
            walker = _parsed(tidy, name, max_features)
        except expat.ExpatError:
            raise BadInput("geo.not_xml", name=name, line=fault.lineno) from None
    walker.mended = True
    return walker


def _parsed(content: bytes, name: str, max_features: int) -> _Walker:
    """Walk through a document."""
    walker = _Walker(name, max_features)
    parser = expat.ParserCreate()
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = walker.doctype
    parser.buffer_text = True
    parser.Parse(content, True)  # noqa: FBT003 - its own signature: this is the last piece
    return walker


def _mended(content: bytes) -> bytes | None:
    """Return a document whose texts are well-formed: their coding, signs that XML has no place for, a bare ``&``."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    text = _HEAD.sub("", text_of(content, b"<"), count=1)
    return _BARE.sub("&amp;", _NO_XML.sub("", text)).encode("utf-8")


def _noticed(walker: _Walker, links: list[str], name: str) -> tuple[Notice, ...]:
    """Return notices of what was dropped, read against the specification, or not read."""
    found = []
    if walker.heights:
        found.append(Notice("z_dropped", {"name": name, "count": len(walker.heights)}))
    if walker.odd:
        rows = sorted(row + 1 for row in walker.odd)
        found.append(Notice("kml_commas", {"name": name, "count": len(rows), "row": rows[0]}, rows=tuple(rows)))
    if walker.mended:
        found.append(Notice("kml_text_mended", {"name": name}))
    if links:
        found.append(Notice("kml_links", {"name": name, "count": len(links), "links": _shown(links)}))
    if walker.pictures:
        found.append(Notice("kml_overlays", {"name": name, "count": walker.pictures}))
    return tuple(found)


def _shown(links: list[str]) -> str:
    return "、".join(short_text(link)[:60] for link in links[:3]) + (" …" if len(links) > 3 else "")


def _by_mark(part: RawPart, walker: _Walker) -> list[RawPart]:
    """Return one part for each CRS that the placemarks of 奥维 are marked with."""
    marks = [walker.marks.get(row, "") for row in range(len(part.frame))]
    codes = np.array([_OVITAL_SYSTEMS.get(mark.upper().replace("-", "").replace("_", ""), 0) for mark in marks])
    groups = sorted(set(codes.tolist()))
    if len(groups) <= 1:
        crs = CRS(groups[0]) if groups and groups[0] else None
        likely = offset_name(marks[0]) if len(set(marks)) == 1 else None
        return [replace(part, crs=crs, likely=likely)]
    parts = []
    for code in groups:
        here = codes == code
        own = {mark for mark, one in zip(marks, here, strict=True) if one}
        mark = own.pop() if len(own) == 1 else ""
        rows = np.flatnonzero(here)
        new = {int(row) + 1: at for at, row in enumerate(rows, start=1)}
        told = [
            replace(notice, rows=tuple(new[row] for row in notice.rows if row in new))
            for notice in part.notices
            if not notice.rows or any(row in new for row in notice.rows)
        ]
        some = replace(
            part,
            name=f"{part.name}（{mark or '?'}）",
            frame=part.frame[here].reset_index(drop=True),
            repairs=None if part.repairs is None else part.repairs[here],
            notices=tuple(told),
            likely=offset_name(mark),
        )
        if code:
            kept = Notice("ov_marks_kept", {"name": part.name, "mark": mark, "count": len(rows)})
            some = replace(some, crs=CRS(code), crs_per_feature=True, notices=(*told, kept))
        parts.append(some)
    return parts


def _utf8(content: bytes) -> bytes:
    """Return a document of a Chinese encoding, which expat does not know, as UTF-8."""
    head, mark, rest = content.partition(b"?>")
    if mark and any(coding in head.lower() for coding in _CHINESE_CODINGS):
        return rest.decode("gb18030", errors="replace").encode("utf-8")
    return content


class _Walker:
    """Walks the elements and gathers placemarks."""

    def __init__(self, name: str, max_features: int) -> None:
        self.name = name
        self.max_features = max_features
        self.rows: list[dict[str, str]] = []
        self.shapes: list[Any] = []
        self.links: list[str] = []
        self.pictures = 0
        self.mended = False
        self.ovital = False
        self.marks: dict[int, str] = {}
        self.odd: set[int] = set()
        self.heights: set[int] = set()
        self.closed: set[int] = set()
        self._path: list[str] = []
        self._texts: list[str] | None = None
        self._field = ""
        self._columns: set[str] = set()
        self._rings: list[tuple[bool, Any]] = []
        self._parts: list[Any] = []
        self._track: list[str] = []

    def doctype(self, *_: Any) -> None:
        """Refuse a document type: entities are declared there, and KML has no use for one."""
        raise BadInput("geo.xml_doctype", name=self.name)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        tag = tag.rpartition(":")[2]
        if not self._path and tag != "kml":
            raise BadInput("geo.not_kml", name=self.name)
        if len(self._path) >= _MAX_DEPTH:
            raise BadInput("geo.xml_too_deep", name=self.name)
        self._path.append(tag)
        self.pictures += tag in _PICTURES
        self.ovital = self.ovital or tag.startswith("Ov")
        if tag == "Placemark":
            self._new_placemark()
        elif tag == "Polygon":
            self._rings = []
        elif tag == "Track":
            self._track = []
        elif tag in {"Data", "SimpleData"}:
            self._field = attributes.get("name", "")
        if tag in _TEXTS:
            self._texts = []

    def text(self, data: str) -> None:
        """Gather text where it counts."""
        if self._texts is not None:
            self._texts.append(data)

    def end(self, _: str) -> None:
        """Leave an element."""
        tag = self._path.pop()
        parent = self._path[-1] if self._path else ""
        if tag in _TEXTS and self._texts is not None:
            self._keep(tag, parent, "".join(self._texts))
            self._texts = None
        elif tag == "Polygon" and self.rows:
            self._keep_polygon()
        elif tag == "Track" and "Placemark" in self._path:
            self._keep_track()
        elif tag == "Placemark":
            self.shapes[-1] = self._shape()

    def _new_placemark(self) -> None:
        if len(self.rows) >= self.max_features:
            raise BadInput(
                "geo.too_many_sites", name=self.name, count=f"> {self.max_features}", limit=self.max_features
            )
        self.rows.append({})
        self.shapes.append(None)
        self._parts = []

    def _keep(self, tag: str, parent: str, text: str) -> None:
        """Put a text where it belongs: an attribute or coordinates of the current placemark."""
        if tag == "href" and "NetworkLink" in self._path and text.strip():
            self.links.append(text.strip())
        if "Placemark" not in self._path:
            return
        if tag == "coordinates":
            self._keep_coordinates(parent, text)
        elif tag == "coord" and parent == "Track":
            self._track.append(text)
        elif tag == "OvCoordType":
            self.marks[len(self.rows) - 1] = text.strip()
        elif tag == "name" and parent == "Placemark":
            self._keep_attribute("name", text)
        elif tag in {"value", "SimpleData"} and self._field:
            self._keep_attribute(self._field, text)

    def _keep_attribute(self, field: str, text: str) -> None:
        self._columns.add(field)
        if len(self._columns) > _MAX_COLUMNS:
            raise BadInput("geo.too_many_columns", name=self.name, limit=_MAX_COLUMNS)
        if field != "geometry":
            self.rows[-1][field] = text.strip()

    def _keep_coordinates(self, parent: str, text: str) -> None:
        """Read ``lon,lat[,height]`` tuples."""
        if not text.strip():
            return
        found = points_of(text)
        if found is None:
            shown = short_text(" ".join(text.split()))[:40]
            raise BadInput("geo.kml_bad_commas", name=self.name, row=len(self.rows), text=shown)
        points = found.points
        row = len(self.rows) - 1
        if found.high:
            self.heights.add(row)
        if found.odd:
            self.odd.add(row)
        try:
            if parent == "Point":
                self._parts.append(shapely.Point(points[0]))
            elif parent == "LineString":
                self._parts.append(shapely.LineString(points))
            elif parent == "LinearRing" and "Polygon" in self._path:
                self._rings.append(("innerBoundaryIs" in self._path, shapely.LinearRing(points)))
                if (points[0] != points[-1]).any():
                    self.closed.add(row)
            elif parent == "LinearRing":
                self._parts.append(shapely.LineString(points))
        except (ValueError, IndexError, shapely.GEOSException):
            raise self._bad() from None

    def _keep_track(self) -> None:
        """Make a line of the points of a track (``gx:Track``); their times are passed over."""
        try:
            points = np.array([[float(value) for value in text.split()[:2]] for text in self._track])
            if len(points):
                self._parts.append(shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0]))
        except (ValueError, IndexError, shapely.GEOSException):
            raise self._bad() from None
        if any(text.split()[2:] and text.split()[2].strip("0.") for text in self._track):
            self.heights.add(len(self.rows) - 1)

    def _keep_polygon(self) -> None:
        if not self._rings:
            return
        outer = [ring for inner, ring in self._rings if not inner]
        if len(outer) != 1:
            raise self._bad()
        self._parts.append(shapely.Polygon(outer[0], [ring for inner, ring in self._rings if inner]))

    def _shape(self) -> Any:
        """Put the parts of a placemark together; parts of several kinds stay a collection, which is refused later."""
        if len(self._parts) <= 1:
            return self._parts[0] if self._parts else None
        kinds = {int(shapely.get_type_id(part)) for part in self._parts}
        build = _MULTI[kinds.pop()] if len(kinds) == 1 else shapely.geometrycollections
        return build(self._parts)

    def _bad(self) -> BadInput:
        return BadInput("geo.bad_geometry", name=self.name, row=len(self.rows))


def _tables(source: Source) -> list[Table]:
    most = source.limits.sites
    return [
        table_of(part, "KML")
        for part in read_kml(source.whole, source.name, max_features=most, beside=source.is_archived_link)
    ]


KML: Final = Format(
    "KML", (".kml", ".ovkml"),
    lambda source: utf8_start(source.whole).startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")), _tables,
)  # fmt: skip
