"""Rivers from the elevation grid: flow directions (pyflwdir), named rivers traced along them, other streams by area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyflwdir
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine
from shapely.ops import substring

from tools.data.terrain import CELLS_PER_DEGREE, NODATA
from tools.data.write import CRS, DATA

BURN_M = 25.0  # known channels are lowered by this, so that the model keeps to them where the grid has lost the valley
SNAP_CELLS = 3
HEAD_KM2 = 25.0  # a river starts where it drains this much
SMOOTH_DEG = 0.003
SNAP_END_DEG = 0.03
BESIDE_CELLS = 2.5  # a modelled channel this near to a reach of another source is that reach again


@dataclass
class FlowModel:
    """Flow directions with drained area (km²), Strahler order, and transform and shape of the grid."""

    network: pyflwdir.FlwdirRaster
    drained_km2: NDArray[np.float64]
    order: NDArray[np.uint8]
    transform: Affine
    shape: tuple[int, int]

    def cell(self, lon: float, lat: float) -> int:
        """Return the flat index of the cell with the largest drained area within SNAP_CELLS of a point."""
        column, row = ~self.transform * (lon, lat)
        top, left = int(row) - SNAP_CELLS, int(column) - SNAP_CELLS
        window = self.drained_km2[top : top + 2 * SNAP_CELLS + 1, left : left + 2 * SNAP_CELLS + 1]
        down, across = np.unravel_index(int(window.argmax()), window.shape)
        return int(np.ravel_multi_index((top + int(down), left + int(across)), self.shape))

    def lonlat(self, cells: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the centres of cells as lon/lat."""
        row, column = np.unravel_index(cells, self.shape)
        return np.column_stack(self.transform * (column + 0.5, row + 0.5))

    def head(self, cell: int) -> int:
        """Return the uppermost cell of the main stem that drains at least HEAD_KM2."""
        main = self.network.main_upstream(self.drained_km2).ravel()
        area = self.drained_km2.ravel()
        while main[cell] >= 0 and area[main[cell]] >= HEAD_KM2:
            cell = int(main[cell])
        return cell

    def path(self, cell: int, claimed: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the cells from `cell` downstream to the first one claimed by another river, inclusive."""
        downstream = self.network.idxs_ds
        cells = [cell]
        while not claimed[cells[-1]] and downstream[cells[-1]] != cells[-1]:
            cells.append(int(downstream[cells[-1]]))
        return np.array(cells)


def flow_model(channels: list[shapely.Geometry]) -> FlowModel:
    """Return flow directions over the elevation grid, with channels burnt in BURN_M deep."""
    with rasterio.open(DATA / "terrain" / "dem.tif") as src:
        grid, transform = src.read(1).astype(np.float64), src.transform
    sea = grid == NODATA
    burnt = rasterize(channels, out_shape=grid.shape, transform=transform).astype(bool)
    grid[burnt & ~sea] -= BURN_M
    grid[sea] = -9999.0
    network = pyflwdir.from_dem(grid, nodata=-9999.0, transform=transform, latlon=True, outlets="edge")
    return FlowModel(network, network.upstream_area("km2"), network.stream_order(), transform, grid.shape)


def smooth(xy: NDArray[np.float64]) -> shapely.LineString:
    """Return a line simplified to SMOOTH_DEG and smoothed by two rounds of Chaikin, with its ends unchanged."""
    line = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy), SMOOTH_DEG))
    for _ in range(2):
        a, b = line[:-1], line[1:]
        inner = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        line = np.vstack([line[:1], inner[1:-1], line[-1:]])
    return shapely.LineString(np.round(line, 5))


def _extended_to(line: NDArray[np.float64], drawn: shapely.Geometry) -> NDArray[np.float64]:
    """Return a line with its end moved to the nearest point of `drawn` if that is within SNAP_END_DEG."""
    end = shapely.Point(line[-1])
    if drawn.is_empty or shapely.distance(end, drawn) > SNAP_END_DEG:
        return line
    foot = shapely.get_coordinates(shapely.shortest_line(drawn, end))[0]
    return np.vstack([line[:-1], foot]) if len(line) > 2 else np.vstack([line, foot])


def _cells(shapes: list[shapely.Geometry], flow: FlowModel) -> NDArray[np.bool_]:
    return np.asarray(
        rasterize(shapes, out_shape=flow.shape, transform=flow.transform, all_touched=True).ravel().astype(bool)
    )


def trace(flow: FlowModel, rivers: list[dict[str, Any]], reaches: dict[str, shapely.LineString]) -> gpd.GeoDataFrame:
    """Return named rivers traced along the flow directions, in order; `reaches` are claimed after the `first` ones.

    Returns
    -------
    Frame with water_id, order (Strahler at the mouth), upstream_km2, geometry; claimed cells in `attrs["claimed"]`.
    """
    claimed = np.zeros(flow.drained_km2.size, dtype=bool)
    drawn: shapely.Geometry = shapely.LineString()
    rows = []
    waiting = list(reaches.values())
    for river in rivers:
        if waiting and not river.get("first"):
            claimed |= _cells(waiting, flow)
            drawn, waiting = shapely.union_all([drawn, *waiting]), []
        start = flow.cell(*river["start"])
        cells = flow.path(flow.head(start) if river.get("head") else start, claimed)
        xy = _extended_to(flow.lonlat(cells), drawn)
        line = smooth(np.vstack([river["start"], xy]) if river.get("join") else xy)
        if "until" in river:
            line = substring(line, 0, shapely.line_locate_point(line, shapely.Point(river["until"])))
        last = cells[-2] if len(cells) > 1 else cells[-1]
        claimed[cells] = True
        drawn = shapely.union(drawn, line)
        rows.append((river["id"], int(flow.order.ravel()[last]), float(flow.drained_km2.ravel()[last]), line))
    frame = gpd.GeoDataFrame(rows, columns=["water_id", "order", "upstream_km2", "geometry"], crs=CRS)
    beside = [shapely.buffer(line, BESIDE_CELLS / CELLS_PER_DEGREE) for line in reaches.values()]
    frame.attrs["claimed"] = claimed | _cells(beside, flow)
    return frame


def unnamed_streams(flow: FlowModel, claimed: NDArray[np.bool_], min_km2: float) -> gpd.GeoDataFrame:
    """Return the streams that drain at least `min_km2` and that no named river claims, each from head to confluence.

    Cells are visited from the largest drained area down, so the first unvisited one is the mouth of the next stream.
    """
    area, order = flow.drained_km2.ravel(), flow.order.ravel()
    main = flow.network.main_upstream(flow.drained_km2).ravel()
    free = (area >= min_km2) & ~claimed
    rows = []
    for mouth in np.argsort(-area, kind="stable")[: int((area >= min_km2).sum())]:
        if not free[mouth]:
            continue
        cells = [int(flow.network.idxs_ds[mouth]), int(mouth)]
        free[mouth] = False
        while main[cells[-1]] >= 0 and free[main[cells[-1]]]:
            cells.append(int(main[cells[-1]]))
            free[cells[-1]] = False
        if cells[0] != cells[1] and len(cells) > 2:
            rows.append((int(order[mouth]), float(area[mouth]), smooth(flow.lonlat(np.array(cells[::-1])))))
    return gpd.GeoDataFrame(rows, columns=["order", "upstream_km2", "geometry"], crs=CRS)
