"""The catalogue of layers: config.toml, the model of a layer, what the user added, territory, policy."""

from layers.catalogue.config import Catalogue, MapSettings, OnlineMap, read_catalogue
from layers.catalogue.counties import counties_of, territory_names
from layers.catalogue.digest import frame_digest
from layers.catalogue.export_policy import (
    export_levels,
    is_for_internal_use,
    may_export,
    most_export,
    strictest,
    withheld_ids,
)
from layers.catalogue.in_use import Current, current_catalogue
from layers.catalogue.licences import licence_text
from layers.catalogue.load import COMMON_COLUMNS, load_layers, source_files, unhealthy
from layers.catalogue.model import (
    INDICATIVE_BASES,
    Basis,
    Bilingual,
    Export,
    Layer,
    LayerSpec,
    LayerState,
    Role,
    Secrecy,
    Style,
)
from layers.catalogue.territory import common, covers, lies_in, proposed_extent, without
from layers.catalogue.user_layers import Overlay, OverlayEntry, OverlayVersion, changing, overlay_path, read_overlay
from layers.catalogue.years import NO_YEAR, years_of

__all__ = [
    "COMMON_COLUMNS",
    "INDICATIVE_BASES",
    "NO_YEAR",
    "Basis",
    "Bilingual",
    "Catalogue",
    "Current",
    "Export",
    "Layer",
    "LayerSpec",
    "LayerState",
    "MapSettings",
    "OnlineMap",
    "Overlay",
    "OverlayEntry",
    "OverlayVersion",
    "Role",
    "Secrecy",
    "Style",
    "changing",
    "common",
    "counties_of",
    "covers",
    "current_catalogue",
    "export_levels",
    "frame_digest",
    "is_for_internal_use",
    "licence_text",
    "lies_in",
    "load_layers",
    "may_export",
    "most_export",
    "overlay_path",
    "proposed_extent",
    "read_catalogue",
    "read_overlay",
    "source_files",
    "strictest",
    "territory_names",
    "unhealthy",
    "withheld_ids",
    "without",
    "years_of",
]
