"""Read KML (OGC 12-007r2): placemarks with points, lines and polygons, by a plain XML parser.

No library that follows links is used: document types and entities are refused, network links are not followed; other
documents of the same archive are read anyway. 奥维 writes ``.ovkml`` in any of three systems, which its placemarks are
marked with; without marks the user has to name the system.
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
from geo.errors import BadInput, RedlineError
from geo.files import Format, Source, Table, table_of, text_of, utf8_start
from geo.notices import Notice, notices_of_rows
from geo.read.gis.kml_points import points_of
from geo.sites import RawPart

__all__ = ["KML", "read_kml"]

_MAX_DEPTH: Final = 100
_MAX_COLUMNS: Final = 1000
_TEXT_TAGS: Final = frozenset({"name", "value", "SimpleData", "coordinates", "coord", "OvCoordType", "href"})
_OVERLAY_TAGS: Final = frozenset({"GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Model"})
_OVITAL_SUFFIXES: Final = frozenset({".ovkml", ".ovkmz"})
_OVITAL_SYSTEMS: Final = {"CGCS2000": 4490, "WGS84": 4326}
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_AMPERSAND: Final = re.compile(r"&(?!#\d+;|#x[0-9A-Fa-f]+;|(?:amp|lt|gt|quot|apos);)")
_CHINESE_CODINGS: Final = (b"gb2312", b"gbk", b"gb18030")
_MULTI: Final = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}


def read_kml(
    content: bytes, name: str, *, max_features: int, beside: Callable[[str], bool] = lambda _: False
) -> list[RawPart]:
    """Return the placemarks of a document in order, as one part for each CRS.

    Parameters
    ----------
    content : bytes
    name : str
        Of the file, for messages.
    max_features : int
    beside : callable
        Returns whether the target of a network link is a document of the same archive, which is read separately.

    Returns
    -------
    list of RawPart
        Mostly one. Columns: ``name`` and the fields of the extended data. CRS: WGS 84; for files of 奥维 the one that
        the placemarks are marked with, None if they are unmarked or marked as GCJ-02, which the user has to name. If
        only some are marked with a known CRS, they are a part of their own, which keeps its CRS whatever the user names
        for the rest.

    Raises
    ------
    BadInput
        If it is not XML or not KML, declares a document type or entities, or a placemark cannot be read.
    """
    document = _parsed_or_repaired(content, name, max_features)
    links = [link for link in document.links if not beside(link)]
    if not document.rows and document.links and len(links) == len(document.links):
        raise BadInput("geo.kml_only_links", name=name, count=len(links), links=_links_text(links))
    shapes = np.empty(len(document.shapes), dtype=object)
    shapes[:] = document.shapes
    frame = gpd.GeoDataFrame(pd.DataFrame(document.rows, index=pd.RangeIndex(len(shapes))), geometry=shapes)
    repairs = np.array(["ring_closed" if row in document.closed else "" for row in range(len(shapes))], dtype=object)
    notices = _notices(document, links, name)
    if not document.ovital and Path(name).suffix.lower() not in _OVITAL_SUFFIXES:
        return [RawPart(name, frame, CRS(4326), "kml", notices, repairs=repairs)]
    return _split_by_crs(
        RawPart(name, frame, None, "ov_coord_type", notices, "geo.crs_ask_ovkml", repairs=repairs), document
    )


def _parsed_or_repaired(content: bytes, name: str, max_features: int) -> _Placemarks:
    """Return the content of a document, with its text repaired if it is not well-formed."""
    try:
        return _parsed(_utf8(content), name, max_features)
    except RedlineError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as fault:  # the others for the encoding that it names
        line = getattr(fault, "lineno", 1)
        repaired = _repaired(content)
        if repaired is None:
            raise BadInput("geo.not_xml", name=name, line=line) from None
        try:
            document = _parsed(repaired, name, max_features)
        except expat.ExpatError:
            raise BadInput("geo.not_xml", name=name, line=line) from None
    document.repaired = True
    return document


def _parsed(content: bytes, name: str, max_features: int) -> _Placemarks:
    """Return the content of a document; raise `ExpatError` if it is not well-formed."""
    document = _Placemarks(name, max_features)
    parser = expat.ParserCreate()
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    parser.StartDoctypeDeclHandler = document.doctype
    parser.buffer_text = True
    parser.Parse(content, True)  # noqa: FBT003 - its own signature: this is the last piece
    return document


def _repaired(content: bytes) -> bytes | None:
    """Return a document in UTF-8 without characters that XML excludes, bare ``&`` escaped; None for UTF-16."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    text = _XML_DECLARATION.sub("", text_of(content, b"<"), count=1)
    return _BARE_AMPERSAND.sub("&amp;", _NOT_IN_XML.sub("", text)).encode("utf-8")


def _notices(document: _Placemarks, links: list[str], name: str) -> tuple[Notice, ...]:
    """Return notices of dropped heights, deviations from the specification, and unread links and overlays."""
    found = []
    if document.heights:
        found.append(Notice("z_dropped", {"name": name, "count": len(document.heights)}))
    if document.odd:
        rows = sorted(row + 1 for row in document.odd)
        found.append(Notice("kml_commas", {"name": name, "count": len(rows), "row": rows[0]}, rows=tuple(rows)))
    if document.repaired:
        found.append(Notice("kml_text_mended", {"name": name}))
    if links:
        found.append(Notice("kml_links", {"name": name, "count": len(links), "links": _links_text(links)}))
    if document.overlays:
        found.append(Notice("kml_overlays", {"name": name, "count": document.overlays}))
    return tuple(found)


def _links_text(links: list[str]) -> str:
    return "、".join(short_text(link)[:60] for link in links[:3]) + (" …" if len(links) > 3 else "")


def _split_by_crs(part: RawPart, document: _Placemarks) -> list[RawPart]:
    """Return a part of 奥维 split into one for each CRS that its placemarks are marked with."""
    marks = [document.marks.get(row, "") for row in range(len(part.frame))]
    codes = np.array([_OVITAL_SYSTEMS.get(mark.upper().replace("-", "").replace("_", ""), 0) for mark in marks])
    groups = sorted(set(codes.tolist()))
    if len(groups) <= 1:
        crs = CRS(groups[0]) if groups and groups[0] else None
        likely = offset_name(marks[0]) if len(set(marks)) == 1 else None
        return [replace(part, crs=crs, likely=likely)]
    parts = []
    for code in groups:
        selected = codes == code
        distinct = {mark for mark, one in zip(marks, selected, strict=True) if one}
        mark = distinct.pop() if len(distinct) == 1 else ""
        rows = np.flatnonzero(selected)
        split = replace(
            part,
            name=f"{part.name}（{mark or '?'}）",
            frame=part.frame[selected].reset_index(drop=True),
            repairs=None if part.repairs is None else part.repairs[selected],
            notices=notices_of_rows(part.notices, rows),
            likely=offset_name(mark),
        )
        if code:
            kept = Notice("ov_marks_kept", {"name": part.name, "mark": mark, "count": len(rows)})
            split = replace(split, crs=CRS(code), crs_per_feature=True, notices=(*split.notices, kept))
        parts.append(split)
    return parts


def _utf8(content: bytes) -> bytes:
    """Return a document in UTF-8 if it is declared in a Chinese encoding, which expat does not support."""
    head, mark, rest = content.partition(b"?>")
    if mark and any(coding in head.lower() for coding in _CHINESE_CODINGS):
        return rest.decode("gb18030", errors="replace").encode("utf-8")
    return content


class _Placemarks:
    """Handlers of the XML parser, which collect placemarks, links and deviations."""

    def __init__(self, name: str, max_features: int) -> None:
        self.name = name
        self.max_features = max_features
        self.rows: list[dict[str, str]] = []
        self.shapes: list[Any] = []
        self.links: list[str] = []
        self.overlays = 0
        self.repaired = False
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
        """Raise `BadInput` for a document type, which could declare entities and which KML does not need."""
        raise BadInput("geo.xml_doctype", name=self.name)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle a start tag; raise `BadInput` if the root is not kml or elements are nested too deep."""
        tag = tag.rpartition(":")[2]
        if not self._path and tag != "kml":
            raise BadInput("geo.not_kml", name=self.name)
        if len(self._path) >= _MAX_DEPTH:
            raise BadInput("geo.xml_too_deep", name=self.name)
        self._path.append(tag)
        self.overlays += tag in _OVERLAY_TAGS
        self.ovital = self.ovital or tag.startswith("Ov")
        if tag == "Placemark":
            self._new_placemark()
        elif tag == "Polygon":
            self._rings = []
        elif tag == "Track":
            self._track = []
        elif tag in {"Data", "SimpleData"}:
            self._field = attributes.get("name", "")
        if tag in _TEXT_TAGS:
            self._texts = []

    def text(self, data: str) -> None:
        """Append text of the current element, if it is one of `_TEXT_TAGS`."""
        if self._texts is not None:
            self._texts.append(data)

    def end(self, _: str) -> None:
        """Handle an end tag: store its text, polygon, track or placemark."""
        tag = self._path.pop()
        parent = self._path[-1] if self._path else ""
        if tag in _TEXT_TAGS and self._texts is not None:
            self._store_text(tag, parent, "".join(self._texts))
            self._texts = None
        elif tag == "Polygon" and self.rows:
            self._store_polygon()
        elif tag == "Track" and "Placemark" in self._path:
            self._store_track()
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

    def _store_text(self, tag: str, parent: str, text: str) -> None:
        """Store the text of an element: link, attribute, coordinates or CRS mark of the current placemark."""
        if tag == "href" and "NetworkLink" in self._path and text.strip():
            self.links.append(text.strip())
        if "Placemark" not in self._path:
            return
        if tag == "coordinates":
            self._store_coordinates(parent, text)
        elif tag == "coord" and parent == "Track":
            self._track.append(text)
        elif tag == "OvCoordType":
            self.marks[len(self.rows) - 1] = text.strip()
        elif tag == "name" and parent == "Placemark":
            self._store_attribute("name", text)
        elif tag in {"value", "SimpleData"} and self._field:
            self._store_attribute(self._field, text)

    def _store_attribute(self, field: str, text: str) -> None:
        self._columns.add(field)
        if len(self._columns) > _MAX_COLUMNS:
            raise BadInput("geo.too_many_columns", name=self.name, limit=_MAX_COLUMNS)
        if field != "geometry":
            self.rows[-1][field] = text.strip()

    def _store_coordinates(self, parent: str, text: str) -> None:
        """Store the geometry of ``lon,lat[,height]`` tuples; raise `BadInput` if they cannot be read."""
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

    def _store_track(self) -> None:
        """Store the points of a track (``gx:Track``) as a line, without their times."""
        try:
            points = np.array([[float(value) for value in text.split()[:2]] for text in self._track])
            if len(points):
                self._parts.append(shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0]))
        except (ValueError, IndexError, shapely.GEOSException):
            raise self._bad() from None
        if any(text.split()[2:] and text.split()[2].strip("0.") for text in self._track):
            self.heights.add(len(self.rows) - 1)

    def _store_polygon(self) -> None:
        if not self._rings:
            return
        outer = [ring for inner, ring in self._rings if not inner]
        if len(outer) != 1:
            raise self._bad()
        self._parts.append(shapely.Polygon(outer[0], [ring for inner, ring in self._rings if inner]))

    def _shape(self) -> Any:
        """Return the parts of a placemark as one geometry; of several types as a collection, which is refused later."""
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
