"""Files of features: GeoPackage, Shapefile, KML, DXF, survey TXT, tables and others."""

from snapshot.vector.forms import FORMS, form_epsg, write
from snapshot.vector.job import Progress

__all__ = ["FORMS", "Progress", "form_epsg", "write"]
