"""Refuse areas that cross themselves so often that mending them would fill the memory."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import BadInput

__all__ = ["MOST_CROSSINGS", "crosses_itself_often", "refuse_many_crossings"]

MOST_CROSSINGS: Final = 10_000
"""A boundary that somebody drew crosses itself a few times; each crossing is a vertex of every reading of it."""
_AT_ONCE: Final = 20
_MOST_PAIRS: Final = 20_000_000
"""Edges whose boxes meet; with more than these a boundary is not looked through to its end."""


def refuse_many_crossings(shape: Any, name: str, row: int) -> None:
    """Raise `BadInput` for a shape whose edges cross each other more than `MOST_CROSSINGS` times.

    Parameters
    ----------
    shape : shapely geometry
    name : str
        The file, for the sentence.
    row : int
        Of the shape, from 1.
    """
    if crosses_itself_often(shape, MOST_CROSSINGS):
        raise BadInput("geo.too_many_crossings", name=name, row=row, limit=f"{MOST_CROSSINGS:,}")


def crosses_itself_often(shape: Any, most: int) -> bool:
    """Return whether edges of a shape cross each other more than so many times, between their ends.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    >>> crosses_itself_often(bow_tie, 0), crosses_itself_often(bow_tie, 1)
    (True, False)
    """
    edges = _edges(shape)
    if len(edges) * (len(edges) - 1) // 2 <= most:
        return False
    tree = shapely.STRtree(edges)
    pairs = crossings = 0
    for begin in range(0, len(edges), _AT_ONCE):
        ours, theirs = tree.query(edges[begin : begin + _AT_ONCE])
        later = theirs > ours + begin  # each pair once
        pairs += int(later.sum())
        crossings += int(shapely.crosses(edges[begin + ours[later]], edges[theirs[later]]).sum())
        if crossings > most:
            return True
        if pairs > _MOST_PAIRS:
            return False
    return False


def _edges(shape: Any) -> NDArray[Any]:
    """Return the edges of all rings and lines of a shape as lines of two points."""
    parts = shapely.get_parts(shape)
    areal = shapely.get_dimensions(parts) == 2
    rings = np.concatenate([shapely.get_rings(parts[areal]), parts[~areal]])
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    made: NDArray[Any] = shapely.linestrings(np.stack([points[:-1][same], points[1:][same]], axis=1))
    return made
