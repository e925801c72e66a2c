"""The catalogue of layers: config.toml, the model of a layer, what the user added, territory, policy."""

from layers.catalogue.config import Catalogue, MapSettings, OnlineMap, read_catalogue
from layers.catalogue.counties import counties_of, territory_names
from layers.catalogue.digest import frame_digest
from layers.catalogue.export_policy import export_levels, may_export, strictest, withheld_ids
from layers.catalogue.home_folder import home
from layers.catalogue.in_use import Current, current_catalogue
from layers.catalogue.licences import licence_text
from layers.catalogue.model import (
    INDICATIVE_BASES,
    Basis,
    Bilingual,
    CorridorSource,
    Entry,
    Export,
    FileSource,
    ImportedSource,
    Layer,
    LayerSpec,
    PlansSource,
    RasterSource,
    Role,
    Secrecy,
    Style,
)
from layers.catalogue.paths import PRODUCT, config_in_use, data_root, law_folder, plans_folder
from layers.catalogue.territory import common, covers, lies_in, proposed_extent, without
from layers.catalogue.user_layers import Overlay, OverlayEntry, OverlayVersion, changing, overlay_path, read_overlay
from layers.catalogue.years import NO_YEAR, years_of

__all__ = [
    "INDICATIVE_BASES",
    "NO_YEAR",
    "PRODUCT",
    "Basis",
    "Bilingual",
    "Catalogue",
    "CorridorSource",
    "Current",
    "Entry",
    "Export",
    "FileSource",
    "ImportedSource",
    "Layer",
    "LayerSpec",
    "MapSettings",
    "OnlineMap",
    "Overlay",
    "OverlayEntry",
    "OverlayVersion",
    "PlansSource",
    "RasterSource",
    "Role",
    "Secrecy",
    "Style",
    "changing",
    "common",
    "config_in_use",
    "counties_of",
    "covers",
    "current_catalogue",
    "data_root",
    "export_levels",
    "frame_digest",
    "home",
    "law_folder",
    "licence_text",
    "lies_in",
    "may_export",
    "overlay_path",
    "plans_folder",
    "proposed_extent",
    "read_catalogue",
    "read_overlay",
    "strictest",
    "territory_names",
    "withheld_ids",
    "without",
    "years_of",
]
