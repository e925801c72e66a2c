"""Export forms of features: GeoPackage, Shapefile, KML, DXF, survey TXT, tables and others."""

from snapshot.vector.forms import FORMS, form_epsg, write

__all__ = ["FORMS", "form_epsg", "write"]
