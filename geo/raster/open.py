"""Open untrusted GeoTIFFs: facts, CRS, and limits on what is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.errors import RasterioError, RasterioIOError

from geo.crs import datum_of, horizontal, reading_system, short_text
from geo.errors import BadInput, CrsError
from geo.files import plain_label

__all__ = [
    "MAX_CELLS",
    "RasterFacts",
    "RasterSystem",
    "off_cell_edges",
    "open_geotiff",
    "physical_values",
    "raster_facts",
    "system_of",
]

Floats = NDArray[np.float64]

MAX_CELLS: Final = 500_000_000
_CACHE_MB: Final = 64
_MAX_BLOCK: Final = 64_000_000
_MAX_BANDS: Final = 64
_FARTHEST: Final = 1e9
_FINEST: Final = 1e-9
"""Of coordinates and of cells, in metres or degrees; what lies beyond comes of damaged numbers."""
_MAGICS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_CODES: Final = 64
"""A band of whole numbers with at most so many different values may be one of classes."""


@dataclass(frozen=True)
class RasterSystem:
    """CRS of a grid, with its datum treated as that of the store (WGS 84 and CGCS2000 differ by decimetres).

    Attributes
    ----------
    crs : pyproj.CRS
        Horizontal.
    label : str
    """

    crs: CRS
    label: str

    @property
    def geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return bool(self.crs.is_geographic)

    def from_degrees(self, lonlat: Floats) -> Floats:
        """Return coordinates of the grid's system for longitudes and latitudes."""
        return lonlat if self.geographic else self._moved(lonlat, inverse=False)

    def to_degrees(self, xy: Floats) -> Floats:
        """Return longitudes and latitudes."""
        return xy if self.geographic else self._moved(xy, inverse=True)

    def _moved(self, xy: Floats, *, inverse: bool) -> Floats:
        base = self.crs.geodetic_crs
        start, end = (self.crs, base) if inverse else (base, self.crs)
        mover = Transformer.from_crs(start, end, always_xy=True)
        return np.column_stack(mover.transform(xy[:, 0], xy[:, 1]))


@dataclass(frozen=True)
class RasterFacts:
    """Metadata of a GeoTIFF: CRS, size, bands, nodata, cell size, bounds, scaling.

    Attributes
    ----------
    name : str
    system : RasterSystem
    width, height : int
    bands : tuple of str
        What each band calls itself, "" where it does not.
    dtype : str
    nodata : float or None
    cell : tuple of float
        Width and height in the units of the system.
    bounds : tuple of float
        West, south, east, north in the system of the grid.
    scaling : tuple of (float, float)
        Scale and offset of each band: what a cell means is ``stored × scale + offset``.
    """

    name: str
    system: RasterSystem
    width: int
    height: int
    bands: tuple[str, ...]
    dtype: str
    nodata: float | None
    cell: tuple[float, float]
    bounds: tuple[float, float, float, float]
    scaling: tuple[tuple[float, float], ...] = ()

    @property
    def scaled(self) -> bool:
        """Whether any band has a scale or an offset."""
        return any(pair != (1.0, 0.0) for pair in self.scaling)

    @property
    def whole_numbers(self) -> bool:
        """Whether values are whole numbers, and so perhaps classes."""
        return self.dtype.startswith(("int", "uint")) and not self.scaled


@contextmanager
def open_geotiff(path: Path, name: str) -> Iterator[Any]:
    """Yield an open GeoTIFF; no other driver is tried, and no other file is opened.

    Raises
    ------
    BadInput
        If it is none, or damaged, also while it is read inside the block.
    """
    with path.open("rb") as file:
        if not file.read(4).startswith(_MAGICS):
            raise BadInput("raster_own.not_geotiff", name=name)
    try:
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_CACHEMAX=_CACHE_MB),
            rasterio.open(path, driver="GTiff") as grid,
        ):
            yield grid
    except (RasterioIOError, RasterioError, UnicodeDecodeError):
        raise BadInput("raster_own.damaged", name=name) from None


def raster_facts(path: Path, name: str, crs: str | None = None) -> RasterFacts:
    """Return the metadata of a GeoTIFF without reading its values.

    Parameters
    ----------
    path : Path
    name : str
        As the user calls it.
    crs : str, optional
        Where the file names none: what the user says.

    Raises
    ------
    BadInput
        If it is no GeoTIFF, lies nowhere, is turned, or is larger than can be read within bounds.
    CrsError
        If its system is missing, unreadable, or of another datum.
    """
    name = plain_label(name)
    with open_geotiff(path, name) as grid:
        if grid.width * grid.height > MAX_CELLS or grid.count > _MAX_BANDS:
            raise BadInput("raster_own.too_large", name=name, cells=f"{grid.width} × {grid.height}", limit=MAX_CELLS)
        if any(high * wide > _MAX_BLOCK for high, wide in grid.block_shapes):
            raise BadInput("raster_own.blocks", name=name)
        step = grid.transform
        if step.is_identity or not _is_on_earth(grid):
            raise BadInput("raster_own.nowhere", name=name)
        if step.b or step.d or step.a <= 0 or step.e >= 0:
            raise BadInput("raster_own.turned", name=name)
        return RasterFacts(
            name, system_of(grid.crs.to_wkt() if grid.crs else crs, name), grid.width, grid.height,
            _band_names(grid), str(grid.dtypes[0]),
            None if grid.nodata is None else float(grid.nodata), (step.a, -step.e), tuple(grid.bounds),
            tuple((float(scale), float(offset)) for scale, offset in zip(grid.scales, grid.offsets, strict=True)),
        )  # fmt: skip


def _is_on_earth(grid: Any) -> bool:
    """Return whether corners and cells have sizes that metres or degrees on the earth can have."""
    return bool(np.abs(grid.bounds).max() < _FARTHEST and min(abs(grid.transform.a), abs(grid.transform.e)) > _FINEST)


def _band_names(grid: Any) -> tuple[str, ...]:
    """Return what each band calls itself; nothing, if that is in another encoding than UTF-8."""
    try:
        return tuple(plain_label(text or "") for text in grid.descriptions)
    except UnicodeDecodeError:
        return ("",) * int(grid.count)


def off_cell_edges(zones: NDArray[Any], cell: tuple[float, float]) -> NDArray[Any]:
    """Return zones moved by a ten-millionth of a cell, so that no corner lies on the edge of a cell.

    exactextract 0.3.0 takes a wrong share of some cells (up to 2e-4 of a county) where a corner lies on an edge.

    Parameters
    ----------
    zones : array of shapely geometries
    cell : tuple of float
        Width and height of a cell, in the units of the zones.
    """
    step = 1e-7 * np.array(cell) * (1.37, 0.83)
    moved: NDArray[Any] = shapely.transform(zones, lambda xy: xy + step)
    return moved


def physical_values(stored: Floats, grid: Any, band: int) -> Floats:
    """Return physical values of a band: stored values times the band's scale, plus its offset.

    Parameters
    ----------
    stored : array of float
        NaN where nothing is known.
    grid : rasterio.DatasetReader
    band : int
        From 1.
    """
    scale, offset = grid.scales[band - 1], grid.offsets[band - 1]
    return stored if (scale, offset) == (1.0, 0.0) else stored * scale + offset


def system_of(crs: str | None, name: str) -> RasterSystem:
    """Return the CRS of a grid, of any projection; raise `CrsError` if its datum is not CGCS2000 or WGS 84.

    Raises
    ------
    CrsError
        If there is none, or it is unreadable or of another datum.
    """
    if crs is None:
        raise CrsError("raster_own.no_crs", name=name)
    with reading_system(crs, name):
        return _system_of(horizontal(CRS.from_user_input(crs), name), name)


def _system_of(parsed: CRS, name: str) -> RasterSystem:
    datum_of(parsed, name)
    if not (parsed.is_geographic or parsed.is_projected):
        raise CrsError("geo.crs_not_supported", name=name, crs=short_text(parsed.name))
    if parsed.is_geographic and any(
        abs((a.unit_conversion_factor or 0) - np.pi / 180) > 1e-12 for a in parsed.axis_info
    ):
        raise CrsError("geo.crs_not_degrees", name=name, crs=short_text(parsed.name))
    authority = parsed.to_authority(min_confidence=100)
    return RasterSystem(parsed, ":".join(authority) if authority else short_text(parsed.name))
