"""Cloud-Optimized GeoTIFFs of a territory: distance to the nearest control line, and class of constraint."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine
from rasterio.transform import from_origin as grid_from
from rasterio.windows import Window
from rio_cogeo.cogeo import cog_translate
from rio_cogeo.profiles import cog_profiles

from geo.crs import describe, from_store, gk3_epsg, split_edges
from geo.errors import BadInput
from geo.measure import edge_pieces_of
from geo.progress import Progress, no_progress
from geo.whole_file import whole_file
from layers.catalogue import Layer, may_export
from snapshot.proof import seal_raster, tag_raster
from words import Lang, t

__all__ = ["CLASSES", "RasterSettings", "control_layers", "raster_epsg", "write_raster"]

Kind = Literal["distance", "constraint"]

CLASSES: Final = ("none", "water", "corridor", "other", "protected", "ecological", "redline")
"""Classes of constraint by their number, the later over the earlier; ``raster.class_<code>`` says each in words."""
NO_CLASS: Final = 255
NO_DISTANCE: Final = -1.0
_BLOCK: Final = 512
_MOST_CELLS: Final = 400_000_000
_EDGE_M: Final = 2_000.0
_PATCH: Final = 16
_GROUPS: Final = frozenset({"control", "protection", "water", "own"})
_COLOURS: Final = ("#00000000", "#8fc1e3ff", "#b3e0eeff", "#c9b458ff", "#26a69aff", "#9ccc65ff", "#2e7d32ff")


@dataclass(frozen=True)
class RasterSettings:
    """What a person chooses of a raster.

    Attributes
    ----------
    kind : {"distance", "constraint"}
        Metres to the nearest control line, or the number of the gravest class whose polygon holds the cell's centre.
    bounds : tuple of float
        West, south, east, north, degrees of EPSG:4490.
    cell_m : float
        Size of a cell, in metres of the projection.
    epsg : int, optional
        A projected system; default: the 3-degree zone of the middle, without prefix.
    within : shapely geometry, optional
        Degrees of EPSG:4490 (a county, a province): cells whose centre is outside hold nodata.
    """

    kind: Kind
    bounds: tuple[float, float, float, float]
    cell_m: float = 30.0
    epsg: int | None = None
    within: Any = None


@dataclass(frozen=True)
class _Grid:
    """Where the cells lie."""

    epsg: int
    transform: Affine
    width: int
    height: int
    cell_m: float


def control_layers(layers: Sequence[Layer], visible: Collection[str] | None = None) -> list[Layer]:
    """Return the layers that a raster counts as constraints: control lines, protection, water; those that may leave.

    Parameters
    ----------
    layers : sequence of Layer
        The catalogue as loaded, whole: what may leave depends on what a layer is derived from.
    visible : collection of str, optional
        Ids of those to count; default: all.
    """
    known = {one.id: one for one in layers}
    chosen = [one for one in layers if visible is None or one.id in visible]
    return [one for one in chosen if one.spec.checked and one.spec.group in _GROUPS and may_export(one, known)]


def write_raster(
    target: Path,
    layers: Sequence[Layer],
    settings: RasterSettings,
    *,
    lang: Lang,
    version: str,
    visible: Collection[str] | None = None,
    manifest: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> None:
    """Write a Cloud-Optimized GeoTIFF, whole or not at all: tiled, with overviews, nodata and metadata.

    Distances are to the nearest edge or inside of a polygon or line (0 inside), plane metres of the projection, from
    the centre of each cell. Cells are computed window by window, so memory does not grow with the territory.

    Parameters
    ----------
    target : Path
    layers : sequence of Layer
        The catalogue as loaded. Of these, `control_layers` count; only what stands where it is drawn (``located``).
    settings : RasterSettings
    lang : {"zh", "en"}
        Language of the metadata.
    version : str
        Of the software.
    visible : collection of str, optional
        Ids of the layers to count; default: all.
    manifest : mapping, optional
        Sealed into the tags (``snapshot.proof.sealing``).
    progress : Progress

    Raises
    ------
    BadInput
        If the extent or the cell does not hold, there would be too many cells, or no layer is there to count.
    """
    used = control_layers(layers, visible)
    if not used:
        raise BadInput("raster.no_layers")
    grid = _grid(settings)
    shapes, code = _shapes(used, grid, distance=settings.kind == "distance")
    if not len(shapes):
        raise BadInput("raster.no_layers")
    inside = None if settings.within is None else _placed(np.array([settings.within], dtype=object), grid.epsg)[0]
    profile = {
        "driver": "GTiff", "width": grid.width, "height": grid.height, "count": 1, "crs": f"EPSG:{grid.epsg}",
        "transform": grid.transform, "tiled": True, "blockxsize": _BLOCK, "blockysize": _BLOCK, "compress": "deflate",
        "dtype": "float32" if settings.kind == "distance" else "uint8", "BIGTIFF": "IF_SAFER",
        "nodata": NO_DISTANCE if settings.kind == "distance" else NO_CLASS,
    }  # fmt: skip
    about = {"TIFFTAG_SOFTWARE": f"Redline {version}"}
    with whole_file(target) as draft:
        plain = draft.with_name("plain.tif")
        tree = shapely.STRtree(shapes)
        windows = list(_windows(grid))
        with rasterio.open(plain, "w", **profile) as made:
            for at, window in enumerate(windows):
                cells = _distances(shapes, tree, grid, window) if settings.kind == "distance" else _classes(
                    shapes, code, tree, grid, window
                )  # fmt: skip
                if inside is not None:
                    outside = ~_covered(inside, grid, window)
                    cells[outside] = profile["nodata"]
                made.write(cells, 1, window=window)
                progress(0.8 * (at + 1) / len(windows))
            _describe(made, used, settings.kind, lang, about)
        if manifest is not None:
            tag_raster(plain, manifest)
        smooth: Literal["nearest", "average"] = "nearest" if settings.kind == "constraint" else "average"
        cog_translate(
            plain, draft, cog_profiles.get("deflate"), nodata=profile["nodata"], overview_resampling=smooth,
            in_memory=False, quiet=True, forward_band_tags=True, use_cog_driver=False,
        )  # fmt: skip
        plain.unlink()
        if manifest is not None:
            seal_raster(draft)
        progress(1.0)


def raster_epsg(settings: RasterSettings) -> int:
    """Return the system of a raster: the one asked for, else the 3-degree zone of its middle, without prefix."""
    return settings.epsg or gk3_epsg((settings.bounds[0] + settings.bounds[2]) / 2)


def _grid(settings: RasterSettings) -> _Grid:
    """Lay the grid: its lines at whole multiples of the cell, so that two rasters of one cell fit together."""
    west, south, east, north = settings.bounds
    if not (-180 <= west < east <= 180 and -89 <= south < north <= 89):
        raise BadInput("sheet.no_extent", bounds=settings.bounds)
    if not (math.isfinite(settings.cell_m) and settings.cell_m > 0):
        raise BadInput("raster.no_cell", cell=settings.cell_m)
    epsg = raster_epsg(settings)
    if describe(epsg).geographic:
        raise BadInput("raster.not_projected", epsg=epsg)
    low_x, low_y, high_x, high_y = shapely.bounds(_placed(np.array([shapely.box(*settings.bounds)]), epsg)[0])
    cell = settings.cell_m
    left, top = math.floor(low_x / cell) * cell, math.ceil(high_y / cell) * cell
    width, height = math.ceil((high_x - left) / cell), math.ceil((top - low_y) / cell)
    if width * height > _MOST_CELLS:
        least = math.ceil(cell * math.sqrt(width * height / _MOST_CELLS))
        raise BadInput("raster.too_fine", cell=f"{cell:g}", cells=f"{width * height / 1e6:,.0f}", least=least)
    return _Grid(epsg, grid_from(left, top, cell, cell), width, height, cell)


def _placed(shapes: NDArray[Any], epsg: int) -> NDArray[Any]:
    """Bring shapes of degrees into the grid's system, long edges cut first: they are straight in degrees."""
    cut = split_edges(shapes, edge_pieces_of(_EDGE_M))
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(cut, crs=4490))
    placed: NDArray[Any] = from_store(frame, epsg).geometry.to_numpy()
    return placed


def _shapes(layers: Sequence[Layer], grid: _Grid, *, distance: bool) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Return the parts of all layers, subdivided where large, and the class of each.

    A part of thousands of vertices is cut up, so that asking for what is near does not walk all of it.
    """
    parts: list[NDArray[Any]] = []
    codes: list[NDArray[np.uint8]] = []
    for layer in layers:
        assert layer.frame is not None
        located = layer.frame["located"].to_numpy(bool)
        whole = shapely.get_parts(layer.frame.geometry.to_numpy()[located])
        whole = whole[shapely.get_dimensions(whole) > 0] if distance else whole[shapely.get_dimensions(whole) == 2]
        if len(whole):
            parts.append(_placed(whole, grid.epsg))
            codes.append(np.full(len(whole), CLASSES.index(_class_of(layer)), np.uint8))
    if not parts:
        return np.array([], dtype=object), np.array([], np.uint8)
    return np.concatenate(parts), np.concatenate(codes)


def _class_of(layer: Layer) -> str:
    """Return the class of constraint of a layer."""
    spec = layer.spec
    if spec.role in {"redline", "protected"}:
        return spec.role
    if spec.stands_for == "ecological_space":
        return "ecological"
    if spec.group == "water":
        return "corridor" if spec.stands_for == "river_corridor" else "water"
    return "other"


def _windows(grid: _Grid) -> Iterator[Window]:
    for top in range(0, grid.height, _BLOCK):
        for left in range(0, grid.width, _BLOCK):
            yield Window(left, top, min(_BLOCK, grid.width - left), min(_BLOCK, grid.height - top))


def _bounds(grid: _Grid, window: Window) -> tuple[float, float, float, float]:
    west = grid.transform.c + window.col_off * grid.cell_m
    north = grid.transform.f - window.row_off * grid.cell_m
    return west, north - window.height * grid.cell_m, west + window.width * grid.cell_m, north


def _centres(grid: _Grid, window: Window) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    west, _, _, north = _bounds(grid, window)
    x = west + (np.arange(window.width) + 0.5) * grid.cell_m
    y = north - (np.arange(window.height) + 0.5) * grid.cell_m
    return x, y


def _distances(shapes: NDArray[Any], tree: Any, grid: _Grid, window: Window) -> NDArray[np.float32]:
    """Return the exact distance of every centre of a window to the nearest shape.

    What can be nearest to a cell lies no further from the window than the nearest to its middle, plus the diagonal.
    """
    x, y = _centres(grid, window)
    box = shapely.box(*_bounds(grid, window))
    reach = float(shapely.distance(box.centroid, shapes[tree.nearest(box.centroid)])) + box.length / 2
    near = shapes[tree.query(box, predicate="dwithin", distance=reach)]
    made = np.zeros((len(y), len(x)), np.float32)
    west, south, east, north = shapely.bounds(box)
    # only what lies within reach of the window counts: cut the rest off, it would only be walked in vain
    cut = shapely.clip_by_rect(near, west - reach, south - reach, east + reach, north + reach)
    cut = cut[~shapely.is_empty(cut)]
    here = shapely.get_parts(cut)
    inside = _burned(here[shapely.get_dimensions(here) == 2], grid, window)
    edges = _segments(here, (west - reach, south - reach, east + reach, north + reach))
    away = _to_edges(x, y, edges, ~inside)
    made[~inside] = away[~inside]
    return made


def _to_edges(
    x: NDArray[np.float64], y: NDArray[np.float64], edges: NDArray[Any], wanted: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return distances of centres to the nearest of many edges, exact, by blocks of cells.

    What is nearest to a cell of a block lies no further from the block's middle than the nearest edge to the middle,
    plus the diagonal: the few edges of which that is true are measured against all cells of the block at once.
    """
    made = np.zeros((len(y), len(x)))
    tops, lefts = np.arange(0, len(y), _PATCH), np.arange(0, len(x), _PATCH)
    corners = [(top, left) for top in tops for left in lefts if wanted[top : top + _PATCH, left : left + _PATCH].any()]
    if not corners:
        return made
    size = abs(x[1] - x[0]) if len(x) > 1 else abs(y[1] - y[0]) if len(y) > 1 else 0.0
    rows, columns = np.array(corners).T
    half = (_PATCH - 1) / 2 * size
    middles = shapely.points(x[columns] + half, y[rows] - half)
    index = shapely.STRtree(edges)
    _, near = index.query_nearest(middles, all_matches=False, return_distance=True)
    patch, edge = index.query(middles, predicate="dwithin", distance=near + 2.01 * math.hypot(half, half) + 1e-6)
    order = np.argsort(patch, kind="stable")
    starts = np.searchsorted(patch[order], np.arange(len(corners) + 1))
    ends = shapely.get_coordinates(edges).reshape(-1, 2, 2)
    for at, (top, left) in enumerate(corners):
        chosen = ends[edge[order[starts[at] : starts[at + 1]]]]
        here = np.s_[top : top + _PATCH, left : left + _PATCH]
        made[here] = _point_to_edge(x[here[1]], y[here[0]], chosen)
    return made


def _point_to_edge(x: NDArray[np.float64], y: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each cell of a block to the nearest of some edges, by the foot of the perpendicular."""
    best = np.full((len(y), len(x)), np.inf)
    for chunk in np.array_split(edges, max(1, len(edges) // 256)):
        (ax, ay), (bx, by) = chunk[:, 0].T, chunk[:, 1].T
        dx, dy = bx - ax, by - ay
        length2 = np.maximum(dx * dx + dy * dy, 1e-30)
        px, py = x[None, :, None] - ax, y[:, None, None] - ay
        share = np.clip((px * dx + py * dy) / length2, 0.0, 1.0)
        away2 = (px - share * dx) ** 2 + (py - share * dy) ** 2
        np.minimum(best, away2.min(axis=2), out=best)
    root: NDArray[np.float64] = np.sqrt(best)
    return root


def _segments(shapes: NDArray[Any], frame: tuple[float, float, float, float]) -> NDArray[Any]:
    """Cut outlines and lines into single edges, without those that clipping drew along the frame."""
    flat = shapely.get_dimensions(shapes) == 2
    lines = np.concatenate([shapely.get_rings(shapes[flat]), shapes[~flat]])
    points, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    start, end = points[:-1][same], points[1:][same]
    west, south, east, north = frame
    on_x = (start[:, 0] == end[:, 0]) & ((start[:, 0] == west) | (start[:, 0] == east))
    on_y = (start[:, 1] == end[:, 1]) & ((start[:, 1] == south) | (start[:, 1] == north))
    kept = ~(on_x | on_y)
    made: NDArray[Any] = shapely.linestrings(np.stack([start[kept], end[kept]], axis=1))
    return made


def _burned(areas: NDArray[Any], grid: _Grid, window: Window) -> NDArray[np.bool_]:
    """Return a mask of the cell centres of a window that lie in an area."""
    if not len(areas):
        return np.zeros((window.height, window.width), bool)
    west, _, _, north = _bounds(grid, window)
    made = rasterize(
        areas, out_shape=(window.height, window.width), transform=grid_from(west, north, grid.cell_m, grid.cell_m),
        fill=0, default_value=1, dtype="uint8",
    )  # fmt: skip
    return np.asarray(made, dtype=bool)


def _classes(
    shapes: NDArray[Any], code: NDArray[np.uint8], tree: Any, grid: _Grid, window: Window
) -> NDArray[np.uint8]:
    """Return the gravest class at every centre of a window."""
    rows = tree.query(shapely.box(*_bounds(grid, window)), predicate="intersects")
    made = np.zeros((window.height, window.width), np.uint8)
    for number in np.unique(code[rows]).tolist():
        made[_burned(shapes[rows[code[rows] == number]], grid, window)] = number
    return made


def _covered(inside: Any, grid: _Grid, window: Window) -> NDArray[np.bool_]:
    """Return a mask of the cell centres of a window that lie in the territory."""
    part = shapely.clip_by_rect(inside, *_bounds(grid, window))
    pieces = shapely.get_parts(np.array([part], dtype=object))
    return _burned(pieces[shapely.get_dimensions(pieces) == 2], grid, window)


def _describe(made: Any, used: Sequence[Layer], kind: Kind, lang: Lang, about: Mapping[str, str]) -> None:
    """Write what the cells mean, from which layers, and what they are not."""
    described = {
        layer.id: {"sha256": layer.digest, "as_of": layer.spec.as_of, "licence": layer.spec.licence} for layer in used
    }
    warned = any(layer.spec.watermark or layer.spec.indicative for layer in used)
    tags = {
        **about,
        "TIFFTAG_IMAGEDESCRIPTION": t(f"raster.{kind}", lang),
        "REDLINE_LAYERS": json.dumps(described, ensure_ascii=False),
        "REDLINE_NOTICE": t("raster.illustrative" if warned else "snapshot.disclaimer", lang),
    }
    if kind == "constraint":
        names = {str(at): t(f"raster.class_{code}", lang) for at, code in enumerate(CLASSES)}
        tags["REDLINE_CLASSES"] = json.dumps(names, ensure_ascii=False)
        colours = [tuple(int(text[at : at + 2], 16) for at in (1, 3, 5, 7)) for text in _COLOURS]
        made.write_colormap(1, dict(enumerate(colours)))
    else:
        made.units = ("m",)
    made.set_band_description(1, t(f"raster.{kind}", lang))
    made.update_tags(**tags)
