"""Readers: a file, pasted text or a drawing becomes sites."""

from geo.read.formats import SUFFIXES, Inspection, LayerInfo, inspect, read_sites
from geo.read.layer_file import OpenedLayer, open_layer, packed, stored_shapes
from geo.read.pasted import sites_from_text

__all__ = [
    "SUFFIXES",
    "Inspection",
    "LayerInfo",
    "OpenedLayer",
    "inspect",
    "open_layer",
    "packed",
    "read_sites",
    "sites_from_text",
    "stored_shapes",
]
