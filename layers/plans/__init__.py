"""The tables that were taken from the plan documents, and the features made of them."""

from layers.plans.clauses import clause_text
from layers.plans.entries import KINDS, PlanSet, Wanted, counted, in_territory, matching, read_plan_set
from layers.plans.features import corrected_names, plan_features
from layers.plans.reaches import water_shapes
from layers.plans.schema import TABLES, Column, Table
from layers.plans.tables import Fault, checked_rows, read_table, typed_rows, validate_folder

__all__ = [
    "KINDS",
    "TABLES",
    "Column",
    "Fault",
    "PlanSet",
    "Table",
    "Wanted",
    "checked_rows",
    "clause_text",
    "corrected_names",
    "counted",
    "in_territory",
    "matching",
    "plan_features",
    "read_plan_set",
    "read_table",
    "typed_rows",
    "validate_folder",
    "water_shapes",
]
