"""The answer of a check in words: the sentence, its reasons, next steps, and amounts as text."""

from siting.answer.amounts import area_text, direction_text, distance_text, hectares_text, share_text
from siting.answer.batch import batch_overlaps, batch_sentence
from siting.answer.counts import Standing, accuracy_name, standing_of, standing_text
from siting.answer.places import layer_name
from siting.answer.reasons import reasons_of
from siting.answer.steps import keepers
from siting.answer.summary import summary_of, with_summaries

__all__ = [
    "Standing",
    "accuracy_name",
    "area_text",
    "batch_overlaps",
    "batch_sentence",
    "direction_text",
    "distance_text",
    "hectares_text",
    "keepers",
    "layer_name",
    "reasons_of",
    "share_text",
    "standing_of",
    "standing_text",
    "summary_of",
    "with_summaries",
]
