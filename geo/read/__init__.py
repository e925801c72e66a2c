"""Readers of sites and layers from files, pasted text and drawings."""

from geo.read.formats import SUFFIXES, Inspection, LayerInfo, inspect, read_sites
from geo.read.layer_file import OpenedLayer, open_layer, pack_for_upload, stored_shapes
from geo.read.pasted import sites_from_text

__all__ = [
    "SUFFIXES",
    "Inspection",
    "LayerInfo",
    "OpenedLayer",
    "inspect",
    "open_layer",
    "pack_for_upload",
    "read_sites",
    "sites_from_text",
    "stored_shapes",
]
