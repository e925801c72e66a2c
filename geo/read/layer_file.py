"""Read one layer of a file unvalidated, with its CRS resolved, for an intake that lists every fault.

`geo.read.formats.read_sites` stops at the first invalid shape; of a layer of 20,000 polygons all must be listed.
"""

from __future__ import annotations

import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import CrsReading, check_ranges, to_store
from geo.errors import BadInput
from geo.files import Content, Source, plain_label, private_content, write_zip_with_sidecars
from geo.notices import Notice
from geo.read.formats import select_tables, tables_of
from geo.read.gis import SHAPEFILE_SIDES
from geo.shapes import plain_shapes
from geo.sites import Limits, RawPart, crs_reading, mark_notices, refuse_long_texts, refuse_too_long, shapes_unshifted

__all__ = ["OpenedLayer", "open_content", "open_layer", "pack_for_upload", "stored_shapes"]

_SHAPEFILE: Final = (".shp", *SHAPEFILE_SIDES)
_MB: Final = 1 << 20


@dataclass(frozen=True)
class OpenedLayer:
    """A layer as read, not validated, with its CRS resolved.

    Attributes
    ----------
    name : str
        Label of the file in messages.
    layer : str
        Its own name in the file.
    part : RawPart
        Attributes and geometry, no CRS set.
    shapes : array of shapely geometries or None
        In the resolved CRS, first axis east.
    reading : CrsReading
    sha256 : str
        Of the file's bytes.
    """

    name: str
    layer: str
    part: RawPart
    shapes: NDArray[Any]
    reading: CrsReading
    sha256: str


def open_layer(
    content: Content, name: str, *, layer: str | None = None, crs: Any = None, swap: bool = False, limits: Limits
) -> OpenedLayer:
    """Return one layer of a file with its CRS resolved.

    Parameters
    ----------
    content : bytes or Path
        A file at a path is never loaded into memory whole, where GDAL reads it.
    name : str
        The file's name.
    layer : str, optional
        Its name; needed where the file holds several.
    crs : anything `geo.crs.systems.describe` takes, optional
        The system that the user names; wins over what the file declares.
    swap : bool
        The user says that the first coordinate is north.
    limits : Limits

    Raises
    ------
    BadInput, CrsError
        If the file cannot be read, holds several layers and none is named, is too large, or its system is missing,
        not understood, or cannot hold its coordinates (``values["candidates"]`` then say which could).
    """
    label = plain_label(name)
    with ExitStack() as stack:
        copy, sha256 = private_content(content, label, limits, stack)
        return open_content(copy, sha256, label, layer=layer, crs=crs, swap=swap, limits=limits)


def open_content(
    copy: Content, sha256: str, label: str, *, layer: str | None, crs: Any, swap: bool, limits: Limits
) -> OpenedLayer:
    """Return the same as `open_layer`, of bytes or a private copy with its digest."""
    with ExitStack() as stack:
        tables, _ = select_tables(tables_of(Source(copy, label, limits, {}, crs, stack)), layer, label)
        if len(tables) != 1:
            names = "、".join(plain_label(table.layer) for table in tables[:12])
            raise BadInput("data.which_layer", name=label, layers=names)
        count = tables[0].count
        if count is not None and count > limits.sites:
            raise BadInput("geo.too_many_sites", name=label, count=count, limit=limits.sites)
        part = tables[0].read(None)
    if not len(part.frame):
        raise BadInput("geo.no_features", name=label)
    refuse_long_texts([part])
    shapes = plain_shapes(part.frame.geometry.to_numpy())
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if len(shapes) > limits.sites or vertices > limits.vertices:
        key, count, most = ("too_many_sites", len(shapes), limits.sites)
        if vertices > limits.vertices:
            key, count, most = "too_many_vertices", vertices, limits.vertices
        raise BadInput(f"geo.{key}", name=label, count=count, limit=most)
    if swap and not part.east_first:
        shapes = shapely.transform(shapely.force_2d(shapes), lambda xy: xy[:, ::-1])
    reading = crs_reading(part, crs, shapes)
    present = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    check_ranges(present, reading, label)
    refuse_too_long(present, reading, label, limits)
    notices = (*mark_notices(part, shifted=reading.shifted), *_dropped_dimension_notices(present, label))
    part = replace(part, notices=(*part.notices, *notices))
    return OpenedLayer(label, tables[0].layer, part, shapes, reading, sha256)


def _dropped_dimension_notices(shapes: NDArray[Any], name: str) -> list[Notice]:
    """Return notices that Z or M coordinates are dropped."""
    found = (("z_dropped", shapely.has_z(shapes)), ("m_dropped", shapely.has_m(shapes)))
    return [Notice(code, {"name": name, "count": int(here.sum())}) for code, here in found if here.any()]


def stored_shapes(shapes: NDArray[Any], reading: CrsReading, name: str) -> NDArray[Any]:
    """Return valid shapes of a resolved CRS in EPSG:4490, their edges densified to stay in place."""
    made = to_store(gpd.GeoDataFrame(geometry=shapes_unshifted(shapes, reading, name), crs=reading.epsg), name)
    result: NDArray[Any] = np.asarray(made.geometry.array)
    return result


def pack_for_upload(path: Path, most_mb: int, folder: Path) -> tuple[Path, str]:
    """Return path and name of a file to read; a Shapefile, FileGDB folder or GeoPackage with sidecars is zipped first.

    Parameters
    ----------
    path : Path
        A file, a ``.shp`` or a ``.gdb`` folder.
    most_mb : int
    folder : Path
        Folder that an archive is written to.

    Raises
    ------
    BadInput
        If it is not there, cannot be read, or is larger than `most_mb`.
    """
    try:
        if path.is_dir() and path.suffix.lower() == ".gdb":
            return _zipped(
                [one for one in sorted(path.iterdir()) if one.is_file()], path.name, path.name, most_mb, folder
            )
        if path.suffix.lower() == ".shp":
            sides = [one for one in sorted(path.parent.iterdir()) if one.stem == path.stem]
            return _zipped([one for one in sides if one.suffix.lower() in _SHAPEFILE], "", path.stem, most_mb, folder)
        if path.stat().st_size > most_mb * _MB:
            raise BadInput("geo.file_too_large", name=path.name, limit=most_mb)
        target = folder / "packed.zip"
        with path.open("rb"), target.open("w+b") as file:
            has_sidecars = write_zip_with_sidecars(path, file)
    except FileNotFoundError:
        raise BadInput("geo.file_missing", name=path.name) from None
    except OSError:
        raise BadInput("geo.unreadable", name=path.name) from None
    return (target, f"{path.name}.zip") if has_sidecars else (path, path.name)


def _zipped(paths: list[Path], inside: str, name: str, most_mb: int, folder: Path) -> tuple[Path, str]:
    """Write files into one zip archive; return its path and name."""
    if not paths:
        raise FileNotFoundError
    if sum(path.stat().st_size for path in paths) > most_mb * _MB:
        raise BadInput("geo.file_too_large", name=name, limit=most_mb)
    target = folder / "packed.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.write(path, f"{inside}/{path.name}" if inside else path.name)
    return target, f"{name}.zip"
