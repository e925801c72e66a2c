"""A file on its way in."""

from views.parts.intake.corridor import ask_width, has_lines
from views.parts.intake.layer_file import Brought, ask_file, inspected, let_go, settle
from views.parts.intake.reading import (
    read_source,
    reading_of,
)
from views.parts.intake.source import (
    CHECK_MAP,
    FORMATS,
    SOURCE_KIND,
    SOURCE_SHAPE,
    SOURCE_TEXT,
    Reading,
    Source,
    choose_source,
    note_drawings,
)
from views.parts.intake.system import Placed, System, ask_system, candidate_text, system_input

__all__ = [
    "CHECK_MAP",
    "FORMATS",
    "SOURCE_KIND",
    "SOURCE_SHAPE",
    "SOURCE_TEXT",
    "Brought",
    "Placed",
    "Reading",
    "Source",
    "System",
    "ask_file",
    "ask_system",
    "ask_width",
    "candidate_text",
    "choose_source",
    "has_lines",
    "inspected",
    "let_go",
    "note_drawings",
    "read_source",
    "reading_of",
    "settle",
    "system_input",
]
