"""Results of a check as columns: a folder of GeoParquet and Parquet files."""

from snapshot.columnar.dataset import (
    TABLES,
    file_name,
    is_dataset,
    place_of,
    put_in_place,
    write_dataset,
    write_record,
    write_tables,
)
from snapshot.columnar.tables import FINDINGS, POSITION, SECTIONS, SITES, attribute_table, shape_table, tables_of_run

__all__ = [
    "FINDINGS",
    "POSITION",
    "SECTIONS",
    "SITES",
    "TABLES",
    "attribute_table",
    "file_name",
    "is_dataset",
    "place_of",
    "put_in_place",
    "shape_table",
    "tables_of_run",
    "write_dataset",
    "write_record",
    "write_tables",
]
