"""Shapes that do harm, and a harmless one."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Final

import shapely

__all__ = ["LAT", "LON", "SQUARE", "Build", "deep_wkb", "deep_wkt", "squares", "star", "wkt_of"]

Build = Callable[[], bytes]

LON: Final = 117.05
LAT: Final = 27.70
SQUARE: Final = shapely.box(LON, LAT, LON + 0.01, LAT + 0.01)


def deep_wkt(depth: int) -> str:
    """Return a point in so many collections."""
    return "GEOMETRYCOLLECTION (" * depth + f"POINT ({LON} {LAT})" + ")" * depth


def deep_wkb(depth: int) -> bytes:
    """Return the same as WKB."""
    return struct.pack("<BII", 1, 7, 1) * depth + struct.pack("<BIdd", 1, 1, LON, LAT)


def star(edges: int) -> list[list[float]]:
    """Return a ring whose every edge crosses almost all others."""
    turn = 2 * math.pi * (edges // 2) / edges
    ring = [[LON + 0.01 * math.cos(turn * i), LAT + 0.01 * math.sin(turn * i)] for i in range(edges)]
    return [*ring, ring[0]]


def wkt_of(ring: list[list[float]]) -> str:
    """Return a ring as a polygon in WKT."""
    return "POLYGON ((" + ", ".join(f"{x!r} {y!r}" for x, y in ring) + "))"


def squares(count: int, size: float = 1e-5) -> list[list[list[float]]]:
    """Return closed rings of squares that lie beside each other."""
    side = math.ceil(math.sqrt(count))
    found = []
    for at in range(count):
        x, y = LON + 2 * size * (at % side), LAT + 2 * size * (at // side)
        found.append([[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]])
    return found
