"""Readers of the formats of GIS: Shapefile, GeoPackage, GeoJSON, KML, FileGDB, FlatGeobuf, Parquet."""

from geo.read.gis.gdal import FLATGEOBUF, file_gdb, flat_geobuf, private_folder, read_with_gdal
from geo.read.gis.geojson import GEOJSON, read_geojson
from geo.read.gis.gpkg import GEOPACKAGE, geopackage
from geo.read.gis.kml import KML, read_kml
from geo.read.gis.parquet import GEOPARQUET, geo_parquet
from geo.read.gis.shapefile import SHAPEFILE_SIDES, shapefiles

__all__ = [
    "FLATGEOBUF",
    "GEOJSON",
    "GEOPACKAGE",
    "GEOPARQUET",
    "KML",
    "SHAPEFILE_SIDES",
    "file_gdb",
    "flat_geobuf",
    "geo_parquet",
    "geopackage",
    "private_folder",
    "read_geojson",
    "read_kml",
    "read_with_gdal",
    "shapefiles",
]
