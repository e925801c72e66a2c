"""Writer of 勘测定界 TXT: CGCS2000, 3-degree zones, north first, closed rings, areas in hectares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import MAX_PIECE_M, describe, from_store, gk3_epsg, split_edges
from geo.measure import HA_M2, edge_pieces_of
from snapshot.selection import SurveyFormat

__all__ = ["write_survey_txt"]

_COLUMNS: Final = ("地块编号", "地块名称", "几何类型", "图幅号", "用途", "地类编码")
_KINDS: Final = ("点", "线", "面")
_UNSAFE: Final = str.maketrans({",": "、", "，": "、", "@": "＠", "\n": " ", "\r": " "})


def write_survey_txt(
    frame: gpd.GeoDataFrame,
    *,
    epsg: int | None = None,
    layout: SurveyFormat | None = None,
    agency: str = "",
    date: str = "",
) -> bytes:
    """Write parcels as a 勘测定界 TXT.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:4490, or `epsg` already, its vertices the corners to write. Edges of EPSG:4490 longer than 250 m are cut,
        so that they stay where they are. Of its columns 地块编号, 地块名称, 图幅号, 用途, 地类编码 and
        ``declared_area_m2`` are written where they are there; ``site_id`` stands in for 地块编号. Without a declared
        area the plane area is written.
    epsg : int, optional
        3-degree zone of CGCS2000, with or without its number before the eastings; by default the one with it that
        holds the middle of the frame.
    layout : SurveyFormat
    agency, date : str
        数据产生单位 and 数据产生日期.

    Returns
    -------
    bytes
        Lines ended by CR LF.
    """
    layout = layout or SurveyFormat()
    if epsg is None:
        west, _, east, _ = frame.total_bounds
        epsg = gk3_epsg((west + east) / 2, prefix=True)
    plane = frame
    if frame.crs != epsg:
        cut = split_edges(shapely.force_2d(frame.geometry.to_numpy()), edge_pieces_of(MAX_PIECE_M))
        plane = from_store(frame.set_geometry(gpd.GeoSeries(cut, index=frame.index, crs=frame.crs)), epsg)
    shapes = plane.geometry.to_numpy()
    lines = [*(_heading(epsg, layout.decimals, agency, date) if layout.heading else ()), "[地块坐标]"]
    texts = _texts(frame)
    areas = _areas(frame, shapes)
    for row, shape in enumerate(shapes):
        rings = list(_rings(shape))
        count = sum(len(ring) for ring in rings)
        kind = _KINDS[int(shapely.get_dimensions(shape))]
        number, title, sheet, use, code = (texts[key][row] for key in (0, 1, 3, 4, 5))
        area = "" if np.isnan(areas[row]) else f"{areas[row] / HA_M2:.4f}"
        lines.append(f"{count},{area},{number},{title},{kind},{sheet},{use},{code},@")
        lines += _point_lines(rings, layout.decimals)
    return ("\r\n".join(lines) + "\r\n").encode(layout.encoding)


def _heading(epsg: int, decimals: int, agency: str, date: str) -> list[str]:
    """Return the block that says the coordinate system."""
    return [
        "[属性描述]",
        "格式版本号=1.01版本",
        f"数据产生单位={agency.translate(_UNSAFE)}",
        f"数据产生日期={date}",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={round((describe(epsg).central_meridian or 0.0) / 3)}",
        f"精度={10.0**-decimals:.{max(decimals, 1)}f}",
        "转换参数=,,,,,,",
    ]


def _texts(frame: gpd.GeoDataFrame) -> list[list[str]]:
    """Return the fields of parcels as text without line breaks."""
    found = []
    for column in _COLUMNS:
        source = column if column in frame else "site_id" if column == "地块编号" and "site_id" in frame else None
        values = [""] * len(frame) if source is None else frame[source].to_list()
        found.append(["" if pd.isna(value) else str(value).translate(_UNSAFE) for value in values])
    return found


def _areas(frame: gpd.GeoDataFrame, shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the areas to declare: the source's own, else the plane areas; none for points and lines."""
    plane = np.where(shapely.get_dimensions(shapes) == 2, shapely.area(shapes), np.nan)
    if "declared_area_m2" not in frame:
        return plane
    declared = frame["declared_area_m2"].to_numpy(float)
    return np.where(np.isnan(declared), plane, declared)


def _rings(shape: Any) -> Iterator[NDArray[np.float64]]:
    """Return the chains of points of a shape: shells with their holes after them, lines, points."""
    if shape.geom_type == "MultiPoint":
        yield shapely.get_coordinates(shape)
        return
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield from (shapely.get_coordinates(ring) for ring in shapely.get_rings(part))
        else:
            yield shapely.get_coordinates(part)


def _point_lines(rings: list[NDArray[np.float64]], decimals: int) -> list[str]:
    """Write the points: numbered through, the closing point under the number of the first."""
    lines = []
    number = 0
    for ring_number, ring in enumerate(rings, start=1):
        first = number + 1
        closed = len(ring) > 2 and bool((ring[0] == ring[-1]).all())
        for position, (east, north) in enumerate(ring.tolist()):
            again = closed and position == len(ring) - 1
            number += not again
            lines.append(f"J{first if again else number},{ring_number},{north:.{decimals}f},{east:.{decimals}f}")
    return lines
