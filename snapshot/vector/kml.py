"""KML and KMZ in the colours of the map: a folder a layer, a style a class, typed attributes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import unescape

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from carto.style import Symbol
from geo.errors import BadInput
from layers.clock import local_text
from snapshot.form import Form, Reader
from snapshot.proof import Reading, TableRecord, attributions, layers_out, manifest_text, refuse_long, stated_hashes
from snapshot.selection import Category, beyond, icon_png
from snapshot.vector.job import ARCHIVE, Job, Piece, write_archive
from words import t

__all__ = ["KML", "KMZ"]

_NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MANIFEST: Final = re.compile(rb'(<Data name="redline_manifest"><value>)(.*?)(</value></Data>)', re.DOTALL)
_INT32: Final = 2**31
_ICON_PX: Final = 32


def _document_of(job: Job, *, icons: bool) -> tuple[bytes, dict[str, bytes], list[TableRecord]]:
    """Return a KML document, the icons that it names, and the records of its tables.

    Parameters
    ----------
    job : Job
        In EPSG:4326, as KML is by definition.
    icons : bool
        Point symbols as pictures beside the document (for KMZ). A plain KML has coloured default symbols.
    """
    lang = job.selection.lang
    root = ET.Element("kml", xmlns=_NAMESPACE)
    document = ET.SubElement(root, "Document")
    _text(document, "name", f"Redline {local_text(job.selection.written, day=True)}")
    remarks = [t("snapshot.disclaimer", lang), t("takeaway.null_shift", lang)]
    remarks += attributions(layers_out(job.selection), lang)
    _text(document, "description", "\n".join(remarks))
    carried = ET.SubElement(ET.SubElement(document, "ExtendedData"), "Data", name="redline_manifest")
    held = ET.SubElement(carried, "value")
    pictures: dict[str, bytes] = {}
    records = []
    schemas: list[ET.Element] = []
    folders: list[ET.Element] = []
    for piece in job.pieces():
        folder = ET.Element("Folder")
        _text(folder, "name", piece.taken.sheet.title)
        _text(folder, "description", piece.taken.sheet.description)
        styles = _styles(document, piece, pictures if icons else None)
        columns, types = _columns(piece.frame)
        schemas.append(_schema(piece.name, columns, types))
        controls = _placemarks(folder, piece, styles, columns)
        folders.append(folder)
        records.append(piece.record(notes={"control": controls} if controls else None))
    for name, taken, frame in job.unplaced():
        folder = ET.Element("Folder")
        _text(folder, "name", t("snapshot.unplaced", lang, title=taken.sheet.title))
        _text(folder, "description", taken.sheet.description)
        piece = Piece(name, "point", taken, gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=4490))
        columns, types = _columns(piece.frame)
        schemas.append(_schema(name, columns, types))
        controls = _placemarks(folder, piece, {}, columns)
        folders.append(folder)
        records.append(piece.record(notes={"control": controls} if controls else None))
    document.extend(schemas)
    document.extend(folders)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    if icons:
        return body, pictures, records
    records = [
        TableRecord(r.name, r.layer, r.rows, hashlib.sha256(body).hexdigest() if n == 0 else None, notes=r.notes)
        for n, r in enumerate(records)
    ]
    held.text = manifest_text(job.manifest(records))
    return ET.tostring(root, encoding="utf-8", xml_declaration=True), pictures, records


def _digest(content: bytes) -> tuple[str, bytes | None]:
    """Return the hash of a plain KML without its manifest, and the manifest as it stands in it."""
    found = _MANIFEST.search(content)
    if found is None:
        return hashlib.sha256(content).hexdigest(), None
    rest = content[: found.start()] + b'<Data name="redline_manifest"><value /></Data>' + content[found.end() :]
    return hashlib.sha256(rest).hexdigest(), found.group(2)


def _styles(document: ET.Element, piece: Piece, pictures: dict[str, bytes] | None) -> dict[str | None, str]:
    """Add the styles of a table; return their addresses by class (None: of all)."""
    sheet = piece.taken.sheet
    if sheet.symbol is None:
        return {}
    if sheet.column and sheet.categories:
        found = {}
        for number, category in enumerate(sheet.categories):
            found[category.value] = _style(document, f"{piece.name}-{number}", category, piece.kind, pictures)
        return found  # type: ignore[return-value]
    return {None: _style(document, piece.name, Category("", "", sheet.symbol), piece.kind, pictures)}


def _style(document: ET.Element, name: str, category: Category, kind: str, pictures: dict[str, bytes] | None) -> str:
    symbol = category.symbol
    style = ET.SubElement(document, "Style", id=name)
    if kind == "point":
        icon = ET.SubElement(style, "IconStyle")
        if pictures is None:
            _text(icon, "color", _abgr(symbol["fill"] or symbol["stroke"], 1.0))
        else:
            path = f"icons/{name}.png"
            pictures[path] = icon_png(symbol, hollow=category.hollow, size_px=_ICON_PX)
            _text(icon, "scale", f"{2 * symbol['radius'] / _ICON_PX * 1.6:.2f}")
            _text(ET.SubElement(icon, "Icon"), "href", path)
        _text(ET.SubElement(style, "LabelStyle"), "scale", "0.7")
        return f"#{name}"
    line = ET.SubElement(style, "LineStyle")
    _text(line, "color", _abgr(symbol["stroke"] or symbol["fill"], 1.0 if symbol["stroke"] else 0.0))
    _text(line, "width", f"{symbol['width']:g}")
    if kind == "polygon":
        area = ET.SubElement(style, "PolyStyle")
        opacity = _seen_opacity(symbol)
        _text(area, "color", _abgr(symbol["fill"], opacity))
        _text(area, "fill", str(int(opacity > 0)))
    return f"#{name}"


def _seen_opacity(symbol: Symbol) -> float:
    """Return the opacity of a fill; a hatch, which KML lacks, becomes a little more fill."""
    if symbol["fill"] is None:
        return 0.0
    return min(1.0, symbol["opacity"] + 0.12) if symbol["hatch"] else symbol["opacity"]


def _abgr(colour: str | None, opacity: float) -> str:
    """Write ``#rrggbb`` as KML does: ``aabbggrr``."""
    rgb = colour or "#000000"
    return f"{round(255 * opacity):02x}{rgb[5:7]}{rgb[3:5]}{rgb[1:3]}".lower()


def _columns(frame: gpd.GeoDataFrame) -> tuple[list[str], list[str]]:
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    return columns, [_type(frame[name]) for name in columns]


def _type(values: pd.Series) -> str:
    """Return KML's name of a column's type; its whole numbers have 32 bits, so longer ones are text."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return "bool"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "string" if beyond(values, _INT32 - 1) else "int"
    return "double" if pd.api.types.is_float_dtype(values.dtype) else "string"


def _schema(name: str, columns: list[str], types: list[str]) -> ET.Element:
    schema = ET.Element("Schema", name=name, id=f"schema-{name}")
    for column, kind in zip(columns, types, strict=True):
        ET.SubElement(schema, "SimpleField", name=_clean(column), type=kind)
    return schema


def _placemarks(folder: ET.Element, piece: Piece, styles: dict[str | None, str], columns: list[str]) -> int:
    """Add the features of a table; return how many texts held characters that XML forbids."""
    frame, sheet = piece.frame, piece.taken.sheet
    label = sheet.label if sheet.label in columns else "name_zh" if "name_zh" in columns else None
    classes = frame[sheet.column].tolist() if sheet.column in columns else [None] * len(frame)
    controls = 0
    rows = frame[columns].astype(object).to_numpy()
    place = columns.index(label) if label else -1
    for row, shape, of_class in zip(rows, frame.geometry.to_numpy(), classes, strict=True):
        mark = ET.SubElement(folder, "Placemark")
        if place >= 0 and (name := _cell(row[place])) is not None:
            _text(mark, "name", name)
        if url := styles.get(of_class, styles.get(None)):
            _text(mark, "styleUrl", url)
        data = ET.SubElement(ET.SubElement(mark, "ExtendedData"), "SchemaData", schemaUrl=f"#schema-{piece.name}")
        for column, value in zip(columns, row, strict=True):
            text = _cell(value)
            if text is not None:
                controls += bool(_CONTROL.search(text))
                ET.SubElement(data, "SimpleData", name=_clean(column)).text = _clean(text)
        if shape is not None:
            _geometry(mark, shape)
    return controls


def _cell(value: Any) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    return repr(float(value)) if isinstance(value, float) else str(value)


def _geometry(parent: ET.Element, shape: Any) -> None:
    """Add a shape; several parts go into a MultiGeometry."""
    parts = shapely.get_parts(shape)
    holder = ET.SubElement(parent, "MultiGeometry") if len(parts) > 1 else parent
    for part in parts:
        if part.geom_type == "Polygon":
            area = ET.SubElement(holder, "Polygon")
            for number, ring in enumerate(shapely.get_rings(shapely.orient_polygons(part))):
                edge = ET.SubElement(area, "innerBoundaryIs" if number else "outerBoundaryIs")
                _text(ET.SubElement(edge, "LinearRing"), "coordinates", _coordinates(ring))
        else:
            kind = "Point" if part.geom_type == "Point" else "LineString"
            _text(ET.SubElement(holder, kind), "coordinates", _coordinates(part))


def _coordinates(shape: Any) -> str:
    return " ".join(_pairs(shapely.get_coordinates(shape).tolist()))


def _pairs(points: list[list[float]]) -> Iterator[str]:
    return (f"{x!r},{y!r}" for x, y in points)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _clean(text)


def _clean(text: str) -> str:
    """Return text without characters that XML 1.0 forbids."""
    return _CONTROL.sub("", text)


def _write_plain(draft: Path, job: Job) -> None:
    draft.write_bytes(_document_of(job, icons=False)[0])


def _write_packed(draft: Path, job: Job) -> None:
    document, icons, records = _document_of(job, icons=True)
    write_archive(draft, job, {"doc.kml": document, **icons}, records, epsg=job.epsg)


def _read(path: Path) -> Reading:
    refuse_long(path)
    digest, stored = _digest(path.read_bytes())
    if stored is None:
        raise BadInput("takeaway.verify_no_manifest", name=path.name)
    manifest = json.loads(unescape(stored.decode("utf-8")))
    stated = stated_hashes(manifest, path.name)
    return manifest, {path.suffix: next((sha for sha in stated.values() if sha), None)}, {path.suffix: digest}


KML: Final = Form(
    "kml", ".kml", "gis", "application/vnd.google-earth.kml+xml", _write_plain,
    (Reader(lambda head, _: b"<kml" in head, _read),), "wgs84", 4326,
)  # fmt: skip
KMZ: Final = Form(
    "kmz", ".kmz", "gis", "application/vnd.google-earth.kmz", _write_packed, (ARCHIVE,), "wgs84", 4326
)  # fmt: skip
