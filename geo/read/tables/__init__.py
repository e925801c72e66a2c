"""Readers of CSV and XLSX: tables of coordinates, and plain tables."""

from geo.read.tables.coordinate_tables import CSV, csv_table, has_coordinates
from geo.read.tables.plain_table import PlainTable, blank_cells, number_cells, read_plain_tables
from geo.read.tables.xlsx import workbook

__all__ = [
    "CSV",
    "PlainTable",
    "blank_cells",
    "csv_table",
    "has_coordinates",
    "number_cells",
    "read_plain_tables",
    "workbook",
]
