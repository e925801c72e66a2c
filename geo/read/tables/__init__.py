"""Readers of CSV and XLSX: tables of coordinates, and plain tables."""
