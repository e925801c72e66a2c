"""Readers of sites and layers from files, pasted text and drawings; files are read in a process of their own."""

from geo.read.formats import SUFFIXES, Inspection, LayerInfo
from geo.read.layer_file import OpenedLayer, open_content, pack_for_upload, stored_shapes
from geo.read.outside import ceilings_of, inspect, open_layer, read_plain_tables, read_sites, sites_from_text
from geo.read.pasted import sites_from_line

__all__ = [
    "SUFFIXES",
    "Inspection",
    "LayerInfo",
    "OpenedLayer",
    "ceilings_of",
    "inspect",
    "open_content",
    "open_layer",
    "pack_for_upload",
    "read_plain_tables",
    "read_sites",
    "sites_from_line",
    "sites_from_text",
    "stored_shapes",
]
