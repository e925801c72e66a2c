"""The tables of ``data/law``: schema, reading and validation."""

from layers.law.schema import ANY_ACTIVITY, DECLARED_FLAGS, FLAGS, LAW_LAYERS, ZONES
from layers.law.tables import read_law, validate_law

__all__ = ["ANY_ACTIVITY", "DECLARED_FLAGS", "FLAGS", "LAW_LAYERS", "ZONES", "read_law", "validate_law"]
