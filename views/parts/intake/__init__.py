"""Widgets that take in a site or a layer: its source, layer and columns, coordinate system and corridor width."""

from views.parts.intake.corridor import ask_width_m, has_lines
from views.parts.intake.layer_file import (
    LayerFile,
    ask_layer_file,
    forget_layer_file,
    inspect_layer_file,
    store_layer_file,
)
from views.parts.intake.reading import (
    OPTIONS_PART,
    read_options_of,
    read_source,
)
from views.parts.intake.source import (
    CHECK_MAP,
    DRAWINGS_PART,
    FORMATS,
    SOURCE_KIND,
    SOURCE_SHAPE,
    SOURCE_TEXT,
    WORK_FILE,
    ReadOptions,
    Source,
    choose_source,
    current_source,
    remember_drawings,
    session_drawings,
    show_restart,
    upload_site,
)
from views.parts.intake.system import LocatedCandidate, System, ask_system, candidate_text, system_input

__all__ = [
    "CHECK_MAP",
    "DRAWINGS_PART",
    "FORMATS",
    "OPTIONS_PART",
    "SOURCE_KIND",
    "SOURCE_SHAPE",
    "SOURCE_TEXT",
    "WORK_FILE",
    "LayerFile",
    "LocatedCandidate",
    "ReadOptions",
    "Source",
    "System",
    "ask_layer_file",
    "ask_system",
    "ask_width_m",
    "candidate_text",
    "choose_source",
    "current_source",
    "forget_layer_file",
    "has_lines",
    "inspect_layer_file",
    "read_options_of",
    "read_source",
    "remember_drawings",
    "session_drawings",
    "show_restart",
    "store_layer_file",
    "system_input",
    "upload_site",
]
