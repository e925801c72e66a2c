"""Read Shapefiles; errors in sidecar files never lose a shape.

Rings lie flat in a Shapefile: which is a hole follows from their turn, which many programs get wrong, or from what lies
inside what, which none can. The .dbf is read in whatever coding it came (`geo.files.text_coding`), and left out,
with a notice, where it does not belong to the shapes.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.crs import describe, short_text
from geo.errors import BadInput, CrsError, RedlineError
from geo.files import RAW_CODING, Archive, Table, decoded_frame, decoded_names, inner_label, plain_label
from geo.notices import Notice
from geo.read.gis.gdal import private_folder, read_with_gdal, table_info, with_code
from geo.read.gis.shapefile_turns import wrongly_turned
from geo.sites import RawPart

__all__ = ["SHAPEFILE_SIDES", "shapefiles"]

SHAPEFILE_SIDES: Final = (".shx", ".dbf", ".prj", ".cpg", ".qpj")
"""What stands beside a .shp and is read with it."""

_SHP_MAGIC: Final = b"\x00\x00\x27\x0a"
_DBF_HEAD: Final = 32


def shapefiles(archive: Archive, name: str, stack: ExitStack) -> list[Table]:
    """Return the Shapefiles of an archive, each as a table."""
    paths = archive.with_suffix(".shp")
    return [_shapefile(archive, path, inner_label(name, path.name, len(paths)), stack) for path in paths]


def _shapefile(archive: Archive, path: PurePosixPath, label: str, stack: ExitStack) -> Table:
    """Return one Shapefile as a table, unpacked into a private folder for GDAL."""
    base = private_folder(stack) / "upload.shp"
    archive.unpack(path, base)
    with base.open("rb") as file:
        if file.read(len(_SHP_MAGIC)) != _SHP_MAGIC:
            raise BadInput("geo.not_what_it_says", name=plain_label(path.name), kind="Shapefile")
    sides = {suffix: archive.sidecar(path, suffix) for suffix in SHAPEFILE_SIDES}
    found = {suffix: archive.read(side) for suffix, side in sides.items() if side is not None}
    if ".shx" in found:
        base.with_suffix(".shx").write_bytes(found[".shx"])
    crs, notices = _system(found, label)
    notices += _attributes(base, found.get(".dbf"), label)
    plain = found.get(".dbf", b"").isascii()
    coding = "UTF-8" if plain else RAW_CODING

    def read(most: int | None) -> RawPart:
        frame, repairs, noticed = read_with_gdal(base, label, flat=True, encoding=coding, max_features=most)
        turned = wrongly_turned(base, frame.geometry.to_numpy())
        repairs = with_code(repairs, turned, "rings_nested")
        own, told = pd.DataFrame(frame.drop(columns="geometry")), noticed
        if not plain:
            own, more = decoded_frame(own, label, declared=found.get(".cpg", b""))
            told = (*noticed, *more)
        made = gpd.GeoDataFrame(own, geometry=frame.geometry.to_numpy())
        return RawPart(label, made, crs, "prj", (*notices, *told), repairs=repairs)

    about = table_info(base, None, label, encoding=coding)
    return Table(path.stem, "Shapefile", tuple(decoded_names(about.fields)), about.count, read)


def _attributes(base: Path, table: bytes | None, label: str) -> tuple[Notice, ...]:
    """Write the .dbf beside the shapes if it matches them; return a notice if it is missing or does not."""
    if table is None:
        return (Notice("shp_no_dbf", {"name": label}),)
    count = table_info(base, None, label).count
    rows = int.from_bytes(table[4:8], "little")
    start, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    held = (len(table) - start) // width if width and start > _DBF_HEAD else -1
    if held < rows or (count is not None and rows != count):
        values = {"name": label, "rows": rows if held >= 0 else 0, "held": max(min(held, rows), 0), "count": count}
        return (Notice("shp_dbf_unfit", values),)
    base.with_suffix(".dbf").write_bytes(table)
    return ()


def _system(found: dict[str, bytes], label: str) -> tuple[CRS | None, tuple[Notice, ...]]:
    """Return the CRS of the .prj, else of the .qpj of QGIS, and a notice if both exist and differ."""
    crs, other = _prj(found.get(".prj"), label), None
    try:
        other = _prj(found.get(".qpj"), label)
    except CrsError:
        if crs is None:
            raise
    if crs is None or other is None:
        return (other if crs is None else crs), ()
    one, two = _code(crs), _code(other)
    if one == two:
        return crs, ()
    return crs, (Notice("prj_qpj_differ", {"name": label, "prj": short_text(crs.name), "qpj": short_text(other.name)}),)


def _code(crs: CRS) -> Any:
    try:
        return describe(crs).epsg
    except RedlineError:
        return crs.name


def _prj(content: bytes | None, name: str) -> CRS | None:
    """Return the CRS of a .prj, None if it is missing or empty; raise `CrsError` if it is no WKT."""
    if content is None or not content.strip():
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        return CRS.from_wkt(text)
    except ProjCrsError:
        raise CrsError("geo.crs_unreadable", name=name, crs=short_text(text.strip())) from None
