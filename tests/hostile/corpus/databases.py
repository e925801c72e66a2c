"""GeoPackage, GeoParquet, FlatGeobuf."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from tests.hostile.corpus.shapes import SQUARE, Build, deep_wkb, star
from tests.hostile.corpus.written import frame, written

__all__ = ["files"]


def files() -> Iterator[tuple[str, Build]]:
    """Yield name and builder of each."""
    yield from _geopackages()
    yield from _parquet()
    yield from _flatgeobuf()


def _geopackages() -> Iterator[tuple[str, Build]]:
    def with_sql(*statements: str, unsafe: bool = False) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.gpkg"
            frame().to_file(path, layer="a")
            with closing(sqlite3.connect(path)) as base:
                if unsafe:
                    base.execute("PRAGMA writable_schema = ON")
                for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    base.execute(f'DROP TRIGGER "{name}"')  # they call functions that only GDAL has
                for statement in statements:
                    base.execute(statement)
                base.commit()
            return path.read_bytes()

    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"

    def replaced(table: str, columns: str) -> bytes:
        """Replace a table by a view that never ends."""
        return with_sql(
            f"ALTER TABLE {table} RENAME TO old_{table}",
            f"CREATE VIEW {table} AS {endless} {columns} FROM n, old_{table}",
        )

    yield "endless_systems.gpkg", lambda: replaced("gpkg_spatial_ref_sys", "old_gpkg_spatial_ref_sys.*")
    yield "endless_contents.gpkg", lambda: replaced("gpkg_contents", "old_gpkg_contents.*")
    yield "endless_columns.gpkg", lambda: replaced("gpkg_geometry_columns", "old_gpkg_geometry_columns.*")
    yield "endless_rows.gpkg", lambda: replaced("a", "old_a.*")
    yield "many_columns.gpkg", lambda: with_sql(*[f'ALTER TABLE a ADD COLUMN "c{at}" TEXT' for at in range(1900)])
    yield "long_name.gpkg", lambda: with_sql('ALTER TABLE a ADD COLUMN "' + "c" * 500_000 + '" TEXT')
    yield "long_text.gpkg", lambda: with_sql("UPDATE a SET id = hex(zeroblob(50000000))")
    yield (
        "trigger.gpkg",
        lambda: with_sql("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET id = hex(zeroblob(100000000)); END"),
    )
    yield (
        "many_layers.gpkg",
        lambda: with_sql(
            *[
                f"INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('t{at}', 'features', 4490)"
                for at in range(20_000)
            ]
        ),
    )
    yield (
        "layer_of_system_table.gpkg",
        lambda: with_sql(
            "UPDATE gpkg_contents SET table_name = 'sqlite_master'",
            "UPDATE gpkg_geometry_columns SET table_name = 'sqlite_master'",
        ),
    )
    yield "expression_index.gpkg", lambda: with_sql("CREATE INDEX i ON a (hex(id || 'x'))")
    head = b"GP\0\1" + struct.pack("<i", 4490)
    for name, blob in {
        "deep_shape.gpkg": head + deep_wkb(100_000),
        "many_points_told.gpkg": head + struct.pack("<BII", 1, 2, 2**32 - 1) + b"\0" * 64,
        "many_parts_told.gpkg": head + struct.pack("<BII", 1, 6, 2**32 - 1) + b"\0" * 64,
        "curve.gpkg": head + struct.pack("<BII", 1, 9, 1) * 50_000,
        "not_a_shape.gpkg": b"GP\0\xff" + b"\xff" * 1000,
        "empty_shape.gpkg": b"",
    }.items():
        yield name, lambda blob=blob: with_sql(f"UPDATE a SET geom = X'{blob.hex()}'")
    yield "page_zero.gpkg", lambda: (content := written(".gpkg"))[:4096] + b"\0" * (len(content) - 4096)
    yield "page_size.gpkg", lambda: (content := written(".gpkg"))[:16] + struct.pack(">H", 512) + content[18:]
    yield "only_a_head.gpkg", lambda: b"SQLite format 3\0"


def _parquet_of(values: list[bytes | None], crs: Any = None, **columns: Any) -> bytes:
    table = pa.table({"geometry": pa.array(values, pa.binary()), **columns})
    meta = {
        "version": "1.0.0", "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": [], "crs": crs}},
    }  # fmt: skip
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(meta)}), out, compression="zstd")
    return out.getvalue()


def _parquet() -> Iterator[tuple[str, Build]]:
    square = shapely.to_wkb(SQUARE)
    yield "deep_shape.parquet", lambda: _parquet_of([deep_wkb(100_000)])
    yield "many_points_told.parquet", lambda: _parquet_of([struct.pack("<BII", 1, 2, 2**32 - 1) + b"\0" * 64])
    yield "many_parts_told.parquet", lambda: _parquet_of([struct.pack("<BII", 1, 6, 2**32 - 1)])
    yield "no_shapes.parquet", lambda: _parquet_of([None] * 100_000)
    yield (
        "one_text_for_all.parquet",
        lambda: _parquet_of(
            [square] * 5000,
            text=pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), pa.array(["x" * 2_000_000])),
        ),
    )
    yield "zeros.parquet", lambda: _parquet_of([square] * 3000, blob=pa.array([b"\0" * 300_000] * 3000, pa.binary()))
    yield "many_columns.parquet", lambda: _parquet_of([square], **{f"c{at}": [at] for at in range(20_000)})
    yield "nested.parquet", lambda: _parquet_of([square], deep=pa.array([[[[[[[["x"]]]]]]]]))
    yield "system_address.parquet", lambda: _parquet_of([square], crs="http://127.0.0.1:1/x")
    yield "system_deep.parquet", lambda: _parquet_of([square], crs={"type": "GeographicCRS", "name": "x" * 1_000_000})
    yield "stars.parquet", lambda: _parquet_of([shapely.to_wkb(shapely.Polygon(star(1201)))] * 60)
    yield "cut_off.parquet", lambda: _parquet_of([square] * 100)[:-20]
    yield "only_a_head.parquet", lambda: b"PAR1" + b"\0" * 100 + struct.pack("<I", 2**31) + b"PAR1"


def _flatgeobuf() -> Iterator[tuple[str, Build]]:
    def base() -> bytes:
        return written(".fgb", frame(50), driver="FlatGeobuf")

    yield "cut_off.fgb", lambda: base()[:200]
    yield "head_told.fgb", lambda: (content := base())[:8] + struct.pack("<I", 2**31 - 1) + content[12:]
    yield "noise.fgb", lambda: base()[:12] + np.random.default_rng(1).bytes(5000)
    yield "many_told.fgb", lambda: base().replace(struct.pack("<Q", 50), struct.pack("<Q", 2**40))
    yield "only_a_head.fgb", lambda: b"fgb\x03fgb\x00"
