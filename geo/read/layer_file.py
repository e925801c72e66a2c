"""One layer of a file as it stands, with its system settled: for intake that lists every fault instead of the first.

`geo.read.formats.read_sites` stops at the first shape that cannot be used; a layer of 20,000 polygons wants a list.
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
from geo.files import Content, Source, held, pack_beside, plain_label
from geo.notices import Notice
from geo.read.formats import chosen_tables, tables_of
from geo.read.gis import SHAPEFILE_SIDES
from geo.shapes import plain_shapes
from geo.sites import Limits, RawPart, crs_reading, mark_notices, refuse_endless, shapes_unshifted

__all__ = ["OpenedLayer", "open_layer", "packed", "stored_shapes"]

_SHAPEFILE: Final = (".shp", *SHAPEFILE_SIDES)
_MB: Final = 1 << 20


@dataclass(frozen=True)
class OpenedLayer:
    """A layer as read.

    Attributes
    ----------
    name : str
        What carries it, for sentences.
    layer : str
        Its own name in the file.
    part : RawPart
        Attributes and geometry, no CRS set.
    shapes : array of shapely geometries or None
        In the settled system, first axis east.
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
    """Read one layer of a file and settle its system.

    Parameters
    ----------
    content : bytes or Path
        A file at a path is never held in memory whole, where GDAL reads it.
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
        copy, sha256 = held(content, label, limits, stack)
        tables, _ = chosen_tables(tables_of(Source(copy, label, limits, {}, crs, stack)), layer, label)
        if len(tables) != 1:
            names = "、".join(plain_label(table.layer) for table in tables[:12])
            raise BadInput("data.which_layer", name=label, layers=names)
        count = tables[0].count
        if count is not None and count > limits.sites:
            raise BadInput("geo.too_many_sites", name=label, count=count, limit=limits.sites)
        part = tables[0].read(None)
    if not len(part.frame):
        raise BadInput("geo.no_features", name=label)
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
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    check_ranges(there, reading, label)
    refuse_endless(there, reading, label, limits)
    noticed = (*mark_notices(part, shifted=reading.shifted), *_dropped(there, label))
    part = replace(part, notices=(*part.notices, *noticed))
    return OpenedLayer(label, tables[0].layer, part, shapes, reading, sha256)


def _dropped(shapes: NDArray[Any], name: str) -> list[Notice]:
    """Say that heights and measures take no part."""
    found = (("z_dropped", shapely.has_z(shapes)), ("m_dropped", shapely.has_m(shapes)))
    return [Notice(code, {"name": name, "count": int(here.sum())}) for code, here in found if here.any()]


def stored_shapes(shapes: NDArray[Any], reading: CrsReading, name: str) -> NDArray[Any]:
    """Bring sound shapes of a settled system into the store's, edge by edge."""
    made = to_store(gpd.GeoDataFrame(geometry=shapes_unshifted(shapes, reading, name), crs=reading.epsg), name)
    result: NDArray[Any] = np.asarray(made.geometry.array)
    return result


def packed(path: Path, most_mb: int, folder: Path) -> tuple[Path, str]:
    """Return where a file lies and its name; a Shapefile with its sides, and a FileGDB folder, as an archive.

    Parameters
    ----------
    path : Path
        A file, a ``.shp`` or a ``.gdb`` folder.
    most_mb : int
    folder : Path
        Where an archive is written.

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
            beside = pack_beside(path, file)
    except FileNotFoundError:
        raise BadInput("geo.file_missing", name=path.name) from None
    except OSError:
        raise BadInput("geo.unreadable", name=path.name) from None
    return (target, f"{path.name}.zip") if beside else (path, path.name)


def _zipped(paths: list[Path], inside: str, name: str, most_mb: int, folder: Path) -> tuple[Path, str]:
    """Write files into an archive, piece by piece."""
    if not paths:
        raise FileNotFoundError
    if sum(path.stat().st_size for path in paths) > most_mb * _MB:
        raise BadInput("geo.file_too_large", name=name, limit=most_mb)
    target = folder / "packed.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.write(path, f"{inside}/{path.name}" if inside else path.name)
    return target, f"{name}.zip"
