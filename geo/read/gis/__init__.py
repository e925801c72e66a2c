"""Readers of the formats of GIS: Shapefile, GeoPackage, GeoJSON, KML, FileGDB, FlatGeobuf, Parquet."""
