"""The user's own layers: read, validate, store as versions, roll back; single files and official databases."""

from layers.own.database import (
    Database,
    SharedMetadata,
    StoreResult,
    TableReport,
    inspect_tables,
    likely_extent,
    placement_text,
    store_tables,
)
from layers.own.faults import Fault, fault_rows
from layers.own.intake import LAYER_LIMITS, ROW, Intake, field_faults, read_and_validate
from layers.own.official_tables import has_official_fields
from layers.own.proposal import Placement, propose
from layers.own.versions import (
    FIXED_ROLES,
    LayerDeclaration,
    can_replace,
    remove,
    replaceable_entries,
    store_layer,
    use_version,
)

__all__ = [
    "FIXED_ROLES",
    "LAYER_LIMITS",
    "ROW",
    "Database",
    "Fault",
    "Intake",
    "LayerDeclaration",
    "Placement",
    "SharedMetadata",
    "StoreResult",
    "TableReport",
    "can_replace",
    "fault_rows",
    "field_faults",
    "has_official_fields",
    "inspect_tables",
    "likely_extent",
    "placement_text",
    "propose",
    "read_and_validate",
    "remove",
    "replaceable_entries",
    "store_layer",
    "store_tables",
    "use_version",
]
