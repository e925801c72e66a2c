"""KML (OGC 12-007r2): placemarks with points, lines and polygons, read by a bare XML parser.

No library that follows links is asked: document types, entities and network links are refused or left alone. 奥维
writes ``.ovkml`` in any of three systems; which one is read from its own mark, or asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo.china_offsets import offset_name
from geo.errors import BadInput
from geo.notices import Notice
from geo.sites import RawPart

__all__ = ["read_kml"]

_MAX_DEPTH: Final = 100
_MAX_COLUMNS: Final = 1000
_TEXTS: Final = frozenset({"name", "value", "SimpleData", "coordinates", "OvCoordType"})
_OVITAL_SUFFIXES: Final = frozenset({".ovkml", ".ovkmz"})
_OVITAL_SYSTEMS: Final = {"CGCS2000": 4490, "WGS84": 4326}
_CHINESE_CODINGS: Final = (b"gb2312", b"gbk", b"gb18030")
_MULTI: Final = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}


def read_kml(content: bytes, name: str, *, max_features: int) -> RawPart:
    """Read all placemarks of a document, in order.

    Parameters
    ----------
    content : bytes
    name : str
        The file, for the sentence.
    max_features : int

    Returns
    -------
    RawPart
        Columns: ``name`` and whatever the extended data hold; WGS 84. From 奥维 the system that all placemarks
        are marked with; none, so that it is asked for, where they are unmarked, differ, or say GCJ-02: that the user
        has to name.

    Raises
    ------
    BadInput
        If it is no XML, declares a document type or entities, is no KML, or a placemark cannot be read.
    """
    walker = _Walker(name, max_features)
    parser = expat.ParserCreate()
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = walker.doctype
    parser.buffer_text = True
    try:
        parser.Parse(_utf8(content), True)  # noqa: FBT003 - its own signature: this is the last piece
    except expat.ExpatError as fault:
        raise BadInput("geo.not_xml", name=name, line=fault.lineno) from None
    if not walker.rows and walker.linked:
        raise BadInput("geo.kml_only_links", name=name)
    shapes = np.empty(len(walker.shapes), dtype=object)
    shapes[:] = walker.shapes
    frame = gpd.GeoDataFrame(pd.DataFrame(walker.rows, index=pd.RangeIndex(len(shapes))), geometry=shapes)
    repairs = np.array(["ring_closed" if row in walker.closed else "" for row in range(len(shapes))], dtype=object)
    notices = (Notice("z_dropped", {"name": name, "count": len(walker.heights)}),) if walker.heights else ()
    if not walker.ovital and Path(name).suffix.lower() not in _OVITAL_SUFFIXES:
        return RawPart(name, frame, CRS(4326), "kml", notices, repairs=repairs)
    marks = set(walker.marks)
    mark = marks.pop() if len(marks) == 1 and len(walker.marks) >= len(shapes) else ""
    epsg = _OVITAL_SYSTEMS.get(mark.upper().replace("-", "").replace("_", ""))
    crs = None if epsg is None else CRS(epsg)
    asks = "geo.crs_ask_ovkml"
    return RawPart(name, frame, crs, "ov_coord_type", notices, asks, repairs=repairs, likely=offset_name(mark))


def _utf8(content: bytes) -> bytes:
    """Turn a document in a Chinese coding, which expat does not know, into UTF-8."""
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
        self.linked = False
        self.ovital = False
        self.marks: list[str] = []
        self.heights: set[int] = set()
        self.closed: set[int] = set()
        self._path: list[str] = []
        self._texts: list[str] | None = None
        self._field = ""
        self._columns: set[str] = set()
        self._rings: list[tuple[bool, Any]] = []
        self._parts: list[Any] = []

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
        self.linked = self.linked or tag == "NetworkLink"
        self.ovital = self.ovital or tag.startswith("Ov")
        if tag == "Placemark":
            self._new_placemark()
        elif tag == "Polygon":
            self._rings = []
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
        if "Placemark" not in self._path:
            return
        if tag == "coordinates":
            self._keep_coordinates(parent, text)
        elif tag == "OvCoordType":
            self.marks.append(text.strip())
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
        try:
            tuples = [point.split(",") for point in text.split()]
            points = np.array([[float(v) for v in values[:2]] for values in tuples])
            if any(len(values) > 2 and values[2].strip("0. ") for values in tuples):
                self.heights.add(len(self.rows) - 1)
            if parent == "Point":
                self._parts.append(shapely.Point(points[0]))
            elif parent == "LineString":
                self._parts.append(shapely.LineString(points))
            elif parent == "LinearRing" and "Polygon" in self._path:
                self._rings.append(("innerBoundaryIs" in self._path, shapely.LinearRing(points)))
                if len(points) and (points[0] != points[-1]).any():
                    self.closed.add(len(self.rows) - 1)
            elif parent == "LinearRing":
                self._parts.append(shapely.LineString(points))
        except (ValueError, IndexError, shapely.GEOSException):
            raise self._bad() from None

    def _keep_polygon(self) -> None:
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
