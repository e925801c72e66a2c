r"""DXF for drawing programs, and 勘测定界 TXT of parcels.

The DXF is of release 12: every program since reads it, and it needs no handles. Its texts are in GBK, as the drawing
programs of Chinese surveyors expect and as ``$DWGCODEPAGE`` says; what GBK lacks is written as ``\U+XXXX``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import shapely

from carto.style import Symbol
from geo.errors import BadInput
from geo.sites import with_own_corners
from layers.clock import local_text
from snapshot.form import Form
from snapshot.proof import TableRecord
from snapshot.selection import Taken, by_kind
from snapshot.vector.job import ARCHIVE, Job, Piece, with_unplaced, write_archive
from snapshot.vector.survey_txt import write_survey_txt
from words import t

__all__ = ["DXF", "TXT"]

_COLOURS: Final = {
    1: (255, 0, 0),
    2: (255, 255, 0),
    3: (0, 255, 0),
    4: (0, 255, 255),
    5: (0, 0, 255),
    6: (255, 0, 255),
    8: (128, 128, 128),
    30: (255, 127, 0),
    92: (0, 165, 0),
    94: (0, 127, 0),
    140: (0, 165, 255),
    150: (0, 127, 255),
    250: (51, 51, 51),
}
"""Some of AutoCAD's colours by their number."""
_TEXT_M: Final = 40.0
_DECIMALS: Final = 4


def _dxf(target: Path, job: Job) -> list[TableRecord]:
    """Write outlines, points and names of all tables as one DXF, a CAD layer for each table and kind.

    An illustration's layer begins with ``SHIYI_`` and its notice stands as text on its features.
    """
    pieces = list(job.pieces())
    names = [_cad_name(piece) for piece in pieces]
    with target.open("w", encoding="gbk", newline="") as sink:
        sink.writelines(_pairs(_head(job, list(zip(names, pieces, strict=True)))))
        records = []
        for name, piece in zip(names, pieces, strict=True):
            sink.writelines(_pairs(_entities(name, piece)))
            records.append(
                piece.record(name=name, notes={"outline_only": len(piece.frame)} if len(piece.frame) else None)
            )
        sink.writelines(_pairs([(0, "ENDSEC"), (0, "EOF")]))
    return records


def _survey(job: Job) -> tuple[dict[str, Path | bytes], list[TableRecord]]:
    """Write the checked sites, or the areas of the layers where there is no site, as 勘测定界 TXT.

    Raises
    ------
    BadInput
        If there is no area among them.
    """
    files: dict[str, Path | bytes] = {}
    records = []
    sites = [table for table in job.tables if table.kind == "site"]
    for table in sites or [table for table in job.tables if table.kind == "layer"]:
        job.progress(len(files) / len(job.tables), table.sheet.title)
        stored = table.stored
        if table.kind == "site" and job.selection.sites is not None:
            stored = stored.set_geometry(with_own_corners(job.selection.sites, job.epsg).geometry)
        parcels = by_kind(stored).get("polygon")
        if parcels is None:
            continue
        frame = parcels.reset_index(drop=True)
        if table.layer is not None:
            names = frame["name_zh"].tolist() if "name_zh" in frame else [None] * len(frame)
            frame = frame.assign(地块编号=frame["feature_id"], 地块名称=_marked(table, names))
        name = f"{table.sheet.name}.txt"
        agency = f"Redline {job.selection.version}"
        files[name] = write_survey_txt(
            frame,
            epsg=job.epsg,
            layout=job.selection.survey,
            agency=agency,
            date=local_text(job.selection.written, day=True),
        )
        records.append(TableRecord(name, table.layer_id, len(frame)))
    if not files:
        raise BadInput("takeaway.no_parcels")
    return files, records


def _marked(table: Taken, names: list[Any]) -> list[str]:
    """Return the names of parcels with 示意 before those of illustrative layers."""
    mark = "【示意】" if table.layer is not None and table.layer.spec.watermark else ""
    return [mark + ("" if name is None or name != name else str(name)) for name in names]  # noqa: PLR0124


def _cad_name(piece: Piece) -> str:
    """Return a layer name that CAD accepts: capitals, digits, underscores, at most 31."""
    layer = piece.taken.layer
    mark = "SHIYI_" if layer is not None and layer.spec.watermark else ""
    return (mark + re.sub(r"[^A-Z0-9_]", "_", piece.name.upper()))[:26]


def _head(job: Job, named: Sequence[tuple[str, Piece]]) -> Iterator[tuple[int, Any]]:
    """Return the sections before the entities: remarks, release, extent, layers with colours."""
    yield from [(999, f"Redline {job.selection.version}"), (999, job.selection.written)]
    yield 999, f"EPSG:{job.epsg}, metres, X east, Y north"
    bounds = shapely.total_bounds([shapely.box(*piece.frame.total_bounds) for _, piece in named])
    yield from [(0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1009")]
    yield from [(9, "$DWGCODEPAGE"), (3, "ANSI_936")]
    yield from [(9, "$EXTMIN"), (10, _number(bounds[0])), (20, _number(bounds[1]))]
    yield from [(9, "$EXTMAX"), (10, _number(bounds[2])), (20, _number(bounds[3])), (0, "ENDSEC")]
    yield from [(0, "SECTION"), (2, "TABLES"), (0, "TABLE"), (2, "LTYPE"), (70, 1)]
    yield from [(0, "LTYPE"), (2, "CONTINUOUS"), (70, 0), (3, "Solid line"), (72, 65), (73, 0), (40, "0.0")]
    yield from [(0, "ENDTAB"), (0, "TABLE"), (2, "LAYER"), (70, 2 * len(named) + 1)]
    yield from [(0, "LAYER"), (2, "0"), (70, 0), (62, 7), (6, "CONTINUOUS")]
    for name, piece in named:
        for layer in (name, f"{name}_TEXT"):
            yield from [(0, "LAYER"), (2, layer), (70, 0), (62, _colour(piece.taken.sheet.symbol)), (6, "CONTINUOUS")]
    yield from [(0, "ENDTAB"), (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES")]


def _entities(name: str, piece: Piece) -> Iterator[tuple[int, Any]]:
    """Return the outlines, points and names of a table."""
    frame = piece.frame
    sheet = piece.taken.sheet
    column = next((c for c in (sheet.label, "name_zh", "site_id") if c in frame.columns), None)
    labels = frame[column].tolist() if column else [None] * len(frame)
    layer = piece.taken.layer
    mark = t("takeaway.illustration", "zh") if layer is not None and layer.spec.watermark else ""
    for shape, label in zip(frame.geometry.to_numpy(), labels, strict=True):
        for part in shapely.get_parts(shape):
            chains = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
            for chain in chains:
                yield from _chain(name, chain)
        text = mark + (label if isinstance(label, str) else "")
        if text:
            spot = shapely.point_on_surface(shape)
            yield from [(0, "TEXT"), (8, f"{name}_TEXT"), (10, _number(spot.x)), (20, _number(spot.y))]
            yield from [(40, _TEXT_M), (1, _line(text))]


def _chain(layer: str, chain: Any) -> Iterator[tuple[int, Any]]:
    """Return a point, or a polyline; a ring is closed by its flag, not by a last vertex."""
    points = shapely.get_coordinates(chain).tolist()
    if chain.geom_type == "Point":
        yield from [(0, "POINT"), (8, layer), (10, _number(points[0][0])), (20, _number(points[0][1]))]
        return
    closed = len(points) > 3 and points[0] == points[-1]
    yield from [(0, "POLYLINE"), (8, layer), (66, 1), (10, "0.0"), (20, "0.0"), (70, int(closed))]
    for x, y in points[:-1] if closed else points:
        yield from [(0, "VERTEX"), (8, layer), (10, _number(x)), (20, _number(y))]
    yield from [(0, "SEQEND"), (8, layer)]


def _pairs(groups: Sequence[tuple[int, Any]] | Iterator[tuple[int, Any]]) -> Iterator[str]:
    return (f"{code:3d}\r\n{value}\r\n" for code, value in groups)


def _number(value: float) -> str:
    return f"{value:.{_DECIMALS}f}"


def _line(text: str) -> str:
    r"""Return a text on one line of GBK, other characters as ``\U+XXXX``."""
    line = " ".join(text.split()).replace("\\", "/").replace("^", " ").replace("%%", "% %")[:200]
    return "".join(c if _in_gbk(c) else _escaped(c) for c in line if c.isprintable())


def _in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", errors="replace")
    return "".join(f"\\U+{units[i : i + 2].hex().upper()}" for i in range(0, len(units), 2))


def _colour(symbol: Symbol | None) -> int:
    """Return the AutoCAD colour number nearest to a symbol's outline."""
    colour = (symbol["stroke"] or symbol["fill"]) if symbol is not None else None
    if colour is None:
        return 7
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return min(_COLOURS, key=lambda n: sum((a - b) ** 2 for a, b in zip(_COLOURS[n], wanted, strict=True)))


def _write_dxf(draft: Path, job: Job) -> None:
    drawing = job.parts(draft) / "redline.dxf"
    records = _dxf(drawing, job)
    write_archive(draft, job, *with_unplaced(job, {drawing.name: drawing}, records), epsg=job.epsg)


def _write_survey(draft: Path, job: Job) -> None:
    texts, records = _survey(job)
    write_archive(draft, job, texts, records, epsg=job.epsg)


DXF: Final = Form("dxf", ".zip", "gis", "application/zip", _write_dxf, (ARCHIVE,), "metres", None)
TXT: Final = Form("txt", ".zip", "gis", "application/zip", _write_survey, (ARCHIVE,), "zone", None)
