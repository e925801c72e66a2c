"""The tables of ``data/law``: schema, reading and validation."""

from layers.law.schema import ANY_ACTIVITY, DECLARED_FLAGS, FLAGS, LAW_LAYERS, ZONES
from layers.law.tables import read_law, validate_law
from layers.law.wording import LawTexts, Quote, law_texts, wording_folder

__all__ = [
    "ANY_ACTIVITY",
    "DECLARED_FLAGS",
    "FLAGS",
    "LAW_LAYERS",
    "ZONES",
    "LawTexts",
    "Quote",
    "law_texts",
    "read_law",
    "validate_law",
    "wording_folder",
]
