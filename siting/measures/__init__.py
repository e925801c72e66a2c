"""Measures of sites against one layer: relation, overlap, distance, margin."""

from siting.measures.counties import county_shares, share_inside, territory_codes
from siting.measures.distance_bands import bands
from siting.measures.layer_measures import Measured, Prepared, measure, prepared
from siting.measures.margin import (
    accuracies,
    firm,
    inside_margins,
    margin_kinds,
    margins,
    rests_on_model,
    sliver,
    survey_accuracies,
)

__all__ = [
    "Measured",
    "Prepared",
    "accuracies",
    "bands",
    "county_shares",
    "firm",
    "inside_margins",
    "margin_kinds",
    "margins",
    "measure",
    "prepared",
    "rests_on_model",
    "share_inside",
    "sliver",
    "survey_accuracies",
    "territory_codes",
]
