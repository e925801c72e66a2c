"""Shapefiles for ArcGIS and QGIS: UTF-8 declared in .cpg, short field names mapped, nothing lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from snapshot.form import Form
from snapshot.proof import TableRecord
from snapshot.selection import beyond, short_fields
from snapshot.vector.job import ARCHIVE, Job, Piece, with_unplaced, write_archive

__all__ = ["FIELDS_MEMBER", "LONG_MEMBER", "SHP"]

FIELDS_MEMBER: Final = "fields.csv"
LONG_MEMBER: Final = "long_text.csv"

_MOST_BYTES: Final = 254
_MOST_WHOLE: Final = 10**18
"""A dBASE number of more than 18 digits is read back as a float."""
_TYPES: Final = {
    "polygon": "MultiPolygon",
    "line": "MultiLineString",
    "point": "MultiPoint",
}


def _shapefiles(folder: Path, job: Job) -> tuple[dict[str, Path | bytes], list[TableRecord]]:
    """Write the tables of a job as Shapefiles into a folder; return the files by their names and the records.

    Notes
    -----
    What dBASE cannot hold is written otherwise and counted in the record: text over 254 bytes is cut between characters
    and stands in full in ``long_text.csv`` (table, row from 0, column, text); whole numbers of more than 18 digits and
    times become text; true and false become 1 and 0; an empty text is the same as none.
    """
    files: dict[str, Path | bytes] = {}
    records = []
    fields: list[tuple[str, str, str]] = []
    long_texts: list[tuple[str, int, str, str]] = []
    for piece in job.pieces():
        notes: dict[str, int] = {}
        frame = _as_dbase(piece.frame, piece.name, notes, long_texts)
        columns = [str(column) for column in frame.columns if column != frame.geometry.name]
        short = short_fields(columns)
        fields += [(piece.name, written, column) for column, written in short.items()]
        _write(folder / f"{piece.name}.shp", frame.rename(columns=short), piece)
        files |= {path.name: path for path in sorted(folder.glob(f"{piece.name}.*"))}
        named = {written: column for column, written in short.items()}
        records.append(piece.record(fields=named, notes={code: n for code, n in notes.items() if n}))
    files[FIELDS_MEMBER] = _csv(("table", "field", "column"), fields)
    if long_texts:
        files[LONG_MEMBER] = _csv(("table", "row", "column", "text"), long_texts)
    return files, records


def _write(target: Path, frame: gpd.GeoDataFrame, piece: Piece) -> None:
    several = piece.kind == "point" and (frame.geom_type == "MultiPoint").any()
    single = piece.kind == "point" and not several
    pyogrio.write_dataframe(
        frame,
        target,
        driver="ESRI Shapefile",
        encoding="UTF-8",
        promote_to_multi=several or piece.kind != "point",
        geometry_type="Point" if single else _TYPES[piece.kind],
    )


def _as_dbase(
    frame: gpd.GeoDataFrame, table: str, notes: dict[str, int], long_texts: list[tuple[str, int, str, str]]
) -> gpd.GeoDataFrame:
    """Return a frame with values that dBASE holds."""
    plain = frame.copy()
    notes |= {"cut": 0, "int_as_text": 0, "bool_as_int": 0, "time_as_text": 0, "empty_is_null": 0}
    for column in frame.columns:
        values = frame[column]
        kind = values.dtype
        if column == frame.geometry.name:
            continue
        if pd.api.types.is_bool_dtype(kind):
            plain[column] = values.astype("Int32")
            notes["bool_as_int"] += 1
        elif pd.api.types.is_datetime64_any_dtype(kind):
            plain[column] = values.map(lambda moment: moment.isoformat(), na_action="ignore").astype("str")
            notes["time_as_text"] += 1
        elif beyond(values, _MOST_WHOLE - 1):
            plain[column] = values.map(str, na_action="ignore").astype("str")
            notes["int_as_text"] += 1
        elif pd.api.types.is_string_dtype(kind):
            plain[column] = _cut(values, table, str(column), notes, long_texts)
    return plain


def _cut(
    values: pd.Series, table: str, column: str, notes: dict[str, int], long_texts: list[tuple[str, int, str, str]]
) -> pd.Series:
    """Return long texts cut between characters; the full ones are kept in a table."""
    notes["empty_is_null"] += int((values == "").sum())
    sizes = values.map(lambda text: len(text.encode()), na_action="ignore").fillna(0).to_numpy(float)
    rows = np.flatnonzero(sizes > _MOST_BYTES)
    if not rows.size:
        return values
    notes["cut"] += int(rows.size)
    short = values.copy()
    for row in rows.tolist():
        text = values.iloc[row]
        long_texts.append((table, row, column, text))
        short.iloc[row] = text.encode()[:_MOST_BYTES].decode(errors="ignore")
    return short


def _csv(head: tuple[str, ...], rows: list[tuple[str, str, str]] | list[tuple[str, int, str, str]]) -> bytes:
    """Write a small table as CSV that Excel reads as UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _write_packed(draft: Path, job: Job) -> None:
    files, records = with_unplaced(job, *_shapefiles(job.parts(draft), job))
    write_archive(draft, job, files, records, epsg=job.epsg)


SHP: Final = Form("shp", ".zip", "gis", "application/zip", _write_packed, (ARCHIVE,), "any")
