"""Files of features: GeoPackage, Shapefile, KML, DXF, survey TXT, tables and others."""

from snapshot.vector.forms import FORMS, form_epsg, write
from snapshot.vector.geopackage import MANIFEST_TABLE
from snapshot.vector.job import Progress
from snapshot.vector.kml import kml_digest
from snapshot.vector.open_formats import PARQUET_KEY
from snapshot.vector.spreadsheets import MANIFEST_SHEET, sheet_digests

__all__ = [
    "FORMS",
    "MANIFEST_SHEET",
    "MANIFEST_TABLE",
    "PARQUET_KEY",
    "Progress",
    "form_epsg",
    "kml_digest",
    "sheet_digests",
    "write",
]
