"""Writers of a frame in every format that is read, by other libraries than the readers use where there are any."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely

from tests.helpers import geojson, shapefile_parts, zip_bytes


def gpkg(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    frame.to_file(folder / "a.gpkg", layer="地块", engine="pyogrio")
    return (folder / "a.gpkg").read_bytes()


def shp(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    return zip_bytes({f"地块{suffix}": data for suffix, data in shapefile_parts(folder, frame).items()})


def shp_gbk_bare(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    files = shapefile_parts(folder, frame, "GB18030")
    return zip_bytes({f"地块{k}": v for k, v in files.items() if k in {".shp", ".shx", ".dbf"}})


def gdb(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    frame.to_file(folder / "a.gdb", driver="OpenFileGDB", layer="DK", engine="pyogrio", promote_to_multi=True)
    return zip_bytes({f"成果/a.gdb/{path.name}": path.read_bytes() for path in (folder / "a.gdb").iterdir()})


def fgb(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    frame.to_file(folder / "a.fgb", driver="FlatGeobuf", engine="pyogrio", SPATIAL_INDEX="NO")
    return (folder / "a.fgb").read_bytes()


def parquet(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    frame.to_parquet(folder / "a.parquet")
    return (folder / "a.parquet").read_bytes()


def plain_geojson(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    return geojson(*frame.geometry)


def kml(frame: gpd.GeoDataFrame, folder: Path, mark: str = "") -> bytes:
    def ring(chain: shapely.LinearRing) -> str:
        text = " ".join(f"{x!r},{y!r},0" for x, y in chain.coords)
        return f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"

    def polygon(shape: shapely.Polygon) -> str:
        holes = "".join(f"<innerBoundaryIs>{ring(hole)}</innerBoundaryIs>" for hole in shape.interiors)
        return f"<Polygon><outerBoundaryIs>{ring(shape.exterior)}</outerBoundaryIs>{holes}</Polygon>"

    marks = "".join(
        f"<Placemark><name>{n}</name>{mark}<MultiGeometry>{''.join(polygon(p) for p in shapely.get_parts(g))}"
        "</MultiGeometry></Placemark>"
        for n, g in enumerate(frame.geometry)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><kml><Document>{marks}</Document></kml>'.encode()


def ovkml(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    return kml(frame, folder, "<OvCoordType>CGCS2000</OvCoordType>")


def kmz(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    return zip_bytes({"doc.kml": kml(frame, folder)})


def dxf(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    """Return a DXF with a closed LWPOLYLINE for each exterior ring, as CAD writes boundaries."""
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for shape in frame.geometry:
        for part in shapely.get_parts(shape):
            lines += lwpolyline([(x, y, 0.0) for x, y in part.exterior.coords[:-1]])
    return "\r\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""]).encode()


def lwpolyline(corners: list[tuple[float, float, float]], layer: str = "DK", closed: bool = True) -> list[str]:
    """Return the lines of an LWPOLYLINE; corners are x, y and the bulge of the edge that starts there."""
    lines = ["0", "LWPOLYLINE", "8", layer, "100", "AcDbEntity", "100", "AcDbPolyline"]
    lines += ["90", str(len(corners)), "70", str(int(closed))]
    for x, y, bulge in corners:
        lines += ["10", f"{x:.12g}" if abs(x) < 1e4 else f"{x:.5f}", "20", f"{y:.12g}" if abs(y) < 1e4 else f"{y:.5f}"]
        lines += ["42", repr(bulge)] if bulge else []
    return lines


def csv_wkt(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    rows.writerow(["名称", "WKT"])
    rows.writerows([n, shapely.to_wkt(g, rounding_precision=-1)] for n, g in enumerate(frame.geometry))
    return buffer.getvalue().encode("gb18030")


def corner_rows(frame: gpd.GeoDataFrame) -> list[list[object]]:
    rows: list[list[object]] = [["地块编号", "圈号", "点号", "X坐标", "Y坐标"]]
    for n, shape in enumerate(frame.geometry, start=1):
        rings = [ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)]
        for r, ring in enumerate(rings, start=1):
            rows += [[f"D{n}", r, f"J{k}", y, x] for k, (x, y) in enumerate(ring.coords[:-1], start=1)]
    return rows


def csv_corners(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[repr(c) if isinstance(c, float) else c for c in row] for row in corner_rows(frame)])
    return buffer.getvalue().encode("utf-8-sig")


def xlsx(frame: gpd.GeoDataFrame, folder: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表为界址点成果"])
    sheet = book.create_sheet("界址点")
    sheet.append(["界址点成果表"])
    for row in corner_rows(frame):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def txt(frame: gpd.GeoDataFrame, folder: Path, decimals: int = 5) -> bytes:
    """Return a survey TXT in zone 39, eastings with the zone prefix."""
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=39"]
    lines += ["精度=0.001", "转换参数=,,,,,,", "[地块坐标]"]
    for n, shape in enumerate(frame.geometry, start=1):
        rings = [ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)]
        count = sum(len(ring.coords) for ring in rings)
        lines.append(f"{count},{shape.area / 1e4:.4f},D{n},地块{n},面,,,,@")
        for r, ring in enumerate(rings, start=1):
            lines += [f"J{k},{r},{y:.{decimals}f},{x:.{decimals}f}" for k, (x, y) in enumerate(ring.coords, start=1)]
    return "\r\n".join(lines).encode("gb18030")


Writer = Callable[[gpd.GeoDataFrame, Path], bytes]

DEGREES: dict[str, tuple[str, Writer, str | None]] = {
    "geojson": ("a.geojson", plain_geojson, None),
    "gpkg": ("a.gpkg", gpkg, None),
    "shp": ("a.zip", shp, None),
    "shp_gbk_bare": ("a.zip", shp_gbk_bare, "EPSG:4490"),
    "gdb": ("a.zip", gdb, None),
    "fgb": ("a.fgb", fgb, None),
    "parquet": ("a.parquet", parquet, None),
    "kml": ("a.kml", kml, None),
    "kmz": ("a.kmz", kmz, None),
    "ovkml": ("a.ovkml", ovkml, None),
    "dxf": ("a.dxf", dxf, "EPSG:4490"),
    "csv_wkt": ("a.csv", csv_wkt, "EPSG:4490"),
    "csv_corners": ("a.csv", csv_corners, "EPSG:4490"),
    "xlsx": ("a.xlsx", xlsx, "EPSG:4490"),
}
"""File name, writer, and the CRS to name for formats without one; frames in EPSG:4490."""

METRES: dict[str, tuple[str, Writer, str | None]] = {
    "gpkg": ("a.gpkg", gpkg, None),
    "shp": ("a.zip", shp, None),
    "shp_gbk_bare": ("a.zip", shp_gbk_bare, "EPSG:4527"),
    "gdb": ("a.zip", gdb, None),
    "fgb": ("a.fgb", fgb, None),
    "parquet": ("a.parquet", parquet, None),
    "dxf": ("a.dxf", dxf, "EPSG:4527"),
    "csv_wkt": ("a.csv", csv_wkt, "EPSG:4527"),
    "csv_corners": ("a.csv", csv_corners, "EPSG:4527"),
    "xlsx": ("a.xlsx", xlsx, "EPSG:4527"),
    "txt": ("a.txt", txt, None),
}
"""The same for frames in EPSG:4527."""
