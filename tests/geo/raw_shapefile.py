"""Shapefiles packed byte by byte, as no writer makes them: rings of any orientation, texts in any encoding."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from pyproj import CRS

Ring = Sequence[tuple[float, float]]

PRJ = CRS.from_epsg(4527).to_wkt("WKT1_ESRI").encode()


def shp(shapes: Sequence[Sequence[Ring] | None], *, measured: bool = False) -> dict[str, bytes]:
    """Return .shp and .shx of polygons with their rings unchanged; None is a null shape."""
    records, index, at = b"", b"", 50
    for number, rings in enumerate(shapes, start=1):
        content = struct.pack("<i", 0) if rings is None else _polygon(rings, measured=measured)
        records += struct.pack(">ii", number, len(content) // 2) + content
        index += struct.pack(">ii", at, len(content) // 2)
        at += 4 + len(content) // 2
    kind = 25 if measured else 5
    points = [point for rings in shapes if rings for ring in rings for point in ring]
    box = (min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points))

    def head(size: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size) + struct.pack("<2i8d", 1000, kind, *box, 0, 0, 0, 0)

    return {".shp": head(50 + len(records) // 2) + records, ".shx": head(50 + len(index) // 2) + index}


def _polygon(rings: Sequence[Ring], *, measured: bool) -> bytes:
    points = [point for ring in rings for point in ring]
    starts, at = [], 0
    for ring in rings:
        starts.append(at)
        at += len(ring)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    content = struct.pack("<i4d2i", 25 if measured else 5, min(xs), min(ys), max(xs), max(ys), len(rings), len(points))
    content += struct.pack(f"<{len(starts)}i", *starts) + b"".join(struct.pack("<2d", *point) for point in points)
    if measured:
        content += struct.pack("<2d", 0, 1) + struct.pack(f"<{len(points)}d", *range(len(points)))
    return content


def dbf(names: Sequence[bytes], rows: Sequence[Sequence[bytes]], width: int = 40) -> bytes:
    """Return a .dbf of text columns: names cut at eleven bytes, values at `width` bytes."""
    fields = b"".join(name[:11].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14) for name in names)
    records = b"".join(b" " + b"".join(value[:width].ljust(width) for value in row) for row in rows)
    start, size = 32 + len(fields) + 1, 1 + width * len(names)
    return struct.pack("<4BIHH20x", 3, 126, 11, 28, len(rows), start, size) + fields + b"\r" + records + b"\x1a"
