"""GeoJSON, FlatGeobuf and GeoParquet, with all attributes and full precision."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from geo.errors import BadInput
from snapshot.form import Form, Reader
from snapshot.proof import (
    Reading,
    TableRecord,
    features_digest,
    manifest_text,
    refuse_long,
    stated_hashes,
    table_digest,
    with_own_hash,
)
from snapshot.selection import beyond
from snapshot.vector.job import ARCHIVE, Job, Piece, with_unplaced, write_archive

__all__ = ["FGB", "GEOJSON", "PARQUET"]

_PARQUET_KEY: Final = b"redline_manifest"
_MOST_EXACT: Final = 2**53
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_PieceWriter = Callable[[Path, Job, Piece], TableRecord]


def _write_geojson(target: Path, job: Job, piece: Piece) -> TableRecord:
    """Write one table as GeoJSON, its manifest a member of the collection.

    In EPSG:4326 as RFC 7946 asks: longitude and latitude, rings by the right-hand rule, no ``crs``. In another system,
    which that standard leaves to agreement, the older ``crs`` member names it; GDAL and QGIS follow it. Whole numbers
    beyond 2**53 are text, as readers round them (RFC 7493, 2.2).
    """
    frame = piece.frame
    shapes = shapely.orient_polygons(shapely.force_2d(frame.geometry.to_numpy()))
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    plain = frame[columns].astype(object)
    wide = [name for name in columns if beyond(frame[name], _MOST_EXACT)]
    for name in wide:
        plain[name] = plain[name].map(str, na_action="ignore")
    rows = plain.itertuples(index=False, name=None)
    texts = shapely.to_geojson(shapes)
    properties = [_json(dict(zip(columns, map(_value, row), strict=True))) for row in rows]
    features = [
        f'{{"type":"Feature","properties":{own},"geometry":{shape}}}'
        for own, shape in zip(properties, texts, strict=True)
    ]
    body = "[\n" + ",\n".join(features) + "\n]"
    notes = {"wide_as_text": len(wide)} if wide else None
    record = piece.record(sha256=features_digest(json.loads(body)), notes=notes)
    head: dict[str, Any] = {"type": "FeatureCollection", "name": piece.name}
    if job.epsg != 4326:
        head["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{job.epsg}"}}
    head |= {"title": piece.taken.sheet.title, "description": piece.taken.sheet.description}
    head["redline_manifest"] = with_own_hash(job.manifest([record]))
    target.write_text(f'{_json(head)[:-1]},"features":{body}}}\n', encoding="utf-8", newline="\n")
    return record


def _write_flatgeobuf(target: Path, job: Job, piece: Piece) -> TableRecord:
    """Write one table as FlatGeobuf with its spatial index, which puts the rows in an order of its own."""
    del job
    pyogrio.write_dataframe(
        piece.frame,
        target,
        layer=piece.name,
        driver="FlatGeobuf",
        promote_to_multi=True,
        layer_options={"TITLE": piece.taken.sheet.title, "DESCRIPTION": piece.taken.sheet.description},
    )
    return piece.record(sha256=table_digest(pyogrio.read_dataframe(target)))


def _write_parquet(target: Path, job: Job, piece: Piece) -> TableRecord:
    """Write one table as GeoParquet 1.1, its manifest in the metadata of the file."""
    piece.frame.to_parquet(target, index=False, schema_version="1.1.0", write_covering_bbox=False)
    record = piece.record(sha256=table_digest(gpd.read_parquet(target)))
    table = pq.read_table(target)
    stored = manifest_text(job.manifest([record])).encode()
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), _PARQUET_KEY: stored}), target)
    return record


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _value(value: Any) -> Any:
    """Return a cell as JSON: times as ISO 8601, missing values and NaN as None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def _write_each(writer: _PieceWriter, suffix: str, draft: Path, job: Job) -> None:
    """Write each table to a file: a single one as it is, several in an archive."""
    if draft.suffix == suffix:
        writer(draft, job, next(job.pieces()))
        return
    files: dict[str, Path | bytes] = {}
    records = []
    for piece in job.pieces():
        path = job.parts(draft) / f"{piece.name}{suffix}"
        records.append(writer(path, job, piece))
        files[path.name] = path
    write_archive(draft, job, *with_unplaced(job, files, records), epsg=job.epsg)


def _read_geojson(path: Path) -> Reading:
    refuse_long(path)
    held = json.loads(path.read_text(encoding="utf-8-sig"))
    manifest = held.get("redline_manifest")
    expected = stated_hashes(manifest, path.name)
    return manifest, expected, {next(iter(expected)): features_digest(held.get("features"))}


def _read_parquet(path: Path) -> Reading:
    stored = (pq.read_schema(path).metadata or {}).get(_PARQUET_KEY)
    if stored is None:
        raise BadInput("takeaway.verify_no_manifest", name=path.name)
    manifest = json.loads(stored)
    expected = stated_hashes(manifest, path.name)
    return manifest, expected, {next(iter(expected)): table_digest(gpd.read_parquet(path))}


GEOJSON: Final = Form(
    "geojson", ".zip", "gis", "application/geo+json", partial(_write_each, _write_geojson, ".geojson"),
    (ARCHIVE, Reader(lambda head, _: head.lstrip(_BLANK).startswith(b"{"), _read_geojson)), "any", 4326, ".geojson",
)  # fmt: skip
FGB: Final = Form(
    "fgb", ".zip", "gis", "application/zip", partial(_write_each, _write_flatgeobuf, ".fgb"), (ARCHIVE,), "any",
)  # fmt: skip
PARQUET: Final = Form(
    "parquet", ".zip", "gis", "application/vnd.apache.parquet", partial(_write_each, _write_parquet, ".parquet"),
    (ARCHIVE, Reader(lambda head, _: head.startswith(b"PAR1"), _read_parquet)), "any", alone=".parquet",
)  # fmt: skip
