"""Siting checks: sites against layers, under the rules of a day, one site or many."""

from siting.check.batch import result_columns, run_batch, with_results
from siting.check.export_policy import MEASURED, result_without_withheld, without_withheld
from siting.check.heavy_polygons import cut_heavy_polygons
from siting.check.inputs import read_input
from siting.check.land_taken import occupation, places_of
from siting.check.linear import Structure, chainage, chainage_m, corridor_sites, linear_sections
from siting.check.point import rules_here
from siting.check.remainder import GRAVE, compare
from siting.check.result import CheckResult, one_site, plain_value, to_json
from siting.check.run import Run, chosen_layers, counts, run_check, settings_of
from siting.check.settings import (
    CASE_FIELDS,
    Case,
    Check,
    CheckedLayer,
    Settings,
    Software,
    canonical,
    crs_from_json,
    crs_to_json,
    software_now,
)

__all__ = [
    "CASE_FIELDS",
    "GRAVE",
    "MEASURED",
    "Case",
    "Check",
    "CheckResult",
    "CheckedLayer",
    "Run",
    "Settings",
    "Software",
    "Structure",
    "canonical",
    "chainage",
    "chainage_m",
    "chosen_layers",
    "compare",
    "corridor_sites",
    "counts",
    "crs_from_json",
    "crs_to_json",
    "cut_heavy_polygons",
    "linear_sections",
    "occupation",
    "one_site",
    "places_of",
    "plain_value",
    "read_input",
    "result_columns",
    "result_without_withheld",
    "rules_here",
    "run_batch",
    "run_check",
    "settings_of",
    "software_now",
    "to_json",
    "with_results",
    "without_withheld",
]
