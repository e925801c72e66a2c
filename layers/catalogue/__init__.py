"""The catalogue of layers: config.toml, the catalogue of the user's own layers, loading, territories, export policy."""

from layers.catalogue.config import Catalogue, MapSettings, OnlineMap, config_faults, read_catalogue
from layers.catalogue.counties import counties_of, territory_names
from layers.catalogue.digest import frame_digest
from layers.catalogue.export_policy import (
    export_levels,
    export_limit,
    is_for_internal_use,
    may_export,
    strictest_export,
    withheld_ids,
)
from layers.catalogue.in_use import UNREADABLE_LAYERS, CatalogueInUse, current_catalogue
from layers.catalogue.licences import licence_text
from layers.catalogue.load import COMMON_COLUMNS, failed_layers, load_layers, source_files, source_states
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
from layers.catalogue.territory import (
    common_territories,
    covers,
    extent_without,
    known_by_territory,
    lies_in,
    proposed_extent,
)
from layers.catalogue.user_layers import (
    UserCatalogue,
    UserEntry,
    UserVersion,
    locked_user_catalogue,
    read_user_catalogue,
    user_catalogue_lock,
    user_catalogue_path,
)
from layers.catalogue.visible import CLOSED_LAYERS, closed_layers, is_restricted, visible_catalogue
from layers.catalogue.years import NO_YEAR, years_of

__all__ = [
    "CLOSED_LAYERS",
    "COMMON_COLUMNS",
    "INDICATIVE_BASES",
    "NO_YEAR",
    "UNREADABLE_LAYERS",
    "Basis",
    "Bilingual",
    "Catalogue",
    "CatalogueInUse",
    "Export",
    "Layer",
    "LayerSpec",
    "LayerState",
    "MapSettings",
    "OnlineMap",
    "Role",
    "Secrecy",
    "Style",
    "UserCatalogue",
    "UserEntry",
    "UserVersion",
    "closed_layers",
    "common_territories",
    "config_faults",
    "counties_of",
    "covers",
    "current_catalogue",
    "export_levels",
    "export_limit",
    "extent_without",
    "failed_layers",
    "frame_digest",
    "is_for_internal_use",
    "is_restricted",
    "known_by_territory",
    "licence_text",
    "lies_in",
    "load_layers",
    "locked_user_catalogue",
    "may_export",
    "proposed_extent",
    "read_catalogue",
    "read_user_catalogue",
    "source_files",
    "source_states",
    "strictest_export",
    "territory_names",
    "user_catalogue_lock",
    "user_catalogue_path",
    "visible_catalogue",
    "withheld_ids",
    "years_of",
]
