"""A file on its way in."""

from views.parts.intake.layer_file import Brought, ask_file, inspected, let_go, settle
from views.parts.intake.reading import (
    Reading,
    read_source,
    reading_of,
)
from views.parts.intake.source import (
    CHECK_MAP,
    FORMATS,
    SOURCE_KIND,
    SOURCE_SHAPE,
    SOURCE_TEXT,
    Source,
    choose_source,
    note_drawings,
)

__all__ = [
    "CHECK_MAP",
    "FORMATS",
    "SOURCE_KIND",
    "SOURCE_SHAPE",
    "SOURCE_TEXT",
    "Brought",
    "Reading",
    "Source",
    "ask_file",
    "choose_source",
    "inspected",
    "let_go",
    "note_drawings",
    "read_source",
    "reading_of",
    "settle",
]
