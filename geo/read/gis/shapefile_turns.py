"""Which areas of a Shapefile have rings wound against its rule, where the reader puts them right without a word."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["wrongly_turned"]

_AREAL: Final = frozenset({5, 15, 25})
_HEAD: Final = 100
_RECORD: Final = 44
_SAME: Final = 1e-9


def wrongly_turned(path: Path, shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask of the areas of several rings that do not wind shells clockwise and holes the other way.

    Parameters
    ----------
    path : Path
        A .shp with its .shx beside it.
    shapes : array of shapely geometries or None
        Its shapes, put together by what lies inside what. Nothing is told of a part of them only.

    Returns
    -------
    array of bool
        By the rule, the areas of rings with their signs add up to that of the shape; where they do not, a ring is
        turned. Of one ring alone the turn does not matter.
    """
    turned = np.zeros(len(shapes), dtype=bool)
    several = np.flatnonzero(shapely.get_num_geometries(shapes) + _holes(shapes) > 1)
    index = path.with_suffix(".shx")
    if not several.size or not index.is_file():
        return turned
    places = np.frombuffer(index.read_bytes()[_HEAD:], dtype=">i4")
    places = places[: len(places) // 2 * 2].reshape(-1, 2)[:, 0].astype(np.int64) * 2 + 8
    if len(places) != len(shapes):
        return turned
    wholes = shapely.area(shapes)
    with path.open("rb") as file:
        for at in several:
            file.seek(int(places[at]))
            signed = _signed(file)
            turned[at] = signed is not None and abs(signed - wholes[at]) > _SAME * wholes[at]
    return turned


def _holes(shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many holes each area has."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    held: NDArray[np.int64] = np.bincount(owner, shapely.get_num_interior_rings(parts), minlength=len(shapes))
    return held


def _signed(file: BinaryIO) -> float | None:
    """Return the sum of the areas of a record's rings, clockwise ones positive; None if it is no area."""
    head = file.read(_RECORD)
    if len(head) < _RECORD:
        return None
    kind, count, points = struct.unpack("<i32x2i", head)
    if kind not in _AREAL or not 1 <= count <= points:
        return None
    starts, pairs = file.read(4 * count), file.read(16 * points)
    if len(pairs) < 16 * points:
        return None
    xy = np.frombuffer(pairs, dtype="<f8").reshape(-1, 2)
    xy = xy - xy[0]
    first = np.frombuffer(starts, dtype="<i4")
    step = xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]
    step[first[(first > 0) & (first < points)] - 1] = 0.0  # from one ring to the next there is no edge
    return float(-step.sum() / 2)
