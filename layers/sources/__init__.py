"""Readers of the features of a layer: each kind of source is one module, listed in `AnySource`."""

from layers.sources.corridors import CorridorSource
from layers.sources.imported import STORED_FILE, ImportedSource
from layers.sources.kinds import AnySource
from layers.sources.no_access import NoAccessSource
from layers.sources.none import NoSource
from layers.sources.places import PlacesSource
from layers.sources.plan_table import PlansSource
from layers.sources.postgis import PostgisSource
from layers.sources.raster import RasterSource
from layers.sources.source import ReadRequest, Source
from layers.sources.unreadable import UnreadableSource
from layers.sources.vector_files import FileSource

__all__ = [
    "STORED_FILE",
    "AnySource",
    "CorridorSource",
    "FileSource",
    "ImportedSource",
    "NoAccessSource",
    "NoSource",
    "PlacesSource",
    "PlansSource",
    "PostgisSource",
    "RasterSource",
    "ReadRequest",
    "Source",
    "UnreadableSource",
]
