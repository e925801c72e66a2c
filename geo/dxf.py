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

from geo.curves import ARC_STEP_DEGREES
from geo.dxf_size import points_in_place
from geo.errors import BadInput
from geo.gdal import opened, private_folder
from geo.notices import Notice
from geo.opened import Table, inner_label
from geo.sites import Limits, RawPart

__all__ = ["dxf_drawing", "is_dxf"]

_CURVE_ENTITIES: Final = re.compile(rb"\n\s*0\r?\n(?:CIRCLE|ARC|ELLIPSE|SPLINE)\r?\n")
_BULGE: Final = re.compile(rb"\n\s*42\r?\n\s*(-?[\d.eE+-]+)")
_GROUP_CODE: Final = re.compile(rb"\A\s*-?\d{1,5}\s*\Z")
_UNIT: Final = re.compile(rb"\$INSUNITS\r?\n\s*70\r?\n\s*(\d+)")
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
    points = points_in_place(_pairs(content, name), name, chords=_CHORDS)
    if points > limits.vertices * _VERTICES_FACTOR:
        raise BadInput("geo.too_many_vertices", name=name, count=f"> {limits.vertices}", limit=limits.vertices)
    path = private_folder(stack) / "upload.dxf"
    path.write_bytes(content)
    most = limits.sites * _ROWS_FACTOR
    frame, _, _ = opened(path, name, max_features=most + 1)
    if len(frame) > most:
        raise BadInput("geo.too_many_sites", name=name, count=f"> {most}", limit=limits.sites)
    ground, notices = _ground(frame, name)
    notices += _header_notices(content, name, curved=bool(_CURVE_ENTITIES.search(content)) or _bulged(content))
    layers = [str(layer) for layer in ground["Layer"].unique()]
    if not layers:
        raise BadInput("geo.dxf_no_shapes", name=name)
    if len(layers) > 1:
        notices.append(Notice("dxf_layers", {"name": name, "layers": "、".join(layers[:20]), "count": len(layers)}))
    return [_layer(ground, layer, inner_label(name, layer, len(layers)), tuple(notices)) for layer in layers]


def _pairs(content: bytes, name: str) -> list[bytes]:
    """Return the lines; refuse what is not pairs of group code and value up to EOF: GDAL loops on some of it."""
    lines = content.removeprefix(b"\xef\xbb\xbf").rstrip().split(b"\n")
    whole = len(lines) % 2 == 0 and lines[-1].strip() == b"EOF" and b"\0" not in content
    if not whole or not all(_GROUP_CODE.match(code) for code in set(lines[::2])):
        raise BadInput("geo.unreadable", name=name)
    return lines


def _layer(ground: gpd.GeoDataFrame, layer: str, label: str, notices: tuple[Notice, ...]) -> Table:
    """Return one layer of what was read."""
    rows = ground[ground["Layer"] == layer].reset_index(drop=True)
    columns = tuple(str(column) for column in rows.columns if column != "geometry")

    def read(most: int | None) -> RawPart:
        part = rows if most is None else rows.iloc[:most]
        return RawPart(label, part, None, "dxf", notices, "geo.crs_ask_dxf")

    return Table(layer, "DXF", columns, len(rows), read)


def _ground(frame: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, list[Notice]]:
    """Keep what lies on the ground of model space; closed lines become areas."""
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
    kept["geometry"] = _areas(kept.geometry.to_numpy())
    columns = [column for column in ("Layer", "EntityHandle", "Linetype") if column in kept]
    return kept[[*columns, "geometry"]], notices


def _areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Turn closed lines into areas; open ones stay lines."""
    made: NDArray[Any] = shapely.force_2d(shapes)
    lines = np.flatnonzero(shapely.get_type_id(made) == shapely.GeometryType.LINESTRING)
    long = shapely.get_num_points(made[lines]) >= 4
    closed = lines[shapely.is_closed(made[lines]) & long]
    if closed.size:
        points, owner = shapely.get_coordinates(made[closed], return_index=True)
        made[closed] = shapely.polygons(shapely.linearrings(points, indices=owner))
    return made


def _bulged(content: bytes) -> bool:
    """Tell whether an outline has arcs (bulges); 42 also scales blocks, by 1 for most."""
    body = content[content.find(b"ENTITIES") :]
    return any(_number(found) not in {0.0, 1.0} for found in _BULGE.findall(body))


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _header_notices(content: bytes, name: str, *, curved: bool) -> list[Notice]:
    """Say what the header claims of units, and that curves became chords."""
    notices = []
    unit = _UNIT.search(content[:200_000])
    if unit and int(unit[1]) not in _METRES:
        notices.append(Notice("dxf_unit", {"name": name, "unit": int(unit[1])}))
    if curved:
        notices.append(Notice("curves_linearised", {"name": name, "step": ARC_STEP_DEGREES}))
    return notices


def is_dxf(content: bytes, name: str) -> bool:
    """Tell an ASCII drawing: pairs of a group code and a value, a section first."""
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().replace(b"\r", b"")
    lines = [line.strip() for line in start.split(b"\n")[:2]]
    return (lines == [b"0", b"SECTION"]) or (lines[:1] == [b"999"] and Path(name).suffix.lower() == ".dxf")
