"""Files of features: GeoPackage, Shapefile, KML, DXF, survey TXT, tables and others."""
