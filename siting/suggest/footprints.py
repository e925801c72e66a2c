"""Footprints: compact areas of the size that is sought, cut exactly, where the raster finds the best places."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from siting.suggest.criteria import Cells

__all__ = ["footprints", "with_width"]

Floats = NDArray[np.float64]
_WHOLE: Final = 0.999
_LEAST_SHARE: Final = 0.3
_STEPS: Final = 12
_WIDEST: Final = 2.0
_WHOLE_PART: Final = 3.0
_MITRE: Final = 1.5


def with_width(shape: Any, width_m: float) -> Any:
    """Return what of a polygon is left of it where it is wide enough: opened by a circle of that width."""
    if width_m <= 0:
        return shape
    opened = shape.buffer(-width_m / 2).buffer(width_m / 2, quad_segs=32)
    return shapely.intersection(opened, shape)


def footprints(
    parts: NDArray[Any], scores: Floats, cells: Cells, feasible: NDArray[np.bool_], *, area_m2: float, width_m: float
) -> Iterator[Any]:
    """Yield footprints of an area within feasible parts, the best places first, each apart from those before.

    Squares where they fit whole; then squares that are cut by the edge of the feasible land and grown until they
    have the area; then whole parts that have none yet. Two footprints are apart by the side of a square.

    Parameters
    ----------
    parts : array of shapely geometries
        Feasible polygons, in the plane.
    scores : array of float
        Of each cell; the higher the better.
    cells : Cells
    feasible : array of bool
        Of each cell.
    area_m2 : float
        Least area, in the plane.
    width_m : float
        A footprint stays in one piece when its edge moves in by half of this.
    """
    side = math.sqrt(area_m2)
    window = max(round(side / cells.size_m), 1) | 1
    share = uniform_filter(feasible.astype(np.float32), window, mode="constant")
    mean = uniform_filter(np.where(feasible, scores, 0.0).astype(np.float32), window, mode="constant")
    mean = np.where(share > 0, mean / np.maximum(share, 1e-6), 0.0)
    tree = shapely.STRtree(parts)
    made: list[Any] = []
    free = feasible.copy()
    for low, high in ((_WHOLE, np.inf), (_LEAST_SHARE, _WHOLE)):
        open_cells = np.where(free & (share >= low) & (share < high), mean, -1.0)
        while (at := int(open_cells.argmax())) >= 0 and open_cells.flat[at] >= 0:
            row, column = np.unravel_index(at, cells.shape)
            seed = cells.place(int(row), int(column))
            shape = _grown(seed, parts, tree, made, area_m2=area_m2, width_m=width_m)
            reach = 2 * window if shape is not None else max(window // 2, 1)
            around = np.s_[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
            open_cells[around] = -1.0
            if shape is not None:
                free[around] = False
                made.append(shape)
                yield shape
    for part in parts[np.argsort(-shapely.area(parts), kind="stable")]:
        if part.area <= _WHOLE_PART * area_m2 and not any(part.intersects(one) for one in made):
            shape = _in_one_piece(part, width_m)
            if shape is not None and shape.area >= area_m2:
                made.append(shape)
                yield shape


def _grown(
    seed: tuple[float, float], parts: NDArray[Any], tree: Any, made: list[Any], *, area_m2: float, width_m: float
) -> Any | None:
    """Return the least square around a place that, cut to the feasible land, has the area; None if none has."""
    point = shapely.Point(seed)
    holding = parts[tree.query(point, predicate="intersects")]
    if not len(holding):
        return None
    half = math.sqrt(area_m2) / 2
    largest = shapely.intersection(holding[0], _square(seed, half * _WIDEST))
    if made:
        largest = shapely.difference(largest, shapely.union_all(made).buffer(half * 0.05))
    if largest.area < area_m2:
        return None
    low, high = half * (1 - 1e-9), half * _WIDEST
    best = _cut(largest, seed, low, width_m)
    if best is not None and best.area >= area_m2 * (1 - 1e-9):
        return best
    best = _cut(largest, seed, high, width_m)
    if best is None or best.area < area_m2:
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        shape = _cut(largest, seed, middle, width_m)
        if shape is not None and shape.area >= area_m2:
            best, high = shape, middle
        else:
            low = middle
    return best


def _cut(land: Any, seed: tuple[float, float], half: float, width_m: float) -> Any | None:
    return _in_one_piece(shapely.intersection(land, _square(seed, half)), width_m)


def _square(seed: tuple[float, float], half: float) -> Any:
    return shapely.box(seed[0] - half, seed[1] - half, seed[0] + half, seed[1] + half)


def _in_one_piece(shape: Any, width_m: float) -> Any | None:
    """Return the largest piece of a polygon that is wide enough everywhere, its corners as they were; None if none."""
    if width_m > 0:
        core = _largest(shape.buffer(-width_m / 2, join_style="mitre"))
        if core is None:
            return None
        shape = shapely.intersection(core.buffer(width_m / 2, join_style="mitre", mitre_limit=_MITRE), shape)
    return _largest(shape)


def _largest(shape: Any) -> Any | None:
    """Return the largest polygon of a shape; None if it has none."""
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]
    return max(polygons, key=lambda part: part.area) if polygons else None
