"""Layers drawn on paper: the shapes, symbols, hatches and names of the screen, as vectors, at its sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject, transform_bounds

from carto.badges import anchors_of, badges_json, merged_badges
from carto.scene import LayerDisplay, ordered_ids
from carto.style import MISSING, Choropleth, Symbol, classes_of, paint_order
from carto.tiles import drawn_as_shapes
from geo.crs import from_store
from geo.tiles import shared_edges
from layers.catalogue import Layer
from snapshot.sheet.layout import PIXEL_MM, PX_PT, Frame
from snapshot.sheet.marks import Marks
from words import Lang

__all__ = ["Relief", "area_patch", "draw_layers", "draw_relief", "drawn_in", "line_pen", "screen_zoom", "stacked"]

# text stays text, and a font goes in as the glyphs that are used
mpl.rcParams["pdf.fonttype"] = 42
mpl.rcParams["hatch.linewidth"] = 0.55

MOST_VECTOR: Final = 5_000
"""A layer of more polygons is drawn as an image inside the vector sheet."""
_FINEST_MM: Final = 0.04
_HATCH: Final = "//"
_HATCH_PT: Final = 6.0
_EQUATOR_M_PER_PX: Final = 156_543.033_92


@dataclass(frozen=True)
class Relief:
    """A shaded relief: a picture in Web Mercator and its bounds, west, south, east, north in degrees."""

    path: Path
    bounds: tuple[float, float, float, float]


def screen_zoom(frame: Frame) -> int:
    """Return the zoom at which a screen shows things as large as the sheet does: what appears from which zoom on."""
    _, south, _, north = frame.degrees()
    metres = _EQUATOR_M_PER_PX * math.cos(math.radians((south + north) / 2))
    return round(math.log2(metres / (PIXEL_MM / 1000 * frame.scale)))


def draw_layers(
    axes: Axes,
    layers: Sequence[Layer],
    frame: Frame,
    lang: Lang,
    *,
    unit: float = 1.0,
    indicator: Choropleth | None = None,
    sites: tuple[gpd.GeoDataFrame, Symbol] | None = None,
    outlined: tuple[gpd.GeoDataFrame, Symbol] | None = None,
    names: bool = True,
    panel: Sequence[LayerDisplay] = (),
    kept: NDArray[np.float64] | None = None,
    counted: Sequence[Layer] | None = None,
) -> None:
    """Draw layers as on screen, bottom to top, then symbols, then names without overlap.

    Parameters
    ----------
    axes : Axes
        Already set to the frame.
    layers : sequence of Layer
        Loaded, and let out.
    frame : Frame
    lang : {"zh", "en"}
    unit : float
        By how much symbols and names grow.
    indicator : Choropleth, optional
    sites : GeoDataFrame (EPSG:4490, ``site_id``) and Symbol, optional
        Drawn above all layers.
    outlined : GeoDataFrame (EPSG:4490) and Symbol, optional
        Drawn above all layers, below the sites.
    names : bool
        Whether symbols and names are drawn.
    panel : sequence of LayerDisplay
        How layers stand on the screen, top first: their order and opacity; the catalogue's by default.
    kept : ndarray, shape (n, 4), optional
        Boxes of the frame's system in which no name may stand (``sheet_furniture.furniture``).
    counted : sequence of Layer, optional
        The same layers with all of their features, inside the frame or not: a badge counts all of its territory.
    """
    zoom = screen_zoom(frame)
    if indicator is not None:
        _draw_indicator(axes, indicator, frame, unit)
    marks = Marks(frame, zoom, lang, unit)
    shown = drawn_in(layers, frame)
    opacity = {one.id: one.opacity for one in panel}
    for layer in stacked(shown, panel):
        _draw_shapes(axes, layer, frame, unit, opacity.get(layer.id, 1.0))
        if names:
            marks.take(layer, opacity.get(layer.id, 1.0))
    if names:
        drawn = {layer.id for layer in shown}
        whole = layers if counted is None else counted
        anchors = anchors_of(whole)
        frames = [(layer, layer.frame) for layer in whole if layer.frame is not None and layer.id in drawn]
        numbers = [(_colours(layer), badges_json(layer, every, anchors)) for layer, every in frames]
        marks.take_badges(merged_badges(numbers, zoom), anchors)
    for own in (outlined, sites):
        if own is not None:
            shapes = own[0].geometry.to_numpy()
            _draw_path(axes, _seen(shapes[shapely.get_dimensions(shapes) > 0], frame), own[1], unit, many=False)
    if sites is not None:
        marks.take_sites(*sites)
    marks.draw(axes, np.empty((0, 4)) if kept is None else kept)


def _colours(layer: Layer) -> list[str]:
    """Return the colour of each class of a layer, as its share of a badge has it."""
    return [item.symbol["fill"] or item.symbol["stroke"] or "" for item in classes_of(layer)[0]]


def drawn_in(layers: Sequence[Layer], frame: Frame) -> list[Layer]:
    """Return the layers with what of them is in a frame at its scale: the legend names no others."""
    zoom = max(screen_zoom(frame), 6)
    box = shapely.box(*frame.degrees())
    found = []
    for layer in layers:
        if layer.frame is None or layer.spec.min_zoom > zoom:
            continue
        here = shapely.intersects(layer.frame.geometry.to_numpy(), box)
        if here.any():
            found.append(replace(layer, frame=layer.frame[here].reset_index(drop=True)))
    return found


def stacked(layers: Sequence[Layer], panel: Sequence[LayerDisplay] = ()) -> list[Layer]:
    """Return layers bottom to top, in the order of the screen's panel or of the catalogue."""
    usual = sorted(layers, key=lambda one: paint_order(one.spec))
    place = {
        name: at for at, name in enumerate(ordered_ids([one.id for one in usual[::-1]], [one.id for one in panel]))
    }
    return sorted(usual, key=lambda one: -place[one.id])


def _seen(shapes: NDArray[Any], frame: Frame) -> NDArray[Any]:
    """Return shapes clipped to a little more than the frame, in its system."""
    west, south, east, north = frame.degrees()
    pad = 0.03 * max(east - west, north - south)
    cut = shapely.clip_by_rect(shapes, west - pad, south - pad, east + pad, north + pad)
    cut = cut[~shapely.is_empty(cut)]
    series = gpd.GeoDataFrame(geometry=gpd.GeoSeries(cut, crs=4490))
    placed = from_store(series, frame.epsg).geometry.to_numpy()
    thin: NDArray[Any] = shapely.simplify(placed, _FINEST_MM / 1000 * frame.scale, preserve_topology=False)
    kept: NDArray[Any] = thin[~shapely.is_empty(thin)]
    return kept


def _outline(shapes: NDArray[Any], *, closed: bool) -> Outline | None:
    """Return shapes as one path: thousands of polygons are one fill, and overlaps are not painted twice."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[shapely.get_dimensions(parts) == (2 if closed else 1)]
    if not len(parts):
        return None
    rings = shapely.get_rings(shapely.orient_polygons(parts)) if closed else parts
    points, owner = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Outline.LINETO, np.uint8)
    codes[np.flatnonzero(np.diff(owner, prepend=-1))] = Outline.MOVETO
    if closed:
        codes[np.flatnonzero(np.diff(owner, append=owner[-1] + 1))] = Outline.CLOSEPOLY
    return Outline(points, codes)


def area_patch(outline: Outline, symbol: Symbol, unit: float, opacity: float = 1.0) -> list[PathPatch]:
    """Return the patch of an area: fill, hatch and outline."""
    made = []
    if symbol["fill"]:
        made.append(PathPatch(outline, facecolor=symbol["fill"], alpha=symbol["opacity"] * opacity, linewidth=0))
    if symbol["hatch"] and opacity >= 1.0:
        # a hatch has no transparency in PDF: mix the colour with the paper instead
        ink = to_rgb(symbol["stroke"] or symbol["fill"] or "#000000")
        colour = tuple(0.6 * part + 0.4 for part in ink)
        made.append(PathPatch(outline, fill=False, hatch=_HATCH, edgecolor=colour, linewidth=0))
    if symbol["stroke"] and symbol["width"]:
        made.append(PathPatch(outline, fill=False, alpha=opacity, **_pen(symbol, unit)))
    return made


def _pen(symbol: Symbol, unit: float) -> dict[str, Any]:
    width = symbol["width"] * PX_PT * unit
    pen: dict[str, Any] = {"edgecolor": symbol["stroke"], "linewidth": width, "joinstyle": "bevel", "capstyle": "butt"}
    if symbol["dash"]:
        dashes = [length * PX_PT * unit for length in symbol["dash"]]
        pen["linestyle"] = (0, dashes * (1 + len(dashes) % 2))
    return pen


def line_pen(symbol: Symbol, unit: float) -> dict[str, Any]:
    """Return how a line of a symbol is drawn by ``Axes.plot``."""
    pen = _pen(symbol, unit)
    return {"color": pen["edgecolor"], "linewidth": pen["linewidth"], "linestyle": pen.get("linestyle", "-")}


def _draw_shapes(axes: Axes, layer: Layer, frame: Frame, unit: float, opacity: float) -> None:
    """Draw the areas and lines of a layer, one path a class."""
    assert layer.frame is not None
    classes, of_row = classes_of(layer)
    if layer.spec.role == "boundary":
        edges = _seen(shared_edges(layer.frame).geometry.to_numpy(), frame)
        _draw_path(axes, edges, classes[0].symbol, unit, many=False, opacity=opacity)
        return
    drawn = drawn_as_shapes(layer.frame)
    for place, item in enumerate(classes):
        rows = np.flatnonzero(drawn & (of_row == place))
        if rows.size:
            shapes = _seen(layer.frame.geometry.to_numpy()[rows], frame)
            _draw_path(axes, shapes, item.symbol, unit, many=len(shapes) > MOST_VECTOR, opacity=opacity)


def _draw_path(
    axes: Axes, shapes: NDArray[Any], symbol: Symbol, unit: float, *, many: bool, opacity: float = 1.0
) -> None:
    patches: list[PathPatch] = []
    if (areas := _outline(shapes, closed=True)) is not None:
        patches += area_patch(areas, symbol, unit, opacity)
        if symbol["hatch"] and opacity < 1.0:
            _hatch_lines(axes, areas, symbol, unit, opacity)
    if symbol["stroke"] and (lines := _outline(shapes, closed=False)) is not None:
        patches.append(PathPatch(lines, fill=False, alpha=opacity, **_pen(symbol, unit)))
    for patch in patches:
        patch.set_rasterized(many)
        axes.add_patch(patch)


def _hatch_lines(axes: Axes, areas: Outline, symbol: Symbol, unit: float, opacity: float) -> None:
    """Draw hatch lines clipped to an area: unlike a pattern they can be seen through."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    figure = axes.get_figure()
    assert figure is not None
    per_pt = (east - west) / (axes.get_window_extent().width * 72 / figure.dpi)
    starts = np.arange(west - (north - south), east, math.sqrt(2) * _HATCH_PT * unit * per_pt)
    lines = [[(x, south), (x + north - south, north)] for x in starts.tolist()]
    ink = symbol["stroke"] or symbol["fill"] or "#000000"
    drawn = LineCollection(lines, colors=ink, linewidths=0.55, alpha=0.6 * opacity, zorder=1)
    drawn.set_clip_path(PathPatch(areas, transform=axes.transData))
    drawn.set_clip_box(axes.bbox)
    axes.add_collection(drawn, autolim=False)


def _draw_indicator(axes: Axes, shown: Choropleth, frame: Frame, unit: float) -> None:
    """Draw the classes of an indicator on their regions."""
    assert shown.layer.frame is not None
    shapes = shown.layer.frame.geometry.to_numpy()
    for place, symbol in [*enumerate(shown.classes.symbols()), (-1, MISSING)]:
        rows = np.flatnonzero(shown.classes.of_row == place)
        if rows.size:
            _draw_path(axes, _seen(shapes[rows], frame), symbol, unit, many=False)


def draw_relief(axes: Axes, relief: Relief, frame: Frame) -> None:
    """Draw a shaded relief below everything, warped into the frame's system."""
    picture = imread(str(relief.path)) if relief.path.suffix == ".png" else _opened(relief.path)
    west, south, east, north = transform_bounds("EPSG:4326", "EPSG:3857", *relief.bounds)
    source = from_bounds(west, south, east, north, picture.shape[1], picture.shape[0])
    wide = 1400
    tall = max(1, round(wide * (frame.north - frame.south) / (frame.east - frame.west)))
    target = from_bounds(frame.west, frame.south, frame.east, frame.north, wide, tall)
    made = np.zeros((4, tall, wide), np.uint8)
    bands = np.concatenate([picture[..., :3], np.full((*picture.shape[:2], 1), 255, np.uint8)], axis=2)
    for band in range(4):
        reproject(
            np.ascontiguousarray(bands[..., band]),
            made[band],
            src_transform=source,
            src_crs=CRS.from_epsg(3857),
            dst_transform=target,
            dst_crs=CRS.from_epsg(frame.epsg),
            resampling=Resampling.bilinear,
        )
    extent = (frame.west, frame.east, frame.south, frame.north)
    axes.imshow(np.moveaxis(made, 0, 2), extent=extent, zorder=-10, interpolation="none", aspect="auto")


def _opened(path: Path) -> NDArray[np.uint8]:
    from PIL import Image  # noqa: PLC0415 -- reads WebP, which matplotlib by itself does not

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))
