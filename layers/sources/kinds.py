"""The union of all kinds of sources, as ``[layer.source]`` may declare them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from layers.sources.corridors import CorridorSource
from layers.sources.imported import ImportedSource
from layers.sources.no_access import NoAccessSource
from layers.sources.none import NoSource
from layers.sources.places import PlacesSource
from layers.sources.plan_table import PlansSource
from layers.sources.postgis import PostgisSource
from layers.sources.raster import RasterSource
from layers.sources.unreadable import UnreadableSource
from layers.sources.vector_files import FileSource

__all__ = ["AnySource"]

AnySource = Annotated[
    NoSource
    | NoAccessSource
    | UnreadableSource
    | FileSource
    | PlansSource
    | PlacesSource
    | CorridorSource
    | RasterSource
    | ImportedSource
    | PostgisSource,
    Field(discriminator="kind"),
]
"""What ``[layer.source]`` may be, told apart by ``kind``."""
