"""The user's own layers: intake, faults, versions, official databases."""

from layers.own.database import Database, Outcome, Said, TableSeen, keep_each, likely_extent, look_through, place_text
from layers.own.faults import Fault, fault_rows
from layers.own.intake import LAYER_LIMITS, ROW, Intake, field_faults, take_in
from layers.own.official_tables import has_official_fields
from layers.own.proposal import Place, propose
from layers.own.versions import FIXED_ROLES, Given, keep_layer, remove, rivals, roll, takes_place

__all__ = [
    "FIXED_ROLES",
    "LAYER_LIMITS",
    "ROW",
    "Database",
    "Fault",
    "Given",
    "Intake",
    "Outcome",
    "Place",
    "Said",
    "TableSeen",
    "fault_rows",
    "field_faults",
    "has_official_fields",
    "keep_each",
    "keep_layer",
    "likely_extent",
    "look_through",
    "place_text",
    "propose",
    "remove",
    "rivals",
    "roll",
    "take_in",
    "takes_place",
]
