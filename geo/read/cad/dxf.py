"""DXF drawings: closed outlines are areas, blocks are put in place, curves become chords of a stated turn.

A drawing states no coordinate system, and the unit in its header is often a default nobody chose: both are asked for,
never taken from it.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput
from geo.files import Format, Table, decoded_frame, inner_label
from geo.notices import Notice, notices_of_rows
from geo.read.cad.dxf_head import DxfHead, dxf_head, dxf_text
from geo.read.cad.dxf_size import points_in_place
from geo.read.gis import private_folder, read_with_gdal
from geo.shapes import ARC_STEP_DEGREES, CLOSING_M, are_valid, gaps_m
from geo.sites import Limits, RawPart

__all__ = ["DXF", "dxf_drawing", "is_dxf"]

_GROUP_CODE: Final = re.compile(rb"\A\s*-?\d{1,5}\s*\Z")
_CODE_PAGE: Final = re.compile(rb"(\$DWGCODEPAGE[ \t]*\r?\n[ \t]*3[ \t]*\r?\n)[^\r\n]*")
_PLAIN_PAGE: Final = rb"\1ANSI_1252"
_METRES_PER_DEGREE: Final = 111_320.0
_METRES: Final = frozenset({0, 6})
_NOT_GROUND: Final = re.compile("AcDbText|AcDbMText|AcDbHatch|AcDbDimension|AcDbLeader|AcDbAttribute")
_CHORDS: Final = int(360 / ARC_STEP_DEGREES)
_VERTICES_FACTOR: Final = 4
_ROWS_FACTOR: Final = 4


def dxf_drawing(content: bytes, name: str, limits: Limits, stack: ExitStack) -> list[Table]:
    """Return the layers of a drawing, each as a table.

    Parameters
    ----------
    content : bytes
        An ASCII drawing.
    name : str
        The file, for the sentence.
    limits : Limits
    stack : ExitStack
        Holds the private folder.

    Raises
    ------
    BadInput
        If it cannot be read, or holds more curves or entities than the limits allow.
    """
    lines = _pairs(content, name)
    points = points_in_place(lines, name, chords=_CHORDS)
    if points > limits.vertices * _VERTICES_FACTOR:
        raise BadInput("geo.too_many_vertices", name=name, count=f"> {limits.vertices}", limit=limits.vertices)
    head = dxf_head(lines)
    path = private_folder(stack) / "upload.dxf"
    path.write_bytes(_CODE_PAGE.sub(_PLAIN_PAGE, content))  # so that GDAL hands every byte of a text on as it is
    most = limits.sites * _ROWS_FACTOR
    frame, _, told = read_with_gdal(path, name, max_features=most + 1)
    if len(frame) > most:
        raise BadInput("geo.too_many_sites", name=name, count=f"> {most}", limit=limits.sites)
    ground, notices = _model_space(frame, name)
    if not len(ground):
        raise BadInput("geo.dxf_no_shapes", name=name)
    ground, coded, hidden = _decoded(ground, head, name)
    notices = [*told, *coded, *notices, *_header_notices(head, name)]
    layers = [str(layer) for layer in ground["Layer"].unique()]
    if len(layers) > 1:
        notices.append(Notice("dxf_layers", {"name": name, "layers": "、".join(layers[:20]), "count": len(layers)}))
    tables = []
    for layer in layers:
        label = inner_label(name, layer, len(layers))
        said = [Notice(f"dxf_{hidden[layer]}", {"name": name, "layer": layer})] if layer in hidden else []
        tables.append(_layer(ground, layer, label, (*notices, *said)))
    return tables


def _decoded(
    ground: gpd.GeoDataFrame, head: DxfHead, name: str
) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...], dict[str, str]]:
    """Return the shapes with their texts decoded, notices about that, and the state of hidden layers by name."""
    raw = ground["Layer"].fillna("").astype(str)
    own, told = decoded_frame(pd.DataFrame(ground.drop(columns="geometry")), name, declared=head.coding)
    for column in own.columns:
        own[column] = [dxf_text(value) if isinstance(value, str) else value for value in own[column]]
    own["Layer"] = own["Layer"].fillna("").astype(str)
    states = raw.str.upper().map(head.hidden)
    hidden = dict(zip(own["Layer"][states.notna()], states[states.notna()], strict=True))
    told = tuple(notice for notice in told if notice.code != "text_not_as_said")
    return gpd.GeoDataFrame(own, geometry=ground.geometry.to_numpy()), told, hidden


def _pairs(content: bytes, name: str) -> list[bytes]:
    """Return the lines; raise `BadInput` unless they are pairs of group code and value up to EOF (GDAL may hang)."""
    lines = content.removeprefix(b"\xef\xbb\xbf").rstrip().split(b"\n")
    whole = len(lines) % 2 == 0 and lines[-1].strip() == b"EOF" and b"\0" not in content
    if not whole or not all(_GROUP_CODE.match(code) for code in set(lines[::2])):
        raise BadInput("geo.unreadable", name=name)
    return lines


def _layer(ground: gpd.GeoDataFrame, layer: str, label: str, notices: tuple[Notice, ...]) -> Table:
    """Return one layer of the drawing as a table."""
    here = np.flatnonzero(ground["Layer"] == layer)
    rows = ground.iloc[here].reset_index(drop=True)
    rows["geometry"], told = _areas(rows.geometry.to_numpy(), label)
    notices = (*notices_of_rows(notices, here), *told)
    columns = tuple(str(column) for column in rows.columns if column != "geometry")

    def read(most: int | None) -> RawPart:
        part = rows if most is None else rows.iloc[:most]
        return RawPart(label, part, None, "dxf", notices, "geo.crs_ask_dxf")

    return Table(layer, "DXF", columns, len(rows), read)


def _model_space(frame: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Return the shapes of model space without texts and annotation, and a notice of their number."""
    kinds = frame["SubClasses"].fillna("").astype(str) if "SubClasses" in frame else pd.Series("", index=frame.index)
    paper = (
        frame["PaperSpace"].fillna(0).astype(bool)
        if "PaperSpace" in frame
        else pd.Series(data=False, index=frame.index)
    )
    texts = frame["Text"].notna() if "Text" in frame else pd.Series(data=False, index=frame.index)
    marks = kinds.str.contains(_NOT_GROUND) | texts
    empty = frame.geometry.isna() | frame.geometry.is_empty
    kept = frame[~(paper | marks | empty)].reset_index(drop=True)
    notices = []
    if left := len(frame) - len(kept):
        notices.append(Notice("dxf_left_out", {"name": name, "count": left}))
    columns = [column for column in ("Layer", "EntityHandle", "Linetype") if column in kept]
    return kept[[*columns, "geometry"]], notices


def _areas(shapes: NDArray[Any], name: str) -> tuple[NDArray[Any], list[Notice]]:
    """Return closed lines as areas, also those whose ends are within `CLOSING_M`; other shapes are unchanged."""
    made: NDArray[Any] = shapely.force_2d(shapes)
    lines = np.flatnonzero(shapely.get_type_id(made) == shapely.GeometryType.LINESTRING)
    gaps = gaps_m(made[lines])
    closing = gaps <= CLOSING_M
    closed, near = lines[closing], lines[closing & (gaps > 0)]
    notices = []
    if near.size:
        widest = int(near[gaps[np.isin(lines, near)].argmax()])
        x, y = shapely.get_coordinates(made[widest])[0]
        most = f"{float(gaps[lines == widest][0]) * 1000:.3g}"
        values = {"name": name, "count": near.size, "limit": CLOSING_M, "gap": most, "x": _plain(x), "y": _plain(y)}
        notices.append(Notice("dxf_closed", values))
    for at in closed:
        points = shapely.get_coordinates(made[at])
        points[-1] = points[0]
        made[at] = shapely.Polygon(points)
    return made, [*notices, *_open_notices(made, lines[~closing], gaps[~closing], name), *_nested_notices(made, name)]


def _open_notices(made: NDArray[Any], lines: NDArray[Any], gaps: NDArray[Any], name: str) -> list[Notice]:
    """Return notices of lines that stay open: the smallest gap with its place, and how many rings they join to."""
    found = []
    outlines = np.flatnonzero(np.isfinite(gaps))
    if outlines.size:
        at = outlines[gaps[outlines].argmin()]
        x, y = shapely.get_coordinates(made[lines[at]])[0]
        values = {"name": name, "count": outlines.size, "gap": f"{gaps[at]:.3f}", "x": _plain(x), "y": _plain(y)}
        found.append(Notice("dxf_open", values))
    if rings := _ring_count(made[lines]):
        found.append(Notice("dxf_chains", {"name": name, "count": len(lines), "rings": rings}))
    return found


def _ring_count(lines: NDArray[Any]) -> int:
    """Return the number of rings that open lines make if ends within `CLOSING_M` are joined."""
    if len(lines) < 2:
        return 0
    degrees = bool((np.abs(shapely.total_bounds(lines)) <= 180).all())
    step = CLOSING_M / _METRES_PER_DEGREE if degrees else CLOSING_M
    rough = shapely.transform(lines, lambda xy: np.round(xy / step) * step)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(rough)))
    return int(shapely.is_closed(merged).sum())


def _nested_notices(made: NDArray[Any], name: str) -> list[Notice]:
    """Return a notice of outlines inside others, which are not read as holes."""
    areas = np.flatnonzero((shapely.get_dimensions(made) == 2) & are_valid(made))
    if len(areas) < 2:
        return []
    inner, outer = shapely.STRtree(made[areas]).query(made[areas], predicate="within")
    inside = np.unique(inner[inner != outer])
    if not inside.size:
        return []
    return [Notice("dxf_nested", {"name": name, "count": inside.size, "row": int(areas[inside[0]]) + 1})]


def _plain(value: float) -> str:
    return f"{value:.7f}" if abs(value) <= 180 else f"{value:.3f}"


def _header_notices(head: DxfHead, name: str) -> list[Notice]:
    """Return notices of a unit that is not metres, and of curves that became chords."""
    notices = []
    if head.unit not in _METRES:
        notices.append(Notice("dxf_unit", {"name": name, "unit": head.unit}))
    if head.curved:
        notices.append(Notice("curves_linearised", {"name": name, "step": ARC_STEP_DEGREES}))
    return notices


def is_dxf(content: bytes, name: str) -> bool:
    """Return whether a file is an ASCII DXF: pairs of a group code and a value, a section first."""
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().replace(b"\r", b"")
    lines = [line.strip() for line in start.split(b"\n")[:2]]
    return (lines == [b"0", b"SECTION"]) or (lines[:1] == [b"999"] and Path(name).suffix.lower() == ".dxf")


DXF: Final = Format(
    "DXF", (".dxf",), lambda source: is_dxf(source.whole, source.name),
    lambda source: dxf_drawing(source.whole, source.name, source.limits, source.stack),
)  # fmt: skip
