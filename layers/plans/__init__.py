"""The tables transcribed from the plan documents, their validation, and the features made of them."""

from layers.plans.clauses import clause_text, document_name
from layers.plans.entries import KINDS, EntryFilter, PlanSet, entry_counts, filter_entries, in_territory, read_plan_set
from layers.plans.features import corrected_names, plan_features
from layers.plans.reaches import water_shapes
from layers.plans.schema import TABLES, Column, Table
from layers.plans.tables import Fault, checked_rows, read_table, typed_rows, validate_folder
from layers.plans.territories import territory_points

__all__ = [
    "KINDS",
    "TABLES",
    "Column",
    "EntryFilter",
    "Fault",
    "PlanSet",
    "Table",
    "checked_rows",
    "clause_text",
    "corrected_names",
    "document_name",
    "entry_counts",
    "filter_entries",
    "in_territory",
    "plan_features",
    "read_plan_set",
    "read_table",
    "territory_points",
    "typed_rows",
    "validate_folder",
    "water_shapes",
]
