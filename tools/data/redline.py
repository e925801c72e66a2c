"""Build the illustrative red line: 30″ cells selected by a score until each published area is reached.

The method and its reasons: docs/decisions/redline-model.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from rasterio.transform import Affine
from scipy import ndimage

from tools.data.terrain import CELLS_PER_DEGREE, NODATA
from tools.data.write import CRS, DATA, Provenance, area_m2, stamp, write_layer

MU_M2 = 10_000 / 15
FUZHOU_SHARE = 0.2712
JIAN_M2 = 673e4 * MU_M2
JIANGXI_M2 = 41_200e6
YANGZHOU_M2 = 1_172.77e6
PUBLISHED = {"361000": "2020", "360800": "2022"}
"""Cities whose own size is published, and of when it is; the nine others share what is left of the province's floor."""
ACCURACY_M = 5000
LEAST_PATCH_CELLS = 8
WEIGHTS = {"height": 0.40, "relief": 0.35, "slope": 0.25}
COMPACT_CELLS = 1.5  # the score is averaged over this, so that patches hang together; the cells stay cells
WATER_SCORE = 2.0
WATERS = {"jiangxi": ["poyang"], "yangzhou": ["gaoyou", "shaobo", "baoying", "baima", "yangtze", "rujiang-water"]}
LICENCE = "CC0-1.0 (model output)"


@dataclass
class Grid:
    """The elevation in metres on its 30″ lattice, with the transform."""

    height: NDArray[np.float64]
    transform: Affine

    def mask(self, shape: shapely.Geometry, *, touched: bool) -> NDArray[np.bool_]:
        """Return the mask of cells whose centre is in a shape or, with `touched`, of all that it touches."""
        outside = geometry_mask([shape], self.height.shape, self.transform, all_touched=touched)
        return np.asarray(~outside)

    def boxes(self, cells: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return cells as boxes in degrees; corners of neighbours coincide exactly."""
        row, column = np.unravel_index(cells, self.height.shape)
        west = round(self.transform.c * CELLS_PER_DEGREE) + column
        north = round(self.transform.f * CELLS_PER_DEGREE) - row
        n = CELLS_PER_DEGREE
        return np.asarray(shapely.box(west / n, (north - 1) / n, (west + 1) / n, north / n))


def _grid() -> Grid:
    with rasterio.open(DATA / "terrain" / "dem.tif") as src:
        height, transform = src.read(1).astype(np.float64), src.transform
    return Grid(np.where(height == NODATA, 0.0, height), transform)


def _rank(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the rank of each cell among the cells of the mask, 0 to 1."""
    out = np.zeros(values.shape)
    out[mask] = values[mask].argsort().argsort() / max(int(mask.sum()) - 1, 1)
    return out


def mountain_score(grid: Grid, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a score: weighted ranks of height, local relief (range in 7 x 7 cells) and slope, smoothed."""
    relief = ndimage.maximum_filter(grid.height, 7) - ndimage.minimum_filter(grid.height, 7)
    slope = np.hypot(*np.gradient(ndimage.gaussian_filter(grid.height, 0.7)))
    parts = {"height": grid.height, "relief": relief, "slope": slope}
    score = sum((WEIGHTS[k] * _rank(v, mask) for k, v in parts.items()), np.zeros(grid.height.shape))
    weight = ndimage.gaussian_filter(
        mask.astype(np.float64), COMPACT_CELLS
    )  # so that a border ridge does not lose half
    return np.asarray(ndimage.gaussian_filter(score * mask, COMPACT_CELLS) / np.maximum(weight, 1e-6))


def _clipped(boxes: NDArray[np.object_], shape: shapely.Geometry) -> NDArray[np.object_]:
    """Return boxes clipped to a shape."""
    shapely.prepare(shape)
    inside = shapely.contains_properly(shape, boxes)
    out = boxes.copy()
    west, south, east, north = shape.bounds
    step = 0.25
    for x in np.arange(np.floor(west / step) * step, east, step):
        for y in np.arange(np.floor(south / step) * step, north, step):
            tile = shapely.box(x, y, x + step, y + step)
            here = np.flatnonzero(~inside & shapely.within(shapely.centroid(boxes), tile))
            if len(here):
                out[here] = shapely.intersection(boxes[here], shapely.clip_by_rect(shape, x, y, x + step, y + step))
    return out


def _areas(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    return np.array([area_m2(s) for s in shapes])


def _without_small_patches(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the selected cells without patches smaller than LEAST_PATCH_CELLS."""
    label, _ = ndimage.label(chosen)
    size = np.bincount(label.ravel())
    return np.asarray(chosen & (size[label] >= LEAST_PATCH_CELLS))


def select_cells(
    score: NDArray[np.float64], cells: NDArray[np.intp], area: NDArray[np.float64], target_m2: float
) -> NDArray[np.bool_]:
    """Return flags of the cells with the highest score whose area is nearest to the target, without small patches."""
    ranked = score.ravel()[cells].copy()
    for _ in range(12):
        order = np.argsort(-ranked, kind="stable")
        total = np.cumsum(area[order])
        count = int(np.argmin(np.abs(total - target_m2))) + 1
        chosen = np.zeros(score.size, dtype=bool)
        chosen[cells[order[:count]]] = True
        large = _without_small_patches(chosen.reshape(score.shape)).ravel()
        small = chosen & ~large
        if not small.any():
            break
        ranked[small[cells]] = -np.inf
    selected = chosen[cells]
    return np.asarray(selected)


def _patches(shapes: NDArray[np.object_], origin: Provenance, adcode: str, name: tuple[str, str]) -> gpd.GeoDataFrame:
    """Return the selected cells of one prefecture, merged where they share an edge; cell corners stay as vertices."""
    whole = shapely.get_parts(shapely.union_all(shapes[~shapely.is_empty(shapes)]))
    whole = whole[shapely.get_type_id(whole) == 3]
    order = np.lexsort(np.round(shapely.get_coordinates(shapely.point_on_surface(whole)), 6).T)
    whole = whole[order]
    tree = shapely.STRtree(whole)
    _, owner = tree.query(shapely.point_on_surface(shapes), predicate="intersects")
    frame = gpd.GeoDataFrame(
        {
            "redline_id": [f"{adcode}-{i:04d}" for i in range(1, len(whole) + 1)],
            "adcode": adcode,
            "name_zh": name[0],
            "name_en": name[1],
            "cells": np.bincount(owner, minlength=len(whole)),
            "area_m2": np.round(_areas(whole), 1),
        },
        geometry=shapely.normalize(whole),
        crs=CRS,
    )
    return stamp(frame, origin)


def _water(names: list[str]) -> shapely.Geometry:
    frame = gpd.read_file(DATA / "water" / "hyd4m_polygons.fgb").set_index("water_id")
    return shapely.union_all(frame.loc[names].geometry.to_numpy())


def jiangxi(grid: Grid, prefecture: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the patches of Jiangxi: Fuzhou and Ji'an with their published areas, the nine others with the rest."""
    units = prefecture[prefecture["province_adcode"] == "360000"].set_index("adcode")
    province = grid.mask(shapely.union_all(units.geometry.to_numpy()), touched=True)
    score = mountain_score(grid, province)
    score[grid.mask(_water(WATERS["jiangxi"]), touched=False)] = WATER_SCORE
    parts: dict[str, tuple[NDArray[np.intp], NDArray[np.object_], NDArray[np.float64]]] = {}
    for adcode, shape in units.geometry.items():
        cells = np.flatnonzero(grid.mask(shape, touched=True))
        cut = _clipped(grid.boxes(cells), shape)
        overlapping = ~shapely.is_empty(cut)
        parts[str(adcode)] = (cells[overlapping], cut[overlapping], _areas(cut[overlapping]))
    fuzhou_m2 = FUZHOU_SHARE * parts["361000"][2].sum()
    groups = {
        ("361000",): fuzhou_m2,
        ("360800",): JIAN_M2,
        tuple(a for a in sorted(parts) if a not in {"361000", "360800"}): JIANGXI_M2 - fuzhou_m2 - JIAN_M2,
    }
    frames = []
    for members, target in groups.items():
        cells, _, area = (np.concatenate([parts[a][i] for a in members]) for i in range(3))
        flags = np.split(select_cells(score, cells, area, target), np.cumsum([len(parts[a][0]) for a in members])[:-1])
        for adcode, flag in zip(members, flags, strict=True):
            as_of = PUBLISHED.get(adcode, "unknown")
            origin = Provenance("model over dem.tif and hyd4m_polygons.fgb", LICENCE, as_of, ACCURACY_M, "modelled")
            unit = units.loc[adcode]
            name = (
                f"{unit['name_zh']}生态保护红线（示意）",
                f"Ecological red line of {unit['name_en']} (illustrative)",
            )
            if adcode not in PUBLISHED:
                name = (
                    f"全省红线示意落在{unit['name_zh']}的部分（该市面积未公布）",
                    f"Part of the provincial illustration in {unit['name_en']} (no size published for the city)",
                )
            frames.append(_patches(parts[adcode][1][flag], origin, adcode, name))
    return pd.concat(frames, ignore_index=True)


def yangzhou(grid: Grid, prefecture: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the patches of Yangzhou: cells in the lakes, then those nearest to lakes, Yangtze, channel and canal."""
    shape = prefecture.set_index("adcode").geometry["321000"]
    cells = np.flatnonzero(grid.mask(shape, touched=True))
    boxes = grid.boxes(cells)
    cut = _clipped(boxes, shape)
    overlapping = ~shapely.is_empty(cut)
    cells, boxes, cut = cells[overlapping], boxes[overlapping], cut[overlapping]
    canal = gpd.read_file(DATA / "water" / "hyd4m_lines.fgb").set_index("water_id").geometry["jinghang"]
    water = _water(WATERS["yangzhou"])
    share = shapely.area(shapely.intersection(boxes, water)) / shapely.area(boxes)
    distance = shapely.distance(shapely.centroid(boxes), shapely.union(water, canal))
    score = np.full(grid.height.size, -np.inf)
    score[cells] = share - distance
    flag = select_cells(score.reshape(grid.height.shape), cells, _areas(cut), YANGZHOU_M2)
    origin = Provenance("model over hyd4m_polygons.fgb and hyd4m_lines.fgb", LICENCE, "unknown", ACCURACY_M, "modelled")
    name = (
        "扬州市生态保护红线与生态空间管控区（合并示意）",
        "Red line and ecological control areas of Yangzhou City (together, illustrative)",
    )
    return _patches(cut[flag], origin, "321000", name)


def build() -> None:
    """Write `data/redline/`."""
    grid = _grid()
    prefecture = gpd.read_file(DATA / "boundaries" / "prefecture.fgb")
    for name, frame in {"jiangxi": jiangxi(grid, prefecture), "yangzhou": yangzhou(grid, prefecture)}.items():
        write_layer(frame, DATA / "redline" / f"{name}.fgb")
        print("  " + "; ".join(f"{a} {v / 1e6:.2f} km²" for a, v in frame.groupby("adcode")["area_m2"].sum().items()))
