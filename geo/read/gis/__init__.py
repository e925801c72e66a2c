"""Readers of the formats of GIS: Shapefile, GeoPackage, GeoJSON, KML, FileGDB, FlatGeobuf, Parquet."""

from geo.read.gis.gdal import file_gdb, flat_geobuf, opened, private_folder
from geo.read.gis.geojson import read_geojson
from geo.read.gis.gpkg import geopackage
from geo.read.gis.kml import read_kml
from geo.read.gis.parquet import geo_parquet
from geo.read.gis.shapefile import SHAPEFILE_SIDES, shapefiles

__all__ = [
    "SHAPEFILE_SIDES",
    "file_gdb",
    "flat_geobuf",
    "geo_parquet",
    "geopackage",
    "opened",
    "private_folder",
    "read_geojson",
    "read_kml",
    "shapefiles",
]
